"""P-tuning of ours beside PEFT's: the same frozen GPT, the same rows of FIQA, 10 virtual tokens, an LSTM encoder, AdamW, batches of 16, one run.

PEFT (its loop as its examples write it, in a process of its own) puts the virtual tokens first and runs text, prompt and the whole head in every step;
`unsorted` pads batches as they come, `sorted` groups rows by length. Ours puts them behind the text, whose keys and values are read once. Parts: `throughput`
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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import torch

from pipeline.answering import Answering
from pipeline.folds import Parts, assign, parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from pipeline.methods import p_tuning
from pipeline.prefix import PrefixCache
from pipeline.tune import evaluate, tune
from templates import language
from templates.benchmark import Record
from templates.task import localise
from tests.speed import peft_loop
from tests.speed.pairs import say
from tests.speed.peft_loop import BATCH, EPOCHS, FIQA, RATE, Peer, timed
from translation import refresh

PARTS = ("throughput", "accuracy", "study")


def main() -> None:
    """Run the parts asked for and print one line of keys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"), help="of the frozen weights, on both sides")
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
    if given.only == "peft":
        peft_loop.begin(given.model, given.dtype)
        peft_loop.one_pass(rows[: given.rows], True)
    elif given.only:
        passes(load_gpt(given.model, dtype=given.dtype), rows[: given.rows])()
    if given.only:
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f}")
        return
    gpt, peer, found = load_gpt(given.model, dtype=given.dtype), Peer(given.model, given.dtype), dict[str, Any]()
    if "throughput" in given.parts:
        found |= throughput(gpt, peer, rows[: given.rows], rounds=given.rounds)
        found |= {f"{side}_peak_gib": peak(side, given) for side in ("ours", "peft")}
    if "accuracy" in given.parts:
        found |= accuracy(gpt, peer, rows, seeds=given.seeds)
    if "study" in given.parts:
        found |= study(gpt, peer, rows)
    found = {key.replace("fp32", "bf16") if given.dtype == "bfloat16" else key: value for key, value in found.items()}
    say("tuning", model=given.model, dtype=given.dtype, batch=BATCH, rows=len(rows), peer="peft p-tuning", **found)


def answering_of(gpt: FrozenGPT) -> Answering:
    """Ours, with keys and values yet to be read."""
    return Answering(gpt, localise(FIQA, language.load("en")), PrefixCache(gpt))


def passes(gpt: FrozenGPT, rows: Sequence[Record]) -> Callable[[], None]:
    """One pass of ours; the texts are read before."""
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
    return ours


def throughput(gpt: FrozenGPT, peer: Peer, rows: Sequence[Record], *, rounds: int) -> dict[str, Any]:
    """Examples a second over whole passes, the three by turns."""
    started = time.perf_counter()
    ours = passes(gpt, rows)
    reading = time.perf_counter() - started
    work: dict[str, Callable[[], tuple[float, None]]] = {"ours": partial(timed, ours)}
    work |= {name: partial(peer.ask, peft_loop.one_pass, rows, ordered) for name, ordered in (("unsorted", False), ("peft", True))}
    taken: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):  # the first one warms up
        for name, run in work.items():
            seconds, _ = run()
            taken[name] += [seconds] if number else []
    rates = {name: len(rows) / median(times) for name, times in taken.items()}
    print(f"examples a second: ours {rates['ours']:.1f}, PEFT unsorted {rates['unsorted']:.2f}, sorted {rates['peft']:.2f}; our reading {reading:.1f} s once")
    ratios = {name: median([peer / mine for peer, mine in zip(taken[name], taken["ours"], strict=True)]) for name in work}
    return {"ratio_throughput_unsorted_fp32": round(ratios["unsorted"], 2), "ratio_throughput_sorted_fp32": round(ratios["peft"], 2)}


def accuracy(gpt: FrozenGPT, peer: Peer, rows: Sequence[Record], *, seeds: int) -> dict[str, Any]:
    """Seconds until the best validation accuracy of sorted PEFT is reached, seed by seed."""
    split = _split(rows, fold=0)
    ratios = []
    for seed in range(1, seeds + 1):
        _, seen = peer.ask(peft_loop.course, split, seed)
        best = max(reached for _, reached in seen)
        theirs = next(seconds for seconds, reached in seen if reached == best)
        mine = next((seconds for seconds, reached in _our_course(gpt, split, seed=seed) if reached >= best), math.inf)
        print(f"seed {seed}: PEFT {best:.1%} after {theirs:.0f} s, ours after {mine:.0f} s", flush=True)
        ratios.append(theirs / mine)
    return {"ratio_time_to_accuracy_sorted": round(mean(ratios), 2)}


def _split(rows: Sequence[Record], *, fold: int) -> Parts:
    return parts(rows, assign(rows, count=10), fold=fold, fraction=1.0, seed=1)


def _our_course(gpt: FrozenGPT, split: Parts, *, seed: int) -> list[tuple[float, float]]:
    """With validation in the time, since the loop of ours has it inside: that is to our loss."""
    seen: list[tuple[float, float]] = []
    started = time.perf_counter()
    everything = [*split.train, *split.validation]
    settings = {"batch_size": BATCH, "epochs": 2 * EPOCHS, "patience": 2 * EPOCHS, "learning_rate": RATE}
    given: dict[str, Any] = {"train_rows": split.train, "validation_rows": split.validation, "settings": settings, "seed": seed, "ahead": everything}
    tune("p_tuning", answering_of(gpt), on_epoch=lambda epoch: seen.append((time.perf_counter() - started, epoch.validation_accuracy)), **given)
    return seen


def study(gpt: FrozenGPT, peer: Peer, rows: Sequence[Record]) -> dict[str, Any]:
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
    theirs = 5 * sum(peer.ask(peft_loop.one_fold, parts(rows, fold_of, fold=fold, fraction=1.0, seed=1))[0] for fold in range(2))
    print(f"ten folds: ours {ours:.0f} s, PEFT {theirs:.0f} s by two")
    return {"ratio_study_sorted": round(theirs / ours, 2)}


def peak(side: str, given: argparse.Namespace) -> float:
    """GiB that a process of this side alone holds at most."""
    same = [part for name in ("model", "dtype", "data", "rows") for part in (f"--{name}", str(getattr(given, name)))]
    command = [sys.executable, "-m", "tests.speed.tuning", "--only", side, *same]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


if __name__ == "__main__":
    main()
