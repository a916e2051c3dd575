"""fine_tuning: all weights of a copy of the GPT are trained, behind the prompt's words and no virtual tokens: what freezing costs.

As in Radford et al. 2018 (https://openai.com/research/language-unsupervised). The copy trains in float32 and, where the frozen model is in bfloat16,
computes in that. It is as large as the model and so is what a trial keeps: the ceiling beside a prompt of a few kilobytes, not a way to serve tasks.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.batch import buckets
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache
from pipeline.tokens import Encoded
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.slots import Slot

FILE = "fine_tuning.safetensors"


@dataclass(frozen=True, slots=True)
class Settings:
    """`per_token`: labels are ranked by the mean over their tokens, not by the sum that training lowers."""

    learning_rate: float = 5e-5
    epochs: int = 3
    batch_size: int = 16
    warmup_steps: int = 30
    weight_decay: float = 0.01
    clip: float = 1.0
    patience: int = 1
    least_steps: int = 60
    micro_batch: int = 0
    per_token: bool = False

    def __post_init__(self) -> None:
        Training.of(self)  # which looks at it


def build(answering: Answering, settings: Settings, *, seed: int) -> FineTuning:
    """A copy that has learnt nothing yet. It begins at the model, so that `seed` draws the order of batches alone."""
    return FineTuning(answering, settings)


class FineTuning:
    """A Tunable. The model it was given stays as it is."""

    def __init__(self, answering: Answering, settings: Settings) -> None:
        frozen = answering.gpt
        self.training: Training | None = Training.of(settings)
        self.per_token = settings.per_token
        self.dtype = frozen.dtype
        gpt = FrozenGPT(copy.deepcopy(frozen.model).float(), frozen.tokenizer, name=frozen.name, fingerprint=frozen.fingerprint)
        gpt.by_hand = None  # those layers have no gradients of weights in place
        gpt.model.requires_grad_(True)
        task = replace(answering.task, prompt=answering.task.prompt.plain())
        self.answering = Answering(gpt, task, PrefixCache(gpt, gibibytes=0.0))

    @property
    def stored_parameters(self) -> int:
        """All."""
        return sum(weight.numel() for weight in self._weights().values())

    def _weights(self) -> dict[str, nn.Parameter]:
        """By name, one that stands in two places once."""
        return dict(self.answering.gpt.model.named_parameters())

    def _encode(self, records: Sequence[Record]) -> list[Encoded]:
        """Nothing of the text is frozen."""
        return [item.whole() for item in self.answering.encode(records)]

    def _precision(self) -> Any:
        return torch.autocast(self.answering.gpt.device.type, torch.bfloat16) if self.dtype == torch.bfloat16 else nullcontext()

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """There is nothing to read ahead: what the model makes of a text changes with every step."""

    def parameters(self) -> list[nn.Parameter]:
        """The whole model's; none once it was read back."""
        return list(self._weights().values()) if self.training is not None else []

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Batches of similar length."""
        assert self.training is not None
        return buckets(self._encode(records), size=self.training.batch_size, generator=generator)

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Answer tokens only."""
        with self._precision():
            return self.answering.loss(self._encode(records), None)

    def weight(self, records: Sequence[Record]) -> int:
        """Answer tokens."""
        return sum(len(item.answer) for item in self._encode(records))

    @torch.no_grad()
    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Ranked answers."""
        with self._precision():
            return self.answering.rank(self._encode(records), None, per_token=self.per_token)

    @torch.no_grad()
    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """Decoded behind the given labels."""
        with self._precision():
            return self.answering.slots(self._encode(records), records, labels, None)

    def save(self, folder: Path) -> None:
        """Every weight, in float32 as it was trained: read back, it gives the same scores."""
        save_file({name: weight.detach().contiguous() for name, weight in self._weights().items()}, folder / FILE)

    @torch.no_grad()
    def load(self, folder: Path) -> None:
        """Hold the stored weights; nothing is trainable any more."""
        stored = load_file(folder / FILE)
        for name, weight in self._weights().items():
            weight.copy_(stored[name])
        self.answering.gpt.model.requires_grad_(False)
        self.training = None
