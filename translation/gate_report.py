"""GateReport: what the gate found: every row with its scores, kept or quarantined with reasons, every check in numbers, the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from templates.benchmark import Record
from templates.finding import Finding

SCHEMA_VERSION = 1
SAMPLES = 20  # ids named for each check
RETRIED = "retried-"  # begins the flag of a record whose translation came from a rung of the retry ladder; the rung's name follows
HUMAN = "override"  # flag of a record whose text a person wrote or approved: what would quarantine a machine's translation only marks it

Severity = Literal["critical", "major", "minor"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")
Decision = Literal["keep", "retry", "quarantine"]
Verdict = Literal["pass", "warn", "fail"]


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share. Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    z = 1.959964
    share = hits / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def percent(share: float) -> str:
    """0.578 as "57.8 %", 0.95 as "95 %"."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share 0-1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        return wilson(self.hits, self.of)


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
    enough to say. `english_left`: of the source's ordinary English words, over all rows and over the kept ones. `retried`: of the kept ones.
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
    """The same benchmark and language in the run that was published before."""

    run: str
    deltas: tuple[Delta, ...]


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate's whole finding. kept + quarantined = the source rows, in their order.

    `slot_types`: carried of all, by slot type. `words`: what is wrong with the language's prompts and label words.
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
            "checks": [_check_json(check, allowed=1 - self.settings["lines"]["keep_pass"]) for check in self.checks],
            "per_label": {label: _share_json(share, hits="kept", of="rows") for label, share in self.labels.items()},
            "findings": [asdict(finding) for finding in self.findings],
            "settings": dict(self.settings),
            "provenance": dict(provenance),
        }


def _share_json(share: Share, *, hits: str, of: str) -> dict[str, Any]:
    return {of: share.of, hits: share.hits, f"{hits}_share": share.value, "interval95": list(share.interval)}


def _check_json(check: Check, *, allowed: float) -> dict[str, Any]:
    """`passed`: this check alone would leave the set its keep rate, or only flags rows."""
    return {
        "id": check.id,
        "severity": check.severity,
        "scope": check.scope,
        "threshold": check.threshold,
        **_share_json(check.flagged, hits="n_flagged", of="n_evaluated"),
        "passed": check.severity == "minor" or check.flagged.value <= allowed,
        "note": f"{percent(check.flagged.value)} of {check.flagged.of:,} rows",
        "sample_ids": list(check.samples),
        "question": check.question,
        "misses": check.misses,
    }


def row_json(row: Row) -> dict[str, Any]:
    """One line of rows.jsonl."""
    return {
        "id": row.id,
        "source": dict(row.source),
        "target": dict(row.target),
        "label": row.label,
        "scores": {key: dict(value) for key, value in row.scores.items()},
        "suspicion": dict(row.suspicion),
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
