"""verdicts: what reviewers decided about rows, as overrides.

A correction replaces the text, `ok` releases a quarantined row, `wrong-label` and an uncorrected `major` keep a row out. `ok` of a kept row
and an uncorrected `minor` decide nothing. Where reviewers want different things, nothing is written: they have to settle it; nor does one reviewer's
word take the place of what another corrected before. The sheet is
blind: an `ok` of a row whose text is not sound (a slot is lost) is a verdict like any other, and it releases nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from templates.benchmark import Benchmark, Record
from templates.refusal import Refusal
from templates.slots import Slot, parse_markup
from translation.gates import slots as slots_gate
from translation.gates import structure
from translation.overrides import Override, applied, source_digest
from translation.review_sheet import Filled


@dataclass(frozen=True, slots=True)
class Decided:
    """The overrides that follow, the ids of the rows on which reviewers want different things, and of those that were found good and yet
    cannot be released without a correction: id -> why."""

    overrides: tuple[Override, ...]
    unsettled: tuple[str, ...]
    unsound: Mapping[str, str]


def decide(filled: Iterable[Filled], benchmark: Benchmark, *, when: str) -> Decided:
    """What all reviewers of one benchmark decided; a Refusal for a correction that could not stand."""
    by_row: dict[str, list[Filled]] = {}
    for one in filled:
        by_row.setdefault(one.row.record.id, []).append(one)
    overrides: list[Override] = []
    unsettled: list[str] = []
    unsound: dict[str, str] = {}
    for name, said in by_row.items():
        wanted = [(one, override_of(one, benchmark, when=when)) for one in said if one.verdict != "minor" or one.corrections]
        if len({_effect(override) for _, override in wanted}) > 1:
            unsettled.append(name)
        elif wanted and (wanted[0][1].quarantines or wanted[0][1].corrected):
            overrides.append(min((override for _, override in wanted), key=lambda override: override.verdict != "wrong-label"))
        elif wanted and wanted[0][0].row.stratum == "quarantined":
            wrong = _wrong(_source(wanted[0][0].row.record), wanted[0][1], benchmark)
            if wrong:
                unsound[name] = wrong[0]
            else:
                overrides.append(wanted[0][1])
    return Decided(tuple(overrides), tuple(unsettled), unsound)


def replaced(old: Iterable[Override], new: Iterable[Override]) -> list[tuple[Override, Override]]:
    """Each earlier override that a new one takes the place of, with that one; the same word again is no other."""
    before = {one.id: one for one in old}
    return [(before[one.id], one) for one in new if one.id in before and replace(one, when=before[one.id].when) != before[one.id]]


def kept_corrections(decided: Decided, old: Iterable[Override]) -> Decided:
    """What was decided, without what would take the place of a correction that another reviewer wrote before: that row is unsettled, and the correction
    stays until its own reviewer takes it back."""
    before = {one.id: one for one in old if one.corrected and not one.quarantines}
    against = [one for one in decided.overrides if one.id in before and one.reviewer != before[one.id].reviewer and _effect(one) != _effect(before[one.id])]
    names = {one.id for one in against}
    return replace(decided, overrides=tuple(one for one in decided.overrides if one.id not in names), unsettled=(*decided.unsettled, *names))


def _effect(override: Override) -> tuple[object, ...]:
    """What it does to its row; two of the same effect agree."""
    return ("out",) if override.quarantines else (*override.fields.items(), *((slot.name, slot.start, slot.value) for slot in override.slots))


def override_of(one: Filled, benchmark: Benchmark, *, when: str) -> Override:
    """One reviewer's word as an override."""
    record = one.row.record
    fields, slots = {**record.fields, **one.corrections}, record.slots
    if benchmark.slots_in in one.corrections:
        fields[benchmark.slots_in], slots = _marked(one, record, benchmark)
    source = _source(record)
    override = Override(record.id, source_digest(source), record.label, fields, slots, bool(one.corrections), one.verdict, one.reviewer, when)
    wrong = _wrong(source, override, benchmark) if one.corrections else []
    if wrong:
        raise Refusal(f"{one.where}: the text is not sound ({wrong[0]}); mend the correction.")
    return override


def _source(record: Record) -> Record:
    return Record(record.id, dict(record.source or {}), record.label, record.group, slots=record.source_slots)


def _marked(one: Filled, record: Record, benchmark: Benchmark) -> tuple[str, tuple[Slot, ...]]:
    """The corrected utterance and its slots, which must be of the same types as the English ones."""
    name = f"correction.{benchmark.slots_in}"
    try:
        text, slots = parse_markup(one.corrections[benchmark.slots_in])
    except ValueError as error:
        raise Refusal(f"{one.where}: {name}, {error}; mark slots as [slot : value].") from error
    ours, theirs = Counter(slot.name for slot in record.source_slots), Counter(slot.name for slot in slots)
    if ours != theirs:
        marked, needed = (", ".join(sorted(kinds.elements())) or "no slot" for kinds in (theirs, ours))
        raise Refusal(f"{one.where}: {name} marks {marked}, the English has {needed}; mark the same slots, each as [slot : value].")
    return text, tuple(replace(slot, method="human") for slot in slots)


def _wrong(source: Record, override: Override, benchmark: Benchmark) -> list[str]:
    """Why the gate would have to quarantine the text all the same: a person's text too must be sound."""
    target = applied(source, replace(override, verdict="ok"))
    assert target is not None
    wrong = [*structure.score(source, target, benchmark.fields).differs]
    if benchmark.slot_words:
        found = slots_gate.score(source, target, benchmark.slots_in)
        wrong += [] if slots_gate.accept(found, slots_gate.Settings()) else [slots_gate.reason(found, slots_gate.Settings())]
    return [*wrong, *(f"{name} is empty" for name in benchmark.fields if not target.fields[name].strip())]
