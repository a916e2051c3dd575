"""slot_references: does the carrying of slots mark in people's own translations what people marked there?

The carrier alone is measured: the reference is taken as the translation, so that other words of the translator change nothing. A slot
is right where type, place and value are those of the reference. Micro-averaged; intervals as in references.
Misses: slots in what the translator really says, which may be harder to find; the rates of carried slots tell of those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from templates.benchmark import Benchmark, Record
from templates.language import Language
from templates.records import read_lines
from templates.refusal import Refusal
from templates.slots import Slot, parse_markup
from translation import slots
from translation.gate_report import Metric
from translation.references import RESAMPLES, SEED, interval

Marked = tuple[str, tuple[Slot, ...]]  # a text and its slots
NAMES = ("slot precision", "slot recall", "slot span F1")


def read(path: Path, *, language: str) -> dict[str, Marked]:
    """Row id -> reference and its slots, from `annotated_<language>` in `[slot : value]` markup; rows without it are left out."""
    found: dict[str, Marked] = {}
    for place, raw in read_lines(path):
        text = raw.get(f"annotated_{language}")
        if isinstance(text, str) and isinstance(raw.get("id"), str):
            try:
                found[raw["id"]] = parse_markup(text)
            except ValueError as error:
                raise Refusal(f"{path}, line {place}: annotated_{language}, {error}; mark slots as [slot : value].") from error
    return found


def measured(source: Sequence[Record], references: Mapping[str, Marked], benchmark: Benchmark, *, ask: slots.Ask, language: Language) -> tuple[Metric, ...]:
    """Precision, recall and span F1 (0-100) over the rows that have a reference; nothing where none has."""
    rows = [row for row in source if row.id in references]
    if not rows:
        return ()
    pairs = [slots.Pair(row.fields[benchmark.slots_in], references[row.id][0], row.slots) for row in rows]
    carried = slots.carry(pairs, ask=ask, language=language, named=frozenset(benchmark.slot_names))
    counts = np.array([_counts(one.slots, references[row.id][1]) for row, one in zip(rows, carried, strict=True)])
    generator = np.random.default_rng(SEED)
    drawn = [counts[generator.integers(0, len(rows), len(rows))].sum(0) for _ in range(RESAMPLES)]
    signature = f"carrier on references|match:type+place+value|avg:micro|bs:{RESAMPLES}|seed:{SEED}"
    found = []
    for name, score in zip(NAMES, SCORES, strict=True):
        ends = interval(np.array([score(one) for one in drawn]))
        found.append(Metric(name, benchmark.slots_in, score(counts.sum(0)), ends, signature, len(rows)))
    return tuple(found)


def _counts(ours: Sequence[Slot], theirs: Sequence[Slot]) -> tuple[int, int, int]:
    """Right, carried, wanted."""
    got, wanted = ({(slot.name, slot.start, slot.value) for slot in found} for found in (ours, theirs))
    return len(got & wanted), len(got), len(wanted)


def _percent(part: float, whole: float) -> float:
    return 100 * float(part) / float(whole) if whole else 0.0


SCORES: tuple[Callable[[NDArray[np.int64]], float], ...] = (
    lambda one: _percent(one[0], one[1]),
    lambda one: _percent(one[0], one[2]),
    lambda one: _percent(2 * one[0], one[1] + one[2]),
)
