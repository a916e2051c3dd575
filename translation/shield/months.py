"""Months and weekdays without a day of the month in an English text, and days and hours that have names: July 2001, thursday, noon, tonight.

What is also another word ("may", "March", "sun") needs a year, a capital inside a sentence or a word before it that stands before months.
Misses: an abbreviation without a year or a full stop ("in Dec"), which is left to the translator; plurals ("Mondays").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from translation.shield.dates import MONTHS
from translation.shield.unit import Moment, Month, Unit, Weekday

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONG = tuple(name for name in MONTHS if len(name) > 4 or name in ("may", "june", "july"))
SHORT = tuple(name for name in MONTHS if name not in LONG)
NAMES = rf"(?:{'|'.join(sorted(LONG, key=len, reverse=True))})(?![\w'’]\w)|(?:{'|'.join(SHORT)})\b\.?(?=,?\s(?:19|20)\d\d\b)"
MONTH = re.compile(rf"(?<![\w@#$-])(?P<month>{NAMES})(?:,?\s(?:of\s)?(?P<year>(?:1[5-9]|20)\d\d)(?![\d%]|[.,]\d|[^\W_]))?(?![\w-])", re.IGNORECASE)
DAY = re.compile(rf"(?<![\w@#$-])(?P<day>{'|'.join(_DAYS)})(?!\w)", re.IGNORECASE)
BEFORE = re.compile(
    r"\b(?:in|of|since|until|till|by|from|to|for|through|during|between|before|after|and|or|last|next|this|every|early|mid|late|end|beginning|around)[\s,-]+$",
    re.IGNORECASE,
)
MOMENT = re.compile(r"(?<![\w@#$-])(?:noon|midnight|today|tonight|tomorrow|yesterday)(?!\w|['’-]|\s(?:morning|afternoon|evening|night)\b)", re.IGNORECASE)
ALSO_WORDS = ("may", "march", "august")
ANY = re.compile(r"day\b|\b(?:jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec)", re.IGNORECASE)


def months(text: str) -> Iterator[Unit]:
    """Every month, with its year where it has one."""
    for match in MONTH.finditer(text) if ANY.search(text) else ():
        name, year = match["month"].casefold().rstrip("."), int(match["year"] or 0)
        if year or name not in ALSO_WORDS or _is_month(match, text):
            yield Unit("month", *match.span(), match.group(), Month(MONTHS[name[:3]], year))


def _is_month(match: re.Match[str], text: str) -> bool:
    """Whether "may" or "march" is one: a capital, where the text does not begin with it, or a word before it that months have."""
    before = text[: match.start()]
    if match["month"][0].isupper() and not text.isupper():
        named = re.search(r"\b[A-Z][a-z]+\s$", before) and match["month"] == "May"  # Theresa May
        return bool(re.search(r"[\w,]\s$", before)) and not named
    return BEFORE.search(before) is not None and not re.match(r"\s(?:i|we|you|they|be|have|also|not)\b", text[match.end() :])


def weekdays(text: str) -> Iterator[Unit]:
    """Every day of the week."""
    for match in DAY.finditer(text) if ANY.search(text) else ():
        yield Unit("weekday", *match.span(), match.group(), Weekday(_DAYS.index(match["day"].casefold())))


def moments(text: str) -> Iterator[Unit]:
    """Noon, midnight, today, tonight, tomorrow, yesterday."""
    for match in MOMENT.finditer(text):
        yield Unit("moment", *match.span(), match.group(), Moment(match.group().casefold()))
