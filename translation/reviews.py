"""reviews: what people said of the rows of a benchmark, sample by sample, in `.reviews/<language>/<benchmark>.json` below the runs' folder.

Each sample keeps every verdict with its reviewer, so that sheets that come in later add to it instead of taking its place: a verdict
gives way only to another one of the same reviewer on the same row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from templates.benchmark import Record
from templates.refusal import Refusal
from templates.store import write_json
from translation import review
from translation.gate_report import HUMAN, REFUSED
from translation.review import Sample
from translation.review_sheet import Filled

TOLD = ("sample", "when", "reviewers", "verdicts", "strata", "kept", "all", "gate", "pairs")  # of a sample, on the gate's page
Entry = dict[str, Any]  # the numbers of one sample (Agreement.to_json), its `votes` and its `imports`


@dataclass(frozen=True, slots=True)
class Added:
    """All verdicts on a sample, the earlier ones included, and in words which of those gave way. `new`: whether anything was added."""

    filled: list[Filled]
    replaced: tuple[str, ...]
    new: bool


def path_of(out: Path, language: str, benchmark: str) -> Path:
    """Where the reviews of a benchmark in a language are kept."""
    return out / ".reviews" / language / f"{benchmark}.json"


def read(path: Path) -> dict[str, Entry]:
    """Sample's key -> what was found, in the order in which samples were first read; none where there is no file."""
    if not path.is_file():
        return {}
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        samples: dict[str, Entry] = dict(raw["samples"]) if "samples" in raw else {raw["sample"]: raw}  # once a file held the numbers of one sample
        return {key: one for key, one in samples.items() if _told(one)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{path}: is not what review --import writes ({type(error).__name__}: {error}); move it away and import the sheets again.") from error


def write(path: Path, samples: Mapping[str, Entry]) -> None:
    """Write all samples, atomically."""
    write_json(path, {"samples": dict(samples)})


def votes_of(filled: Iterable[Filled]) -> list[dict[str, str]]:
    """The verdicts as they are kept."""
    return [{"id": one.row.record.id, "reviewer": one.reviewer, "verdict": one.verdict} for one in filled]


def add(sample: Sample, before: Entry | None, filled: Sequence[Filled]) -> Added:
    """The verdicts of the sheets at hand on top of those that were read earlier."""
    if before is None:
        return Added(list(filled), (), new=True)
    if "votes" not in before:
        return Added(list(filled), (f"the numbers of sample {sample.key} of {before.get('when', 'then')}, which kept no single verdicts",), new=True)
    rows = {one.record.id: one for one in sample.rows}
    earlier = [(vote["id"], vote["reviewer"], vote["verdict"]) for vote in before["votes"]]
    now = {(one.row.record.id, one.reviewer): one for one in filled}
    kept = [Filled(sample, rows[row], verdict, {}, who, "", "read earlier") for row, who, verdict in earlier if (row, who) not in now]
    replaced = [f"row {row}: {who}'s {old} by {now[row, who].verdict}" for row, who, old in earlier if (row, who) in now and now[row, who].verdict != old]
    known = set(earlier)
    new = any((row, who, one.verdict) not in known for (row, who), one in now.items())
    return Added([*kept, *filled], tuple(replaced), new)


def of_rows(out: Path, language: str, benchmark: str, records: Iterable[Record], *, quarantined: Iterable[Record]) -> Entry | None:
    """What people found in these very rows, `records` kept and others `quarantined`; None where nobody reviewed them, or only other translations.

    Rows count as the same if text and decision are what they were when the sample was drawn; those that people themselves changed
    since (`changed`) are let pass. Of several samples the one with the most reviewed rows speaks.
    """
    now = {record.id: (record, kept) for part, kept in ((records, True), (quarantined, False)) for record in part}
    found: list[tuple[int, str, Entry]] = []
    for key, entry in read(path_of(out, language, benchmark)).items():
        place = review.path_of(out, language, key)
        seen = review.load(place).seen if place.is_file() else {}
        if not seen or seen.keys() != now.keys():
            continue
        moved = [record for name, (record, kept) in now.items() if review.digest_of(record, kept=kept) != seen[name]]
        if all(HUMAN in record.flags or any(reason.startswith(REFUSED) for reason in record.reasons) for record in moved):
            rows = sum(one["reviewed"] for one in entry["strata"].values())
            found.append((rows, str(entry["when"]), {**_told(entry), "rows": rows, "changed": len(moved)}))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _told(entry: Entry) -> Entry:
    """What the gate's page says of a review."""
    return {name: entry[name] for name in TOLD}
