"""slots: was every slot of the utterance carried into the translation, and does it stand where it says?

Score: the source's slots that were not carried, what is unsound about those that were, and how many kept the English value.
Accepted when every slot of the source is there once, inside the text, without overlap, and the figures in its value have the values
that they have in the source. A label that points at nothing, or at the wrong words, teaches a model the wrong words: one lost slot
quarantines the utterance.
Misses: a slot carried to the wrong words, or to a wrong translation that stands in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from templates import slots as markup
from templates.benchmark import Record
from templates.finding import Finding
from templates.language import ENGLISH
from templates.slots import Slot
from translation.gates._numbers import compared, figures
from translation.gates._pieces import pieces
from translation.shares import Share

NAME = "slots"
SCOPE = "slots"

APART = re.compile(r"\b(\d{1,2}) ([0-5]\d)\b(?![\s\d]*\d)")  # "7 30" is how a speech recogniser writes 7:30
RIGHT = ("human", "rule")
UNCHANGED = "copy"  # Slot.method of a value that is the same in both languages


@dataclass(frozen=True, slots=True)
class Settings:
    """`carried_*`: carried slots of all in the set, and of each type that occurs `often` or more; the project's own lines."""

    carried_pass: float = 0.95
    carried_warn: float = 0.85
    often: int = 20


@dataclass(frozen=True, slots=True)
class Score:
    """`slots` in the source; the lost as "time 'five am'"; what is unsound; `text` they were looked for in; `unchanged` values.

    `pieces`: the values that may be lost, in the source, and those that are unsound, in the target.
    """

    slots: int
    lost: tuple[str, ...]
    unsound: tuple[str, ...]
    text: str
    unchanged: int
    pieces: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def lost(source: Sequence[Slot], target: Sequence[Slot]) -> list[str]:
    """Source slots without a partner of their name. Where some slots of a name are there, all its values are named: they are not told apart."""
    missing = Counter(slot.name for slot in source) - Counter(slot.name for slot in target)
    values: dict[str, list[str]] = {}
    for slot in source:
        values.setdefault(slot.name, []).append(repr(slot.value))
    return [f"{name} {(' and ' if count == len(values[name]) else ' or ').join(values[name])}" for name, count in missing.items()]


def score(source: Record, target: Record, slots_in: str) -> Score:
    """Compare the slots of the two records; they are pieces of the field `slots_in`."""
    text = target.fields.get(slots_in, "")
    unsound = []
    try:
        markup.check(text, target.slots)
    except ValueError as error:
        unsound.append(str(error))
    added = Counter(slot.name for slot in target.slots) - Counter(slot.name for slot in source.slots)
    unsound += [f"{name} is not in the source" for name in added.elements()]
    if target.source_slots and target.source_slots != source.slots:
        unsound.append("its English slots are not the source's")
    changed, added_names = list(_changed(source.slots, target.slots)), set(added)
    unsound += [f"{ours.name} {ours.value!r} became {theirs.value!r}, another number" for ours, theirs in changed]
    missing = set(Counter(slot.name for slot in source.slots) - Counter(slot.name for slot in target.slots))
    ours = tuple(slot.value for slot in source.slots if slot.name in missing or any(slot is other for other, _ in changed))
    theirs = tuple(slot.value for slot in target.slots if slot.name in added_names or any(slot is other for _, other in changed))
    unchanged = sum(slot.method == UNCHANGED for slot in target.slots)
    return Score(len(source.slots), tuple(lost(source.slots, target.slots)), tuple(unsound), text, unchanged, (ours, theirs))


def _changed(source: Sequence[Slot], target: Sequence[Slot]) -> Iterator[tuple[Slot, Slot]]:
    """Slots of one name, in order, whose values hold figures on both sides that disagree; a figure may become a word, and slots may change places. What
    a person marked, or the rule of the language for such a value found ("halv 8" for 7:30), is right."""
    for name in dict.fromkeys(slot.name for slot in source):
        ours, theirs = [slot for slot in source if slot.name == name], [slot for slot in target if slot.name == name]
        if len(ours) != len(theirs) or not _disagree(ours, theirs):
            continue
        for one, other in zip(ours, theirs, strict=True):
            if other.method not in RIGHT and _disagree([one], [other]):
                yield one, other


def _disagree(source: Sequence[Slot], target: Sequence[Slot]) -> bool:
    """Whether the figures of these values, put together, do."""
    said, moved = (" ; ".join(APART.sub(r"\1.\2", slot.value) for slot in slots) for slots in (source, target))
    return bool(figures(said, ENGLISH) and figures(moved, "") and all(compared(said, moved, "")[1:]))


def judged(score: Score, settings: Settings) -> bool:
    """False for an utterance without slots."""
    return score.slots > 0 or bool(score.unsound)


def accept(score: Score, settings: Settings) -> bool:
    """True where nothing is lost and nothing is unsound."""
    return not score.lost and not score.unsound


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return "; ".join([*(f"{slot} is not in the translation {score.text!r}" for slot in score.lost), *score.unsound])


def suspicion(score: Score) -> float:
    """Slots lost or unsound."""
    return float(len(score.lost) + len(score.unsound))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return "every slot of the source carried once, inside the text, without overlap, its figures unchanged"


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The values in the source that may be lost, those in the target that are unsound."""
    return pieces(source, score.pieces[0]), pieces(target, score.pieces[1])


def of_set(carried: Mapping[str, Share], settings: Settings, *, where: str) -> Iterator[Finding]:
    """What the set does not reach: the share of slots carried, over all and over each type (type -> its share) that occurs often enough."""
    overall = Share(sum(one.hits for one in carried.values()), sum(one.of for one in carried.values()))
    if overall.of and overall.value < settings.carried_pass:
        what = f"{100 * overall.value:.1f} % of {overall.of:,} slots were carried; a pass needs {100 * settings.carried_pass:g} %"
        yield Finding("slots-carried", where, what, "error" if overall.value < settings.carried_warn else "warning")
    for name, one in sorted(carried.items()):
        if one.of >= settings.often and one.value < settings.carried_warn:
            what = f"{one.hits:,} of {one.of:,} slots {name} were carried; a pass needs {100 * settings.carried_warn:g} %"
            yield Finding("slots-carried", where, what, "warning")
