"""majority: always the most frequent label of the training part. Every other method must beat this floor."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.slots import Slot
from templates.store import write_json


@dataclass(frozen=True, slots=True)
class Settings:
    """None needed."""


def build(answering: Answering, settings: Settings, *, seed: int) -> Majority:
    """Counts nothing yet."""
    return Majority(answering.task.verbalizer.labels)


class Majority:
    """A Tunable with nothing trainable: the labels' shares in the training part."""

    training: Training | None = None

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.shares = [1 / len(self.labels)] * len(self.labels)

    @property
    def stored_parameters(self) -> int:
        """One share a label."""
        return len(self.labels)

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Count labels, one added to each so that none has probability 0."""
        counts = Counter(record.label for record in train)
        total = len(train) + len(self.labels)
        self.shares = [(counts[label] + 1) / total for label in self.labels]

    def parameters(self) -> list[nn.Parameter]:
        """None."""
        return []

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Never asked: nothing trains."""
        return iter(())

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Cross-entropy of the shares."""
        return torch.tensor([-math.log(self.shares[self.labels.index(record.label)]) for record in records]).mean()

    def weight(self, records: Sequence[Record]) -> int:
        """One label each."""
        return len(records)

    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """The same for every record."""
        return torch.tensor(self.shares).log().expand(len(records), -1)

    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """None: the floor of slots is to name none."""
        return [()] * len(records)

    def save(self, folder: Path) -> None:
        """The shares."""
        write_json(folder / "majority.json", {"shares": self.shares})

    def load(self, folder: Path) -> None:
        """Read them back."""
        self.shares = json.loads((folder / "majority.json").read_text(encoding="utf-8"))["shares"]
