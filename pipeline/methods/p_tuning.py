"""p_tuning: virtual tokens produced by a small encoder, inserted where the prompt says; the GPT stays frozen.

Liu et al. 2021, "GPT Understands, Too", https://arxiv.org/abs/2103.10385; encoder sizes and optimiser of NeMo 1.10.
After training the encoder is dropped and only its output [P, H] is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.batch import buckets
from pipeline.folds import derive
from pipeline.prompt_encoder import INNER, Kind, PromptEncoder
from pipeline.tunable import Training
from templates import placement
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot

SEARCHED = "searched"  # the placement that validated best in short trials before


@dataclass(frozen=True, slots=True)
class Settings:
    """Learning rate twenty times NeMo's 1e-4, which suits a model of 135 M parameters and batches of 16; the rest as NeMo 1.10
    but for early stopping and the start: with `match_scale` the first prompt has the size of word embeddings. `least_steps` keeps small
    fractions from stopping before they have moved. `encoder`, `layers` and `inner` (of tpmlp and mlp) as in prompt_encoder; `placement` as
    in templates.placement (empty: as the prompt is written), or `searched`; `start`: a prompt trained before that this one begins at. `per_token`:
    labels are ranked by the mean over their tokens, not by the sum that training lowers."""

    learning_rate: float = 2e-3
    epochs: int = 6
    batch_size: int = 16
    warmup_steps: int = 30
    weight_decay: float = 0.01
    clip: float = 1.0
    patience: int = 2
    least_steps: int = 60
    encoder: Kind = "lstm"
    layers: int = 2
    inner: int = INNER
    dropout: float = 0.0
    match_scale: bool = True
    placement: str = ""
    start: Literal["", "english"] = ""
    micro_batch: int = 0
    per_token: bool = False

    def __post_init__(self) -> None:
        Training.of(self)  # which looks at its part
        for name in ("layers", "inner"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.placement not in ("", SEARCHED):
            try:
                placement.read(self.placement)
            except Refusal as error:
                raise ValueError(str(error)) from error
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}; it must lie in [0, 1)")


def build(answering: Answering, settings: Settings, *, seed: int) -> PTuning:
    """A fresh encoder for the task's virtual tokens, moved to where the settings want them."""
    task = answering.task
    if settings.placement == SEARCHED:
        raise Refusal(f"{task.name}: no placement was found by the short trials before this one; see search.jsonl of the run.")
    moved = placement.move(task.prompt, settings.placement)
    if moved.virtual_tokens == 0:
        raise Refusal(f"{task.name}: p_tuning needs virtual tokens; put [[10]] into the prompt where they shall stand.")
    if moved != task.prompt:
        answering = answering.of(replace(task, prompt=moved))
    needed = answering.tokens.least(answering.task)
    if needed >= answering.tokens.limit:
        raise Refusal(
            f"{task.name}: {moved.virtual_tokens} virtual tokens with the prompt's own words take {needed} places, and a record may take "
            f"{answering.tokens.limit}; use fewer virtual tokens."
        )
    return PTuning(answering, settings, seed=seed)


class PTuning:
    """A Tunable. `prompt()` is [P, H]."""

    def __init__(self, answering: Answering, settings: Settings, *, seed: int) -> None:
        self.answering = answering
        self.training: Training | None = Training.of(settings)
        torch.manual_seed(derive(seed, "encoder"))
        gpt, task = answering.gpt, answering.task
        shape: dict[str, Any] = {"layers": settings.layers, "inner": settings.inner, "dropout": settings.dropout}
        self.encoder: PromptEncoder | None = PromptEncoder(
            task.prompt.virtual_tokens, gpt.hidden_size, kind=settings.encoder, name=name_rows(answering), **shape
        )
        self.encoder.to(gpt.device)
        if settings.match_scale:
            self.encoder.match(gpt.embedding_size)
        if settings.start:
            self.encoder.begin_at(self._start(settings.start).to(gpt.device))
        self.per_token = settings.per_token
        self._kept: Tensor | None = None
        self.start = self.prompt().detach().clone()

    @staticmethod
    def holding(answering: Answering, prompt: Float[Tensor, "P H"], *, per_token: bool = False) -> PTuning:
        """One that answers with a prompt trained elsewhere; nothing is trainable."""
        made = PTuning(answering, Settings(match_scale=False, encoder="none", per_token=per_token), seed=0)
        prompt = prompt.to(answering.gpt.device)
        made.encoder, made.training, made._kept, made.start = None, None, prompt, prompt
        return made

    def _start(self, name: str) -> Float[Tensor, "P H"]:
        task = self.answering.task
        given = self.answering.starts.get(name)
        if given is None:
            raise Refusal(f"{task.name}: p_tuning shall start from the {name} prompt, and there is none; put the same trial of {name} before it.")
        if given.shape[0] != task.prompt.virtual_tokens:
            raise Refusal(
                f"{task.name}: the {name} prompt has {given.shape[0]} virtual tokens, this one {task.prompt.virtual_tokens}; write the same number in both."
            )
        if given.shape[1] != self.answering.gpt.hidden_size:
            raise Refusal(
                f"{task.name}: the {name} prompt was tuned for {given.shape[1]} units, this model has {self.answering.gpt.hidden_size}; start from none."
            )
        return given

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

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Read the texts before the virtual tokens, once for all that follows."""
        self.answering.prefixes.read_ahead([item.before for item in self.answering.encode(ahead)])

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

    def weight(self, records: Sequence[Record]) -> int:
        """Answer tokens."""
        return sum(len(item.answer) for item in self.answering.encode(records))

    @torch.no_grad()
    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Ranked answers."""
        return self.answering.rank(self.answering.encode(records), self.prompt(), per_token=self.per_token)

    @torch.no_grad()
    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """Decoded behind the given labels."""
        return self.answering.slots(self.answering.encode(records), records, labels, self.prompt())

    @torch.no_grad()
    def save(self, folder: Path) -> None:
        """The prompt, and where it began; the encoder is dropped."""
        save_file({"prompt": self.prompt().detach().contiguous().clone(), "start": self.start}, folder / "p_tuning.safetensors")

    def load(self, folder: Path) -> None:
        """Hold the stored prompt; nothing is trainable any more."""
        stored = load_file(folder / "p_tuning.safetensors", device=str(self.answering.gpt.device))
        self._kept, self.start = stored["prompt"], stored.get("start", stored["prompt"])
        self.encoder, self.training = None, None


def name_rows(answering: Answering) -> Float[Tensor, "N H"]:
    """The task name's word embeddings, which tell tasks apart that share an encoder."""
    ids = torch.tensor(answering.tokens.continuing(answering.task.benchmark.name))
    return answering.gpt.embed(ids)
