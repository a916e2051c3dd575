"""PEFT's p-tuning, in a process of its own: the loop as its examples write it, with the system's own way with memory, on the same frozen GPT and rows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np
import torch
from peft import PromptEncoderConfig, PromptEncoderReparameterizationType, get_peft_model

from pipeline.folds import Parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from templates import catalogue
from templates.benchmark import Record

BATCH, EPOCHS, RATE = 16, 4, 2e-3
FIQA = catalogue.benchmark("fiqa")
Found = TypeVar("Found")
_loaded: list[FrozenGPT] = []


class Peer:
    """The process. It waits while ours works; what it is asked for comes back with the seconds it took there."""

    def __init__(self, model: str, dtype: str) -> None:
        self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=begin, initargs=(model, dtype))

    def ask(self, work: Callable[..., Found], *given: Any) -> tuple[float, Found]:
        """One piece of work, a function of this module."""
        return self.pool.submit(timed, work, *given).result()


def begin(model: str, dtype: str) -> None:
    """Load the GPT."""
    torch.set_num_threads(2)
    _loaded.append(load_gpt(model, dtype=dtype))


def timed(work: Callable[..., Found], *given: Any) -> tuple[float, Found]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    found = work(*given)
    return time.perf_counter() - started, found


def one_pass(rows: Sequence[Record], ordered: bool) -> None:
    """One pass over the rows."""
    one = Peft(_loaded[0], seed=1, ordered=ordered)
    one.epoch(rows)
    one.close()


def course(split: Parts, seed: int) -> list[tuple[float, float]]:
    """(seconds so far without validation, to our loss; validation accuracy) by epoch."""
    one, seen, spent = Peft(_loaded[0], seed=seed, ordered=True), list[tuple[float, float]](), 0.0
    steps = math.ceil(len(split.train) / BATCH)
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        one.epoch(split.train, begun=epoch * steps, total=EPOCHS * steps)
        spent += time.perf_counter() - started
        seen.append((spent, one.accuracy(split.validation)))
    one.close()
    return seen


def one_fold(split: Parts) -> None:
    """A fold with validation and test."""
    one, steps = Peft(_loaded[0], seed=1, ordered=True), math.ceil(len(split.train) / BATCH)
    for epoch in range(EPOCHS):
        one.epoch(split.train, begun=epoch * steps, total=EPOCHS * steps)
        one.accuracy(split.validation)
    one.accuracy(split.test)
    one.close()


class Peft:
    """PEFT's p-tuning over rows, as its examples write the loop."""

    def __init__(self, gpt: FrozenGPT, *, seed: int, ordered: bool) -> None:
        torch.manual_seed(seed)
        self.gpt, self.ordered = gpt, ordered
        self.generator = np.random.default_rng(seed)
        config = PromptEncoderConfig(
            peft_type="P_TUNING", task_type="CAUSAL_LM", num_virtual_tokens=10, encoder_hidden_size=gpt.hidden_size // 2, encoder_num_layers=2,
            encoder_reparameterization_type=PromptEncoderReparameterizationType.LSTM,
        )  # fmt: skip
        self.model: Any = get_peft_model(gpt.model, config)
        self.parameters = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)

    def ids(self, row: Record, label: str) -> tuple[list[int], list[int]]:
        """Prompt and answer."""
        text = f"{row.fields['sentence']} Sentiment for {row.fields['target']}:"
        return list(self.gpt.tokenizer(text)["input_ids"]), list(self.gpt.tokenizer(f" {label}")["input_ids"])

    def batch(self, rows: Sequence[Record], labels: Sequence[str]) -> dict[str, torch.Tensor]:
        """Right-padded tensors, labels on the answer only."""
        pairs = [self.ids(row, label) for row, label in zip(rows, labels, strict=True)]
        width = max(len(text) + len(answer) for text, answer in pairs)
        tokens, mask = torch.zeros(len(rows), width, dtype=torch.long), torch.zeros(len(rows), width, dtype=torch.long)
        wanted = torch.full((len(rows), width), -100)
        for number, (text, answer) in enumerate(pairs):
            whole = torch.tensor(text + answer)
            tokens[number, : len(whole)], mask[number, : len(whole)] = whole, 1
            wanted[number, len(text) : len(whole)] = whole[len(text) :]
        return {"input_ids": tokens, "attention_mask": mask, "labels": wanted}

    def order(self, rows: Sequence[Record]) -> Iterator[list[Record]]:
        """Batches: as they come, or of like length in random order."""
        drawn = self.generator.permutation(len(rows)).tolist()
        if self.ordered:
            drawn.sort(key=lambda row: sum(map(len, self.ids(rows[row], rows[row].label))))
        batches = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
        for number in self.generator.permutation(len(batches)) if self.ordered else range(len(batches)):
            yield [rows[row] for row in batches[number]]

    def epoch(self, rows: Sequence[Record], *, begun: int = 0, total: int = 0) -> None:
        """One pass; with `total` steps the rate goes as ours does."""
        self.model.train()
        for number, batch in enumerate(self.order(rows)):
            if total:
                step = begun + number
                share = (step + 1) / 30 if step < 30 else 0.5 * (1 + math.cos(math.pi * (step - 30) / max(1, total - 30)))
                self.optimiser.param_groups[0]["lr"] = RATE * share
            self.optimiser.zero_grad()
            torch.autograd.backward(self.model(**self.batch(batch, [row.label for row in batch])).loss)
            torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
            self.optimiser.step()

    @torch.no_grad()
    def accuracy(self, rows: Sequence[Record]) -> float:
        """Share of rows whose own label has the least loss; batches of like length, every label of a row in one batch."""
        self.model.eval()
        right, labels = 0, FIQA.labels
        ordered = sorted(rows, key=lambda row: len(row.fields["sentence"]))
        for start in range(0, len(ordered), BATCH):
            part = ordered[start : start + BATCH]
            every = [row for row in part for _ in labels]
            both = self.batch(every, list(labels) * len(part))
            wanted = both.pop("labels")
            logits = self.model(**both).logits[:, 9:-1]  # ten virtual tokens stand before the text; each place predicts the next
            places = (wanted >= 0).nonzero(as_tuple=True)
            said = torch.log_softmax(logits[places].float(), dim=-1).gather(1, wanted[places][:, None]).squeeze(1)
            sums = torch.zeros(len(every)).index_add(0, places[0], said).view(len(part), len(labels))
            right += sum(labels[best] == row.label for best, row in zip(sums.argmax(dim=1).tolist(), part, strict=True))
        return right / len(rows)

    def close(self) -> None:
        """Give the GPT back as it was."""
        self.model.base_model.requires_grad_(False)
        self.gpt.model.eval()
