"""pace: how fast this machine reads, steps and ranks, measured for a few seconds on rows of the benchmark itself, and what a trial then takes."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from pipeline.answering import Answering
from pipeline.methods import few_shot, p_tuning
from pipeline.prefix import PrefixCache
from pipeline.stepper import Stepper
from pipeline.train import epochs_of
from templates.benchmark import Record
from templates.placement import move
from templates.refusal import Refusal

SAMPLE = 64  # rows that are timed, drawn at random
SEED = 0
FINE_TUNING = 4.0  # a step of full fine-tuning beside reading its texts


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a row: `read` all of its text once, `step` in training, `check` it after an epoch, `rank` its labels (and decode its slots) with cached
    text, `plain` without (zero-shot). `tokens` a row in the mean, `cache_bytes` the keys and values of those read before training, `memory_bytes` the
    most this process has held so far. `placement` of the virtual tokens it was measured with; `runs`: tokens a row that a step runs and those read
    before it, by placement."""

    read: float
    step: float
    check: float
    rank: float
    plain: float
    tokens: float
    cache_bytes: float
    memory_bytes: int
    placement: str = ""
    runs: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def trial_seconds(self, method: str, settings: Any, *, train: int, validation: int, test: int, shots_cost: float = 1.0) -> float:
        """What one trial takes if no early stop ends it; reading the texts, once a condition, is not in it."""
        if method in ("majority", "tfidf"):
            return 0.0
        epochs = 0
        if hasattr(settings, "epochs"):
            epochs = epochs_of(train, epochs=settings.epochs, batch_size=settings.batch_size, least_steps=settings.least_steps)
            if method == "fine_tuning":  # the whole text every time; there and back, gradients of weights as well
                return (epochs * (train * FINE_TUNING + validation) + test) * self.read + (epochs * validation + test) * self.rank
            return self._more(settings) * (epochs * (train * self.step + validation * self.check) + test * self.rank)
        return test * self.plain * (1 + shots_cost * getattr(settings, "shots", 0))

    @property
    def ahead(self) -> float:
        """The share of a row's tokens that is read before training, at the placement that has most of them; 1 where no placement was counted."""
        return max((read for _, read in self.runs.values()), default=self.tokens) / self.tokens

    def scaled(self, factor: float) -> Pace:
        """The pace on texts `factor` times as long in tokens. Where they are read beforehand, steps and ranks run over prompt and answer alone."""
        longer = 1.0 if self.runs.get(self.placement, (0.0, 1.0))[1] else factor
        return replace(
            self,
            read=self.read * factor,
            step=self.step * longer,
            check=self.check * longer,
            rank=self.rank * longer,
            plain=self.plain * factor,
            tokens=self.tokens * factor,
            cache_bytes=self.cache_bytes * factor,
            runs={placement: (run if read else run * factor, read * factor) for placement, (run, read) in self.runs.items()},
        )

    def _more(self, settings: Any) -> float:
        """How many times the tokens of what was measured a step runs under these settings."""
        mine, theirs = self.runs.get(self.placement), self.runs.get(getattr(settings, "placement", self.placement))
        return theirs[0] / mine[0] if mine and theirs else 1.0


def measure(
    answering: Answering, rows: Sequence[Record], *, seconds: float, settings: Mapping[str, Any] | None = None, placements: Collection[str] = ()
) -> Pace:
    """Time reading, training steps, ranking and plain ranking, a quarter of `seconds` each. Nothing is kept: the cache is one of its own.
    `placements`: others that trials will ask for, whose tokens are counted."""
    drawn = np.random.default_rng(SEED).permutation(len(rows))[:SAMPLE]
    sample = [rows[row] for row in drawn]
    own = Answering(answering.gpt, answering.task, PrefixCache(answering.gpt, gibibytes=answering.prefixes.budget / 2**30))
    encoded = own.encode(sample)
    tunable = p_tuning.build(own, p_tuning.Settings(**dict(settings or {})), seed=SEED)
    assert tunable.training is not None
    size = tunable.training.batch_size
    texts = [tuple(token for token in (*item.before, *item.stem) if token >= 0) for item in encoded]
    read = _per_row(lambda part: PrefixCache(own.gpt).read_ahead([texts[row] for row in part]), range(len(sample)), size=SAMPLE, seconds=seconds / 4)
    tunable.prepare(sample, seed=SEED, ahead=sample)
    stepper = Stepper(tunable, torch.optim.AdamW(tunable.parameters(), lr=1e-6, fused=True), tunable.training)

    def step(part: Sequence[int]) -> None:
        stepper.step([sample[row] for row in part], seed=SEED)

    def rank(part: Sequence[int]) -> None:
        mine = [sample[row] for row in part]
        best = tunable.scores(mine).argmax(dim=1).tolist()
        tunable.slots(mine, [own.task.verbalizer.labels[label] for label in best])

    zero = few_shot.build(own, few_shot.Settings(shots=0), seed=SEED)
    stepped = _per_row(step, range(len(sample)), size=size, seconds=seconds / 4)
    ranked = _per_row(rank, range(len(sample)), size=32, seconds=seconds / 4)
    plain = _per_row(lambda part: zero.scores([sample[row] for row in part]), range(len(sample)), size=32, seconds=seconds / 4)
    tokens = float(np.mean([len(item.before) + len(item.stem) + len(item.answer) for item in encoded]))
    known = own.gpt.read(texts[:1])[0]  # [L, 2, heads, S, D]
    per_token = known.numel() * known.element_size() / known.shape[3]
    checked = stepped / 2 if own.task.slots is not None else ranked  # half a step: forward only; labels are ranked where that is all there is
    placement = str((settings or {}).get("placement", ""))
    runs = {name: counted for name in {placement, *placements} if (counted := _run(own, sample, name)) is not None}
    most = max((before for _, before in runs.values()), default=tokens)
    return Pace(read, stepped, checked, ranked, plain, tokens, per_token * most, peak_bytes(), placement, runs)


def _run(answering: Answering, sample: Sequence[Record], placement: str) -> tuple[float, float] | None:
    """Tokens a row that a step runs with the virtual tokens there, and those read beforehand; what opens all rows alike, and virtual tokens behind
    it, is run once for a batch. None where they do not fit."""
    moved = answering.of(replace(answering.task, prompt=move(answering.task.prompt, placement)))
    try:
        encoded = moved.encode(sample)
    except Refusal:
        return None
    alike = all(item.before == encoded[0].before for item in encoded)
    run, read = [], []
    for item in encoded:
        front = next((place for place, token in enumerate(item.stem) if token >= 0), len(item.stem)) if alike else 0
        run.append(len(item.stem) - front + len(item.answer))
        read.append(0 if alike else len(item.before))
    return float(np.mean(run)), float(np.mean(read))


def peak_bytes() -> int:
    """The most memory this process has held, as the system counts it, and on the GPU."""
    gpu = torch.cuda.max_memory_allocated() if _gpu() else 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) + gpu


def _per_row(work: Callable[[Sequence[int]], object], rows: Sequence[int], *, size: int, seconds: float) -> float:
    """Median seconds a row over batches, the first one left out."""
    parts = _round_and_round(rows, size=min(size, len(rows)))
    work(next(parts))
    times: list[float] = []
    ends = time.perf_counter() + seconds
    while not times or time.perf_counter() < ends:
        part = next(parts)
        started = time.perf_counter()
        work(part)
        if _gpu():
            torch.cuda.synchronize()
        times.append((time.perf_counter() - started) / len(part))
    return float(np.median(times))


def _round_and_round(rows: Sequence[int], *, size: int) -> Iterator[Sequence[int]]:
    while True:
        for start in range(0, len(rows) - size + 1, size):
            yield rows[start : start + size]


def _gpu() -> bool:
    """Whether this process has used one."""
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]
