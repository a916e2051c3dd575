"""Weights: how often each pair of a source is written, from its weight and the greatest share that it may have of the whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from translation.training.sources import Source

logger = logging.getLogger(__name__)


def factors(pairs: Mapping[str, int], sources: Mapping[str, Source]) -> dict[str, float]:
    """Origin -> copies of each of its pairs; 0.3 means three pairs of ten.

    Sources above their cap are cut to it; what is cut shrinks the whole, so others may come above theirs, and the search goes on. Where
    nothing is left that is not capped, shares cannot hold and only the weights count.
    """
    amounts = {origin: count * sources[origin].weight for origin, count in pairs.items()}
    capped: set[str] = set()
    while True:
        share = sum(sources[origin].cap for origin in capped)
        rest = sum(amount for origin, amount in amounts.items() if origin not in capped)
        if capped and (share >= 1 or not rest):
            logger.warning("the caps of %s leave nothing else: only the weights count", ", ".join(sorted(capped)))
            return {origin: sources[origin].weight for origin in pairs}
        whole = rest / (1 - share)
        over = {origin for origin, amount in amounts.items() if origin not in capped and amount > sources[origin].cap * whole * (1 + 1e-9)}
        if not over:
            break
        capped |= over
    return {origin: sources[origin].cap * whole / count if origin in capped else sources[origin].weight for origin, count in pairs.items() if count}
