"""Tunable: what a tuning method gives the shared loop. A method with nothing trainable gives an empty list of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from templates.benchmark import Record
from templates.slots import Slot


@dataclass(frozen=True, slots=True)
class Training:
    """How the shared loop trains. Learning-rate schedule: linear warm-up, then cosine to 0."""

    learning_rate: float
    epochs: int
    batch_size: int
    warmup_steps: int
    weight_decay: float
    clip: float
    patience: int
    least_steps: int
    micro_batch: int = 0  # records at a time within a batch, their gradients added up; 0: the whole batch at once

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("patience", 1), ("micro_batch", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not 0 < self.learning_rate < 1 or self.clip <= 0:
            raise ValueError(f"learning_rate ({self.learning_rate}) must lie between 0 and 1, clip ({self.clip}) above 0")
        if self.weight_decay < 0 or self.warmup_steps < 0:
            raise ValueError(f"weight_decay ({self.weight_decay:g}) and warmup_steps ({self.warmup_steps}) must not be below 0")

    @staticmethod
    def of(settings: object) -> Training:
        """The part of a method's settings that says how it is trained."""
        return Training(**{one.name: getattr(settings, one.name) for one in fields(Training)})


class Tunable(Protocol):
    """`training` is how it wants to be trained; `stored_parameters` counts the numbers kept per task afterwards."""

    training: Training | None

    @property
    def stored_parameters(self) -> int:
        """How many numbers are kept per task."""

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Look at the training part before training: draw demonstrations, count words. `ahead`: every record that will be asked for."""

    def parameters(self) -> list[nn.Parameter]:
        """What trains; everything else stays as it is."""

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Indices of one epoch's batches."""

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Mean loss of these records, in nats per answer token."""

    def weight(self, records: Sequence[Record]) -> int:
        """How many answer tokens that mean is over."""

    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """A log-score for each label; their softmax is the label's probability."""

    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """The slots of each record behind the label it was given. A method that cannot name slots gives none."""

    def save(self, folder: Path) -> None:
        """Write all that `load` needs, without pickle."""

    def load(self, folder: Path) -> None:
        """Read back: the same scores, bit for bit, and the same slots."""
