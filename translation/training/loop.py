"""Loop: steps over batches until the goal is reached, with checkpoints, evaluations and an account of what went on.

Matrices inside the model go by Muon, all else by AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101) with betas 0.9 and 0.98.
Device, precision, gradient accumulation and clipping are accelerate's. Killed at any moment and resumed, a training by steps makes the very same weights.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import AutocastKwargs
from torch import Tensor
from transformers import MarianMTModel

from templates.refusal import Refusal
from translation.training import batches, checkpoint
from translation.training.account import Account
from translation.training.averaging import Average
from translation.training.checkpoint import Progress
from translation.training.muon import Muon
from translation.training.objective import Objective
from translation.training.schedule import Goal
from translation.training.shape import clear_pad, embeddings
from translation.training.tokens import Tokens

LATEST, TRUNK = "latest.safetensors", "trunk.safetensors"  # trunk: as it was before the learning rate began to fall

logger = logging.getLogger(__name__)
Evaluate = Callable[[Mapping[str, Tensor], Progress], float]


@dataclass(frozen=True, slots=True)
class Settings:
    """`batch_tokens`: rows times longest side of one batch; a step takes `accumulate` batches. `average`: decay of the running average.

    `patience`: evaluations without a better dev score before training ends. Learning rate and warm-up suit batches of about 4,000 tokens.
    """

    batch_tokens: int = 4096
    accumulate: int = 1
    learning_rate: float = 8e-4
    warm_up: int = 800
    smoothing: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999
    evaluate_minutes: float = 20.0
    checkpoint_minutes: float = 5.0
    patience: int = 12
    seed: int = 0
    bfloat16: bool = False
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Told:
    """What `on_step` hears. `loss` is that of the last batch, `tokens_per_second` counts target tokens of this sitting."""

    step: int
    loss: float
    tokens_per_second: float
    minutes: float
    reached: float
    score: float


def train(
    model: MarianMTModel,
    tokens: Tokens,
    *,
    goal: Goal,
    settings: Settings,
    work: Path,
    corpus: str,
    resume: bool = False,
    evaluate: Evaluate | None = None,
    on_step: Callable[[Told], None] | None = None,
) -> Progress:
    """Train the model in place. `evaluate` hears the averaged weights and says how well they do; `corpus` is the digest of what is trained on.

    Resumed with another goal after the rate had begun to fall, training goes back to where it began; with another corpus, to the start of an epoch.
    """
    return _Loop(model, tokens, goal, settings, work, corpus).run(resume, evaluate, on_step)


def latest(work: Path, goal: Goal) -> Path | None:
    """The checkpoint to go on from, if there is one."""
    path, trunk = work / LATEST, work / TRUNK
    if not path.is_file():
        return None
    if trunk.is_file():
        seen = checkpoint.peek(path)
        if seen.falling and seen.goal != asdict(goal):
            return trunk
    return path


class _Loop:
    def __init__(self, model: MarianMTModel, tokens: Tokens, goal: Goal, settings: Settings, work: Path, corpus: str) -> None:
        precision = AutocastKwargs(enabled=settings.bfloat16)
        self.accelerator = Accelerator(
            mixed_precision="bf16", cpu=settings.device == "cpu", gradient_accumulation_steps=settings.accumulate, kwargs_handlers=[precision]
        )
        objective = Objective(model.train(), smoothing=settings.smoothing)
        self.optimisers = _optimisers(model, settings)
        self.objective, *self.steppers = self.accelerator.prepare(objective, *self.optimisers)
        self.model, self.tokens, self.goal, self.settings, self.work = model, tokens, goal, settings, work
        self.parameters = dict(model.named_parameters())
        self.average = Average(self.parameters, decay=settings.average)
        self.progress = Progress(goal=asdict(goal), corpus=corpus)
        self.order: list[np.ndarray] | None = None
        self.evaluated = -1  # the step of this sitting's last evaluation

    def run(self, resume: bool, evaluate: Evaluate | None, on_step: Callable[[Told], None] | None) -> Progress:
        """See train."""
        found = latest(self.work, self.goal)
        if found is not None and not resume:
            raise Refusal(f"{found}: a training stands there; go on with it with --resume, or name another --work folder.")
        if found is not None:
            self._resume(found)
        account = Account(self.work / "train.jsonl", after=self.progress.step)
        try:
            self._steps(account, evaluate, on_step)
        except KeyboardInterrupt:
            self._save(LATEST)
            raise
        progress = self.progress
        if evaluate is not None and self.evaluated != progress.step:
            self._evaluate(evaluate, account)
        self._save(LATEST)
        return progress

    def _steps(self, account: Account, evaluate: Evaluate | None, on_step: Callable[[Told], None] | None) -> None:
        progress, settings = self.progress, self.settings
        saved = checked = time.monotonic()
        began = saved - 60 * progress.minutes
        while self.goal.reached(progress.step, progress.minutes) < 1:
            if not progress.falling and self.goal.falling(progress.step, progress.minutes):
                self._save(TRUNK)
                progress.falling = True
            rate, before, started = self._rate(), progress.tokens, time.monotonic()
            loss = self._step(rate)
            now = time.monotonic()
            progress.minutes = (now - began) / 60
            speed = account.step(progress, loss=loss, seconds=now - started, tokens=progress.tokens - before, rate=rate)
            if on_step is not None:
                last = progress.scores[-1][1] if progress.scores else math.nan
                on_step(Told(progress.step, loss, speed, progress.minutes, self.goal.reached(progress.step, progress.minutes), last))
            if now - saved > 60 * settings.checkpoint_minutes:
                self._save(LATEST)
                saved = time.monotonic()
            if evaluate is not None and now - checked > 60 * settings.evaluate_minutes:
                self._evaluate(evaluate, account)
                checked = time.monotonic()
                if self._stale():
                    logger.warning("no better dev score in %d evaluations: training ends at step %d", settings.patience, progress.step)
                    return

    def _rate(self) -> float:
        return self.settings.learning_rate * self.goal.factor(self.progress.step, self.progress.minutes, warm_up=self.settings.warm_up)

    def _step(self, rate: float) -> float:
        progress, settings = self.progress, self.settings
        for group in chain.from_iterable(one.param_groups for one in self.optimisers):
            group["lr"] = rate
        torch.manual_seed(_derive(settings.seed, progress.step))
        total = 0.0
        for _ in range(settings.accumulate):
            rows = self._next()
            source, target = batches.tensors(self.tokens, rows, pad=self.model.config.vocab_size - 1)
            with self.accelerator.accumulate(self.objective):
                loss = self.objective(source.to(self.accelerator.device), target.to(self.accelerator.device))
                value = float(loss.detach())
                if not math.isfinite(value):
                    self._diverged(f"the loss became {value}", rate)
                self.accelerator.backward(loss)
                if self.accelerator.sync_gradients:
                    norm = self.accelerator.clip_grad_norm_(self.objective.parameters(), settings.clip)
                    if norm is None or not math.isfinite(float(norm)):
                        self._diverged(f"the gradient's length became {norm}", rate)
                for stepper in self.steppers:
                    stepper.step()
                    stepper.zero_grad()
            total += value / settings.accumulate
            progress.tokens += int(self.tokens.lengths[rows, 1].sum()) + len(rows)
        clear_pad(self.model)
        progress.step += 1
        self.average.update(self.parameters, step=progress.step)
        return total

    def _next(self) -> np.ndarray:
        progress, settings = self.progress, self.settings
        if self.order is None or progress.position >= len(self.order):
            if self.order is not None:
                progress.epoch, progress.position = progress.epoch + 1, 0
            self.order = batches.epoch(self.tokens.lengths, tokens=settings.batch_tokens, seed=settings.seed, epoch=progress.epoch)
        progress.position += 1
        return self.order[progress.position - 1]

    def _evaluate(self, evaluate: Evaluate, account: Account) -> None:
        score = evaluate(self.average.values, self.progress)
        self.evaluated = self.progress.step
        self.progress.scores.append((self.progress.step, score))
        account.evaluation(self.progress, score)

    def _stale(self) -> bool:
        scores = [score for _, score in self.progress.scores]
        return len(scores) - 1 - scores.index(max(scores)) >= self.settings.patience

    def _save(self, name: str) -> None:
        checkpoint.write(self.work / name, self.progress, parameters=self.parameters, optimisers=self.optimisers, average=self.average)

    def _resume(self, path: Path) -> None:
        there = checkpoint.read(path, parameters=self.parameters, optimisers=self.optimisers, average=self.average)
        if there.corpus != self.progress.corpus:
            logger.warning("the corpus is another than that of %s: a new epoch begins", path.name)
            there.epoch, there.position, there.corpus = there.epoch + 1, 0, self.progress.corpus
        there.goal = self.progress.goal
        self.progress = there
        logger.info("goes on from %s: step %d, %.1f minutes", path.name, there.step, there.minutes)

    def _diverged(self, what: str, rate: float) -> NoReturn:
        raise Refusal(
            f"training: at step {self.progress.step} {what} (learning rate {rate:.2g}, {'bfloat16' if self.settings.bfloat16 else 'float32'}); "
            f"go on from the last checkpoint with --resume and a lower --learning-rate{', or with --precision float32' if self.settings.bfloat16 else ''}."
        )


def _optimisers(model: MarianMTModel, settings: Settings) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    table = embeddings(model)
    matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2 and parameter is not table and parameter.requires_grad]
    inside = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in model.parameters() if parameter.requires_grad and id(parameter) not in inside]
    return (
        Muon(matrices, lr=settings.learning_rate, weight_decay=settings.weight_decay, bfloat16=settings.bfloat16),
        torch.optim.AdamW(others, lr=settings.learning_rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=settings.weight_decay, fused=True),
    )


def _derive(seed: int, step: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/step/{step}".encode()).digest()[:4], "big")
