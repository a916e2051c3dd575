"""Slots: faults of labelled pieces of an utterance; and how to put such pieces in."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from templates.slots import Slot
from translation.faults.pool import Pool, names_of
from translation.faults.prose import Planted, close_of
from translation.gold import Pair

VALUES = (("person", "Anna Berg"), ("place_name", "Oslo"), ("time", "7:30"), ("business_name", "Volvo"), ("song_name", "Waterloo"), ("date", "2024-05-17"))


def with_slot(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """One or two slots: a name that both sides share, or a value put at the end, or before the text."""
    names = [name for name in names_of(pair) if pair.source.count(name) == pair.target.count(name) == 1]
    name, value = rng.choice(VALUES)
    if rng.random() < 0.5:
        ours, theirs = f"{value}: {pair.source}", f"{value}: {pair.target}"
    else:
        ours, theirs = (f"{text[: close_of(text)]}, {value}{text[close_of(text) :]}" for text in (pair.source, pair.target))
    put = [(name, value), *([("person", rng.choice(names))] if names else [])]
    sides = []
    for text in (ours, theirs):
        found = sorted((Slot(kind, word, text.index(word)) for kind, word in put if text.count(word) == 1), key=lambda slot: slot.start)
        sides.append(tuple(found))
    source, target = sides
    both = {slot.value for slot in source} & {slot.value for slot in target}
    carried = tuple(replace(slot, method="copy") for slot in target if slot.value in both)
    return Pair(ours, theirs, tuple(slot for slot in source if slot.value in both), carried)


def slot_lost(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A slot is not carried, its value is gone from the text, or it points beside its value."""
    if not pair.target_slots:
        return None
    form, slot = rng.choice(("not carried", "value gone", "beside")), rng.choice(pair.target_slots)
    others = tuple(other for other in pair.target_slots if other != slot)
    if form == "not carried":
        return form, replace(pair, target_slots=others)
    if form == "value gone":
        return form, replace(pair, target=pair.target[: slot.start] + pair.target[slot.end :])
    moved = replace(slot, start=slot.start + rng.choice((-1, 1, 2)) if slot.start else 1)
    return form, replace(pair, target_slots=tuple(sorted((*others, moved), key=lambda one: one.start)))
