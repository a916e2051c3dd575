"""What stands beside a number: percent, sign and currency; and the months and weekdays of a text."""

from __future__ import annotations

import re
from functools import cache

from translation.gates._numbers import Number
from translation.locale_facts import facts

EVERYWHERE = ("%", "percent", "pct")
ALSO = {"en": ("per cent", "pc")}
CHAINED = re.compile(r"[^\d.;!?\n]{1,5}(?=\d)")  # "between 2 and 3 %": the first is a percentage too
SIGN = re.compile(r"(?:^|[\s(\[/,;:\"“”'>~])([+−–-])(?:[$£€¥]|US\$)?$")
SYMBOL = r"(?:US|A|C|HK|NZ|S|R)?\$|€|£|¥|(?<![^\W\d_])(?:[A-Z]{3}|kr)(?=[\s\u00a0\d.]|$)"
BEFORE = re.compile(rf"({SYMBOL})[\s\u00a0]?[+−–-]?$")
BEHIND = re.compile(r"[\s\u00a0\u202f-]?([€£¥$]|[^\W\d_]+)(?:[\s\u00a0\u202f-]([^\W\d_]+))?(?:[\s\u00a0\u202f-]([^\W\d_]+))?")
INITIALS = re.compile(r"[\s\u00a0](?:U\.S\.|US)(?=[\s\u00a0])")
WORD = re.compile(r"[^\W\d_]+|[€£¥]|(?:US|A|C|HK|NZ|S)?\$")
PLAINLY = re.compile(
    r"(?:\b(?:in|of|by|since|until|till|last|next|this|early|late|mid|from|through|to|and|between)[\s-]+|\d(?:st|nd|rd|th)?(?: of)?[\s-]+)$", re.IGNORECASE
)
ALSO_WORDS = ("may", "march", "mar", "jan", "dec", "sep", "oct", "apr", "june", "april", "august")
WEEKDAY = re.compile(r"(?:\b(\w+)[\s-]+)?\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b")
LEADS = frozenset(
    ("On", "Last", "Next", "This", "Every", "Each", "By", "From", "Until", "Since", "Late", "Early", "Before", "After", "And", "Or", "To", "The", "One")
)
PLUS, MINUS = "+", "-"


@cache
def _percent(code: str) -> re.Pattern[str]:
    words = sorted({*facts(code).percent, *EVERYWHERE, *ALSO.get(code, ())}, key=len, reverse=True)
    written = "|".join(re.escape(word).replace(r"\ ", r"\s+") + (r"(?!\w)" if len(word) < 3 and word.isalpha() else "") for word in words)
    return re.compile(rf"[\s\u00a0\u202f]{{0,3}}-?(?:{written})", re.IGNORECASE)


def percentages(text: str, code: str) -> int:
    """How often the text says percent."""
    return len(_percent(code).findall(text))


def is_share(number: Number, text: str, code: str) -> bool | None:
    """Whether the number is a percentage; None where it may share the word with a later one."""
    if _percent(code).match(text, number.end):
        return True
    place = number.end
    for _ in range(3):
        between = CHAINED.match(text, place)
        figure = re.compile(r"[\d.,]+").match(text, between.end()) if between else None
        if figure is None:
            return False
        if _percent(code).match(text, figure.end()):
            return None
        place = figure.end()
    return False


def sign(number: Number, text: str) -> str:
    """ "+", "-" or nothing; the hyphen of a range or a word is no sign."""
    found = SIGN.search(text[max(0, number.start - 5) : number.start]) if number.start else None
    return "" if found is None else PLUS if found.group(1) == PLUS else MINUS


def _meant(word: str, code: str) -> frozenset[str]:
    """The currencies of one word, which may have up to three letters more than CLDR's form: "pundet", "dollarns"."""
    table, word = facts(code).currencies, word.casefold()
    return next((table[word[:size]] for size in range(len(word), max(3, len(word) - 4), -1) if word[:size] in table), table.get(word, frozenset()))


def currency(number: Number, text: str, code: str) -> frozenset[str]:
    """The currencies that the number may be counted in; empty where none is named beside it."""
    before = BEFORE.search(text[max(0, number.start - 8) : number.start])
    if before and (meant := _symbol(before.group(1), code)):
        return meant
    glued = re.search(r"(tkr|mkr|mnkr|mdkr|mdrkr)$", number.written)
    if glued:
        return facts(code).currencies[glued.group()]
    end = initials.end() if (initials := INITIALS.match(text, number.end)) else number.end
    found = BEHIND.match(text, end)
    if found is None:
        return frozenset()
    words = [word for word in found.groups() if word]
    phrases = [" ".join(words[:size]).casefold() for size in range(len(words), 1, -1)]
    table = facts(code).currencies
    whole = next((table[phrase] for phrase in phrases if phrase in table), None)
    return whole or next((meant for word in words[: 1 + (len(words[0]) > 2)] if (meant := _meant(word, code))), frozenset())


def _symbol(written: str, code: str) -> frozenset[str]:
    table = facts(code).currencies
    national = {"A$": "AUD", "C$": "CAD", "HK$": "HKD", "NZ$": "NZD", "S$": "SGD", "R$": "BRL", "US$": "USD"}
    return frozenset((national[written],)) if written in national else table.get(written.casefold(), frozenset())


def currencies(text: str, code: str) -> frozenset[str]:
    """Every currency that may be meant anywhere in the text."""
    return frozenset(one for word in WORD.findall(text) for one in (_symbol(word, code) or _meant(word, code)))


@cache
def _month_words(code: str) -> re.Pattern[str]:
    """Every name of a month as a whole word; the English ones with their capital."""
    words = sorted(facts(code).months, key=len, reverse=True)
    if code == "en":
        return re.compile(rf"\b(?=[JFMASOND][a-z])(?:{'|'.join(word.capitalize() for word in words)})\b")
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE) if words else re.compile("(?!)")


def months(text: str, code: str) -> dict[int, str]:
    """Month -> the word for it. English words that are something else too count only beside a figure or after a preposition."""
    table, found = facts(code).months, {}
    for match in _month_words(code).finditer(text):
        word = match.group().casefold()
        if code != "en" or word not in ALSO_WORDS or _dated(text, match.start(), match.end()):
            found[table[word]] = match.group()
    return found


def names_month(month: int, text: str, code: str) -> bool:
    """Whether the text names the month, inflected or in a compound: "oktoberkriget"."""
    return any(word in text.casefold() for word, place in facts(code).months.items() if place == month)


def _dated(text: str, start: int, end: int) -> bool:
    return bool(re.match(r"\.?,?[\s-]+\d", text[end : end + 5])) or bool(PLAINLY.search(text[max(0, start - 12) : start]))


def weekdays(text: str) -> dict[int, str]:
    """Weekday from Monday = 1 -> the English word for it; feasts such as Good Friday are left out."""
    if "day" not in text:
        return {}
    table = facts("en").days
    found = ((match.group(1) or "", match.group(2)) for match in WEEKDAY.finditer(text))
    return {table[day.casefold()]: day for before, day in found if not before[:1].isupper() or before in LEADS}


def names_weekday(day: int, text: str, code: str) -> bool:
    """Whether the text names the weekday, inflected or shortened."""
    stems = {word[:-1] if len(word) > 4 else word for word, place in facts(code).days.items() if place == day}
    short = {word[:3] for word in stems}
    return any(any(word.startswith(stem) for stem in stems) or word in short for word in re.findall(r"[^\W\d_]{3,}", text.casefold()))
