"""significance: is one method ahead of another by more than chance? Paired tests, corrected for asking many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

FEWEST_FOLDS = 3
LEVEL = 0.05
ROUNDING = 1e-9  # of ratios that ought to be equal


@dataclass(frozen=True, slots=True)
class Verdict:
    """`p` of the two-sided test named `test` over so many `units` (folds, or rows on which the two disagree); `adjusted`: after Holm's correction
    within its family of comparisons. `mean`, `deviation`, `low`, `high`: the paired difference over folds (ratios), its standard deviation and its
    corrected 95 % interval; the last three are None where there are too few folds."""

    p: float
    test: str
    units: int
    mean: float
    adjusted: float | None = None
    deviation: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def sure(self) -> bool:
        """Whether it holds at 5 % after correction."""
        return (self.p if self.adjusted is None else self.adjusted) < LEVEL


def over_folds(left: Mapping[int, float], right: Mapping[int, float], *, test_share: float) -> Verdict | None:
    """The corrected resampled t-test (Nadeau and Bengio 2003, https://doi.org/10.1023/A:1024068626366) over the folds both have; None below three, and
    where all differ by the same, since a spread of nothing would make it certain of that.

    `test_share`: test rows a training row. Folds share most of their training rows, so the plain t-test is too sure of itself: the variance
    is taken as 1/k + test_share times that of the differences. Misses that rows of one headline are alike; folds keep those together.
    """
    folds = sorted(left.keys() & right.keys())
    if len(folds) < FEWEST_FOLDS:
        return None
    gaps = np.array([left[fold] - right[fold] for fold in folds])
    mean, deviation = float(gaps.mean()), float(gaps.std(ddof=1))
    spread = deviation * float(np.sqrt(1 / len(folds) + test_share))
    freedom = len(folds) - 1
    if deviation < ROUNDING:
        return None
    half = float(stats.t.ppf(0.975, freedom)) * spread
    p = float(2 * stats.t.sf(abs(mean) / spread, freedom))
    return Verdict(p, "corrected t-test", len(folds), mean, None, deviation, mean - half, mean + half)


def over_rows(left: Mapping[str, float], right: Mapping[str, float]) -> Verdict:
    """McNemar's exact test (McNemar 1947, https://doi.org/10.1007/BF02295996) on the rows both answered: 1 right, 0 wrong; with several
    seeds a row counts for the side that got it right more often."""
    shared = [name for name in left if name in right]
    ahead = sum(left[name] > right[name] for name in shared)
    behind = sum(left[name] < right[name] for name in shared)
    mean = float(np.mean([left[name] - right[name] for name in shared])) if shared else 0.0
    p = float(stats.binomtest(ahead, ahead + behind).pvalue) if ahead + behind else 1.0
    return Verdict(p, "McNemar's exact test", ahead + behind, mean)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of one family (Holm 1979, https://www.jstor.org/stable/4615733): below 5 % they may all be believed together."""
    return [float(value) for value in multipletests(list(p_values), method="holm")[1]] if p_values else []


def calibration_error(probabilities: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> float:
    """Expected calibration error: mean gap between the probability of the answer given and how often it is right, over bins of equally many
    rows (Nguyen and O'Connor 2015, https://aclanthology.org/D15-1182). 0 is perfect; it misses what lies between labels not chosen."""
    if not len(probabilities):
        raise ValueError("no predictions to calibrate")
    order = np.argsort(np.asarray(probabilities), kind="stable")
    said, hits = np.asarray(probabilities, dtype=float)[order], np.asarray(right, dtype=float)[order]
    parts = [part for part in np.array_split(np.arange(len(order)), min(bins, len(order))) if len(part)]
    return float(sum(len(part) * abs(said[part].mean() - hits[part].mean()) for part in parts) / len(order))
