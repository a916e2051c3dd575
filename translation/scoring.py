"""score_texts: the scores of many pairs of texts, ahead of judging and in several processes where that pays.

A score depends on nothing but the two texts and the language, so where it is made changes nothing: results are the same and in the same
order with any number of processes.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import Any

from templates.language import Language
from translation.limits import gates

log = logging.getLogger(__name__)

Pair = tuple[str, str, str]  # check, source, target
PAYS = 120_000  # scores (some 12,000 rows), at which two processes, each reading its own dictionaries, are as quick as one; beyond, quicker
CHUNK = 2_000
MOST = 4


def processes(wanted: int | None, pairs: int) -> int:
    """How many processes to use: `wanted`, or by the number of scores and of processors that this process may use."""
    return wanted or (min(MOST, len(os.sched_getaffinity(0))) if pairs >= PAYS else 1)


def _score(pairs: Sequence[Pair], language: Language) -> list[Any]:
    checks = gates()
    return [checks[name].score(source, target, language) for name, source, target in pairs]


def score_texts(pairs: Sequence[Pair], language: Language, *, wanted: int | None = None) -> dict[Pair, Any]:
    """Score every pair by its check, of those that look at the text of one field."""
    distinct = list(dict.fromkeys(pairs))
    many = processes(wanted, len(distinct))
    if many == 1:
        return dict(zip(distinct, _score(distinct, language), strict=True))
    log.info("scoring %s pairs of texts in %d processes", f"{len(distinct):,}", many)
    chunks = [distinct[start : start + CHUNK] for start in range(0, len(distinct), CHUNK)]
    with ProcessPoolExecutor(many, mp_context=multiprocessing.get_context("forkserver")) as pool:  # fork would copy the threads of torch and Prefect
        found = chain.from_iterable(pool.map(_score, chunks, [language] * len(chunks)))
        return dict(zip(distinct, found, strict=True))
