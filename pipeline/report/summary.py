"""Summary: what the outcomes of a run say, as numbers; no HTML here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.outcome import Outcome, is_target, signature_text
from pipeline.report.comparable import AVERAGED, CellKey, cell_key, groups, plain_form
from pipeline.report.gap import Gap, costs, leads
from pipeline.report.measure import METRICS, Measure, measure
from templates.finding import Finding
from templates.language import ENGLISH
from templates.store import canonical

NAMES = {
    "p_tuning": "P-tuning",
    "fine_tuning": "Full fine-tuning",
    "few_shot": "Few-shot",
    "tfidf": "TF-IDF + logistic regression",
    "majority": "Always the majority label",
}
RANK = {"p_tuning": 0, "fine_tuning": 1, "few_shot": 2, "tfidf": 3, "majority": 4}  # other methods stand between p-tuning and the baselines


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table: a condition, a method with its settings, a fraction, over folds and seeds.

    `kept`: only the predictions for rows are counted that the same method, settings and fraction was tested on in the target language
    (where that has no such cell: for rows the gate kept in it). `test_rows` are distinct rows; `train_rows` is the mean over trials.
    `signature` shows every fold and seed that went in. `span_f1` and `exact_match` are None where the benchmark has no slots.
    """

    condition: str
    method: str
    settings: Mapping[str, Any]
    name: str
    fraction: float
    kept: bool
    accuracy: Measure
    macro_f1: Measure
    test_rows: int
    trials: int
    train_rows: float
    signature: str
    span_f1: Measure | None = None
    exact_match: Measure | None = None

    def of(self, metric: str) -> Measure:
        """The measure of this name; ValueError if the cell has none."""
        found = getattr(self, metric) if metric in METRICS else None
        if found is None:
            raise ValueError(f"{self.name}, {self.condition}: no {metric}")
        assert isinstance(found, Measure)
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """Outcomes of one benchmark that may be compared. `part` counts the tables of the benchmark from 0; `names[i]` is the display name of `outcomes[i]`.

    `costs`: English against the target language, method by method. `leads`: the best-ranked method against every other, per condition.
    `metric`: what the benchmark wants shown first.
    """

    benchmark: str
    part: int
    labels: tuple[str, ...]
    cells: tuple[Cell, ...]
    costs: tuple[Gap, ...]
    leads: tuple[Gap, ...]
    outcomes: tuple[Outcome, ...]
    names: tuple[str, ...]
    metric: str = "accuracy"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that every cell has, the benchmark's own first."""
        there = tuple(METRICS) if all(cell.span_f1 is not None for cell in self.cells) and self.slots else ("accuracy", "macro_f1")
        first = self.metric if self.metric in there else "accuracy"
        return (first, *(metric for metric in there if metric != first))

    @property
    def slots(self) -> bool:
        """Whether the answers have slots."""
        return any(outcome.span_f1 is not None for outcome in self.outcomes)

    @property
    def targets(self) -> tuple[str, ...]:
        """The conditions that are a target language: neither English nor a control."""
        return tuple(dict.fromkeys(outcome.condition for outcome in self.outcomes if is_target(outcome.condition)))

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Trials that ended in an error."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)

    def main(self, condition: str, *, kept: bool = False) -> tuple[Cell, ...]:
        """One cell per method and settings, each at its largest fraction, best-ranked method first."""
        best: dict[str, Cell] = {}
        for cell in self.cells:
            if cell.condition == condition and cell.kept == kept and (cell.name not in best or cell.fraction > best[cell.name].fraction):
                best[cell.name] = cell
        return tuple(best.values())

    def beside(self, cell: Cell, condition: str, *, kept: bool = False) -> Cell | None:
        """The cell of another condition with the same method, settings and fraction; in English, the prompt that the cell's began at will do."""
        there = [other for other in self.cells if (other.condition, other.method, other.fraction, other.kept) == (condition, cell.method, cell.fraction, kept)]
        same = canonical(dict(cell.settings))
        forms = (same, plain_form(same)) if condition == ENGLISH else (same,)
        return next((other for form in forms for other in there if canonical(dict(other.settings)) == form), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """All tables, and a finding for every pair of outcomes that could not stand side by side."""

    tables: tuple[Table, ...]
    refusals: tuple[Finding, ...]


def summarise(
    outcomes: Sequence[Outcome],
    *,
    labels: Mapping[str, Sequence[str]],
    kept: Mapping[str, AbstractSet[str]],
    metric: Mapping[str, str] | None = None,
) -> Summary:
    """Outcomes to tables. `labels[benchmark]` are all its labels, `kept[benchmark]` the ids kept in the target language, `metric[benchmark]` what is
    shown first (accuracy where nothing is said)."""
    tables: list[Table] = []
    refusals: list[Finding] = []
    for benchmark in dict.fromkeys(outcome.benchmark for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.benchmark == benchmark]
        parts, findings = groups(mine, where=benchmark)
        refusals += findings
        first = (metric or {}).get(benchmark, "accuracy")
        tables += [_table(benchmark, part, group, labels=tuple(labels[benchmark]), kept=kept.get(benchmark), metric=first) for part, group in enumerate(parts)]
    return Summary(tuple(tables), tuple(refusals))


def _table(benchmark: str, part: int, outcomes: Sequence[Outcome], *, labels: tuple[str, ...], kept: AbstractSet[str] | None, metric: str) -> Table:
    ordered = sorted(outcomes, key=_order)
    names = display_names(ordered)
    by_cell: dict[CellKey, list[Outcome]] = {}
    for outcome in ordered:
        if not outcome.error:
            by_cell.setdefault(cell_key(outcome), []).append(outcome)
    cells: list[Cell] = []
    tested = {key[1:]: {item.id for one in trials for item in one.predictions} for key, trials in by_cell.items() if is_target(key[0])}
    tested = {(method, plain_form(form), fraction): rows for (method, form, fraction), rows in tested.items()} | tested
    for key, trials in by_cell.items():
        name = names[key[1:3]]
        restrictions = (None,) if kept is None or is_target(key[0]) else (None, tested.get(key[1:], kept))
        cells += [cell for only in restrictions if (cell := _cell(trials, name, labels=labels, only=only)) is not None]
    return Table(
        benchmark,
        part,
        labels,
        tuple(cells),
        costs(by_cell, names),
        leads(by_cell, names),
        tuple(ordered),
        tuple(names[cell_key(one)[1:3]] for one in ordered),
        metric,
    )


def _order(one: Outcome) -> tuple[Any, ...]:
    """Best-ranked method first, each plain before its variants."""
    return (RANK.get(one.method, 1), one.method, len(one.settings), str(cell_key(one)[2]), -one.fraction, one.condition, one.fold, one.seed)


def display_names(outcomes: Iterable[Outcome]) -> dict[tuple[Any, ...], str]:
    """(method, settings in canonical form) -> the method's name with those settings in which its rows differ."""
    seen: dict[tuple[Any, ...], Mapping[str, Any]] = {cell_key(outcome)[1:3]: outcome.settings for outcome in outcomes}
    names = {}
    for (method, form), settings in seen.items():
        siblings = [other for (name, _), other in seen.items() if name == method]
        told = [f"{key} {settings[key]}" for key in settings if any(other.get(key) != settings[key] for other in siblings)]
        names[(method, form)] = NAMES.get(method, method.replace("_", " ").capitalize()) + (f" ({', '.join(told)})" if told else "")
    return names


def _cell(trials: Sequence[Outcome], name: str, *, labels: Sequence[str], only: AbstractSet[str] | None) -> Cell | None:
    counted = [(one.fold, [item for item in one.predictions if only is None or item.id in only]) for one in trials]
    counted = [(fold, predictions) for fold, predictions in counted if predictions]
    if not counted:
        return None
    first = trials[0]
    slots = all(one.span_f1 is not None for one in trials)
    return Cell(
        condition=first.condition,
        method=first.method,
        settings=first.settings,
        name=name,
        fraction=first.fraction,
        kept=only is not None,
        accuracy=measure(counted, labels=labels, metric="accuracy"),
        macro_f1=measure(counted, labels=labels, metric="macro_f1"),
        test_rows=len({item.id for _, predictions in counted for item in predictions}),
        trials=len(counted),
        train_rows=float(np.mean([one.train_rows for one in trials])),
        signature=_joint_signature(trials),
        span_f1=measure(counted, labels=labels, metric="span_f1") if slots else None,
        exact_match=measure(counted, labels=labels, metric="exact_match") if slots else None,
    )


def _joint_signature(trials: Sequence[Outcome]) -> str:
    joint = dict(trials[0].signature)
    for key in AVERAGED & set(joint):
        joint[key] = ",".join(sorted({one.signature.get(key, "") for one in trials}))
    return signature_text(joint)
