"""Dates in an English text: March 5, 2015; the 5th of March; Dec 3; 5/3/2015 (month first); march fifth.

Month and year without a day stay with the translator but for the year, and so does a lower-case "may 5" without "on" or "th".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from translation.rules import ENGLISH_ORDINALS
from translation.shield.unit import Date, Unit

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTHS = {name: place for place, one in enumerate(_MONTHS, start=1) for name in (one, one[:3])} | {"sept": 9}
NAME = r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
WORDS = {word: place for place, word in enumerate(ENGLISH_ORDINALS) if place} | {"thirtieth": 30, "thirty first": 31, "thirty-first": 31}
WORDS |= {f"twenty{dash}{ENGLISH_ORDINALS[one]}": 20 + one for one in range(1, 10) for dash in " -"}
IN_WORDS = "|".join(sorted(WORDS, key=len, reverse=True))
DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?P<th>st|nd|rd|th)?(?![\d%]|[.,:/]\d|\s?(?:million|billion|thousand|percent|pct)|[^\W_])"
YEAR = r"(?:,?\s(?P<year>(?:1\d|20)\d\d)(?![\d%]|[.,]\d|[^\W_]))?"
LEAD = r"(?:\b(?P<lead>on)\s)?(?:\b(?P<the>the)\s)?"
DAY_AFTER = re.compile(rf"(?:\b(?P<lead>on)\s)?\b{NAME}\s(?:(?P<the>the)\s)?(?:{DAY}|(?P<words>{IN_WORDS})\b){YEAR}", re.IGNORECASE)
DAY_FIRST = re.compile(rf"{LEAD}(?<![\w.,/:-])(?:{DAY}|\b(?P<words>{IN_WORDS})\b)\s(?:(?P<of>of)\s)?{NAME}{YEAR}(?![^\W_])", re.IGNORECASE)
FIGURES = re.compile(
    r"(?:\b(?P<lead>on)\s)?(?<![\w.,/:-])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])/(?P<year>(?:19|20)\d\d)(?![\w/])", re.IGNORECASE
)
ANY = re.compile(r"jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec|/", re.IGNORECASE)
ALSO_WORDS = ("may", "march", "mar", "sep", "dec", "jan", "oct", "jun", "jul", "nov")


def dates(text: str) -> Iterator[Unit]:
    """Every date with a day and a month."""
    if not ANY.search(text):
        return
    for match in FIGURES.finditer(text):
        yield from _unit(match, Date(int(match["day"]), int(match["month"]), int(match["year"]), figures=True))
    for pattern in (DAY_AFTER, DAY_FIRST):
        for match in pattern.finditer(text):
            if _is_word(match, first=pattern is DAY_FIRST):
                continue
            day = WORDS[match["words"].casefold()] if match["words"] else int(match["day"])
            yield from _unit(match, Date(day, MONTHS[match["month"][:3].casefold()], int(match["year"] or 0), spelt=bool(match["words"])))


def _is_word(match: re.Match[str], *, first: bool) -> bool:
    """Whether the month is rather another word: "may 5", "second may come"."""
    name, said = match["month"], (match["words"] or "").casefold()
    if not name.islower() or name not in ALSO_WORDS or match["lead"]:
        return False
    if said in ("first", "second", "third"):
        return first and not match["of"]
    return not (match["th"] or said)


def _unit(match: re.Match[str], meaning: Date) -> Iterator[Unit]:
    try:
        date(meaning.year or 2000, meaning.month, meaning.day)
    except ValueError:
        return
    end = match.end() - (match.group().endswith(".") and match.end() == len(match.string))
    core = match.start() + (len(match["lead"]) + 1 if match["lead"] else 0)
    yield Unit("date", match.start(), end, match.string[match.start() : end], meaning, (match["lead"] or "").casefold(), core)
