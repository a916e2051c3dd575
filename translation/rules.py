"""Rules: times, dates, numbers and the like, whose every rendering in a language can be listed (`[carry]` in the language's file).

An English value is read as units ("five" "am"; "march" "fifth"); a stretch of the target carries it if it is covered by one rendering
of every unit, in any order, with words such as "klockan" between them. Rule grammars for closed slot types are the surest part of
slot projection: FitzGerald et al. 2022 (https://arxiv.org/abs/2204.08582) have the same types localised by people.
Misses: numbers of 100 and more but for whole hundreds, times to the minute other than by the language's own patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from templates.language import Carry

Words = tuple[str, ...]

WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£°]")  # a hyphen or a full stop parts: "att göra-listan", "17.30"
ENGLISH_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"]
ENGLISH_NUMBERS += ["fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ENGLISH_ORDINALS = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"]
ENGLISH_ORDINALS += [f"{one}th" for one in ("twelf", *ENGLISH_NUMBERS[13:20])] + ["twentieth"]
MOVABLE = {"the", "a", "an", "of", "at", "on", "in", "for", "by", "to", "from", "o'clock", "and", "this"}  # may go without a rendering of their own
AT_MOST = 9  # units in a value


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of an English value and how it may be said; an optional one may be left out."""

    said: frozenset[Words]
    optional: bool = False


@cache
def word_in(around: tuple[str, ...] = ()) -> re.Pattern[str]:
    """What a word is. Those of `around` that end with an apostrophe are words of their own: "l'hora" is two where "l'" is one of them."""
    elided = "|".join(re.escape(word.removesuffix("'")) for word in around if word.endswith("'"))
    return re.compile(rf"(?<!\w)(?:{elided})['’](?=[^\W\d_])|{WORD.pattern}", re.IGNORECASE) if elided else WORD


def folded(word: str) -> str:
    """A word as it is compared."""
    return word.casefold().replace("’", "'")


def words(text: str, around: tuple[str, ...] = ()) -> Words:
    """The words of a text as they are compared; `around` is that of the text's language (see `word_in`)."""
    return tuple(folded(found.group()) for found in word_in(around).finditer(text))


def units(value: str, table: Carry) -> list[Unit] | None:
    """The English value as units; None if there is no table, if a word is not in it, or if nothing needs to be said."""
    if not table.words or not table.numbers:
        return None
    spoken = [re.sub(r"['’]s$|(?<=s)['’]$", "", word) for word in words(value)]
    found: list[Unit] = []
    place = 0
    while place < len(spoken):
        taken, unit = _next(spoken[place:], table)
        if unit is None:
            return None
        found.append(unit)
        place += taken
    return found if 0 < len(found) <= AT_MOST and not all(unit.optional for unit in found) else None


def _next(spoken: Sequence[str], table: Carry) -> tuple[int, Unit | None]:
    """(English words used, the unit they make): the longest phrase of the table, a time, a number, or a word that may go."""
    taken, times = _time(spoken, table)
    if taken:
        return taken, Unit(times)
    for length in range(min(4, len(spoken)), 0, -1):
        phrase = " ".join(spoken[:length])
        listed = table.words.get(phrase, table.words.get(phrase.removesuffix("s")) if length == 1 else None)
        if listed is not None:
            return length, Unit(frozenset(words(one, table.around) for one in listed if one), "" in listed)
    taken, value, ordinal = number(spoken)
    if taken:
        later = {words(str(value + 12))} if not ordinal and value < 12 and spoken[taken : taken + 1] == ["pm"] else set()
        return taken, Unit(frozenset(spell(value, table, ordinal=ordinal) | later))
    if spoken[0] in MOVABLE:
        return 1, Unit(frozenset(), True)
    return 1, None


def number(spoken: Sequence[str]) -> tuple[int, int, bool]:
    """(English words used, value, is it an ordinal) of the number below 100 that begins here; 0 words if none does."""
    if not spoken:
        return 0, 0, False
    first = spoken[0]
    if first.isdecimal() and len(first) <= 18:
        ordinal = len(spoken) > 1 and spoken[1] in ("st", "nd", "rd", "th")
        return 1 + ordinal, int(first), ordinal
    if first in ENGLISH_TENS:
        value = 10 * (2 + ENGLISH_TENS.index(first))
        for names, ordinal in ((ENGLISH_NUMBERS, False), (ENGLISH_ORDINALS, True)):
            if len(spoken) > 1 and spoken[1] in names[1:10]:
                return 2, value + names.index(spoken[1]), ordinal
        return 1, value, False
    for names, ordinal in ((ENGLISH_NUMBERS, False), (ENGLISH_ORDINALS, True)):
        if first in names:
            return 1, names.index(first), ordinal
    return (1, 30, True) if first == "thirtieth" else (0, 0, False)


def spell(value: int, table: Carry, *, ordinal: bool = False) -> set[Words]:
    """A number in figures and in every way the table can say it."""
    names = table.ordinals if ordinal else table.numbers
    said = {words(str(value))}
    if value < len(names):
        said |= {words(one, table.around) for one in names[value].split("/")}
    ten, one = divmod(value, 10)
    if one and 2 <= ten <= 9 and ten - 2 < len(table.tens) and one < len(names):
        for pattern, tens, ones in product(table.joined, table.tens[ten - 2].split("/"), names[one].split("/")):
            said.add(words(pattern.format(tens=tens, ones=ones), table.around))
    elif not one and 2 <= ten <= 9 and ten - 2 < len(table.tens) and not ordinal:
        said |= {words(tens, table.around) for tens in table.tens[ten - 2].split("/")}
    return said


def _time(spoken: Sequence[str], table: Carry) -> tuple[int, frozenset[Words]]:
    """A time of the day with minutes: (English words used, how the table says it); "five am" is a number and a word, no time."""
    parts = " ".join(spoken)
    found = re.match(r"(half|quarter|\S+(?: \S+)?)(?: minutes?)? (past|after|to|till|before) (?=(\S+))", parts)
    if found:
        taken, hour, _ = number([found.group(3)])
        used, minute, _ = number(found.group(1).split())
        minute = {"half": 30, "quarter": 15}.get(found.group(1), minute if used == len(found.group(1).split()) else 0)
        if taken and 1 <= hour <= 12 and 0 < minute < 60:
            hour, minute = (hour, minute) if found.group(2) in ("past", "after") else ((hour - 1) or 12, 60 - minute)
            return len(found.group().split()) + 1, _clock(hour, minute, table)
    taken, hour, ordinal = number(spoken[:1])
    more, minute, other = number(spoken[1:])
    if taken and more and not ordinal and not other and 1 <= hour <= 24 and 10 <= minute < 60:
        return taken + more, _clock(hour, minute, table)
    return 0, frozenset()


def _clock(hour: int, minute: int, table: Carry) -> frozenset[Words]:
    said: set[Words] = {words(f"{hour % 24}:{minute:02}"), words(f"{(hour + 12) % 24}:{minute:02}"), words(f"{hour % 24:02}:{minute:02}")}
    said |= {(*one, *other) for one in spell(hour, table) for other in spell(minute, table)}
    nearby = [name for name in (str(minute), "past" if minute < 30 else "to") if name in table.times]
    for pattern in (pattern for name in nearby for pattern in table.times[name]):
        places = {"hour": hour, "next": hour % 12 + 1, "minute": minute, "left": 60 - minute}
        asked = [name for name in places if f"{{{name}}}" in pattern]
        spelt = [[" ".join(one) for one in spell(places[name], table)] for name in asked]
        said |= {words(pattern.format(**dict(zip(asked, choice, strict=True))), table.around) for choice in product(*spelt)}
    return frozenset(said)


def cover(needed: Sequence[Unit], spoken: Sequence[str], start: int, around: Iterable[str] = ()) -> int:
    """Where the longest stretch ends that begins at `start` and says every unit once; `start` itself if there is none."""
    between = frozenset(around)

    def longest(place: int, left: frozenset[int], last: int) -> int:
        best = last if all(needed[one].optional for one in left) else start
        for one in left:
            for said in needed[one].said:
                if said and tuple(spoken[place : place + len(said)]) == said:
                    best = max(best, longest(place + len(said), left - {one}, place + len(said)))
        if place > start and place < len(spoken) and spoken[place] in between and left:
            best = max(best, longest(place + 1, left, last))
        return best

    return longest(start, frozenset(range(len(needed))), start)


def contradicted(value: str, spoken: Sequence[str], end: int, table: Carry) -> bool:
    """Whether the words after a time say the other half of the day: "seven pm" as "sju" before "på morgonen"."""
    halves = {half: {words(one, table.around) for one in table.words.get(half, ()) if one} for half in ("am", "pm")}
    for half, other in (("am", "pm"), ("pm", "am")):
        if half in words(value) and any(tuple(spoken[end : end + len(said)]) == said for said in halves[other] - halves[half]):
            return True
    return False
