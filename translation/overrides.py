"""overrides: what people decided about single rows; it wins over the machine for as long as the English stays the same.

`./lingraft/overrides/<language>/<benchmark>.jsonl`, a line a row, in the user's own folder, so that it outlives runs, engines and
refreshes. What a line does follows from its verdict and its text:

    text other than the machine's   a correction: it takes the place of the translation, and the gate keeps it unless its structure is broken
    ok                              the text is released: kept as it stands, also once another engine would say it otherwise
    wrong-label                     the row is quarantined, for as long as its label stays
    major, with the text as it was  the row is quarantined, for as long as the machine says the same
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, replace
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.catalogue import check_name, user_home
from templates.records import need_text, read_lines
from templates.refusal import Refusal
from templates.slots import Slot, check
from templates.store import digest, write_atomic
from translation.gate_report import HUMAN, REFUSED

log = logging.getLogger(__name__)

VERDICTS = ("ok", "minor", "major", "wrong-label")
KEYS = ("id", "source_sha256", "label", "fields", "slots", "corrected", "verdict", "reviewer", "when")


@dataclass(frozen=True, slots=True)
class Override:
    """One person's word on one row. `fields` and `slots`: the text that was approved, corrected or refused; `source_sha256`: of the
    English it was judged against (source_digest), `label` the label it had. `when`: ISO 8601."""

    id: str
    source_sha256: str
    label: str
    fields: Mapping[str, str]
    slots: tuple[Slot, ...]
    corrected: bool
    verdict: str
    reviewer: str
    when: str

    @property
    def quarantines(self) -> bool:
        """Whether it keeps its row out."""
        return self.verdict == "wrong-label" or (self.verdict == "major" and not self.corrected)


@dataclass(frozen=True, slots=True)
class Applied:
    """The records as they go to the gate, and how many overrides did what; `void`: the ids of those whose English or label was changed."""

    records: list[Record]
    counts: Mapping[str, int] = field(default_factory=dict)
    void: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What gate.json says of it."""
        return {**self.counts, "void_ids": list(self.void)}


def source_digest(source: Record) -> str:
    """sha256 of the English fields and slots."""
    return digest([dict(source.fields), _places(source.slots)])


def _places(slots: Sequence[Slot]) -> list[list[str | int]]:
    """Slots without how they were carried."""
    return [[slot.name, slot.value, slot.start] for slot in slots]


def path_of(language: str, benchmark: str) -> Path:
    """Where the overrides of a benchmark in a language lie."""
    return user_home() / "overrides" / check_name(language, "language") / f"{check_name(benchmark, 'benchmark')}.jsonl"


def read(path: Path, benchmark: Benchmark) -> list[Override]:
    """The overrides of the file, strictly; none where there is no file."""
    if not path.is_file():
        return []
    found: dict[str, Override] = {}
    for number, raw in read_lines(path):
        try:
            one = _override(raw, benchmark)
        except (ValueError, KeyError, TypeError) as error:
            said = f"key {error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
            raise Refusal(f"{path}, line {number}: {said}; an override holds {', '.join(KEYS)}: mend the line or delete it.") from error
        if one.id in found:
            raise Refusal(f"{path}, line {number}: id {one.id!r} stands here for the second time; keep one of the two lines.")
        found[one.id] = one
    return list(found.values())


def _override(raw: Mapping[str, Any], benchmark: Benchmark) -> Override:
    unknown = [key for key in raw if key not in KEYS]
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")
    if raw["verdict"] not in VERDICTS:
        raise ValueError(f"verdict {raw['verdict']!r} is none of {', '.join(VERDICTS)}")
    if not isinstance(raw["corrected"], bool):
        raise ValueError("corrected must be true or false")
    if set(raw["fields"]) != set(benchmark.fields):
        raise ValueError(f"fields are {', '.join(raw['fields'])}, those of {benchmark.name} are {', '.join(benchmark.fields)}")
    pinned = raw["verdict"] == "ok" or raw["corrected"]
    fields = {name: need_text(raw["fields"], name) if pinned else str(raw["fields"][name]) for name in benchmark.fields}
    if raw["label"] not in benchmark.labels:
        raise ValueError(f"label {raw['label']!r} is none of {benchmark.name}'s ({_few(benchmark.labels)})")
    if broken := next((name for name in benchmark.fields if "\0" in fields[name]), ""):
        raise ValueError(f"{broken} holds a NUL character")
    slots = _slots(raw["slots"])
    if pinned and slots:
        check(fields[benchmark.slots_in], slots)
    texts = {key: need_text(raw, key) for key in ("id", "source_sha256", "label", "verdict", "reviewer", "when")}
    return Override(**texts, fields=fields, slots=slots, corrected=raw["corrected"])


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels[:5]) + (", ..." if len(labels) > 5 else "")


def _slots(raw: Any) -> tuple[Slot, ...]:
    if not isinstance(raw, list):
        raise ValueError(f"slots must be a list, found {json.dumps(raw)[:40]}")
    known = [one.name for one in dataclass_fields(Slot)]
    needed = [one.name for one in dataclass_fields(Slot) if one.default is MISSING and one.default_factory is MISSING]
    for slot in raw:
        if not isinstance(slot, dict) or not set(needed) <= set(slot) <= set(known):
            raise ValueError(f"a slot must be an object with {', '.join(needed)}, found {json.dumps(slot, ensure_ascii=False)[:40]}")
        if not isinstance(slot["start"], int) or isinstance(slot["start"], bool) or not all(isinstance(slot[key], str) for key in ("name", "value")):
            raise ValueError(f"a slot's name and value must be text and its start a whole number, found {json.dumps(slot, ensure_ascii=False)[:60]}")
    return tuple(Slot(**slot) for slot in raw)


def write(path: Path, overrides: Iterable[Override]) -> None:
    """Write the overrides, atomically."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in overrides)
    write_atomic(path, "".join(lines).encode("utf-8"))


def merged(old: Iterable[Override], new: Iterable[Override]) -> list[Override]:
    """`new` over `old`, by id; one that says nothing new keeps its date, so that reading a sheet twice changes nothing."""
    found = {one.id: one for one in old}
    for one in new:
        before = found.get(one.id)
        found[one.id] = before if before is not None and replace(one, when=before.when) == before else one
    return list(found.values())


def applied(source: Record, override: Override, machine: Record | None = None) -> Record | None:
    """The record as the override has it (None: it says nothing any more, as the machine's translation is no longer the refused one)."""
    fields, slots = dict(override.fields), override.slots
    same = machine is not None and dict(machine.fields) == fields and _places(machine.slots) == _places(slots)
    if override.quarantines:
        if override.verdict != "wrong-label" and not same:
            return None
        what = "the label does not fit" if override.verdict == "wrong-label" else "a major fault"
        base = machine or Record(source.id, fields, source.label, source.group, source=source.fields, slots=slots, source_slots=source.slots, fold=source.fold)
        return replace(base, reasons=(*base.reasons, f"{REFUSED}{what}, says {override.reviewer}"))
    engine = machine.engine if machine is not None and same else "human"
    return Record(
        source.id, fields, source.label, source.group, dict(source.fields), engine, (HUMAN,), slots=slots, source_slots=source.slots, fold=source.fold
    )


def apply(source: Sequence[Record], translated: Sequence[Record], overrides: Sequence[Override], *, where: str) -> Applied:
    """`translated` with the overrides in place, in the source's order where rows are added. Overrides of rows not in `source` wait."""
    by_id = {row.id: row for row in translated}
    said = {one.id: one for one in overrides}
    counts = Counter(dict.fromkeys(("corrected", "released", "quarantined", "outdated", "void", "elsewhere"), 0))
    counts["elsewhere"] = len(said.keys() - {row.id for row in source})
    void: list[str] = []
    changed: dict[str, Record] = {}
    for row in source:
        one = said.get(row.id)
        if one is None:
            continue
        if source_digest(row) != one.source_sha256 or (one.verdict == "wrong-label" and one.label != row.label):
            void.append(row.id)
            continue
        record = applied(row, one, by_id.get(row.id))
        if record is None:
            counts["outdated"] += 1
            continue
        changed[row.id] = record
        counts["quarantined" if one.quarantines else "corrected" if one.corrected else "released"] += 1
    counts["void"] = len(void)
    if void:
        few = ", ".join(void[:5]) + (", ..." if len(void) > 5 else "")
        log.warning("%s: %s overrides are void, as their English or label was changed since; review these rows again: %s", where, f"{len(void):,}", few)
    if changed:
        log.info("%s: overrides: %s", where, ", ".join(f"{name} {count:,}" for name, count in counts.items() if count))
    known = {row.id for row in translated}
    records = [changed.get(row.id, row) for row in translated] + [record for name, record in changed.items() if name not in known]
    if len(records) > len(translated):
        place = {row.id: number for number, row in enumerate(source)}
        records.sort(key=lambda record: place.get(record.id, len(place)))
    return Applied(records, dict(counts), tuple(void))
