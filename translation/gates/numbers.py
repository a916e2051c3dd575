"""numbers: do numbers, percentages, signs, currencies, dates and times have the same value?

Score: what was lost and what was added, and what is only doubtful. A number must have the same value however it is written (1,234.5 =
1 234,5 = 1.234,5; £1.2bn = 1,2 miljarder pund; 12.30pm = 12:30), a number of the source may become a word and a word a number; a
percentage stays one; an amount stays in its currency; "-3" does not become "+3"; a weekday or month does not become another one.
Doubtful: a sign that only one side writes ("fell 3 %" for "-3 %" is right), a weekday or month that is not named, a number in words
that became another in words, a small number missing in a language whose words for numbers are not known. How a language writes all
this comes from CLDR.
Misses: two numbers that changed places, one and two in words. A quantity rightly converted (miles to kilometres) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from templates.language import ENGLISH, Language
from translation.gates import _units as units
from translation.gates._clock import place_of, spoken
from translation.gates._number_words import WORDS
from translation.gates._numbers import Number, changed_words, compared, in_words
from translation.gates._pieces import pieces
from translation.marks import COVER, covered
from translation.shield.english import units as units_of
from translation.shield.unit import Time
from translation.shield.written import written

NAME = "numbers"
SCOPE = "field"

MAY_BE_SAID = re.compile(r"clock\b|\b[ap]\.?m\b|\bpast\b|quarter\b|minutes\b|century\b|\d0['’]?s\b", re.IGNORECASE)
HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
TENS = {"ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
SPELT = re.compile(  # "seven thirty", a time without "past" or "o'clock"
    rf"\b({'|'.join(HOURS)})[ -]({'|'.join(TENS)})(?:[ -]({'|'.join(HOURS[:9])}))?\b(?![ -](?:{'|'.join(HOURS)}|hundred|thousand|million|billion|percent|per))",
    re.IGNORECASE,
)
HALF = re.compile(r"\bhalf (?:an? )?(?:hour|minute)s?\b|\b(?:hours?|minutes?) and a half\b", re.IGNORECASE)
SIXTIETHS = re.compile(r"[ -]?(?:seconds?|minutes?|secs?|mins?)\b", re.IGNORECASE)
THIRTY, ONE_HALF = Decimal(30), Decimal("0.5")
SMALL = 20  # often written as a word


@dataclass(frozen=True, slots=True)
class Settings:
    """`most`: how much may be lost or added before a text is refused. On 4,670 human translations into Swedish 2 texts exceed 0."""

    most: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Figures paired or lost in the source; what was lost, added and doubtful, as "number 12"."""

    figures: int
    lost: tuple[str, ...]
    added: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    lost: list[str]
    added: list[str]
    doubts: list[str]


def score(source: str, target: str, language: Language) -> Score:
    """Find the numbers on both sides, pair them, and compare what stands beside them."""
    (ours, theirs), code = _without_said(covered(source), covered(target), language), language.code
    found = _Found([], [], [])
    pairs, gone, new = compared(ours, theirs, code)
    gone, new = _without_halves(gone, new, ours, theirs, code)
    told = {number.written: place for number in gone if (place := spoken(number.written, theirs, language)) is not None}
    gone = [number for number in gone if number.written not in told]
    new = [number for number in new if not any(start <= number.start and number.end <= end for start, end in told.values())]  # the 8 of "halv 8"
    unsure = [number for number in gone if code not in WORDS and not new and min(number.values) <= SMALL]
    found.doubts += [f"number {number.written.strip()}" for number in unsure]
    found.lost += [f"number {number.written.strip()}" for number in gone if number not in unsure]
    found.added += [f"number {number.written.strip()}" for number in new]
    if pairs:
        _shares(found, pairs, ours, theirs, code)
        _signs(found, pairs, ours, theirs)
        _amounts(found, pairs, ours, theirs, code)
    _dates(found, ours, theirs, code, {here.written for here, _ in pairs if not here.required})
    found.doubts += [f"number {word}" for word in changed_words(ours, theirs, code)]
    return Score(len(pairs) + len(gone), tuple(found.lost), tuple(found.added), tuple(dict.fromkeys(found.doubts)))


def _without_said(source: str, target: str, language: Language) -> tuple[str, str]:
    """Both without the times in words and the centuries that stand in the target as the language writes them: "half past seven", "halv åtta"."""
    for match in SPELT.finditer(source):
        place = place_of(HOURS.index(match[1].lower()) + 1, TENS[match[2].lower()] + (HOURS.index(match[3].lower()) + 1 if match[3] else 0), target, language)
        if place:
            source = source[: match.start()] + COVER * len(match.group()) + source[match.end() :]
            target = target[: place[0]] + COVER * (place[1] - place[0]) + target[place[1] :]
    if not MAY_BE_SAID.search(source):
        return source, target
    for unit in units_of(source, ("time", "period")):
        if isinstance(unit.meaning, Time) and not unit.meaning.spelt:
            continue
        for way in written(unit, language) or written(unit.bare(), language):
            found = re.search(rf"(?<!\w){re.escape(way)}(?!\w)", target, re.IGNORECASE)
            if found and way != unit.written:
                target = target[: found.start()] + COVER * len(way) + target[found.end() :]
                source = source[: unit.start] + COVER * (unit.end - unit.start) + source[unit.end :]
                break
    return source, target


def _without_halves(gone: list[Number], new: list[Number], source: str, target: str, code: str) -> tuple[list[Number], list[Number]]:
    """Both without a 30 that is half an hour or minute on the other side: "5 and a half minutes", "5 minuter och 30 sekunder"."""
    if THIRTY in _values(new) and HALF.search(source):
        new = [number for number in new if THIRTY not in number.values]
    if THIRTY in _values(gone) and ONE_HALF in _values(in_words(target, code)):
        gone = [number for number in gone if THIRTY not in number.values or not SIXTIETHS.match(source, number.end)]
    return gone, new


def _values(numbers: Sequence[Number]) -> set[Decimal]:
    return {value for number in numbers for value in number.values}


def _shares(found: _Found, pairs: Iterable[tuple[Number, Number]], source: str, target: str, code: str) -> None:
    """A percentage must stay one, unless the word merely stands elsewhere: the text must say it less often than the source."""
    was, now = units.percentages(source, ENGLISH), units.percentages(target, code)
    if not was and not now:
        return
    for ours, theirs in pairs:
        before, after = units.is_share(ours, source, ENGLISH), units.is_share(theirs, target, code)
        if before and after is False and (now < was or not now):
            found.lost.append(f"percent {ours.written.strip()}")
        elif after and before is False and was < now:
            found.added.append(f"percent {theirs.written.strip()}")


def _signs(found: _Found, pairs: Iterable[tuple[Number, Number]], source: str, target: str) -> None:
    for ours, theirs in pairs:
        before, after = units.sign(ours, source), units.sign(theirs, target)
        if before and after and before != after:
            found.lost.append(f"sign {before}{ours.written}")
            found.added.append(f"sign {after}{theirs.written}")
        elif before != after:
            found.doubts.append(f"sign {before or after}{(ours if before else theirs).written}")


def _amounts(found: _Found, pairs: Iterable[tuple[Number, Number]], source: str, target: str, code: str) -> None:
    for ours, theirs in pairs:
        before, after = units.currency(ours, source, ENGLISH), units.currency(theirs, target, code)
        if before & after or not (before or after):
            continue
        if before and (after or not before & units.currencies(target, code)):
            found.lost.append(f"currency {_called(before)}")
            found.added += [f"currency {_called(after)}"] if after else []
        elif after and not before and not after & units.currencies(source, ENGLISH):
            found.doubts.append(f"currency {_called(after)}")


def _called(currencies: frozenset[str]) -> str:
    return next((major for major in ("USD", "GBP", "EUR", "JPY", "SEK") if major in currencies), min(currencies))


def _dates(found: _Found, source: str, target: str, code: str, paired: set[str]) -> None:
    """A month or weekday that became another is lost; one that is merely not named is doubtful. Months `paired` with a figure stand."""
    if code == ENGLISH:
        return
    months, days = units.months(source, ENGLISH), units.weekdays(source)
    if months:
        gone = [word for month, word in months.items() if word not in paired and not units.names_month(month, target, code)]
        new = [word for month, word in units.months(target, code).items() if month not in months] if gone else []
        (found.lost if new else found.doubts).extend(f"date {word}" for word in gone)
        found.added += [f"date {word}" for word in new]
    if days:
        gone = [word for day, word in days.items() if not units.names_weekday(day, target, code)]
        changed = gone and any(units.names_weekday(day, target, code) for day in range(1, 8) if day not in days)
        (found.lost if changed else found.doubts).extend(f"date {word}" for word in gone)


def judged(score: Score, settings: Settings) -> bool:
    """True: no text is exempt."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where no more is lost or added than allowed, and nothing is doubtful."""
    return len(score.lost) + len(score.added) <= settings.most and not score.doubts


def doubtful(score: Score, settings: Settings) -> bool:
    """True where only doubts remain."""
    return len(score.lost) + len(score.added) <= settings.most


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    parts = (*(f"{mark} -> missing" for mark in score.lost), *(f"{mark} not in the source" for mark in score.added), *(f"{mark}?" for mark in score.doubts))
    return ", ".join(parts)


def suspicion(score: Score) -> float:
    """What was lost or added, a doubt counting half."""
    return len(score.lost) + len(score.added) + len(score.doubts) / 2


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"at most {settings.most} lost or added" if settings.most else "nothing lost or added"


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What was lost or is doubtful in the source, what was added in the target."""
    ours, theirs = ([mark.partition(" ")[2] for mark in marks] for marks in ((*score.lost, *score.doubts), score.added))
    return pieces(source, ours), pieces(target, theirs)
