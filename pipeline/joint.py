"""joint: several tasks under one prompt encoder, told apart by their names; trained together, or one after the other to see what is forgotten.

NeMo 1.x tunes new tasks together this way (https://docs.nvidia.com/nemo-framework/user-guide/24.07/nemotoolkit/nlp/nemo_megatron/prompt_learning.html).
A task that is added later gets an encoder of its own, and the prompt table never touches the rows of the others: nothing can be forgotten there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.batch import buckets, lay_out
from pipeline.folds import derive
from pipeline.methods.p_tuning import PTuning, Settings, name_rows
from pipeline.mixed import stack
from pipeline.prompt_encoder import PromptEncoder
from pipeline.splice import answer_scores
from pipeline.tokens import Encoded
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot


class Joint:
    """A Tunable over the records of all `tasks` (name -> Answering; one GPT, one cache of prefixes). `rows` says whose records are whose; its ids
    must differ between tasks. Scores stand in the columns of `labels`, those of other tasks at minus infinity."""

    def __init__(self, tasks: Mapping[str, Answering], rows: Mapping[str, Sequence[Record]], settings: Settings, *, seed: int) -> None:
        if settings.encoder == "none":
            raise Refusal("joint tuning needs an encoder that tasks can share; use lstm, tpmlp or mlp.")
        self.tasks = dict(tasks)
        self.task_of: dict[str, str] = {}
        for name, records in rows.items():
            for record in records:
                if self.task_of.setdefault(record.id, name) != name:
                    raise Refusal(f"joint tuning: record id {record.id!r} is in both {self.task_of[record.id]} and {name}; give them different ids.")
        self.labels = tuple(dict.fromkeys(label for one in tasks.values() for label in one.task.verbalizer.labels))
        self.per_token = settings.per_token
        self.training: Training | None = PTuning(next(iter(tasks.values())), settings, seed=seed).training
        torch.manual_seed(derive(seed, "encoder"))
        first = next(iter(tasks.values()))
        self.counts = {name: one.task.prompt.virtual_tokens for name, one in tasks.items()}
        shape: dict[str, Any] = {"layers": settings.layers, "inner": settings.inner, "dropout": settings.dropout}
        self.encoder = PromptEncoder(max(self.counts.values()), first.gpt.hidden_size, kind=settings.encoder, name=name_rows(first), **shape)
        self.encoder.to(first.gpt.device)
        if settings.match_scale:
            self.encoder.match(first.gpt.embedding_size)
        self.names = {name: name_rows(one) for name, one in tasks.items()}
        self._kept: dict[str, Tensor] = {}

    @property
    def stored_parameters(self) -> int:
        """P x H of every task."""
        return sum(self.counts.values()) * next(iter(self.tasks.values())).gpt.hidden_size

    def prompt(self, name: str, *, training: bool = False) -> Float[Tensor, "P H"]:
        """The virtual tokens of one task."""
        if self._kept:
            return self._kept[name]
        made: Tensor = self.encoder.train(training)(self.names[name])
        return made[: self.counts[name]]

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Read the texts before the virtual tokens, of all tasks at once."""
        next(iter(self.tasks.values())).prefixes.read_ahead([item.before for item in self._encode(ahead)])

    def parameters(self) -> list[nn.Parameter]:
        """The shared encoder's."""
        return [] if self._kept else list(self.encoder.parameters())

    def _encode(self, records: Sequence[Record]) -> list[Encoded]:
        return [self.tasks[self.task_of[record.id]].encode([record])[0] for record in records]

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Batches of similar length, tasks mixed as they come."""
        assert self.training is not None
        return buckets(self._encode(records), size=self.training.batch_size, generator=generator)

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Negative log-likelihood, mean over the answer tokens of all tasks."""
        names = [self.task_of[record.id] for record in records]
        training = torch.is_grad_enabled()  # then all, so that dropout is the same whichever tasks a part of a batch holds
        made = {name: self.prompt(name, training=training) for name in self.tasks if training or name in names}
        encoded = self._encode(records)
        shared = self.tasks[names[0]]
        batch = lay_out(encoded, [[item.answer] for item in encoded])
        scores, lengths = answer_scores(shared.gpt, batch, stack([made[name] for name in names]), prefixes=shared.prefixes)
        return -scores.sum() / lengths.sum()

    def weight(self, records: Sequence[Record]) -> int:
        """Answer tokens."""
        return sum(len(item.answer) for item in self._encode(records))

    @torch.no_grad()
    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Ranked answers of each record's own task."""
        found = torch.full((len(records), len(self.labels)), -float("inf"))
        for name, one in self.tasks.items():
            rows = [place for place, record in enumerate(records) if self.task_of[record.id] == name]
            if rows:
                columns = torch.tensor([self.labels.index(label) for label in one.task.verbalizer.labels])
                ranked = one.rank(one.encode([records[row] for row in rows]), self.prompt(name), per_token=self.per_token)
                found[torch.tensor(rows)[:, None], columns] = ranked
        return found

    @torch.no_grad()
    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """Decoded behind the given labels, each by its own task."""
        found = []
        for record, label in zip(records, labels, strict=True):
            name = self.task_of[record.id]
            one = self.tasks[name]
            found += one.slots(one.encode([record]), [record], [label], self.prompt(name))
        return found

    @torch.no_grad()
    def one(self, name: str) -> PTuning:
        """The Tunable of one task with the prompt it has now; it trains no more."""
        return PTuning.holding(self.tasks[name], self.prompt(name).detach().clone(), per_token=self.per_token)

    @torch.no_grad()
    def save(self, folder: Path) -> None:
        """The prompts, by task; the encoder is dropped."""
        save_file({name: self.prompt(name).contiguous().clone() for name in self.tasks}, folder / "joint.safetensors")

    def load(self, folder: Path) -> None:
        """Hold the stored prompts; nothing is trainable any more."""
        self._kept = load_file(folder / "joint.safetensors", device=str(next(iter(self.tasks.values())).gpt.device))
        self.training = None
