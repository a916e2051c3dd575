"""Figures as a language writes them: separators, percent, scales and currencies, from CLDR through Babel (https://babel.pocoo.org).

Blanks are plain ones where CLDR has no-break blanks: so do all references here, and a tokenizer knows them. A language that CLDR does
not know keeps the English figures.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_name

from templates.language import ENGLISH
from translation.locale_facts import PARTS, WITH_SCALE, facts, locale, noun

BLANKS = re.compile("[\u00a0\u202f\u2009]")
NATIONAL = {"US$": "USD", "HK$": "HKD", "NZ$": "NZD", "A$": "AUD", "C$": "CAD", "S$": "SGD"}
SYMBOLS = {"$": ("USD", "AUD", "CAD", "NZD"), "£": ("GBP", "EGP", "SDG", "LBP"), "€": ("EUR",), "¥": ("JPY",)}
CROWNS = dict.fromkeys(("crown", "crowns"), ("SEK", "DKK", "NOK"))  # as the English press calls them; CLDR does not
VOWELS = "aeiouàèéíòóúh"


def figure(english: str, code: str) -> str:
    """ "1,234.5" as the language writes it: "1 234,5". What English does not group is not grouped: a year, a model."""
    known = locale(code)
    english = f"0{english}" if english.startswith(".") else english
    if known is None:
        return english
    marks = known.number_symbols.get("latn", {})
    group, point = BLANKS.sub(" ", marks.get("group", ",")), marks.get("decimal", ".")
    return "".join(group if char == "," else point if char == "." else char for char in english)


def value(english: str) -> Decimal:
    """The number that "1,234.5" is."""
    return Decimal(english.replace(",", ""))


def times_thousand(english: str) -> str:
    """ "450" of "450k" in full: "450,000"; English still."""
    whole = value(english) * 1000
    return f"{whole:,.0f}" if whole == whole.to_integral_value() else f"{whole:,f}"


def _plural(code: str, number: Decimal) -> str:
    known = locale(code)
    return known.plural_form(abs(number)) if known is not None else "other"


def percent(written: str, code: str, *, word: bool) -> tuple[str, ...]:
    """The figure with the language's percent sign or word."""
    known = locale(code)
    if known is None:
        return (f"{written}%",)
    sign = BLANKS.sub(" ", known.percent_formats[None].pattern).replace("#,##0", written)
    spelt = [word for word in facts(code).percent if word != "%"]
    in_words = [f"{written} {one}" for one in spelt]
    return (*in_words, sign) if word and in_words else (sign, *in_words)


def scaled(english: str, power: int, code: str) -> tuple[str, ...]:
    """ "1.5" million as the language says it, then otherwise: "1,5 miljoner"; English itself where CLDR has no word."""
    number, known = value(english), locale(code)
    patterns = known.compact_decimal_formats if known is not None else {}
    found = []
    for width in ("long", "short"):
        listed = patterns.get(width, {})
        by_size = listed.get(_plural(code, number), {}).get(str(10**power)) or listed.get("other", {}).get(str(10**power))
        if by_size is None:
            continue
        pattern = BLANKS.sub(" ", str(getattr(by_size, "pattern", by_size))).replace("'", "")
        zeros = pattern.count("0")
        shown = english if zeros == 1 else f"{number * 10 ** (zeros - 1):f}"
        found.append(re.sub("0+", figure(shown, code), pattern, count=1))
    return tuple(found)


@cache
def named_currencies() -> dict[str, tuple[str, ...]]:
    """English words for currencies ("yen", "swiss francs", "crowns") -> the currencies that they may mean."""
    known = facts(ENGLISH).currencies
    codes = {one.casefold() for meant in known.values() for one in meant}
    words = (word for word in known if len(word) > 2 and word.replace(" ", "").isalpha() and word not in codes and word not in WITH_SCALE)
    return {word: tuple(sorted(known[word])) for word in words} | CROWNS


@cache
def currency(named: str, code: str, *, one: bool) -> tuple[str, ...]:
    """The words for a symbol ("$" is "dollar", "US$" the full name) or for an English name ("swiss francs", "yen"), then what else is written."""
    known, count = locale(code), 1 if one else 5
    if known is None:
        return (named,)
    if named in NATIONAL:
        return (get_currency_name(NATIONAL[named], count, known), NATIONAL[named])
    meant = SYMBOLS.get(named) or named_currencies().get(named, ())
    names = [get_currency_name(each, count, known) for each in meant]
    if not names:
        return (named,)
    if len(names) == 1:
        word = names[0] if " " in named else noun(names[0], code)
    else:
        shared = [word for word in PARTS.split(names[0]) if all(word in PARTS.split(name) for name in names[1:])]
        word = shared[0] if shared else names[0]
    return (word, names[0], *meant[:1], *((named,) if named in SYMBOLS else ()))


def begins_with_vowel(word: str) -> bool:
    """Whether "de" is "d'" before it."""
    return word[:1].casefold() in VOWELS
