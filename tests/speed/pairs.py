"""Timing in pairs: the two sides take turns, so that a busy machine slows both alike."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable

import torch


def paired(ours: Callable[[], object], peer: Callable[[], object], *, times: int) -> dict[str, float]:
    """Median seconds of each side and the median, least and most of peer / ours over `times` pairs, after one of each unmeasured."""
    ours(), peer()
    pairs = []
    for number in range(times):
        sides = {}
        for name, call in (("ours", ours), ("peer", peer)) if number % 2 else (("peer", peer), ("ours", ours)):
            started = time.perf_counter()
            call()
            sides[name] = time.perf_counter() - started
        pairs.append(sides)
    ratios = [pair["peer"] / pair["ours"] for pair in pairs]
    return {
        "ours_seconds": round(statistics.median(pair["ours"] for pair in pairs), 4),
        "peer_seconds": round(statistics.median(pair["peer"] for pair in pairs), 4),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_least": round(min(ratios), 2),
        "ratio_most": round(max(ratios), 2),
    }


def say(name: str, **facts: object) -> None:
    """The last line: everything as one JSON object."""
    print(json.dumps({"speed": name, **facts, "threads": torch.get_num_threads(), "torch": torch.__version__, "machine": platform.machine()}))
