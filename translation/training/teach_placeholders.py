"""teach: put the placeholders of `stand_ins` into a pair of the corpus, as a text has them when it goes into a model of ours.

A unit of the source (a number, a time, a name ...) gets one where the target says it as often, in any way that the language has for it;
what the target says otherwise ("2 euros", "två euro") stays on both sides. A share of pairs also gets one for a word that stands on both
sides unchanged, so that a placeholder is carried whatever it is for; and only a share for their names, so that names are also learnt.
Dinu et al. 2019 (https://arxiv.org/abs/1906.01105) and Crego et al. 2016 (https://arxiv.org/abs/1610.05540) train with such stand-ins.
Misses: a number that means something else on the other side (two equal ones that changed places are the same to it).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from templates.language import ENGLISH, Language, load
from translation.shield.kept import MARK
from translation.shield.shielding import Placeholders
from translation.shield.unit import Unit
from translation.shield.written import written
from translation.stand_ins import PLACEHOLDERS
from translation.training.pair import Pair

NAMES = 0.7  # of pairs with names get placeholders for them
COPIED = 0.1  # of pairs get one for a word that both sides share
SHORTEST = 3  # letters of such a word
WORD = re.compile(rf"(?<![\w$@#/.⟦])[^\W\d_]{{{SHORTEST},}}(?![\w/@⟧])")
MAY_HOLD = re.compile(r"\d|[A-Z@#$/{<\[%]|[^\x00-\x7f]|[ap]\.?m\b|clock\b|past\b|quarter\b|(?:to|first|second|third|th|ond)\b")
BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
FIRST = re.compile(r"⟦\d⟧")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and where the target says it."""

    unit: Unit
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Teacher:
    """`teach` between two languages by their codes, as `corpus.prepare` takes it."""

    source: str
    target: str

    def __call__(self, pair: Pair, rng: random.Random) -> Pair:
        """See teach."""
        return teach(pair, rng, language=_load(self.target), source=_load(self.source))


@cache
def _load(code: str) -> Language:
    return load(code)


def teach(pair: Pair, rng: random.Random, *, language: Language, source: Language | None = None) -> Pair:
    """The pair with placeholders, numbered in the order of the source; unchanged where it has nothing to carry."""
    named, copied = rng.random() < NAMES, rng.random() < COPIED
    if FIRST.search(pair.source) or FIRST.search(pair.target):
        return pair
    found = matched(pair.source, pair.target, language=language, source=source, names=named) if MAY_HOLD.search(pair.source) else []
    if copied and len(found) < len(PLACEHOLDERS):
        found += _shared(pair, found, rng)
    return _placed(pair, found) if found else pair


def matched(text: str, target: str, *, language: Language, source: Language | None = None, names: bool = True) -> list[Place]:
    """The units of the text that the target says as often, at most nine."""
    shield = Placeholders(source or _english(), language)
    units = [unit for unit in shield.units(text) if names or unit.kind != "name"]
    free = target.translate(BLANKS)
    lower = free.lower()
    lower = lower if len(lower) == len(free) else free
    places: list[Place] = []
    groups: dict[tuple[str, ...], list[Unit]] = {}
    for unit in units:
        groups.setdefault(written(unit, language), []).append(unit)
    for said, alike in sorted(groups.items(), key=lambda one: -max(map(len, one[0]), default=0)):
        exact = alike[0].meaning is None
        taken = [(place.start, place.end) for place in places]
        spans = _spans(said, free if exact else lower, taken, exact=exact, genitive=alike[0].kind in ("name", "given"))
        if len(spans) == len(alike):
            places += [Place(unit, *span) for unit, span in zip(alike, spans, strict=True)]
    return sorted(places, key=lambda place: place.unit.start)[: len(PLACEHOLDERS)]


@cache
def _english() -> Language:
    return Language(ENGLISH, "English")


def _spans(said: Sequence[str], text: str, taken: Sequence[tuple[int, int]], *, exact: bool, genitive: bool) -> list[tuple[int, int]]:
    """Where the text says it in any of these ways, the longest first, as whole words."""
    found: list[tuple[int, int]] = []
    ways = {way for one in said for way in ((one,) if exact else (one.lower(), one.lower().replace(" %", "%"), one.lower().replace("–", "-")))}
    for way in sorted(ways, key=lambda way: (-len(way), way)):
        place = text.find(way)
        while place >= 0:
            end = place + len(way)
            if _whole(text, place, end, exact=exact, genitive=genitive) and all(end <= left or place >= right for left, right in (*found, *taken)):
                found.append((place, end))
            place = text.find(way, place + 1)
    return sorted(found)


def _whole(text: str, start: int, end: int, *, exact: bool, genitive: bool) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 3]
    if text[start].isalnum() and (before[-1:].isalnum() or (text[start].isdigit() and re.search(r"\d[.,:/ –-]$|[$£€]$", before))):
        return False
    if not text[end - 1].isalnum():
        return True
    if after[:1].isalnum():
        return genitive and after[0] == "s" and not after[1:2].isalnum()
    return exact or not re.match(r"[.,:/]\w| \d{3}| ?%|\xb0", after) or not text[end - 1].isdigit()


def _goes_on(before: str, size: int) -> bool:
    """Whether a figure of this many characters goes on from a figure before it: "1.200", "1 200"; "5–14" is two."""
    return bool(re.search(r"\d[.,:/]$|[$€£]$", before) or (size == 3 and re.search(r"\d $", before)))


def _shared(pair: Pair, found: Sequence[Place], rng: random.Random) -> list[Place]:
    """One word that stands once on each side, outside what is found already."""
    theirs: dict[str, list[tuple[int, int]]] = {}
    for match in WORD.finditer(pair.target):
        theirs.setdefault(match.group(), []).append(match.span())
    ours: dict[str, list[tuple[int, int]]] = {}
    for match in WORD.finditer(pair.source):
        ours.setdefault(match.group(), []).append(match.span())
    once = [word for word, spans in ours.items() if len(spans) == 1 and len(theirs.get(word, ())) == 1]
    marks = [match.span() for match in MARK.finditer(pair.source)]
    fit = [word for word in once if _clear(ours[word][0], [(one.unit.start, one.unit.end) for one in found] + marks)]
    fit = [word for word in fit if _clear(theirs[word][0], [(one.start, one.end) for one in found])]
    if not fit:
        return []
    word = rng.choice(fit)
    return [Place(Unit("given", *ours[word][0], word), *theirs[word][0])]


def _clear(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return all(span[1] <= left or span[0] >= right for left, right in others)


def _placed(pair: Pair, found: Sequence[Place]) -> Pair:
    in_order = sorted(found, key=lambda place: place.unit.start)
    source = _filled(pair.source, ((one.unit.start, one.unit.end, name) for one, name in zip(in_order, PLACEHOLDERS, strict=False)))
    target = _filled(pair.target, sorted((one.start, one.end, name) for one, name in zip(in_order, PLACEHOLDERS, strict=False)))
    return replace(pair, source=source, target=target)


def _filled(text: str, names: Iterator[tuple[int, int, str]] | Sequence[tuple[int, int, str]]) -> str:
    parts, place = [], 0
    for start, end, name in names:
        parts += [text[place:start], name]
        place = end
    return "".join([*parts, text[place:]])
