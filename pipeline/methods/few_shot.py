"""few_shot: the frozen GPT with k demonstrations from the training part and no virtual tokens (k = 0: zero-shot).

Brown et al. 2020, https://arxiv.org/abs/2005.14165. Demonstrations are drawn label by label, are never taken from the part that is
evaluated, and end in the same answer tokens as training and ranking use. Labels are scored, slots are decoded from closed choices.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.folds import derive
from pipeline.tokens import Encoded, Tokens
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.prompt import Virtual
from templates.refusal import Refusal
from templates.slots import Slot
from templates.store import write_json

LONGEST = 80  # words of a demonstration; longer training rows are passed over


@dataclass(frozen=True, slots=True)
class Settings:
    """`shots`: demonstrations in all, spread over the labels. `per_token`: labels are ranked by the mean over their tokens, not by the sum."""

    shots: int = 4
    per_token: bool = False


def build(answering: Answering, settings: Settings, *, seed: int) -> FewShot:
    """The prompt without its virtual tokens, and no demonstrations yet."""
    if not 0 <= settings.shots <= 64:
        raise Refusal(f"few_shot: shots is {settings.shots}; choose from 0 to 64.")
    return FewShot(answering, settings)


class FewShot:
    """A Tunable with nothing trainable."""

    training: Training | None = None

    def __init__(self, answering: Answering, settings: Settings) -> None:
        task = replace(answering.task, prompt=answering.task.prompt.plain())
        self.shots = settings.shots
        self.per_token = settings.per_token
        self.answering = answering.of(task)
        self.demonstrations: tuple[tuple[int, ...], ...] = ()

    @property
    def stored_parameters(self) -> int:
        """Nothing is kept."""
        return 0

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Draw the demonstrations: labels in turn, rows at random, the order shuffled. Rows are drawn by a hash of seed and id and by the length of the
        English text, so that a language that lacks a few rows shows the same ones as English does."""
        drawn = derive(seed, "demonstrations")
        generator = np.random.default_rng(drawn)
        short = [record for record in train if sum(len(text.split()) for text in (record.source or record.fields).values()) <= LONGEST]
        short.sort(key=lambda record: hashlib.sha256(f"{drawn}/{record.id}".encode()).digest())
        labels = self.answering.task.verbalizer.labels
        queues = {label: [row for row in short if row.label == label] for label in labels}
        chosen: list[Record] = []
        while len(chosen) < self.shots and any(queues.values()):
            for label in generator.permutation(list(labels)):
                if queues[label] and len(chosen) < self.shots:
                    chosen.append(queues[label].pop())
        tokens = self.answering.tokens
        order = generator.permutation(len(chosen))
        self.demonstrations = tuple(self._demonstration(tokens, chosen[row], first=number == 0) for number, row in enumerate(order))

    def _demonstration(self, tokens: Tokens, record: Record, *, first: bool) -> tuple[int, ...]:
        encoded = tokens.encode_record(self.answering.task, record)
        stem = encoded.before + encoded.stem
        return (*(stem if first else self._continuing(record)), *encoded.shown, *tokens.separator())

    def _continuing(self, record: Record) -> tuple[int, ...]:
        example = self.answering.task.example(record)
        return tuple(token for part in example.parts if not isinstance(part, Virtual) for token in self.answering.tokens.continuing(part.text))

    def _encode(self, records: Sequence[Record]) -> list[Encoded]:
        plain = self.answering.encode(records)
        if not self.demonstrations:
            return [item.whole() for item in plain]
        before = tuple(token for shot in self.demonstrations for token in shot)
        made = []
        for record, item in zip(records, plain, strict=True):
            stem = self._continuing(record)
            room = self.answering.gpt.limit - self._free(record)
            if len(stem) > room:  # too long to follow anything: the record alone, cut as in every other method
                made.append(item.whole())
                continue
            start = max(0, len(before) + len(stem) - room)
            made.append(replace(item, before=before[start:], stem=stem))
        return made

    def _free(self, record: Record) -> int:
        task = self.answering.task
        return 64 if task.slots is None else max(64, self.answering.tokens.room(task, record.fields[task.benchmark.slots_in]))

    def parameters(self) -> list[nn.Parameter]:
        """None."""
        return []

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Never asked: nothing trains."""
        return iter(())

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Cross-entropy of the ranked labels."""
        gold = torch.tensor([self.answering.task.verbalizer.labels.index(record.label) for record in records])
        return nn.functional.cross_entropy(self.scores(records), gold)

    def weight(self, records: Sequence[Record]) -> int:
        """One label each."""
        return len(records)

    @torch.no_grad()
    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Ranked answers."""
        return self.answering.rank(self._encode(records), None, per_token=self.per_token)

    @torch.no_grad()
    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """Decoded behind the given labels."""
        return self.answering.slots(self._encode(records), records, labels, None)

    def save(self, folder: Path) -> None:
        """The demonstrations' ids."""
        write_json(folder / "few_shot.json", {"demonstrations": self.demonstrations})

    def load(self, folder: Path) -> None:
        """Read them back."""
        stored = json.loads((folder / "few_shot.json").read_text(encoding="utf-8"))
        self.demonstrations = tuple(tuple(ids) for ids in stored["demonstrations"])
