"""train: the one loop. It trains whatever a Tunable declares trainable, chooses the epoch on the validation part, and resumes.

The loop is a course of steps that somebody drives: alone, or several courses at once (together.py).

AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101), betas (0.9, 0.98) as in NeMo's p-tuning.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from pipeline.folds import TOO_FEW, derive
from pipeline.memory import in_parts
from pipeline.outcome import Epoch
from pipeline.stepper import NoNumber, Stepper
from pipeline.tunable import Training, Tunable
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.store import make_atomic

log = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 15.0  # between two checkpoints; WRITING: and at least so many times what writing one takes
WRITING = 20
NOT_MEASURED = -1.0


@dataclass(frozen=True, slots=True)
class Trained:
    """The epochs seen and the one whose parameters the Tunable now holds (0: it had nothing to train). `micro_batch`: records at a time where memory
    forced fewer than asked for, else 0. `before`: seconds spent before it was interrupted and went on from a checkpoint.
    `note`: why it ended early, other than by patience."""

    history: tuple[Epoch, ...] = ()
    best_epoch: int = 0
    micro_batch: int = 0
    before: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a course wants done next: one optimiser step on these rows, `seed` drawing the dropout. It is told the loss and then goes on."""

    stepper: Stepper
    rows: Sequence[Record]
    seed: int


Course = Generator[Step, float, Trained]


def drive(course: Course) -> Trained:
    """Take every step of one course."""
    try:
        step = next(course)
        while True:
            try:
                loss = step.stepper.step(step.rows, seed=step.seed)
            except NoNumber as error:
                step = course.throw(error)
            else:
                step = course.send(loss)
    except StopIteration as done:
        trained: Trained = done.value
        return trained


def train(tunable: Tunable, rows: Sequence[Record], **how: Any) -> Trained:
    """What `course` says, from its first step to its last."""
    return drive(course(tunable, rows, **how))


def course(
    tunable: Tunable,
    rows: Sequence[Record],
    *,
    validation: Sequence[Record],
    labels: Sequence[str],
    seed: int,
    whole_answer: bool = False,
    checkpoint: Path | None = None,
    beside: int = 1,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Course:
    """Train until the validation loss has not fallen for `patience` epochs, and put the best epoch's parameters back.

    The validation loss is the cross-entropy of the ranked labels or, with `whole_answer` (labels and slots), that of the answer's tokens, as in
    training; dozens of labels are then not ranked epoch by epoch, which would take longer than training. With fewer than 16 validation rows no epoch is
    chosen: training runs its full length and keeps the last. A checkpoint (one file, written whole after a step if the last one is 15 seconds old; large ones
    more rarely, and each of `beside` that are trained at once) makes an interrupted call go on where it stopped, on a CPU with the same result
    (several at once: but for the last bits of sums, since their batches then meet others).
    """
    parameters, plan = tunable.parameters(), tunable.training
    if not parameters or plan is None:
        return Trained()
    steps_an_epoch = math.ceil(len(rows) / plan.batch_size)
    epochs = epochs_of(len(rows), epochs=plan.epochs, batch_size=plan.batch_size, least_steps=plan.least_steps)
    optimiser = torch.optim.AdamW(parameters, lr=plan.learning_rate, betas=(0.9, 0.98), weight_decay=plan.weight_decay, fused=True)
    state = _State(tuple(parameters), optimiser)
    if checkpoint is not None and checkpoint.is_file():
        state.read(checkpoint)
    choose = len(validation) >= TOO_FEW
    stepper = Stepper(tunable, optimiser, plan)
    stepper.size = state.size or stepper.size
    begun = written = time.monotonic()
    before, pause, note = state.seconds, beside * CHECKPOINT_SECONDS, ""
    for epoch in range(len(state.history) + 1, epochs + 1):
        if choose and epoch - 1 - state.best_epoch >= plan.patience:
            break
        order = list(tunable.batches(rows, np.random.default_rng(derive(seed, f"order/{epoch}"))))
        for number in range(state.steps, len(order)):
            for group in optimiser.param_groups:
                group["lr"] = plan.learning_rate * _schedule((epoch - 1) * steps_an_epoch + number, plan, epochs * steps_an_epoch)
            try:
                loss = yield Step(stepper, [rows[row] for row in order[number]], derive(seed, f"dropout/{epoch}/{number}"))
            except NoNumber as error:
                if not state.best_epoch:
                    raise
                note = f"stopped in epoch {epoch}: {error}"
                break
            state.total += loss * len(order[number])
            state.steps, state.size = number + 1, stepper.size
            if checkpoint is not None and (began := time.monotonic()) - written >= pause:
                state.seconds = before + (began - begun) / beside
                state.write(checkpoint)
                written = time.monotonic()
                pause = beside * max(CHECKPOINT_SECONDS, WRITING * (written - began))
        loss, accuracy = NOT_MEASURED, NOT_MEASURED
        if note:
            break
        if validation and whole_answer:
            loss = _answer_loss(tunable, validation)
        elif validation:
            loss, accuracy = _validate(tunable, validation, labels)
        if not math.isfinite(loss):
            if not state.best_epoch:
                raise Refusal(f"validation: the loss of epoch {epoch} is {loss}; lower learning_rate ({plan.learning_rate:g}) or use float32.")
            note = f"stopped in epoch {epoch}, whose validation loss is {loss}: lower learning_rate ({plan.learning_rate:g}) or use float32"
            break
        seen = Epoch(epoch, state.total / len(rows), loss, accuracy)
        state.history.append(seen)
        state.steps, state.total = 0, 0.0
        if not choose or loss < state.best_loss:
            state.best_loss, state.best_epoch = loss, epoch
            state.best = [parameter.detach().clone() for parameter in parameters]
        if on_epoch is not None:
            on_epoch(seen)
    if note:
        log.warning("training %s", note)
    if checkpoint is not None and (ended := time.monotonic()) - begun >= pause:  # what comes now may fail, and then be done again
        state.seconds = before + (ended - begun) / beside
        state.write(checkpoint)
    with torch.no_grad():
        for parameter, value in zip(parameters, state.best, strict=True):
            parameter.copy_(value)
    return Trained(tuple(state.history), state.best_epoch, stepper.size if stepper.size < (plan.micro_batch or plan.batch_size) else 0, before, note)


def epochs_of(rows: int, *, epochs: int, batch_size: int, least_steps: int) -> int:
    """The most epochs a training part of this size is passed over: small ones more often, until `least_steps` are done."""
    return max(epochs, math.ceil(least_steps / math.ceil(rows / batch_size)))


def _schedule(step: int, plan: Training, total: int) -> float:
    if step < plan.warmup_steps:
        return (step + 1) / plan.warmup_steps
    return 0.5 * (1 + math.cos(math.pi * (step - plan.warmup_steps) / max(1, total - plan.warmup_steps)))


@torch.no_grad()
def _validate(tunable: Tunable, rows: Sequence[Record], labels: Sequence[str]) -> tuple[float, float]:
    """Cross-entropy (nats) and accuracy of the ranked labels."""
    scores = torch.log_softmax(tunable.scores(rows), dim=1)
    gold = torch.tensor([labels.index(row.label) for row in rows])
    return float(-scores.gather(1, gold[:, None]).mean()), float((scores.argmax(1) == gold).double().mean())


@torch.no_grad()
def _answer_loss(tunable: Tunable, rows: Sequence[Record]) -> float:
    """Mean over all answer tokens (nats), however the rows are cut into parts."""
    sums = dict[int, float]()

    def measure(part: Sequence[int]) -> None:
        taken = [rows[row] for row in part]
        sums[part[0]] = float(tunable.loss(taken)) * tunable.weight(taken)

    in_parts(tunable.batches(rows, np.random.default_rng(0)), measure)  # of like length
    return sum(sums.values()) / tunable.weight(rows)


class _State:
    """All that an interrupted training needs: parameters, optimiser moments, the best so far, the epochs seen, of the one under way the steps done
    and the sum of their rows' losses, how many records fit at a time, and the seconds spent. What cannot be written is said once and done without."""

    def __init__(self, parameters: tuple[nn.Parameter, ...], optimiser: torch.optim.AdamW) -> None:
        self.parameters = parameters
        self.optimiser = optimiser
        self.history: list[Epoch] = []
        self.steps, self.total, self.size = 0, 0.0, 0
        self.seconds, self.told = 0.0, False
        self.best_loss, self.best_epoch = math.inf, 0
        self.best: list[Tensor] = [parameter.detach().clone() for parameter in parameters]

    def write(self, path: Path) -> None:
        tensors: dict[str, Tensor] = {}
        for number, parameter in enumerate(self.parameters):
            tensors[f"now.{number}"] = parameter.detach()
            tensors[f"best.{number}"] = self.best[number]
            for key, value in self.optimiser.state[parameter].items():
                tensors[f"adam.{number}.{key}"] = value if isinstance(value, Tensor) else torch.tensor(float(value))
        facts = {"history": json.dumps([asdict(epoch) for epoch in self.history]), "best": json.dumps([self.best_loss, self.best_epoch])}
        facts |= {"under way": json.dumps([self.steps, self.total, self.size]), "seconds": str(self.seconds)}
        try:
            make_atomic(path, lambda staged: save_file(tensors, staged, facts))
        except (Refusal, SafetensorError, MemoryError, RuntimeError) as error:
            if not self.told:
                log.warning("training goes on without a checkpoint: %s", error)
            self.told = True

    def read(self, path: Path) -> None:
        try:
            with safe_open(path, framework="pt") as held:
                facts, tensors = held.metadata(), {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118
            under_way, seconds = json.loads(facts["under way"]), float(facts["seconds"])
            wanted = [list(parameter.shape) for parameter in self.parameters]
            if [list(tensors[f"now.{number}"].shape) for number in range(len(wanted))] != wanted:
                raise KeyError("now")
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("checkpoint %s is cut or of another trial (%s); training starts again", path.name, error)
            return
        with torch.no_grad():
            for number, parameter in enumerate(self.parameters):
                parameter.copy_(tensors[f"now.{number}"])
                self.best[number] = tensors[f"best.{number}"]
                mine = {key.split(".", 2)[2]: value.to(parameter.device) for key, value in tensors.items() if key.startswith(f"adam.{number}.")}
                self.optimiser.state[parameter] = mine
        self.history = [Epoch(**epoch) for epoch in json.loads(facts["history"])]
        self.best_loss, self.best_epoch = json.loads(facts["best"])
        self.steps, self.total, self.size = under_way
        self.seconds = seconds
