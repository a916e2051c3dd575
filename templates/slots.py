"""Slots: named pieces of an utterance, and the markup `wake me at [time : five am]` that NLU-Evaluation-Data and MASSIVE share.

Liu et al. 2019, https://arxiv.org/abs/1903.05566; FitzGerald et al. 2022, https://arxiv.org/abs/2204.08582. Offsets count Unicode
code points of the utterance. Slots do not nest and do not overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """`value` stands at `start` in its utterance. `method` says how it was carried into another language; empty in the source."""

    name: str
    value: str
    start: int
    method: str = ""

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.value)


def parse_markup(annotated: str) -> tuple[str, tuple[Slot, ...]]:
    """(utterance, slots) of `[name : value]` markup. A value may hold colons; brackets must pair and must not nest (ValueError)."""
    text, slots, place = "", [], 0
    while place < len(annotated):
        opened = annotated.find("[", place)
        closed = annotated.find("]", place)
        if opened < 0 or 0 <= closed < opened:
            if closed >= 0:
                raise ValueError(f"column {closed + 1}: ']' closes nothing in {annotated!r}")
            text += annotated[place:]
            break
        text += annotated[place:opened]
        if closed < 0:
            raise ValueError(f"column {opened + 1}: '[' is never closed in {annotated!r}")
        if annotated.find("[", opened + 1, closed) >= 0:
            raise ValueError(f"column {opened + 1}: a slot inside a slot in {annotated!r}")
        name, colon, value = (piece.strip() for piece in annotated[opened + 1 : closed].partition(":"))
        if not colon or not name or not value:
            raise ValueError(f"column {opened + 1}: write [name : value], found {annotated[opened : closed + 1]!r}")
        slots.append(Slot(name, value, len(text)))
        text += value
        place = closed + 1
    return text, tuple(slots)


def render_markup(utterance: str, slots: Sequence[Slot]) -> str:
    """The utterance with its slots marked; ValueError if a slot is not where it says, or brackets would be ambiguous."""
    check(utterance, slots)
    if any(mark in utterance for mark in "[]"):
        raise ValueError(f"the utterance holds a bracket: {utterance!r}")
    out, place = "", 0
    for slot in slots:
        out += f"{utterance[place : slot.start]}[{slot.name} : {slot.value}]"
        place = slot.end
    return out + utterance[place:]


def check(utterance: str, slots: Sequence[Slot]) -> None:
    """ValueError unless every slot stands where it says, in order, without overlap."""
    place = 0
    for slot in slots:
        if slot.start < place:
            raise ValueError(f"slot {slot.name!r} ({slot.value!r}) overlaps or precedes the one before it in {utterance!r}")
        if not slot.value or utterance[slot.start : slot.end] != slot.value:
            raise ValueError(f"slot {slot.name!r} ({slot.value!r}) does not stand at {slot.start} in {utterance!r}")
        place = slot.end
