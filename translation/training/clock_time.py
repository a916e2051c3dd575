"""ClockTime: an English clock time ("7:45 pm", "half past six", "noon"), and whether a translation says it, in figures or in words.

A time of the afternoon must stay one: "7 pm" may become "19", "19.00" or "sju på kvällen", and "7" alone has lost something; "12 am" is
midnight. Without am or pm both halves of the day are right. How words say a time, and which words mean am and pm, stands in the
language's [carry] table; for a language without one only figures are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from templates.language import ENGLISH, Language
from translation.gates._clock import spoken
from translation.gates._numbers import figures, in_words

PARTS = {
    "am": r"a\.?m\b\.?|in the morning|this morning",
    "pm": r"p\.?m\b\.?|in the afternoon|in the evening|at night|tonight|this afternoon|this evening",
}
PART = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PARTS.items()), re.IGNORECASE)
MARKING = {"am": ("morning", "this morning"), "pm": ("afternoon", "evening", "night", "this afternoon", "this evening", "tonight")}  # as [carry] calls them
FIGURES = re.compile(r"(\d{1,2})[.:h](\d\d)")
RELATIVE = re.compile(r"(.+?)(?:\s+minutes?)?\s+(past|after|to|till)\s+(.+)", re.IGNORECASE)
NAMED = {"noon": 12, "midday": 12, "midnight": 0}
SPOKEN = {"half": 30, "a half": 30, "quarter": 15, "a quarter": 15}


@dataclass(frozen=True, slots=True)
class ClockTime:
    """`hour` 0-23 where `part` ("am" or "pm") is known or the hour is above 12; else "" and both halves of the day are meant."""

    hour: int
    minute: int
    part: str
    named: str = ""

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of the day that it may mean."""
        return (self.hour,) if self.part or self.named or self.hour > 12 else (self.hour % 12, self.hour % 12 + 12)


def parse(written: str) -> ClockTime | None:
    """The time that an English phrase says; None where it says none."""
    text = written.strip().casefold()
    for name, hour in NAMED.items():
        if re.search(rf"\b{name}\b", text):
            return ClockTime(hour, 0, "", name)
    found = PART.search(text)
    part = "" if found is None else str(found.lastgroup)
    clock = _clock(PART.sub(" ", text).replace("o'clock", " ").replace("o’clock", " ").strip(" ,"))
    if clock is None or not (clock[0] <= 24 and clock[1] < 60):
        return None
    hour, minute = clock
    if part and hour <= 12:
        hour = hour % 12 + 12 * (part == "pm")
    return ClockTime(hour % 24, minute, part)


def _clock(text: str) -> tuple[int, int] | None:
    if found := FIGURES.search(text):
        return int(found.group(1)), int(found.group(2))
    if found := RELATIVE.fullmatch(text):
        away, hour = SPOKEN.get(found.group(1), _value(found.group(1))), _value(found.group(3))
        if away is None or hour is None:
            return None
        return (hour, away) if found.group(2) in ("past", "after") else ((hour - 1) % 12 or 12, 60 - away)
    words = text.split()
    if len(words) == 2 and (hour := _value(words[0])) is not None and (minute := _value(words[1])) is not None and minute >= 10:
        return hour, minute  # "six thirty"
    whole = _value(text)
    return None if whole is None else (whole, 0)


def _value(text: str) -> int | None:
    found = figures(text, ENGLISH) or in_words(text, ENGLISH)
    values = [int(value) for number in found for value in number.values if value == int(value) and value < 60]
    return max(values, default=None)


def says(time: ClockTime, text: str, language: Language) -> bool:
    """Whether the text says this time of the day."""
    folded = text.casefold()
    if time.named and any(_stands(word, folded) for word in language.carry.words.get(time.named, ()) if word):
        return True
    if any(re.search(pattern, folded) for hour in time.hours for pattern in _written(hour, time.minute)):
        return True
    marked = _marked(time, folded, language)
    if marked and any(re.search(pattern, folded) for pattern in _written(time.hour % 12 or 12, time.minute)):
        return True
    if not time.minute and any(hour > 12 for hour in _hours_in_words(text, language) & set(time.hours)):
        return True
    twelve = f"{time.hour % 12 or 12}.{time.minute:02d}"
    told = spoken(twelve, folded, language) is not None if time.minute else time.hour % 12 in _twelve(text, language)
    return told and (marked or not time.part or (time.part == "am" and time.hour > 0))


def _written(hour: int, minute: int) -> Iterator[str]:
    for one in (hour, 24) if hour == 0 else (hour,):
        yield rf"(?<!\d)0?{one}\s?[.:h]\s?{minute:02d}(?!\d)"
        if minute == 0:
            yield rf"(?<![\d.,:])0?{one}(?![\d%]|[.,:]\d|\s?%)"


def _hours_in_words(text: str, language: Language) -> set[int]:
    return {int(value) for number in in_words(text, language.code) for value in number.values if value == int(value)}


def _twelve(text: str, language: Language) -> set[int]:
    """The hours that words name, on the clock of twelve, 0 for twelve itself."""
    return {hour % 12 for hour in _hours_in_words(text, language) if 0 < hour <= 12}


def _marked(time: ClockTime, folded: str, language: Language) -> bool:
    """Whether words tell which half of the day is meant; true where nobody asked."""
    if not time.part:
        return not time.named
    words = [word for name in (time.part, *MARKING[time.part]) for word in language.carry.words.get(name, ())]
    return any(_stands(word, folded) for word in (*words, time.part, f"{time.part[0]}.m.") if word)


def _stands(word: str, folded: str) -> bool:
    return re.search(rf"(?<![^\W\d]){re.escape(word)}(?!\w)", folded) is not None
