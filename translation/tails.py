"""Tails: limits beyond which only a given share of sound values lies, for several groups of values at once.

Rows count with a weight, and one row more than there was counts as beyond (split conformal prediction, Angelopoulos and Bates 2021,
https://arxiv.org/abs/2107.07511), so that rows not seen yet keep the share too. A group with rows enough gets its own quantile; the
others are laid over one another, median on median and 90 % quantile on 90 % quantile, and share one.
Misses: a group whose tail is much heavier than those it is laid over.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
Weighted = Sequence[tuple[float, float]]  # (value, higher is worse; weight)
LEAST_ROWS = 50  # of a group, for a median and a spread


def total_and_next(weights: Sequence[float]) -> tuple[float, float]:
    """Of all rows together, and of one more that is drawn as they are."""
    total = sum(weights)
    return total, sum(weight * weight for weight in weights) / total


def limits(groups: Mapping[K, Weighted], share: float) -> dict[K, float]:
    """Group -> the least value with at most `share` of the weight above; a group that has too few rows, also with the others, is left out."""
    large = {name: rows for name, rows in groups.items() if len(rows) >= LEAST_ROWS}
    found = {name: limit for name, rows in large.items() if (limit := beyond(rows, share)) is not None}
    small = {name: (rows, *_scale(rows)) for name, rows in large.items() if name not in found}
    pooled = [((value - middle) / spread, weight) for rows, middle, spread in small.values() for value, weight in rows]
    limit = beyond(pooled, share) if pooled else None
    return found if limit is None else found | {name: middle + limit * spread for name, (_, middle, spread) in small.items()}


def beyond(rows: Weighted, share: float) -> float | None:
    """The least value with at most `share` above, the next row counted as above; None where rows are too few for any."""
    total, more = total_and_next([weight for _, weight in rows])
    outside = more
    if outside > share * (total + more):
        return None
    for value, weight in sorted(rows, reverse=True):
        outside += weight
        if outside > share * (total + more):
            return value  # this one must stay inside
    return min(value for value, _ in rows)


def _scale(rows: Weighted) -> tuple[float, float]:
    """The median, and how far the 90 % quantile lies above."""
    order, total, seen = sorted(rows), sum(weight for _, weight in rows), 0.0
    found: list[float] = []
    for value, weight in order:
        seen += weight
        while len(found) < 2 and seen >= (0.5, 0.9)[len(found)] * total:
            found.append(value)
    found += [order[-1][0]] * (2 - len(found))
    return found[0], max(found[1] - found[0], 1e-6)
