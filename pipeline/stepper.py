"""stepper: one optimiser step over a batch, in as many parts as memory wants, and what ends a training that has gone wrong."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

import torch
from torch import nn

from pipeline.memory import out_of_memory
from pipeline.tunable import Training, Tunable
from templates.benchmark import Record
from templates.refusal import Refusal

log = logging.getLogger(__name__)


class NoNumber(Refusal):
    """A loss or gradient that is no number: the end of a training, of which the epochs before it are kept."""


class Stepper:
    """Optimiser steps over batches, each in micro-batches of `size` records whose gradients are added up. Where memory does not suffice, the
    size is halved, aloud, and the batch done again: the step is the same but for the last bits of its sums."""

    def __init__(self, tunable: Tunable, optimiser: torch.optim.Optimizer, plan: Training) -> None:
        self.tunable = tunable
        self.optimiser = optimiser
        self.plan = plan
        self.size = plan.micro_batch or plan.batch_size

    def step(self, rows: Sequence[Record], *, seed: int) -> float:
        """One step; gives the batch's loss. `seed` draws its dropout, the same for every part of the batch and for every attempt."""
        while True:
            self.optimiser.zero_grad()
            try:
                value = self._gradients(rows, seed=seed)
                break
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                if self.size == 1:
                    why = f"one record at a time is too much for the memory ({_first_line(error)})"
                    raise Refusal(f"training: {why}; use a smaller model, or lower cache_gibibytes.") from error
            self.size = max(1, min(self.size, len(rows)) // 2)
            log.warning("training: out of memory; going on with %d records at a time", self.size)
        self.move(rows)
        return value

    def move(self, rows: Sequence[Record]) -> None:
        """Along the gradients that are there, which these rows gave."""
        self.check(float(nn.utils.clip_grad_norm_(self.tunable.parameters(), self.plan.clip)), rows, what="gradient")
        self.optimiser.step()

    def check(self, value: float, rows: Sequence[Record], *, what: str = "loss") -> None:
        """Refuse what is no number."""
        if not math.isfinite(value):
            first, rate = ", ".join(row.id for row in rows[:3]), self.plan.learning_rate
            raise NoNumber(f"training: the {what} became {value} at {first}; lower learning_rate ({rate:g}) or use float32.")

    def _gradients(self, rows: Sequence[Record], *, seed: int) -> float:
        weight, value = self.tunable.weight(rows), 0.0
        for start in range(0, len(rows), self.size):
            part = rows[start : start + self.size]
            torch.manual_seed(seed)
            loss = self.tunable.loss(part)
            if len(part) < len(rows):
                loss = loss * (self.tunable.weight(part) / weight)
            value += float(loss.detach())
            self.check(value, rows)
            torch.autograd.backward(loss)
        return value


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:120] or type(error).__name__
