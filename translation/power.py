"""Power: what does the gate catch, and what does it accuse wrongly? Faults are planted into human translations and judged as any other rows.

Every fault is counted against the checks as they are shipped; a row counts as caught if it was quarantined or marked. False alarms are
counted on the untouched human rows, and apart on rows with something put into both sides. AUROC (Fawcett 2006,
https://doi.org/10.1016/j.patrec.2005.10.010) says how well a check's suspicion orders damaged rows above sound ones, whatever its limit.
Misses: what a translator gets wrong that nobody thought of planting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sklearn.metrics import roc_auc_score

from templates import catalogue
from templates.benchmark import Benchmark, Record
from templates.language import Language
from translation import gold
from translation.faults.pool import Pool
from translation.gate_report import SEVERITIES, Row, Severity
from translation.gold import Pair
from translation.judge import Evidence, judge
from translation.limits import Limits
from translation.planting import FAULTS, SLOTS, Planted, plant

Gather = Callable[[Sequence[Record], Sequence[Record], Benchmark], Evidence]  # (source, translated, benchmark) -> what a model measured

NOT_PLANTED: Mapping[str, Any] = {"n": 0, "distinct": 0, "inserted": 0, "severity": {}, "by_check": {}, "forms": {}} | dict.fromkeys(
    ("caught", "quarantined", "marked")
)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Shares of `n` sound rows; `by_check`: flagged by it, alone or with others."""

    n: int
    quarantined: float
    marked: float
    by_check: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Caught:
    """Shares of `n` damaged rows. `distinct` of them differ; into `inserted` of them what was damaged had to be put first.

    `marked` leaves out the quarantined. `severity`: the worst fault found. `forms`: form -> (rows, share caught).
    """

    n: int
    distinct: int
    inserted: int
    caught: float
    quarantined: float
    marked: float
    severity: Mapping[Severity, float]
    by_check: Mapping[str, float]
    forms: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Power:
    """What the gate did. `inserted`: false alarms on sound rows with something put in, by fault. `auroc`: check -> fault, or "all" -> 0-1.

    `left_out`: fault -> why no row could hold it.
    """

    rows: int
    false_alarms: Alarms
    inserted: Mapping[str, Alarms]
    recall: Mapping[str, Caught]
    auroc: Mapping[str, Mapping[str, float]]
    left_out: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """For --json: false_alarms, recall by fault (n 0 and nulls for one that no row could hold), auroc by check and fault."""
        return {"false_alarms": {**asdict(self.false_alarms), "inserted": {name: asdict(alarms) for name, alarms in self.inserted.items()}}} | {
            "recall": {name: _caught_json(self.recall[name]) if name in self.recall else NOT_PLANTED for name in FAULTS},
            "auroc": {check: dict(values) for check, values in self.auroc.items()},
            "left_out": dict(self.left_out),
            "rows": self.rows,
        }


def _caught_json(caught: Caught) -> dict[str, Any]:
    return {**asdict(caught), "forms": {form: {"n": n, "caught": share} for form, (n, share) in caught.forms.items()}}


def measure(
    pairs: Sequence[Pair],
    language: Language,
    *,
    limits: Limits,
    neighbours: Mapping[str, Sequence[str]] | None = None,
    rows: int = 200,
    seed: int = 0,
    gather: Gather | None = None,
) -> Power:
    """Plant `rows` of every fault and judge them with `limits`. `gather`: measures with a model what checks want as evidence."""
    planted = plant(pairs, Pool(pairs, language.code, neighbours=neighbours), rows=rows, seed=seed)
    judged = _judged(pairs, planted, language=language, limits=limits, gather=gather)
    untouched = [judged[gold.SHAPE.name, pair] for pair in pairs]
    recall, inserted = {}, {}
    for fault, made in planted.items():
        shape = _shape(fault)
        if made:
            recall[fault] = _caught(made, [judged[shape.name, one.damaged] for one in made], limits)
        if sound := [judged[shape.name, one.clean] for one in made if one.inserted]:
            inserted[fault] = _alarms(sound)
    left_out = {fault: _why(fault, neighbours) for fault, made in planted.items() if not made}
    return Power(len(pairs), _alarms(untouched), inserted, recall, _auroc(untouched, planted, judged), left_out)


def _shape(fault: str) -> Benchmark:
    return catalogue.benchmark("assistant") if fault == SLOTS else gold.SHAPE


def _why(fault: str, neighbours: Mapping[str, Sequence[str]] | None) -> str:
    if fault == "wrong_language" and not neighbours:
        return "no sentences in other languages; name a file of them with --neighbours"
    return "no row could hold it"


def _judged(
    pairs: Sequence[Pair], planted: Mapping[str, Sequence[Planted]], *, language: Language, limits: Limits, gather: Gather | None
) -> dict[tuple[str, Pair], Row]:
    """(shape, pair) -> its row as judged: every different pair once, all of a shape in one set."""
    wanted: dict[str, dict[Pair, None]] = {gold.SHAPE.name: dict.fromkeys(pairs)}
    shapes = {gold.SHAPE.name: gold.SHAPE}
    for fault, made in planted.items():
        shape = _shape(fault)
        shapes[shape.name] = shape
        wanted.setdefault(shape.name, {}).update(dict.fromkeys(pair for one in made for pair in (one.clean, one.damaged)))
    done: dict[tuple[str, Pair], Row] = {}
    for name, shape in shapes.items():
        if not wanted.get(name):
            continue
        source, translated = gold.records(wanted[name], shape)
        evidence = gather(source, translated, shape) if gather else None
        report = judge(source, translated, benchmark=shape, language=language, limits=limits, evidence=evidence)
        done |= {(name, pair): row for pair, row in zip(wanted[name], report.rows, strict=True)}
    return done


def _decision(row: Row) -> str:
    return "quarantined" if row.decision == "quarantine" else "marked" if row.flags else "kept"


def _shares(counts: Counter[str], n: int) -> dict[str, float]:
    return {name: count / n for name, count in counts.most_common()}


def _alarms(rows: Sequence[Row]) -> Alarms:
    decisions = Counter(map(_decision, rows))
    return Alarms(
        len(rows), decisions["quarantined"] / len(rows), decisions["marked"] / len(rows), _shares(Counter(c for row in rows for c in row.failed), len(rows))
    )


def _caught(made: Sequence[Planted], rows: Sequence[Row], limits: Limits) -> Caught:
    n, decisions = len(rows), Counter(map(_decision, rows))
    worst = Counter(_worst(row, limits) for row in rows if _decision(row) != "kept")
    forms = {}
    for form in sorted({one.form for one in made}):
        hits = [_decision(row) != "kept" for one, row in zip(made, rows, strict=True) if one.form == form]
        forms[form] = len(hits), sum(hits) / len(hits)
    return Caught(
        n,
        len({one.damaged for one in made}),
        sum(one.inserted for one in made),
        1 - decisions["kept"] / n,
        decisions["quarantined"] / n,
        decisions["marked"] / n,
        {severity: worst[severity] / n for severity in SEVERITIES},
        _shares(Counter(check for row in rows for check in row.failed), n),
        forms,
    )


def _worst(row: Row, limits: Limits) -> Severity:
    """The gravest severity among the reasons, minor where there are only marks."""
    checks = {reason.split("(")[0].split(":")[0] for reason in row.reasons}
    return min((limits.lines.severity[check] for check in checks), key=SEVERITIES.index, default="minor")


def _suspicion(row: Row) -> dict[str, float]:
    """Check -> the highest of its suspicions about the row."""
    found: dict[str, float] = {}
    for key, value in row.suspicion.items():
        check = key.split("(")[0]
        found[check] = max(value, found.get(check, value))
    return found


def _auroc(untouched: Sequence[Row], planted: Mapping[str, Sequence[Planted]], judged: Mapping[tuple[str, Pair], Row]) -> dict[str, dict[str, float]]:
    """Against the untouched rows, or where something was put in, against the same rows sound. Rows without an opinion rank lowest."""
    table: dict[str, dict[str, float]] = {}
    before = [_suspicion(row) for row in untouched]
    every: list[dict[str, float]] = []
    for fault, made in planted.items():
        shape = _shape(fault).name
        bad = [_suspicion(judged[shape, one.damaged]) for one in made]
        good = [_suspicion(judged[shape, one.clean]) for one in made] if any(one.inserted for one in made) else before
        every += bad
        for check, value in _ranked(good, bad).items():
            table.setdefault(check, {})[fault] = value
    for check, value in _ranked(before, every).items():
        table[check]["all"] = value
    return table


def _ranked(good: Sequence[Mapping[str, float]], bad: Sequence[Mapping[str, float]]) -> dict[str, float]:
    found = {}
    for check in sorted({check for row in (*good, *bad) for check in row}):
        values = [row[check] for row in (*good, *bad) if check in row]
        lowest = min(values) - 1
        if good and bad:
            truth = [0] * len(good) + [1] * len(bad)
            found[check] = round(float(roc_auc_score(truth, [row.get(check, lowest) for row in (*good, *bad)])), 4)
    return found
