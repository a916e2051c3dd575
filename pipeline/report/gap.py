"""Gap: how far two methods, or two languages, lie apart on the same test rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.outcome import Outcome, is_target
from pipeline.report.comparable import CellKey, plain_form
from pipeline.report.measure import Measure, paired_difference
from pipeline.significance import Verdict, holm, over_folds, over_rows
from templates.language import ENGLISH


@dataclass(frozen=True, slots=True)
class Gap:
    """A paired difference in accuracy (ratio), `left` - `right`, on the `rows` that both were tested on.

    The interval is that of the corrected t-test over folds where there are three or more, else a bootstrap over those rows, narrower than two
    separate intervals suggest. `verdict`: the paired test, over folds
    where there are three or more, else over rows; its adjusted p is Holm's over all gaps of one kind in a table.
    """

    name: str
    condition: str
    other_name: str
    other_method: str
    other_condition: str
    rows: int
    left: float
    right: float
    left_train_rows: float
    right_train_rows: float
    difference: Measure
    verdict: Verdict


def costs(by_cell: Mapping[CellKey, Sequence[Outcome]], names: Mapping[tuple[Any, ...], str]) -> tuple[Gap, ...]:
    """English against each target language, method by method, at the largest fraction both have; `names` by (method, settings)."""
    found: dict[CellKey, Gap] = {}
    for key in by_cell:
        condition, method, form, fraction = key
        forms = (form, plain_form(form))
        english = next((twin for one in forms if (twin := (ENGLISH, method, one, fraction)) in by_cell), None)
        if is_target(condition) and english and key[:3] not in found:
            gap = _gap(english, key, by_cell, names)
            found |= {key[:3]: gap} if gap else {}
    return _adjusted(found.values())


def leads(by_cell: Mapping[CellKey, Sequence[Outcome]], names: Mapping[tuple[Any, ...], str]) -> tuple[Gap, ...]:
    """The first method of each condition against every other there, at the largest fraction both have, else each at its own largest."""
    found: list[Gap] = []
    for condition in dict.fromkeys(key[0] for key in by_cell):
        drawn: dict[CellKey, list[CellKey]] = {}
        for key in by_cell:
            if key[0] == condition:
                drawn.setdefault(key[:3], []).append(key)
        first, *others = drawn.values()
        for other in others:
            both = next(((one, two) for one in first for two in other if one[3] == two[3]), (first[0], other[0]))
            gap = _gap(*both, by_cell, names)
            found += [gap] if gap else []
    return _adjusted(found)


def _adjusted(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    listed = list(gaps)
    adjusted = holm([gap.verdict.p for gap in listed])
    return tuple(replace(gap, verdict=replace(gap.verdict, adjusted=p)) for gap, p in zip(listed, adjusted, strict=True))


def _gap(one: CellKey, other: CellKey, by_cell: Mapping[CellKey, Sequence[Outcome]], names: Mapping[tuple[Any, ...], str]) -> Gap | None:
    left, right = _correct(by_cell[one]), _correct(by_cell[other])
    shared = [name for name in left if name in right]
    if not shared:
        return None
    left, right = ({name: marks[name] for name in shared} for marks in (left, right))
    fold_of = {item.id: outcome.fold for outcome in by_cell[one] for item in outcome.predictions}
    sizes = [float(np.mean([outcome.train_rows for outcome in by_cell[key]])) for key in (one, other)]
    tested = float(np.mean([outcome.test_rows for outcome in by_cell[one]]))
    verdict = over_folds(_by_fold(left, fold_of), _by_fold(right, fold_of), test_share=tested / max(1.0, min(sizes)))
    return Gap(
        name=names[one[1:3]],
        condition=one[0],
        other_name=names[other[1:3]],
        other_method=other[1],
        other_condition=other[0],
        rows=len(shared),
        left=float(np.mean([left[name] for name in shared])),
        right=float(np.mean([right[name] for name in shared])),
        left_train_rows=sizes[0],
        right_train_rows=sizes[1],
        difference=_difference(paired_difference(left, right), verdict),
        verdict=verdict or over_rows(left, right),
    )


def _difference(rows: Measure, verdict: Verdict | None) -> Measure:
    """The difference with the interval of its own test: corrected over folds where there are enough, else a bootstrap over rows."""
    if verdict is None or verdict.low is None or verdict.high is None:
        return rows
    return Measure(rows.mean, min(verdict.low, rows.mean), max(verdict.high, rows.mean), "folds", verdict.units, verdict.deviation)


def _by_fold(marks: Mapping[str, float], fold_of: Mapping[str, int]) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for name, mark in marks.items():
        found.setdefault(fold_of[name], []).append(mark)
    return {fold: float(np.mean(values)) for fold, values in found.items()}


def _correct(trials: Iterable[Outcome]) -> dict[str, float]:
    hits: dict[str, list[bool]] = {}
    for outcome in trials:
        for item in outcome.predictions:
            hits.setdefault(item.id, []).append(item.label == item.predicted)
    return {name: sum(marks) / len(marks) for name, marks in hits.items()}
