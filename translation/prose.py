"""Prose: the texts of a row without the names that its slots keep letter by letter, for checks that ask whether it was translated.

"spela the time machine" is a translation: a title stays, and that it does is marked apart (slot-copied). Names become blanks, so that places
in the text stay. Misses: a title that has one of its own in the language; a game or a list that is kept is prose.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from templates.benchmark import Benchmark, Record
from templates.slots import Slot

COPIED = "copy"  # the method of a slot whose value was kept (slots.carry)


def texts(gate: ModuleType, name: str, source: Record, target: Record, benchmark: Benchmark) -> tuple[str, str]:
    """What the check is to compare in the field: both texts, without kept names where the check is of PROSE and anything else was translated."""
    ours, theirs = source.fields[name], target.fields.get(name, "")
    if name != benchmark.slots_in or not getattr(gate, "PROSE", False):
        return ours, theirs
    kept = [slot for slot in target.slots if slot.method == COPIED and slot.name in benchmark.slot_names]
    values = {(slot.name, slot.value) for slot in kept}
    rest = _blanked(ours, (slot for slot in source.slots if (slot.name, slot.value) in values)), _blanked(theirs, kept)
    return (ours, theirs) if _words(rest[0]) == _words(rest[1]) else rest


def _blanked(text: str, slots: Iterable[Slot]) -> str:
    for slot in slots:
        text = text[: slot.start] + " " * len(slot.value) + text[slot.start + len(slot.value) :]
    return text


def _words(text: str) -> list[str]:
    return text.casefold().split()
