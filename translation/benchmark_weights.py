"""Benchmark weights: weights that give gold pairs the source lengths of benchmarks; what is usual in a paragraph is suspicious in an utterance."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Sequence

from templates.refusal import Refusal
from translation.gold import Pair

EDGES = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 170, 220, 300)  # characters: borders of the histogram of source lengths

Weighted = Sequence[tuple[Pair, float]]


def _bin(length: int) -> int:
    return bisect.bisect_right(EDGES, length)


def weighted(pairs: Sequence[Pair], lengths: Sequence[Sequence[int]]) -> Weighted:
    """The pairs with weights, 1 on average, that give their source lengths the histogram of the benchmarks; a length no benchmark has
    weighs nothing."""
    ours = Counter(_bin(len(pair.source)) for pair in pairs)
    wanted: Counter[int] = Counter()
    for one in lengths:
        for place, count in Counter(map(_bin, one)).items():
            wanted[place] += count / len(one)  # type: ignore[assignment]
    total = sum(share for place, share in wanted.items() if ours[place])
    if not total:
        raise Refusal("the gold text has no source as long as any of the benchmark's; give human translations of texts like these.")
    made = ((pair, wanted[place] / ours[place] * len(pairs) / total) for pair in pairs for place in (_bin(len(pair.source)),))
    return [(pair, weight) for pair, weight in made if weight]


def uncovered(pairs: Sequence[Pair], lengths: Sequence[int]) -> float:
    """The share of these lengths that no pair has."""
    ours = {_bin(len(pair.source)) for pair in pairs}
    return sum(_bin(length) not in ours for length in lengths) / len(lengths)
