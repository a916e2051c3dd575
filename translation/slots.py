"""Slots through translation: say the natural utterance, not its markup, and find each slot's value in what was said.

Mark-then-translate (EasyProject, Chen et al. 2023, https://arxiv.org/abs/2211.15613) for engines that learnt to carry markers: the value as
it is said there is looked for in the plain translation, which stays as it is, because markers cost a small model words. Then
translate-and-locate: the value is translated alone and in short phrases, and looked for; the surest way that finds it decides, and the
slot says which (`places.METHODS`). Then the words that the engine wrote while it read the value (attention). What is still missing is sought
by its frame: the utterance is translated again with the value shielded, and what stands between the same neighbours is it. FitzGerald et al.
2022 (https://arxiv.org/abs/2204.08582) tell values translated, localised and unchanged apart as the methods here do. Offsets count code points
of the translation as it stands. Misses: a value that the translator says one way alone and another way in the sentence; a wrong translation
said both times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from templates.language import Language
from templates.slots import Slot
from translation import marked, rules, values, windows
from translation.attention import Attend
from translation.marked import Mark
from translation.markers import Span
from translation.places import METHODS, SURE, Place, Search, choose
from translation.values import Asked
from translation.windows import Text

Say = Callable[[Sequence[Asked]], Mapping[Asked, str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """What an engine can be asked for. `say`: translations, with some words kept as they are; it leaves a text out where one of these was lost.
    `mark`, `attend`: see marked.Mark and attention.Attend; None where the engine can do neither."""

    say: Say
    mark: Mark | None = None
    attend: Attend | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """An utterance, its translation, and the slots of the former."""

    source: str
    target: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """`slots`: those found, in the order of the target. `failed`: the source slots that were not."""

    slots: tuple[Slot, ...]
    failed: tuple[Slot, ...]


def carry(pairs: Sequence[Pair], *, ask: Ask, language: Language, named: frozenset[str] = frozenset()) -> list[Carried]:
    """Find every slot of every pair. The engine is asked in one call to mark, in one to attend, and in at most three to say.

    First the utterances with values that stand neither unchanged nor by a rule in the translation are marked; then the engine says where it
    looked while it wrote those not found so; then these values are translated alone, then in phrases, then frames of those not found at all.
    `named`: the slot types whose values are names (see places.Search); nothing is asked for them.
    """
    said: dict[Asked, str] = {}
    searches = [Search(windows.text_of(pair.source), windows.text_of(pair.target, language.carry.around), said, language, named) for pair in pairs]
    found = [choose(search, pair.slots) for search, pair in zip(searches, pairs, strict=True)]
    if ask.mark is not None:
        asks = {number: to_mark(pair, language, named) for number, pair in enumerate(pairs) if _unsure(pair, found[number], SURE)}
        answers = ask.mark(list(dict.fromkeys(one for one in asks.values() if one[1])))
        for number, asked in asks.items():
            if asked in answers:
                searches[number] = replace(searches[number], tagged=_tagged(pairs[number], asked, answers[asked]))
                found[number] = choose(searches[number], pairs[number].slots)
    if ask.attend is not None:
        looked = [number for number, pair in enumerate(pairs) if _asked_for(_unsure(pair, found[number], SURE), language, named)]
        for number, attention in zip(looked, ask.attend([(pairs[number].source, pairs[number].target) for number in looked]), strict=True):
            searches[number] = replace(searches[number], attention=attention)
    for wanted in (values.alone, values.phrases, _frames) if language.carry.around else (values.alone, _frames):
        wants: dict[int, list[Asked]] = {}
        for number, (pair, places) in enumerate(zip(pairs, found, strict=True)):
            kinds = SURE if wanted is not _frames else METHODS
            unsure = _asked_for(_unsure(pair, places, kinds), language, named)
            wants[number] = [one for slot in unsure for one in wanted(slot, pair.source)]
        said |= ask.say([one for one in dict.fromkeys(chain.from_iterable(wants.values())) if one not in said])
        found = [choose(searches[number], pairs[number].slots) if wants[number] else places for number, places in enumerate(found)]
    return [_carried(pair, search.target, places) for pair, search, places in zip(pairs, searches, found, strict=True)]


def _unsure(pair: Pair, places: Mapping[int, Place], kinds: Sequence[str]) -> list[Slot]:
    """The slots not found, or by other methods than these."""
    return [slot for one, slot in enumerate(pair.slots) if one not in places or places[one].method not in kinds]


def _asked_for(slots: Sequence[Slot], language: Language, named: frozenset[str]) -> list[Slot]:
    """Those that an engine is asked about: names stay as they are, and what a rule may say is found by it or not at all."""
    return [slot for slot in slots if slot.name not in named and rules.units(slot.value, language.carry) is None]


def to_shield(carried: Carried, named: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names that were not carried: an utterance is worth translating again with them shielded."""
    return tuple(sorted({slot.value for slot in carried.failed if slot.name in named or values.names_in(slot.value)}))


def to_mark(pair: Pair, language: Language, named: frozenset[str] = frozenset()) -> marked.Asked:
    """The utterance, and which of its slots are marked: all but names and what a rule finds."""
    return pair.source, tuple((slot.start, slot.end) for slot in _asked_for(pair.slots, language, named))


def _tagged(pair: Pair, asked: marked.Asked, answer: marked.Marked) -> dict[Slot, tuple[str, Span]]:
    by_span = {(slot.start, slot.end): slot for slot in pair.slots}
    return {by_span[asked[1][number]]: (answer.text, span) for number, span in answer.spans.items()}


def _frames(slot: Slot, source: str) -> list[Asked]:
    """The utterance with the value shielded, if the value is one piece of it and not all of it."""
    once = source.strip() != slot.value and len(re.findall(rf"(?<!\w){re.escape(slot.value)}(?!\w)", source)) == 1
    return [(source, (slot.value,))] if once else []


def _carried(pair: Pair, target: Text, places: Mapping[int, Place]) -> Carried:
    moved = [
        replace(pair.slots[one], value=target.slice(place.start, place.end), start=target.places[place.start][0], method=place.method)
        for one, place in places.items()
    ]
    return Carried(tuple(sorted(moved, key=lambda slot: slot.start)), tuple(slot for one, slot in enumerate(pair.slots) if one not in places))
