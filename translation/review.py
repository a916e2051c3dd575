"""review: a blind sample of judged rows for people to read, with the weight that each row stands for.

Strata are the gate's decisions: quarantined, retried, marked, clean. Half of the sample is clean rows and half is flagged ones, shared
evenly among the flagged strata, so that rare decisions are seen often enough. Within a stratum the rows are ordered by label and drawn
systematically from a random start, which stratifies by label too: each label gets its share to within one row, also where there are
more labels than rows to draw, and every row of a stratum has the same chance n/N (Cochran 1977, Sampling Techniques, 3rd edition, ISBN
0-471-16240-X, chapters 5 and 8). A row that was drawn stands for N/n rows.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.records import read, read_lines
from templates.refusal import Refusal
from templates.slots import Slot
from templates.store import digest, write_json
from translation.gate_report import Decision, state_of

STRATA = ("quarantined", "retried", "marked", "clean")


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of a published run: the record as it left the gate, and what the gate decided."""

    record: Record
    stratum: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows drawn from one benchmark of one run, in the order of the sheet. `sizes`: rows of each stratum in the run. `key` names the
    sample in the sheet and says nothing of the gate. `seen`: id -> digest_of of every row of the run, drawn or not."""

    key: str
    language: str
    study: str
    benchmark: str
    run: str
    seed: int
    sizes: Mapping[str, int]
    rows: tuple[Judged, ...]
    seen: Mapping[str, str] = field(default_factory=dict)


def digest_of(record: Record, *, kept: bool) -> str:
    """Tells whether a row is what it was: its text, and whether the gate kept it."""
    return digest([dict(record.fields), kept])[:12]


def stratum_of(decision: Decision, flags: Sequence[str]) -> str:
    """The stratum of a row as the gate judged it."""
    return state_of(decision, flags)


def judged_in(run: Path, benchmark: Benchmark) -> list[Judged]:
    """The rows of a published run in the source's order."""
    gate, folder = run / "gate" / benchmark.name / "rows.jsonl", run / "records"
    if not gate.is_file():
        raise Refusal(f"{gate}: not found, so the run was never judged; make the run again.")
    parts = (folder / f"{benchmark.name}.jsonl", folder / f"{benchmark.name}.quarantine.jsonl")
    by_id = {record.id: record for path in parts for record in read(path, benchmark)}
    found = []
    for number, raw in read_lines(gate):
        record = by_id.get(raw["id"])
        if record is None:
            raise Refusal(f"{gate}, line {number}: row {raw['id']!r} is in no file of {folder}; make the run again.")
        found.append(Judged(record, stratum_of(raw["decision"], raw["flags"])))
    return found


def shares(sizes: Mapping[str, int], rows: int) -> dict[str, int]:
    """How many rows to draw of each stratum: half clean, half flagged in even shares; what a stratum lacks goes to the others."""
    wanted = dict.fromkeys(sizes, 0)
    for drawn in range(min(rows, sum(sizes.values()))):
        lacking = [name for name in sizes if wanted[name] < sizes[name]]
        flagged = [name for name in lacking if name != "clean"]
        clean = "clean" in lacking and (not flagged or 2 * wanted["clean"] <= drawn)
        wanted["clean" if clean else min(flagged, key=wanted.__getitem__)] += 1
    return wanted


def draw(judged: Sequence[Judged], *, language: str, study: str, benchmark: str, run: str, rows: int, seed: int) -> Sample:
    """Draw up to `rows` rows; the same run and seed give the same sample."""
    if rows < 1:
        raise Refusal(f"a sample of {rows} rows cannot be drawn; ask for at least one with --rows.")
    by_stratum = {name: [one for one in judged if one.stratum == name] for name in STRATA}
    sizes = {name: len(found) for name, found in by_stratum.items()}
    chosen: list[Judged] = []
    for name, count in shares(sizes, rows).items():
        chosen += _systematic(by_stratum[name], count, random.Random(f"{seed} {benchmark} {name}"))
    random.Random(f"{seed} {benchmark} order").shuffle(chosen)
    key = digest([language, study, benchmark, run, seed, [one.record.id for one in chosen]])[:8]
    seen = {one.record.id: digest_of(one.record, kept=one.stratum != "quarantined") for one in judged}
    return Sample(key, language, study, benchmark, run, seed, sizes, tuple(chosen), seen)


def _systematic(rows: Sequence[Judged], count: int, chance: random.Random) -> list[Judged]:
    """`count` rows in even steps through the rows in the order of their labels, from a random start."""
    if not count:
        return []
    mixed = chance.sample(rows, len(rows))
    mixed.sort(key=lambda one: one.record.label)
    step = len(mixed) / count
    start = chance.random() * step
    return [mixed[min(int(start + number * step), len(mixed) - 1)] for number in range(count)]


def path_of(out: Path, language: str, key: str) -> Path:
    """Where a sample's key is kept: what the sheet must not say."""
    return out / ".reviews" / language / "samples" / f"{key}.json"


def save(sample: Sample, out: Path) -> None:
    """Keep what the sheet leaves out, and what was shown, so that a sheet can be read when the run is long gone."""
    write_json(path_of(out, sample.language, sample.key), asdict(sample))


def load(path: Path) -> Sample:
    """Read back what `save` wrote."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(Judged(_record(row["record"]), row["stratum"]) for row in raw.pop("rows"))
        return Sample(**raw, rows=rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(f"{path}: cannot be read ({error}); export a new sheet.") from error


def _record(raw: dict[str, Any]) -> Record:
    slots = {name: tuple(Slot(**slot) for slot in raw[name]) for name in ("slots", "source_slots")}
    return Record(**{**raw, **slots, "flags": tuple(raw["flags"]), "reasons": tuple(raw["reasons"])})
