"""Slots through translation: say the natural utterance, not its markup, and find each slot's value in what was said.

Translate-and-locate: the value is translated alone and in short phrases, and looked for in the translated utterance; the surest way
that finds it decides, and the slot says which (`places.METHODS`). What is still missing is sought by its frame: the utterance is
translated again with the value shielded, and what stands between the same neighbours is it. Untuned translators keep no markers
(https://github.com/OpenNMT/CTranslate2/issues/1798), which rules out mark-then-translate (EasyProject, Chen et al. 2023,
https://arxiv.org/abs/2211.15613). FitzGerald et al. 2022 (https://arxiv.org/abs/2204.08582) tell values translated, localised and
unchanged apart as the methods here do. Offsets count code points of the translation as it stands.
Misses: a value that the translator says one way alone and another way in the sentence; a wrong translation said both times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from templates.language import Language
from templates.slots import Slot
from translation import rules, values, windows
from translation.places import METHODS, SURE, Place, Search, choose
from translation.values import Asked
from translation.windows import Text

Say = Callable[[Sequence[Asked]], Mapping[Asked, str]]


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


def carry(pairs: Sequence[Pair], *, say: Say, language: Language, named: frozenset[str] = frozenset()) -> list[Carried]:
    """Find every slot of every pair. What has to be translated for it goes to `say` in at most three calls for the whole set.

    First the values that stand neither unchanged nor by a rule in the translation, then phrases of those that were not found word
    for word, then frames of those not found at all. `say` leaves a text out where a shielded value was lost. `named`: the slot types
    whose values are names (see places.Search); nothing is asked for them.
    """
    said: dict[Asked, str] = {}
    searches = [Search(windows.text_of(pair.source), windows.text_of(pair.target, language.carry.around), said, language, named) for pair in pairs]
    found = [choose(search, pair.slots) for search, pair in zip(searches, pairs, strict=True)]
    for wanted in (values.alone, values.phrases, _frames) if language.carry.around else (values.alone, _frames):
        asked: dict[int, list[Asked]] = {}
        for number, (pair, places) in enumerate(zip(pairs, found, strict=True)):
            kinds = SURE if wanted is not _frames else METHODS
            unsure = [slot for one, slot in enumerate(pair.slots) if slot.name not in named and (one not in places or places[one].method not in kinds)]
            asked[number] = [one for slot in unsure for one in wanted(slot, pair.source) if rules.units(slot.value, language.carry) is None]
        said |= say([one for one in dict.fromkeys(chain.from_iterable(asked.values())) if one not in said])
        found = [choose(searches[number], pairs[number].slots) if asked[number] else places for number, places in enumerate(found)]
    return [_carried(pair, search.target, places) for pair, search, places in zip(pairs, searches, found, strict=True)]


def to_shield(carried: Carried, named: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names that were not carried: an utterance is worth translating again with them shielded."""
    return tuple(sorted({slot.value for slot in carried.failed if slot.name in named or values.names_in(slot.value)}))


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
