"""Watched: months, weekdays, numbers in words and places, which a translator says itself, inflected as they must be; where it did not,
they are taken from it and said by CLDR and the language's file.

Misses: what is said in another way than these know ("nuna" for "this month"), which is then said their way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from babel.dates import format_skeleton, get_day_names, get_month_names

from templates.language import Language
from translation import rules
from translation.locale_facts import locale
from translation.shield.counts import counts
from translation.shield.headlines import is_titled
from translation.shield.months import LONG, moments, months, weekdays
from translation.shield.places import called, places
from translation.shield.unit import Count, Moment, Month, Place, Unit, Weekday
from translation.shield.written import spelt

ENDING = 1  # letters that may change at the end of a name in another case or form
STEM = 4  # letters that must stay


def watched(text: str, language: Language) -> list[Unit]:
    """The units of an English text that the language has its own way to say, in order."""
    found: list[Unit] = []
    for unit in (*months(text), *weekdays(text), *counts(text), *moments(text), *places(text, language, titled=is_titled(text))):
        if says(unit, language) and all(unit.end <= other.start or unit.start >= other.end for other in found):
            found.append(unit)
    return sorted(found, key=lambda unit: unit.start)


def missing(text: str, output: str, language: Language) -> list[Unit]:
    """Those that the output does not hold."""
    return [unit for unit in watched(text, language) if not _stands(unit, output.casefold(), language)]


def says(unit: Unit, language: Language) -> tuple[str, ...]:
    """How the language says it, in the form that stands alone; nothing where neither CLDR nor its file knows."""
    known, meaning = locale(language.code), unit.meaning
    if isinstance(meaning, Count):
        others = sorted(" ".join(said) for said in rules.spell(meaning.value, language.carry) if not said[0].isdecimal())
        return (spelt(meaning.value, language), *others) if others else ()
    if isinstance(meaning, Place):
        said = called(meaning, language)
        return (unit.written if said.casefold() == unit.written.casefold() else said,) if said else ()
    if isinstance(meaning, Moment):
        return tuple(said for said in language.carry.words.get(meaning.word, ()) if said)
    if known is None:
        return ()
    if isinstance(meaning, Weekday):
        return (get_day_names("wide", "stand-alone", known)[meaning.day],)
    if isinstance(meaning, Month):
        name = get_month_names("wide", "stand-alone", known)[meaning.month]
        return (format_skeleton("yMMMM", date(meaning.year, meaning.month, 1), locale=known),) if meaning.year else (name,)
    return ()


def _stands(unit: Unit, folded: str, language: Language) -> bool:
    return any(re.search(rf"(?<!\w){form}", folded) for form in _forms(unit, language))


def _forms(unit: Unit, language: Language) -> Iterator[str]:
    """Patterns of what begins a word of the output where it says the unit."""
    meaning, known = unit.meaning, locale(language.code)
    if isinstance(meaning, Count):
        yield from (re.escape(said.casefold()) for said in says(unit, language))
        yield rf"{meaning.value}(?!\d)"
        return
    names = list(says(unit, language))
    if isinstance(meaning, Month) and known is not None:
        names = [get_month_names("wide", style, known)[meaning.month] for style in ("stand-alone", "format")]
    if isinstance(meaning, Moment):
        yield from (rf"{re.escape(said)}(?!\w)" for said in language.carry.words[meaning.word] if said)
        return
    english = LONG[meaning.month - 1] if isinstance(meaning, Month) else unit.written.casefold() if isinstance(meaning, Weekday) else ""
    listed = [said for said in language.carry.words.get(english, ()) if said]
    year = rf"(?=.*\b{meaning.year}\b)" if isinstance(meaning, Month) and meaning.year else ""
    for name in listed or names:
        inflected = isinstance(meaning, Weekday) and not listed
        stem = name[: max(STEM, len(name) - ENDING)] if inflected else name
        inflected = inflected or (isinstance(meaning, Place) and meaning.table != "languages")
        yield year + re.escape(stem.casefold()) + ("" if inflected else r"(?!\w)")
