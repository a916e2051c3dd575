"""tune(method, ...) and evaluate(...): a method by name, made ready on a training part, and measured on a test part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from pipeline.answering import Answering
from pipeline.choose import probabilities
from pipeline.doctor import refuse_ambiguous
from pipeline.outcome import Epoch, Prediction
from pipeline.train import Course, Trained, course, drive
from pipeline.tunable import Tunable
from templates import catalogue
from templates.benchmark import Record
from templates.settings import read_settings


def build(method: str, answering: Answering, *, settings: Mapping[str, Any], seed: int, where: str = "") -> Tunable:
    """The Tunable of `methods/<method>.py` with these settings, read strictly."""
    module = catalogue.module("pipeline.methods", method, "method")
    read = read_settings(module.Settings, settings, where=where or f"method {method}")
    tunable: Tunable = module.build(answering, read, seed=seed)
    return tunable


def tune(method: str, answering: Answering, **how: Any) -> tuple[Tunable, Trained]:
    """What `begin` says, trained to the end."""
    tunable, made = begin(method, answering, **how)
    return tunable, drive(made)


def begin(
    method: str,
    answering: Answering,
    *,
    train_rows: Sequence[Record],
    validation_rows: Sequence[Record],
    settings: Mapping[str, Any],
    seed: int,
    ahead: Sequence[Record] = (),
    checkpoint: Path | None = None,
    beside: int = 1,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[Tunable, Course]:
    """Build, prepare on the training part, and be ready to train what is trainable. `ahead`: every record whose text will be asked for, read at once."""
    refuse_ambiguous(answering.tokens, answering.task)
    tunable = build(method, answering, settings=settings, seed=seed)
    tunable.prepare(train_rows, seed=seed, ahead=ahead)
    made = course(
        tunable,
        train_rows,
        validation=validation_rows,
        labels=answering.task.verbalizer.labels,
        seed=seed,
        whole_answer=answering.task.slots is not None,
        checkpoint=checkpoint,
        beside=beside,
        on_epoch=on_epoch,
    )
    return tunable, made


@torch.no_grad()
def evaluate(tunable: Tunable, rows: Sequence[Record], *, labels: Sequence[str], slots_in: str = "") -> tuple[Prediction, ...]:
    """Rank the labels of each row, then read its slots; `slots_in` names the field they stand in, empty where there are none."""
    if not rows:
        return ()
    shares = probabilities(tunable.scores(rows))
    best = shares.argmax(1).tolist()
    chosen = [labels[choice] for choice in best]
    read = tunable.slots(rows, chosen) if slots_in else [()] * len(rows)
    return tuple(
        Prediction(
            row.id,
            row.label,
            label,
            round(float(shares[number, choice]), 6),
            text=row.fields[slots_in] if slots_in else "",
            slots=row.slots if slots_in else (),
            predicted_slots=slots,
        )
        for number, (row, label, choice, slots) in enumerate(zip(rows, chosen, best, read, strict=True))
    )
