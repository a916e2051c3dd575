"""together: several p-tunings of one GPT at once: their batches are rows of one forward pass, each with its own prompt, and each has its own optimiser.

A GPU is not filled by sixteen short rows; folds and seeds of a study are as many trainings of the same kind. What each of them learns is what it learns
alone, but for the last bits of its sums (a test compares). On two cores sixteen rows are enough, and nothing is won.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
from torch import Tensor

from pipeline.batch import lay_out
from pipeline.memory import out_of_memory
from pipeline.methods.p_tuning import PTuning
from pipeline.mixed import stack
from pipeline.splice import answer_scores
from pipeline.train import Course, Step, Trained
from templates.refusal import Refusal

log = logging.getLogger(__name__)


def drive_together(courses: Sequence[Course]) -> list[Trained | Exception]:
    """Take every step of all courses, side by side; one that fails leaves the others alone and its error in its place."""
    ended: dict[int, Trained | Exception] = {}
    waiting: dict[int, Step] = {}
    most = len(courses)

    def go_on(number: int, loss: float | Exception | None) -> None:
        waiting.pop(number, None)
        try:
            if isinstance(loss, Exception):
                courses[number].throw(loss)
            else:
                waiting[number] = next(courses[number]) if loss is None else courses[number].send(loss)
        except StopIteration as done:
            ended[number] = done.value
        except (Refusal, RuntimeError, MemoryError) as error:
            ended[number] = error

    for number in range(len(courses)):
        go_on(number, None)
    while waiting:
        numbers = list(waiting)
        losses, most = _steps([waiting[number] for number in numbers], most)
        for number, loss in zip(numbers, losses, strict=True):
            go_on(number, loss)
    return [ended[number] for number in range(len(courses))]


def _steps(steps: Sequence[Step], most: int) -> tuple[list[float | Exception], int]:
    """One step of each, at most so many at once; where memory does not suffice, half as many from now on."""
    losses: list[float | Exception] = []
    while len(losses) < len(steps):
        part = steps[len(losses) : len(losses) + most]
        if len(part) == 1 or any(step.stepper.size < len(step.rows) for step in part):
            losses += [_alone(step) for step in part]
            continue
        try:
            losses += _at_once(part)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):  # whose it is shows when each is done alone
                losses += [_alone(step) for step in part]
                continue
            most = max(1, len(part) // 2)
            log.warning("training: out of memory; going on with %d trials at once", most)
    return losses, most


def _alone(step: Step) -> float | Exception:
    try:
        return step.stepper.step(step.rows, seed=step.seed)
    except (Refusal, RuntimeError, MemoryError) as error:
        return error


def _at_once(steps: Sequence[Step]) -> list[float | Exception]:
    for step in steps:
        step.stepper.optimiser.zero_grad()
    losses = _losses(steps)
    torch.autograd.backward(torch.stack(losses).sum())
    told: list[float | Exception] = []
    for step, value in zip(steps, torch.stack(losses).tolist(), strict=True):
        try:
            step.stepper.check(value, step.rows)
            step.stepper.move(step.rows)
            told.append(value)
        except (Refusal, RuntimeError, MemoryError) as error:  # not to be tried again: others have moved
            told.append(error)
    return told


def _losses(steps: Sequence[Step]) -> list[Tensor]:
    """Of each step, the mean over its answer tokens, as PTuning.loss has it."""
    encoded, prompts = [], []
    for step in steps:
        tunable = step.stepper.tunable
        assert isinstance(tunable, PTuning)
        encoded += (mine := tunable.answering.encode(step.rows))
        torch.manual_seed(step.seed)
        prompts += [tunable.prompt(training=True)] * len(mine)
        answering = tunable.answering
    batch = lay_out(encoded, [[item.answer] for item in encoded])
    scores, lengths = answer_scores(answering.gpt, batch, stack(prompts), prefixes=answering.prefixes)
    sizes = [len(step.rows) for step in steps]
    return [-mine.sum() / tokens.sum() for mine, tokens in zip(torch.split(scores, sizes), torch.split(lengths, sizes), strict=True)]
