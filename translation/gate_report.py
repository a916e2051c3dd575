"""GateReport: what the gate found: every row with its scores, kept or quarantined with reasons, every check in numbers, the verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from templates.benchmark import Record
from templates.finding import Finding
from translation.shares import Share as Share
from translation.shares import percent as percent
from translation.shares import wilson as wilson

SCHEMA_VERSION = 2
LISTED = 100  # texts that became the same, named in gate.json
SAMPLES = 20  # ids named for each check
RETRIED = "retried-"  # begins the flag of a record whose translation came from a rung of the retry ladder; the rung's name follows
HUMAN = "override"  # flag of a record whose text a person wrote or approved: what would quarantine a machine's translation only marks it
REFUSED = "review: "  # begins the reason of a row that a person keeps out

Severity = Literal["critical", "major", "minor"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")
Decision = Literal["keep", "retry", "quarantine"]
State = Literal["clean", "marked", "retried", "quarantined"]  # where every row ends: exactly one of them
Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Row:
    """One source row as judged. `scores`: "check(field)" -> the check's own score, so that limits can move without scoring again;
    `suspicion`: the same as one number, higher is worse, of the checks that had an opinion. `spans`: field -> what failed checks point
    at, as [start, end] pieces of the source and of the target. `retried`: the rung of the ladder whose translation this is (decision
    "retry": kept thanks to it). `methods`: how its slots were carried.
    """

    id: str
    label: str
    source: Mapping[str, str]
    target: Mapping[str, str]
    scores: Mapping[str, Mapping[str, Any]]
    failed: tuple[str, ...]
    flags: tuple[str, ...]
    reasons: tuple[str, ...]
    decision: Decision
    suspicion: Mapping[str, float] = field(default_factory=dict)
    spans: Mapping[str, Mapping[str, tuple[tuple[int, int], ...]]] = field(default_factory=dict)
    retried: str = ""
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check over the set. `flagged.of` leaves out the rows it had no opinion on; `question` and `misses` are its own words."""

    id: str
    severity: Severity
    scope: str
    threshold: str
    flagged: Share
    samples: tuple[str, ...]
    question: str
    misses: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers of the whole set; shares 0-1.

    `penalty`: points per 100 rows. `distinct`: distinct target texts per distinct source text. `wrong_language`: of the rows long
    enough to say. `english_left`: of the source's ordinary English words, over all rows and over the kept ones. Kept are the clean,
    the `marked` (a minor check or the translator doubts something in them) and the `retried`.
    `merged`: rows whose translation is also that of another text; `leaked`: kept ones of these that another group shares.
    """

    rows: int
    kept: int
    quarantined: int
    penalty: float
    distinct: float
    wrong_language: float
    english_left: float
    english_left_kept: float
    retried: int = 0
    merged: int = 0
    leaked: int = 0
    marked: int = 0

    @property
    def clean(self) -> int:
        """Kept rows in which nothing was found, at the first attempt."""
        return self.kept - self.retried - self.marked

    @property
    def keep_rate(self) -> float:
        """Kept rows of all."""
        return self.kept / self.rows


@dataclass(frozen=True, slots=True)
class Delta:
    """One number of the set, before and now; `interval`: 95 % of the difference. `matters`: beyond chance, and in the words of `how`."""

    name: str
    before: float
    now: float
    interval: tuple[float, float]
    matters: bool
    how: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same benchmark and language in the run that was published before. `note`: what forbids or blurs the comparison."""

    run: str
    deltas: tuple[Delta, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """Different source texts that became one target: the rows, how many texts, and of the kept rows the groups and the labels (several
    labels: the same question now has two right answers)."""

    target: str
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    sources: int
    groups: int

    @property
    def leaks(self) -> bool:
        """Could the kept rows stand on both sides of a fold?"""
        return self.groups > 1


@dataclass(frozen=True, slots=True)
class Metric:
    """A score of one field against references (0-100), with its 95 % interval and sacrebleu's signature; `n` rows."""

    name: str
    field: str
    score: float
    interval: tuple[float, float]
    signature: str
    n: int


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate's whole finding. kept + quarantined = the source rows, in their order.

    `slot_types`: carried of all, by slot type; `slot_rows`: kept of the rows that hold it. `words`: what is wrong with the language's
    prompts and label words. `merged`: what became the same in translation, the largest first. `review`: what people found in these very
    rows (see reviews); None where nobody looked. `labels_back`: see set_checks.labels_back.
    """

    benchmark: str
    language: str
    language_name: str
    kept: tuple[Record, ...]
    quarantined: tuple[Record, ...]
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    labels: Mapping[str, Share]
    statistics: Statistics
    findings: tuple[Finding, ...]
    verdict: Verdict
    settings: Mapping[str, Any]
    slot_types: Mapping[str, Share] = field(default_factory=dict)
    words: tuple[Finding, ...] = ()
    previous: Comparison | None = None
    power: Mapping[str, Any] | None = None
    slot_rows: Mapping[str, Share] = field(default_factory=dict)
    merged: tuple[Merged, ...] = ()
    references: tuple[Metric, ...] = ()
    review: Mapping[str, Any] | None = None
    labels_back: Mapping[str, Share] = field(default_factory=dict)

    @property
    def marked_by(self) -> dict[str, int]:
        """Check, or word of the translator -> marked rows that it doubts, most first."""
        found = Counter(name for row in self.rows if state_of(row.decision, row.flags) == "marked" for name in {_name(flag) for flag in row.flags})
        return {name: count for name, count in found.most_common() if name != HUMAN}

    def to_json(self, *, excluded: Mapping[str, int], provenance: Mapping[str, Any]) -> dict[str, Any]:
        """The contents of gate.json. `excluded`: reason -> rows that the benchmark's own rule or sampling left out before."""
        out = sum(excluded.values())
        return {
            "schema_version": SCHEMA_VERSION,
            "success": self.verdict != "fail",
            "verdict": self.verdict,
            "benchmark": self.benchmark,
            "language": self.language,
            "language_name": self.language_name,
            "statistics": {"source": out + self.statistics.rows, "excluded": out, **asdict(self.statistics), "keep_rate": self.statistics.keep_rate},
            "excluded": dict(excluded),
            "marked_by": self.marked_by,
            "checks": self._checks_json(),
            "per_label": {label: _share_json(share, hits="kept", of="rows") for label, share in self.labels.items()},
            "per_label_back": {label: _share_json(share, hits="kept", of="rows") for label, share in self.labels_back.items()},
            "per_slot_type": {name: _slot_json(share, self.slot_rows.get(name, Share(0, 0))) for name, share in self.slot_types.items()},
            "duplicates": [{**asdict(one), "ids": list(one.ids[:SAMPLES]), "rows": len(one.ids), "leaks": one.leaks} for one in self.merged[:LISTED]],
            "references": [asdict(metric) for metric in self.references],
            "findings": [asdict(finding) for finding in self.findings],
            "words": [asdict(finding) for finding in self.words],
            "previous": asdict(self.previous) if self.previous is not None else None,
            "power": self.power,
            "review": self.review,
            "settings": dict(self.settings),
            "provenance": dict(provenance),
        }

    def _checks_json(self) -> list[dict[str, Any]]:
        by_id = {row.id: row for row in self.rows}
        allowed = 1 - self.settings["lines"]["keep_pass"]
        return [_check_json(check, [by_id[name] for name in check.samples], allowed=allowed) for check in self.checks]


def state_of(decision: Decision, flags: Sequence[str]) -> State:
    """Where a row ended. That a person wrote or approved its text is no doubt."""
    if decision == "quarantine":
        return "quarantined"
    return "retried" if decision == "retry" else "marked" if any(flag != HUMAN for flag in flags) else "clean"


def _name(flag: str) -> str:
    """The check of "check(field): why", or the flag itself."""
    return flag.partition(":")[0].partition("(")[0]


def _share_json(share: Share, *, hits: str, of: str) -> dict[str, Any]:
    return {of: share.of, hits: share.hits, f"{hits}_share": share.value, "interval95": list(share.interval)}


def _slot_json(carried: Share, rows: Share) -> dict[str, Any]:
    return {**_share_json(carried, hits="carried", of="slots"), "rows": rows.of, "rows_kept": rows.hits, "rows_kept_interval95": list(rows.interval)}


def _check_json(check: Check, samples: Sequence[Row], *, allowed: float) -> dict[str, Any]:
    """`passed`: this check alone would leave the set its keep rate, or only flags rows."""
    return {
        "id": check.id,
        "severity": check.severity,
        "scope": check.scope,
        "threshold": check.threshold,
        "observed": check.flagged.value,
        **_share_json(check.flagged, hits="n_flagged", of="n_evaluated"),
        "passed": check.severity == "minor" or check.flagged.value <= allowed,
        "note": f"{percent(check.flagged.value)} of {check.flagged.of:,} rows",
        "sample_ids": list(check.samples),
        "samples": [_sample_json(row, check.id) for row in samples],
        "question": check.question,
        "misses": check.misses,
    }


def _sample_json(row: Row, check: str) -> dict[str, Any]:
    why = [said for said in (*row.reasons, *row.flags) if said.startswith((f"{check}(", f"{check}:"))]
    return {"id": row.id, "source": dict(row.source), "target": dict(row.target), "why": why}


def _finite(value: Any) -> Any:
    """A value that every reader of JSON takes: numbers that are none become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, (list, tuple)) else value


def row_json(row: Row) -> dict[str, Any]:
    """One line of rows.jsonl."""
    return {
        "id": row.id,
        "source": dict(row.source),
        "target": dict(row.target),
        "label": row.label,
        "scores": _finite(row.scores),
        "suspicion": _finite(row.suspicion),
        "spans": {name: dict(sides) for name, sides in row.spans.items()},
        "retried": row.retried,
        "methods": list(row.methods),
        "flags": list(row.flags),
        "reasons": list(row.reasons),
        "decision": row.decision,
    }


def words_of(document: str | None) -> tuple[str, str]:
    """(the question, what it misses) from a check's docstring, so that page and code cannot differ."""
    paragraphs = " ".join((document or "").split())
    question = paragraphs.partition(": ")[2].partition("?")[0] + "?"
    return question[0].upper() + question[1:], paragraphs.partition("Misses: ")[2]
