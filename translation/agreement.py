"""agreement: what a reviewed sample says of the whole set: the true quality, how far the gate is right, how far reviewers agree.

A translation is good if it is ok or has a minor flaw. Every row counts with the weight N/n of its stratum, n being the rows of it that
were reviewed. Shares are stratified estimates (Cochran 1977, Sampling Techniques, 3rd edition, ISBN 0-471-16240-X, chapter 5); their
intervals combine each stratum's Wilson interval (Zou, Huang and Zhang 2009, https://doi.org/10.1016/j.csda.2008.09.033), which stay
honest where a stratum has no fault, narrowed where a stratum was reviewed wholly or in good part. Kappa: Cohen 1960,
https://doi.org/10.1177/001316446002000104.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from sklearn.metrics import cohen_kappa_score, precision_score, recall_score

from translation.gate_report import wilson
from translation.overrides import VERDICTS
from translation.review import STRATA, Sample
from translation.review_sheet import Filled

GOOD = ("ok", "minor")
KEPT = tuple(name for name in STRATA if name != "quarantined")


@dataclass(frozen=True, slots=True)
class Seen:
    """One stratum: its rows in the run, how many were drawn, reviewed, and found good."""

    rows: int
    drawn: int
    reviewed: int
    good: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of good translations with its 95 % interval. `rows`: how many rows it speaks for; `unseen`: rows of strata that nobody reviewed."""

    share: float
    interval95: tuple[float, float]
    rows: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Right:
    """The gate against the reviewers. `table`: reviewed rows by what the gate did and what people found, `estimated`: the same for the set.
    `precision`: bad rows of those quarantined; `recall`: those quarantined of the bad rows; None where there are none."""

    table: Mapping[str, int]
    estimated: Mapping[str, float]
    kappa: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers on the `rows` that both judged: share of equal verdicts, kappa of the four verdicts, and of good or bad."""

    reviewers: tuple[str, str]
    rows: int
    equal: float
    kappa: float | None
    kappa_good: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it for one benchmark. `kept` and `all`: None where nobody reviewed such a row."""

    reviewers: Mapping[str, int]
    verdicts: Mapping[str, int]
    strata: Mapping[str, Seen]
    kept: Estimate | None
    all: Estimate | None
    gate: Right
    pairs: tuple[Pair, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def agreement(sample: Sample, filled: Sequence[Filled]) -> Agreement:
    """Judge the gate and the set by the reviewed rows of one sample."""
    votes: dict[str, list[bool]] = {}
    for one in filled:
        votes.setdefault(one.row.record.id, []).append(one.verdict in GOOD)
    good = {name: 2 * sum(said) > len(said) for name, said in votes.items()}  # a tie counts as bad
    of = {one.record.id: one.stratum for one in sample.rows}
    strata = {
        name: Seen(
            sample.sizes[name],
            sum(one.stratum == name for one in sample.rows),
            sum(of[row] == name for row in good),
            sum(of[row] == name and fine for row, fine in good.items()),
        )
        for name in STRATA
    }
    return Agreement(
        dict(Counter(one.reviewer for one in filled)),
        {verdict: sum(one.verdict == verdict for one in filled) for verdict in VERDICTS},
        strata,
        estimate(strata, KEPT),
        estimate(strata, STRATA),
        _right(good, of, strata),
        _pairs(filled),
    )


def estimate(strata: Mapping[str, Seen], over: Collection[str]) -> Estimate | None:
    """The share of good translations over these strata."""
    seen = [strata[name] for name in over if strata[name].reviewed]
    rows, unseen = sum(one.rows for one in seen), sum(strata[name].rows for name in over if not strata[name].reviewed)
    if not rows:
        return None
    share = sum(one.rows / rows * one.good / one.reviewed for one in seen)
    below = above = 0.0
    for one in seen:
        middle, (low, high) = one.good / one.reviewed, wilson(one.good, one.reviewed)
        part = (one.rows / rows) ** 2 * (1 - one.reviewed / one.rows)  # the finite population correction: what was read is known
        below += part * (middle - low) ** 2
        above += part * (high - middle) ** 2
    return Estimate(share, (max(0.0, share - math.sqrt(below)), min(1.0, share + math.sqrt(above))), rows, unseen)


def _right(good: Mapping[str, bool], of: Mapping[str, str], strata: Mapping[str, Seen]) -> Right:
    bad = [not fine for fine in good.values()]
    out = [of[row] == "quarantined" for row in good]
    weights = [strata[of[row]].rows / strata[of[row]].reviewed for row in good]
    table: dict[str, int] = {}
    estimated: dict[str, float] = {}
    for gate, held in (("quarantined", True), ("kept", False)):
        for people, wrong in (("bad", True), ("good", False)):
            here = [weight for weight, one, two in zip(weights, out, bad, strict=True) if one == held and two == wrong]
            table[f"{gate}_{people}"], estimated[f"{gate}_{people}"] = len(here), sum(here)
    precision = float(precision_score(bad, out, sample_weight=weights)) if any(out) else None
    recall = float(recall_score(bad, out, sample_weight=weights)) if any(bad) else None
    return Right(table, estimated, kappa(bad, out, weights=weights), precision, recall)


def kappa(one: Sequence[object], two: Sequence[object], *, weights: Sequence[float] | None = None) -> float | None:
    """Cohen's kappa; None where both only ever say the same one thing, which leaves it undefined."""
    return float(cohen_kappa_score(list(one), list(two), sample_weight=weights)) if len({*one, *two}) > 1 else None


def _pairs(filled: Sequence[Filled]) -> tuple[Pair, ...]:
    by: dict[str, dict[str, str]] = {}
    for row in filled:
        by.setdefault(row.reviewer, {})[row.row.record.id] = row.verdict
    found = []
    for one, two in combinations(by, 2):
        shared = [row for row in by[one] if row in by[two]]
        if shared:
            ours, theirs = [by[one][row] for row in shared], [by[two][row] for row in shared]
            equal = sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(shared)
            of_good = kappa([verdict in GOOD for verdict in ours], [verdict in GOOD for verdict in theirs])
            found.append(Pair((one, two), len(shared), equal, kappa(ours, theirs), of_good))
    return tuple(found)
