"""Attention: while which words of the source an engine read did it write which words of the translation?

The cross-attention of a translation model is a soft word alignment (Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473), good enough to find a
phrase again where the engine itself chose the words (Garg et al. 2019, https://arxiv.org/abs/1909.02074). Misses: a model that attends to the
word before or after; words that it writes from what it wrote before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from translation.markers import Span

LEAST = 0.4  # of what a word's first piece reads of the source's words; below it the word is not of the phrase
READ = 0.1  # at least so much of its reading goes to words at all; less is noise beside the end mark
GAP = 1  # words of a phrase that may have less

Asked = tuple[str, str]  # a source and its translation


@dataclass(frozen=True, slots=True)
class Attention:
    """`weights` [T S]: how much of the reading for each token of the target went to each of the source; what is missing from 1 went to its end mark.
    `source`, `target`: where the tokens stand."""

    weights: NDArray[np.float32]
    source: tuple[Span, ...]
    target: tuple[Span, ...]


@runtime_checkable
class Attentive(Protocol):
    """An engine that can say where it looks while it writes a given translation."""

    def attention(self, sources: Sequence[str], targets: Sequence[str]) -> list[Attention]:
        """Of each pair, in the same order."""
        ...


Attend = Callable[[Sequence[Asked]], Sequence[Attention]]


def projected(found: Attention, span: Span, words: Sequence[Span]) -> tuple[int, int] | None:
    """The stretch of `words` (their spans in the target) that was written from the source's `span`; None where there is none, or it falls apart.

    A word's first piece tells: endings are written from what was written. On the first 60 of 120 references this finds slots with F1 .886, the mean
    of a word's pieces .871, no attention .842; on the others .941, .920 and .851.
    """
    inside = [_meet(token, span) for token in found.source]
    if not any(inside):
        return None
    total = found.weights.sum(1)
    share = np.divide(found.weights[:, inside].sum(1), total, out=np.zeros_like(total), where=total > READ)
    held = []
    for place, word in enumerate(words):
        first = next((token for token, where in enumerate(found.target) if _meet(where, word)), None)
        if first is not None and share[first] >= LEAST:
            held.append(place)
    if not held or held[-1] - held[0] + 1 - len(held) > GAP:
        return None
    return held[0], held[-1] + 1


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
