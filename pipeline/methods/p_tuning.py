"""p_tuning: virtual tokens produced by a small bi-LSTM, inserted where the prompt says; the GPT stays frozen.

Liu et al. 2021, "GPT Understands, Too", https://arxiv.org/abs/2103.10385; encoder sizes and optimiser of NeMo 1.10.
After training the encoder is dropped and only its output [P, H] is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.batch import buckets
from pipeline.folds import derive
from pipeline.prompt_encoder import PromptEncoder
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot


@dataclass(frozen=True, slots=True)
class Settings:
    """Learning rate twenty times NeMo's 1e-4, which suits a model of 135 M parameters and batches of 16; the rest as NeMo 1.10
    but for early stopping and the start: with `match_scale` the first prompt has the size of word embeddings. `least_steps` keeps small
    fractions from stopping before they have moved."""

    learning_rate: float = 2e-3
    epochs: int = 6
    batch_size: int = 16
    warmup_steps: int = 30
    weight_decay: float = 0.01
    clip: float = 1.0
    patience: int = 2
    least_steps: int = 60
    layers: int = 2
    dropout: float = 0.0
    match_scale: bool = True

    def __post_init__(self) -> None:
        for name, value, least in (("epochs", self.epochs, 1), ("batch_size", self.batch_size, 1), ("layers", self.layers, 1), ("patience", self.patience, 1)):
            if value < least:
                raise ValueError(f"{name} is {value}; it must be at least {least}")
        if not 0 < self.learning_rate < 1 or not 0 <= self.dropout < 1 or self.clip <= 0:
            raise ValueError(f"learning_rate ({self.learning_rate}) must lie between 0 and 1, dropout ({self.dropout}) in [0, 1), clip ({self.clip}) above 0")


def build(answering: Answering, settings: Settings, *, seed: int) -> PTuning:
    """A fresh encoder for the task's virtual tokens."""
    if answering.task.prompt.virtual_tokens == 0:
        raise Refusal(f"{answering.task.name}: p_tuning needs virtual tokens; put [[10]] into the prompt where they shall stand.")
    return PTuning(answering, settings, seed=seed)


class PTuning:
    """A Tunable. `prompt()` is [P, H]."""

    def __init__(self, answering: Answering, settings: Settings, *, seed: int) -> None:
        self.answering = answering
        self.training: Training | None = Training(
            settings.learning_rate,
            settings.epochs,
            settings.batch_size,
            settings.warmup_steps,
            settings.weight_decay,
            settings.clip,
            settings.patience,
            settings.least_steps,
        )
        torch.manual_seed(derive(seed, "encoder"))
        gpt, task = answering.gpt, answering.task
        name = gpt.embed(torch.tensor(answering.tokens.continuing(task.benchmark.name)))
        self.encoder: PromptEncoder | None = PromptEncoder(
            task.prompt.virtual_tokens, gpt.hidden_size, name=name, layers=settings.layers, dropout=settings.dropout
        )
        if settings.match_scale:
            self.encoder.match(gpt.embedding_size)
        self._kept: Tensor | None = None

    @property
    def stored_parameters(self) -> int:
        """P x H."""
        return self.answering.task.prompt.virtual_tokens * self.answering.gpt.hidden_size

    def prompt(self, *, training: bool = False) -> Float[Tensor, "P H"]:
        """The virtual tokens, from the encoder while there is one; with dropout only in `training`."""
        if self._kept is not None:
            return self._kept
        assert self.encoder is not None
        made: Tensor = self.encoder.train(training)()
        return made

    def prepare(self, train: Sequence[Record], *, seed: int) -> None:
        """Nothing to look at."""

    def parameters(self) -> list[nn.Parameter]:
        """The encoder's."""
        return list(self.encoder.parameters()) if self.encoder is not None else []

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Batches of similar length."""
        assert self.training is not None
        return buckets(self.answering.encode(records), size=self.training.batch_size, generator=generator)

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Answer tokens only."""
        return self.answering.loss(self.answering.encode(records), self.prompt(training=torch.is_grad_enabled()))

    @torch.no_grad()
    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Ranked answers."""
        return self.answering.rank(self.answering.encode(records), self.prompt())

    @torch.no_grad()
    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """Decoded behind the given labels."""
        return self.answering.slots(self.answering.encode(records), records, labels, self.prompt())

    @torch.no_grad()
    def save(self, folder: Path) -> None:
        """The prompt alone; the encoder is dropped."""
        save_file({"prompt": self.prompt().detach().contiguous().clone()}, folder / "p_tuning.safetensors")

    def load(self, folder: Path) -> None:
        """Hold the stored prompt; nothing is trainable any more."""
        self._kept = load_file(folder / "p_tuning.safetensors")["prompt"]
        self.encoder, self.training = None, None
