"""P-tuning of ours beside PEFT's: the same frozen GPT, the same rows of FIQA, 10 virtual tokens, an LSTM encoder, AdamW, batches of 16, one run.

PEFT (its loop as its examples write it) puts the virtual tokens first and runs text, prompt and the whole head in every step; `unsorted` pads
batches as they come, `sorted` groups rows by length. Ours puts them behind the text, whose keys and values are read once. Parts: `throughput`
(steady steps; reading is counted apart), `accuracy` (time to the best validation accuracy that sorted PEFT reaches, reading included), `study` (ten folds of
ours, PEFT's extrapolated from two). Quiet cores; an hour and a half for all parts.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import torch
from peft import PromptEncoderConfig, PromptEncoderReparameterizationType, get_peft_model

from pipeline.answering import Answering
from pipeline.folds import Parts, assign, parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from pipeline.methods import p_tuning
from pipeline.prefix import PrefixCache
from pipeline.tune import evaluate, tune
from templates import catalogue, language
from templates.benchmark import Record
from templates.task import localise
from tests.speed.pairs import say
from translation import refresh

BATCH, EPOCHS, RATE = 16, 4, 2e-3
FIQA = catalogue.benchmark("fiqa")
PARTS = ("throughput", "accuracy", "study")


def main() -> None:
    """Run the parts asked for and print one line of keys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/benchmarks"))
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--rows", type=int, default=256, help="rows a round of throughput goes over")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", choices=("ours", "peft"), help="one pass of one side, then the most memory it held: what the whole script calls itself for")
    given = parser.parse_args()
    torch.set_num_threads(2)
    data = given.data if given.data.is_dir() else None
    rows = refresh.fetch(FIQA, data=data, source="data" if data else "sample", settings=FIQA.settings()).records
    gpt = load_gpt(given.model)
    if given.only:
        passes(gpt, rows[: given.rows])[given.only]()
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f}")
        return
    found: dict[str, Any] = {}
    if "throughput" in given.parts:
        found |= throughput(gpt, rows[: given.rows], rounds=given.rounds)
        found |= {f"{side}_peak_gib": peak(side, given) for side in ("ours", "peft")}
    if "accuracy" in given.parts:
        found |= accuracy(gpt, rows, seeds=given.seeds)
    if "study" in given.parts:
        found |= study(gpt, rows)
    say("tuning", model=given.model, batch=BATCH, rows=len(rows), peer="peft p-tuning", **found)


def answering_of(gpt: FrozenGPT) -> Answering:
    """Ours, with keys and values yet to be read."""
    return Answering(gpt, localise(FIQA, language.load("en")), PrefixCache(gpt))


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


def passes(gpt: FrozenGPT, rows: Sequence[Record]) -> dict[str, Callable[[], None]]:
    """One pass of each side; ours has read the texts before."""
    answering = answering_of(gpt)
    tunable = p_tuning.build(answering, p_tuning.Settings(batch_size=BATCH), seed=1)
    optimiser = torch.optim.AdamW(tunable.parameters(), lr=RATE, fused=True)  # as pipeline.train's
    generator = np.random.default_rng(1)

    def ours() -> None:
        for batch in tunable.batches(rows, generator):
            optimiser.zero_grad()
            torch.autograd.backward(tunable.loss([rows[row] for row in batch]))
            torch.nn.utils.clip_grad_norm_(tunable.parameters(), 1.0)
            optimiser.step()

    tunable.prepare(rows, seed=1, ahead=rows)

    def peft(*, ordered: bool) -> None:
        one = Peft(gpt, seed=1, ordered=ordered)
        one.epoch(rows)
        one.close()

    return {"ours": ours, "unsorted": partial(peft, ordered=False), "peft": partial(peft, ordered=True)}


def throughput(gpt: FrozenGPT, rows: Sequence[Record], *, rounds: int) -> dict[str, Any]:
    """Examples a second over whole passes, the three by turns."""
    started = time.perf_counter()
    work = passes(gpt, rows)
    reading = time.perf_counter() - started
    work["ours"]()
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    rates = {name: len(rows) / median(times) for name, times in taken.items()}
    print(f"examples a second: ours {rates['ours']:.1f}, PEFT unsorted {rates['unsorted']:.2f}, sorted {rates['peft']:.2f}; our reading {reading:.1f} s once")
    ratios = {name: median([peer / mine for peer, mine in zip(taken[name], taken["ours"], strict=True)]) for name in work}
    return {"ratio_throughput_unsorted_fp32": round(ratios["unsorted"], 2), "ratio_throughput_sorted_fp32": round(ratios["peft"], 2)}


def accuracy(gpt: FrozenGPT, rows: Sequence[Record], *, seeds: int) -> dict[str, Any]:
    """Seconds until the best validation accuracy of sorted PEFT is reached, seed by seed."""
    split = _split(rows, fold=0)
    ratios = []
    for seed in range(1, seeds + 1):
        seen = _peft_course(gpt, split, seed=seed)
        best = max(reached for _, reached in seen)
        peer = next(seconds for seconds, reached in seen if reached == best)
        mine = next((seconds for seconds, reached in _our_course(gpt, split, seed=seed) if reached >= best), math.inf)
        print(f"seed {seed}: PEFT {best:.1%} after {peer:.0f} s, ours after {mine:.0f} s")
        ratios.append(peer / mine)
    return {"ratio_time_to_accuracy_sorted": round(mean(ratios), 2)}


def _split(rows: Sequence[Record], *, fold: int) -> Parts:
    return parts(rows, assign(rows, count=10), fold=fold, fraction=1.0, seed=1)


def _peft_course(gpt: FrozenGPT, split: Parts, *, seed: int) -> list[tuple[float, float]]:
    one, seen, spent = Peft(gpt, seed=seed, ordered=True), list[tuple[float, float]](), 0.0
    steps = math.ceil(len(split.train) / BATCH)
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        one.epoch(split.train, begun=epoch * steps, total=EPOCHS * steps)
        spent += time.perf_counter() - started  # without validation, to our loss
        seen.append((spent, one.accuracy(split.validation)))
    one.close()
    return seen


def _our_course(gpt: FrozenGPT, split: Parts, *, seed: int) -> list[tuple[float, float]]:
    """With validation in the time, since the loop of ours has it inside: that is to our loss."""
    seen: list[tuple[float, float]] = []
    started = time.perf_counter()
    everything = [*split.train, *split.validation]
    settings = {"batch_size": BATCH, "epochs": 2 * EPOCHS, "patience": 2 * EPOCHS, "learning_rate": RATE}
    given: dict[str, Any] = {"train_rows": split.train, "validation_rows": split.validation, "settings": settings, "seed": seed, "ahead": everything}
    tune("p_tuning", answering_of(gpt), on_epoch=lambda epoch: seen.append((time.perf_counter() - started, epoch.validation_accuracy)), **given)
    return seen


def study(gpt: FrozenGPT, rows: Sequence[Record]) -> dict[str, Any]:
    """Ten folds of ours, texts read once for all; two of sorted PEFT, times five. Both: the same number of epochs, then the test part."""
    fold_of = assign(rows, count=10)
    answering = answering_of(gpt)
    started = time.perf_counter()
    for fold in range(10):
        split = parts(rows, fold_of, fold=fold, fraction=1.0, seed=1)
        settings = {"batch_size": BATCH, "epochs": EPOCHS, "patience": EPOCHS, "learning_rate": RATE}
        tunable, _ = tune("p_tuning", answering, train_rows=split.train, validation_rows=split.validation, settings=settings, seed=1, ahead=rows)
        evaluate(tunable, split.test, labels=FIQA.labels)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for fold in range(2):
        split = parts(rows, fold_of, fold=fold, fraction=1.0, seed=1)
        one, steps = Peft(gpt, seed=1, ordered=True), math.ceil(len(split.train) / BATCH)
        for epoch in range(EPOCHS):
            one.epoch(split.train, begun=epoch * steps, total=EPOCHS * steps)
            one.accuracy(split.validation)
        one.accuracy(split.test)
        one.close()
    peer = 5 * (time.perf_counter() - started)
    print(f"ten folds: ours {ours:.0f} s, PEFT {peer:.0f} s by two")
    return {"ratio_study_sorted": round(peer / ours, 2)}


def peak(side: str, given: argparse.Namespace) -> float:
    """GiB that a process of this side alone holds at most."""
    command = [sys.executable, "-m", "tests.speed.tuning", "--only", side, "--model", given.model, "--data", str(given.data), "--rows", str(given.rows)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


if __name__ == "__main__":
    main()
