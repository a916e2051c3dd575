"""Marking: put paired markers of `stand_ins` around phrases that say the same on both sides, so that the model learns to carry them.

Mark-then-translate: Chen et al. 2023 (https://arxiv.org/abs/2211.15613) and, with lettered tags that a model is tuned on, LabelPigeon 2026
(https://arxiv.org/abs/2603.12021). How a text is marked: translation/markers.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from translation import markers, stand_ins
from translation.training.alignment import Links, align
from translation.training.pair import Pair
from translation.training.phrases import Phrase, phrases

BY_WORDS = (1.0, 1.0, 0.7, 0.4, 0.2)  # how likely a phrase of one word, two words ... is taken; slot values have mostly one or two
MANY = (0.5, 0.3, 0.15, 0.05)  # how likely one phrase of a pair is marked, two ...


@dataclass(frozen=True, slots=True)
class Settings:
    """Share of the pairs that get markers: those of at most `short` words, as utterances have, and all others."""

    share: float = 0.25
    longer: float = 0.05
    short: int = 20


def mark_heaps(work: Path, *, settings: Settings, seed: int) -> int:
    """Mark pairs of the heaps of a corpus that is being prepared, in place; how many."""
    heaps = sorted(work.glob("*.heap"))
    draw, marked = random.Random(f"{seed}:mark"), 0
    links = align(lambda: ((pair.source, pair.target) for heap in heaps for pair in _pairs(heap)), work)
    for heap in heaps:
        staged = heap.with_suffix(".marked")
        with staged.open("w", encoding="utf-8", newline="\n") as handle:
            for pair in _pairs(heap):
                done = mark(pair, next(links), draw, settings)
                marked += done is not pair
                handle.write(f"{done.source}\t{done.target}\t{done.origin}\n")
        staged.replace(heap)
    next(links, None)
    return marked


def _pairs(heap: Path) -> Iterator[Pair]:
    with heap.open(encoding="utf-8", newline="\n") as handle:
        yield from (Pair(*line.rstrip("\n").split("\t")) for line in handle)


def mark(pair: Pair, links: Links, rng: random.Random, settings: Settings) -> Pair:
    """The pair with markers around one to four of its phrases; the same object where chance or the phrases do not want it."""
    share = settings.share if len(pair.source.split()) <= settings.short else settings.longer
    if rng.random() >= share or any(opening in text for opening, _ in stand_ins.MARKERS for text in (pair.source, pair.target)):
        return pair
    left, chosen = phrases(pair.source, pair.target, links), list[Phrase]()
    for _ in range(rng.choices(range(1, len(MANY) + 1), MANY)[0]):
        if not left:
            break
        chosen += rng.choices(left, [BY_WORDS[one.words - 1] for one in left])
        left = [one for one in left if all(_apart(one.source, other.source) and _apart(one.target, other.target) for other in chosen)]
    if not chosen:
        return pair
    chosen.sort(key=lambda one: one.source)
    return replace(
        pair,
        source=markers.insert(pair.source, [one.source for one in chosen]),
        target=markers.insert(pair.target, [one.target for one in chosen]),
    )


def _apart(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]
