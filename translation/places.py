"""Places: where in a translated utterance the value of a slot could stand, the surest way of finding it first; and the best choice for all.

The ways are METHODS. A value of a closed kind (a time, a date) is found by its rule or not at all, so that a wrong time is no slot.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise

import simplemma

from templates.language import Language
from templates.slots import Slot
from translation import rules, values, windows
from translation.attention import Attention, projected
from translation.markers import Span
from translation.values import Asked
from translation.windows import Text

METHODS = ("copy", "rule", "tag", "exact", "casefold", "lemma", "compound", "attention", "fuzzy", "frame")
COSTS: Mapping[str, float] = {method: float(place) for place, method in enumerate(METHODS)}
SURE, WEAK = METHODS[:5], METHODS[7:]
LONGEST_RATIO = 3  # words of the value found per word of the English one, and the other way round
AT_MOST = 6  # places considered for one slot, and one more for every slot of the utterance
WHOLE = 0.8  # letters of a compound per letter of the English words; of 8 frames below it in 1,000 real translations 7 were wrong
STEPS = 20_000  # in the choice of places; real utterances need fewer than a hundred
NOWHERE = 1000.0  # more than any sum of costs


@dataclass(frozen=True, slots=True)
class Place:
    """Words `start` to `end` of the target could be the value; the lower the cost, the surer."""

    start: int
    end: int
    method: str
    cost: float


@dataclass(frozen=True, slots=True)
class Search:
    """One utterance, its translation, and what the engine has `said` so far: values, phrases, and utterances with a value shielded.

    `named`: slot types whose values are names; they are found as they are, or inflected, and never by what the engine makes of them.
    `attention`: where the engine looked while it wrote the translation.
    `tagged`: slot -> the utterance translated with markers, and where in it the marked value stands.
    """

    source: Text
    target: Text
    said: Mapping[Asked, str]
    language: Language
    named: frozenset[str] = frozenset()
    tagged: Mapping[Slot, tuple[str, Span]] = field(default_factory=dict)
    attention: Attention | None = None

    def places(self, slot: Slot, *, most: int) -> list[Place]:
        """Where the slot's value could be, each place once, the surest first."""
        found: dict[tuple[int, int], Place] = {}
        units = None if slot.name in self.named else rules.units(slot.value, self.language.carry)
        for place in self._candidates(slot) if units is None else self._ruled(slot, units):
            if (place.start, place.end) not in found and self._sound(slot, place):
                found[place.start, place.end] = place
            if len(found) >= most:
                break
        return list(found.values())

    def _ruled(self, slot: Slot, units: Sequence[rules.Unit]) -> Iterator[Place]:
        table, spoken = self.language.carry, self.target.folded
        for start in range(len(spoken)):
            end = rules.cover(units, spoken, start, table.around)
            if end > start and not rules.contradicted(slot.value, spoken, end, table):
                yield Place(start, end, "rule", COSTS["rule"] - (end - start) / 100)
        for said in units[0].said if len(units) == 1 and not any(word.isdecimal() for one in units[0].said for word in one) else ():
            for start, end in windows.compounded(said, self.target, self.language.code) if len(said) == 1 else ():
                yield Place(start, end, "compound", COSTS["compound"])

    def _candidates(self, slot: Slot) -> Iterator[Place]:
        around, code = self.language.carry.around, self.language.code
        value = rules.words(slot.value, around)
        if slot.name in self.named or len(value) != 1 or value[0] not in around:  # "the den" is no "den" of Swedish
            yield from (Place(start, end, "copy", COSTS["copy"]) for start, end in windows.same(value, self.target))
        if slot.name in self.named:
            yield from (Place(start, end, "lemma", COSTS["lemma"]) for start, end in windows.inflected(value, self.target, code))
            return
        yield from self._tagged(slot)
        said = self._said(slot)
        asked = [(later / 100, rules.words(one, around)) for later, one in enumerate(said)]
        for (later, phrase), one in zip(asked, said, strict=True):
            for start, end in windows.same(phrase, self.target):
                method = "exact" if one in self.target.slice(start, end) else "casefold"
                yield Place(start, end, method, COSTS[method] + later)
        asked.append((len(asked) / 100, value))
        for later, phrase in asked:
            yield from (Place(start, end, "lemma", COSTS["lemma"] + later) for start, end in windows.inflected(phrase, self.target, code))
        for later, phrase in asked:
            yield from (Place(start, end, "compound", COSTS["compound"] + later) for start, end in windows.compounded(phrase, self.target, code))
        if self.attention is not None and (held := projected(self.attention, (slot.start, slot.end), self.target.places)) is not None:
            yield Place(*self._bare(slot, *held), "attention", COSTS["attention"])
        for later, phrase in asked:
            for likeness, start, end in windows.near(phrase, self.target):
                yield Place(*self._bare(slot, start, end), "fuzzy", COSTS["fuzzy"] + (1 - likeness) / 10 + later)
        frame = windows.text_of(self.said.get((self.source.text, (slot.value,)), ""), around)
        yield from (Place(*self._bare(slot, start, end), "frame", COSTS["frame"]) for start, end in windows.framed(frame, value, self.target))

    def _tagged(self, slot: Slot) -> Iterator[Place]:
        """Where the words stand that were between the markers; nearest to there if the two translations are one."""
        text, (start, end) = self.tagged.get(slot, ("", (0, 0)))
        found = list(windows.same(rules.words(text[start:end], self.language.carry.around), self.target))
        if text == self.target.text:
            found.sort(key=lambda place: abs(self.target.places[place[0]][0] - start))
        for later, (first, last) in enumerate(found):
            yield Place(first, last, "tag", COSTS["tag"] + later / 100)

    def _said(self, slot: Slot) -> list[str]:
        """What the value was said as, itself first, without the words that its phrases brought along."""
        found = []
        for asked in (*values.alone(slot, self.source.text), *values.phrases(slot, self.source.text)):
            said = windows.text_of(self.said.get(asked, ""), self.language.carry.around)
            if said.folded:
                start = 0 if asked[0] == slot.value else self._past_around(said, 0, len(said.folded))
                found.append(said.slice(start, len(said.folded)))
        return list(dict.fromkeys(found))

    def _bare(self, slot: Slot, start: int, end: int) -> tuple[int, int]:
        """Without the words around a value that it may have been found with; at the front only if the English has none there."""
        start = start if values.is_led(slot.value) else self._past_around(self.target, start, end)
        while end - 1 > start and self.target.folded[end - 1] in self.language.carry.around:
            end -= 1
        return start, end

    def _past_around(self, text: Text, start: int, end: int) -> int:
        while start + 1 < end and text.folded[start] in self.language.carry.around:
            start += 1
        return start

    def _sound(self, slot: Slot, place: Place) -> bool:
        """Is it a value at all? Not the whole utterance unless it was, not far longer or shorter, all its digits, no garbled name."""
        if place.end - place.start == len(self.target.folded) and len(rules.words(slot.value)) < len(self.source.folded):
            return False
        if place.method in ("rule", "copy"):
            return True
        if values.is_spelt(slot.value):
            return False
        value = self.target.slice(place.start, place.end)
        old, new = len(rules.words(slot.value)), place.end - place.start
        lengths = new <= LONGEST_RATIO * old and old <= LONGEST_RATIO * new and len(slot.value) <= LONGEST_RATIO * len(value)
        digits = Counter(re.findall(r"\d+", slot.value)) - Counter(re.findall(r"\d+", value))
        return lengths and not digits and not self._garbled(slot, place) and not (place.method == "frame" and _is_part(value, of=slot.value))

    def _garbled(self, slot: Slot, place: Place) -> bool:
        """Whether a name became words of neither language ("detroit" -> "groit"); by the weak ways, whether anything did, or a name went."""
        names, window = values.names_in(slot.value), self.target.folded[place.start : place.end]
        weak = place.method in WEAK
        if weak and any(name not in window and f"{name}s" not in window for name in names):
            return True
        if not (names or weak) or not windows.can_lemmatise(self.language.code):
            return False
        new = set(window) - set(rules.words(slot.value))
        return any(word.isalpha() and not simplemma.is_known(word, self.language.code) for word in new)


def _is_part(value: str, *, of: str) -> bool:
    """Whether a value looks like a part of the English one: fewer words, and too short for a compound ("skolan" of "school supplies")."""
    whole = values.bare(of)
    return len(rules.words(value)) < len(rules.words(whole)) and len(value) < WHOLE * len(whole)


def choose(search: Search, slots: Sequence[Slot]) -> dict[int, Place]:
    """Slot -> place, without overlap: as many slots as possible, by the surest ways, in the source's order, nearest to their old places."""
    places = [search.places(slot, most=AT_MOST + len(slots)) for slot in slots]
    order = sorted(range(len(slots)), key=lambda one: len(places[one]))
    best: tuple[tuple[float, ...], dict[int, Place]] = ((NOWHERE * (len(slots) + 1),), {})
    steps = count()

    def rated(chosen: Mapping[int, Place], cost: float) -> tuple[float, ...]:
        swapped = sum(chosen[left].start > chosen[right].start for left, right in pairwise(sorted(chosen)))
        shift = sum(abs(slots[one].start / len(search.source.text) - place.start / len(search.target.folded)) for one, place in chosen.items())
        return round(cost, 6), swapped, shift

    def go(step: int, chosen: dict[int, Place], cost: float) -> None:
        nonlocal best
        if cost > best[0][0] + 1e-6 or next(steps) > STEPS:
            return
        if step == len(order):
            best = min(best, (rated(chosen, cost), chosen), key=lambda one: one[0])
            return
        for place in places[order[step]]:
            if all(place.end <= other.start or place.start >= other.end for other in chosen.values()):
                go(step + 1, {**chosen, order[step]: place}, cost + place.cost)
        go(step + 1, chosen, cost + NOWHERE)

    go(0, {}, 0.0)
    return best[1]
