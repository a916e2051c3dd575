"""What the Common Locale Data Repository knows of a language: marks in numbers, percent, currencies, scales, months, days, countries.

Read through Babel (https://babel.pocoo.org, CLDR: https://cldr.unicode.org), once per language. A language that it does not know has
no facts, and is then judged by figures alone.
"""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

POINT, COMMA = ".", ","
PARTS = re.compile(r"[\s\u00a0\u2010-\u2012'’-]+")
TODAY = ("USD", "EUR", "GBP", "JPY", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "TRY", "RUB", "UAH", "CNY", "HKD", "KRW", "INR")
MORE = ("TWD", "SGD", "THB", "IDR", "MYR", "PHP", "VND", "AUD", "NZD", "CAD", "MXN", "BRL", "ARS", "CLP", "COP", "ZAR", "NGN", "EGP", "ILS", "SAR", "AED")
CODES = TODAY + MORE  # the rest has names that are everyday words elsewhere: "som", "lei", "dram"
SPOKEN = {"$": ("USD",), "us$": ("USD",), "u.s.$": ("USD",), "€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"), "kr": ("SEK", "NOK", "DKK", "ISK")}
ENGLISH = {"bucks": ("USD",), "buck": ("USD",), "sterling": ("GBP",), "quid": ("GBP",), "stg": ("GBP",)}  # names that CLDR lacks
WITH_SCALE = {"mkr": "kr", "mnkr": "kr", "mdkr": "kr", "mdrkr": "kr", "tkr": "kr"}  # a scale and "kr" in one


@dataclass(frozen=True, slots=True)
class Facts:
    """`point`: whether 1,234 can only be a thousand and more. Words casefolded; `days` and `months` from 1; countries by ISO code; `regions` are
    countries and parts of the world."""

    point: bool = False
    percent: tuple[str, ...] = ("%",)
    scales: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()


@cache
def facts(code: str) -> Facts:
    """Everything about one language."""
    locales = [found for name in ((code, "en_GB") if code == "en" else (code,)) if (found := locale(name))]
    if not locales:
        return Facts(currencies=_currencies([], code))
    first = locales[0]
    symbols = first.number_symbols.get("latn", {})
    months = {word: month for each in locales for word, month in _named(each.months)}
    days = {word: day for each in locales for word, day in _named(each.days, first=0)}
    countries = {key: name.casefold() for key, name in first.territories.items() if len(key) == 2}
    languages = {key: name.casefold() for key, name in first.languages.items() if len(key) == 2}
    regions = tuple(name.casefold() for name in first.territories.values())
    percent = tuple(sorted({"%", *_percent(first)}, key=len, reverse=True))
    return Facts(symbols.get("decimal") == POINT, percent, _scales(first), months, days, _currencies(locales, code), countries, languages, regions)


@cache
def locale(code: str) -> Locale | None:
    """Babel's locale of the language, None where it has none. A copy of its own: Babel's share what they inherit, and a name that one of them has
    looked up by an alias (Chinese months) is then met in the others (https://github.com/python-babel/babel/issues/1234)."""
    try:
        shared = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    _ = shared.languages  # read, so that there is something to copy
    return copy.deepcopy(shared)


def _named(calendar: Mapping[str, Mapping[str, Mapping[int, str]]], *, first: int = 1) -> Iterator[tuple[str, int]]:
    """(word, place) of every name, without the articles and prepositions before it and the full stop after it: "de maig" is "maig"."""
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide") if first else ("wide",):
            for place, name in calendar.get(context, {}).get(width, {}).items():
                word = PARTS.split(name.casefold().rstrip("."))[-1 if first else 0]
                if len(word) > 2 and not word.isdigit():
                    yield word, place + 1 - first


def _percent(locale: Locale) -> Iterator[str]:
    for count in (1, 2, 5, 100):
        word = re.sub(r"[\d\s\u00a0\u202f]+", " ", format_unit(count, "concentr-percent", "long", locale=locale)).strip().casefold()
        if word and "concentr" not in word:  # the name of the unit itself: CLDR has no words here
            yield word


def _scales(locale: Locale) -> dict[str, int]:
    """Word -> power of ten, from how CLDR shortens large numbers: "0 miljarder", "0000 milions"."""
    found: dict[str, int] = {}
    for width in ("short", "long"):
        for patterns in locale.compact_decimal_formats.get(width, {}).values():
            for size, pattern in patterns.items():
                written = str(pattern.pattern if hasattr(pattern, "pattern") else pattern).replace("'", "")
                zeros = written.count("0")
                word = re.sub(r"[0\s\u00a0]+", " ", written).strip().casefold().rstrip(".")
                if zeros and word and word[0].isalpha() and "¤" not in word:
                    found[word] = len(str(size)) - zeros
    return found


def _currencies(locales: Iterable[Locale], code: str) -> dict[str, frozenset[str]]:
    """Symbol, code, name or the part of names that several share ("dollar", "pund") -> the currencies it may mean."""
    found: dict[str, set[str]] = defaultdict(set)
    for written, meant in (*SPOKEN.items(), *(ENGLISH.items() if code == "en" else ())):
        found[written].update(meant)
    for word, symbol in WITH_SCALE.items():
        found[word].update(SPOKEN[symbol])
    for currency in CODES:
        found[currency.casefold()].add(currency)
    for each in locales:
        names = {currency: _names(each, currency) for currency in CODES}
        side = _head([name for listed in names.values() for name in listed])
        for currency, listed in names.items():
            for name in listed:
                for word in (name, PARTS.split(name)[side]):
                    if len(word) > 2 or not word.isascii():
                        found[word].add(currency)
            symbol = each.currency_symbols.get(currency, "").casefold()
            if symbol and symbol not in SPOKEN:
                found[symbol].add(currency)
    found["$"].update(currency for word, meant in found.items() if word.startswith("dollar") for currency in meant)
    return {word: frozenset(meant) for word, meant in found.items()}


@cache
def noun(name: str, code: str) -> str:
    """The noun of a currency's name, without the country: "yen" of "japanska yen"."""
    known = locale(code)
    parts = PARTS.split(name)
    return parts[_head([one for currency in CODES for one in _names(known, currency)])] if known is not None else name


def _names(locale: Locale, currency: str) -> list[str]:
    plural = locale._data["currency_names_plural"].get(currency, {}).values()
    return sorted({name.casefold() for name in (locale.currencies.get(currency, ""), *plural) if name})


def _head(names: list[str]) -> int:
    """Where the noun of a currency's name stands, -1 last ("svensk krona") or 0 first ("corona sueca"): the place with fewer different words."""
    several = [PARTS.split(name) for name in names if len(PARTS.split(name)) > 1]
    return -1 if len({words[-1][:4] for words in several}) <= len({words[0][:4] for words in several}) else 0
