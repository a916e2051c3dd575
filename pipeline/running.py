"""running: one trial of a study, or several p-tunings side by side, each of which becomes an Outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jaxtyping import Float
from safetensors import SafetensorError
from torch import Tensor

from pipeline.answering import Answering
from pipeline.folds import Parts, parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.metrics import classification
from pipeline.outcome import Epoch, Outcome, Prediction, signature_text
from pipeline.prefix import PrefixCache
from pipeline.slot_metrics import slot_scores
from pipeline.study import Condition, Trial, signature
from pipeline.together import drive_together
from pipeline.train import Course, Trained, drive
from pipeline.tunable import Tunable
from pipeline.tune import begin, evaluate
from templates.refusal import Refusal
from templates.store import digest

log = logging.getLogger(__name__)
MOST_LISTED = 12  # labels in one note
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Job:
    """A trial and its places: what the method learnt is saved under `keep`, an interrupted training goes on from `checkpoint`. `starts`: prompts it may
    begin at, by name."""

    trial: Trial
    keep: Path
    checkpoint: Path | None = None
    starts: Mapping[str, Float[Tensor, "P H"]] = field(default_factory=dict)
    on_epoch: Callable[[Epoch], None] | None = None


def run(trial: Trial, condition: Condition, *, gpt: FrozenGPT, prefixes: PrefixCache, keep: Path, **places: Any) -> Outcome:
    """Run one trial, with what else a Job says. One that cannot be done is an Outcome with `error`."""
    return run_together([Job(trial, keep, **places)], condition, gpt=gpt, prefixes=prefixes)[0]


def run_together(jobs: Sequence[Job], condition: Condition, *, gpt: FrozenGPT, prefixes: PrefixCache, stack: int = 1) -> list[Outcome]:
    """Run p-tunings side by side, or one trial of any method; each is charged an equal part of the time of training. `stack`: how many the study
    asks for at once, which their signatures say where it is more than one."""
    started, weights = time.perf_counter(), gpt.versions()
    begun = [_attempt(_begin, job, condition, gpt, prefixes, len(jobs)) for job in jobs]
    courses = [one.course for one in begun if isinstance(one, _Begun)]
    trained = iter(drive_together(courses) if len(courses) > 1 else [_attempt(drive, one) for one in courses])
    done = [(one, next(trained)) if isinstance(one, _Begun) else one for one in begun]
    each, outcomes = (time.perf_counter() - started) / len(jobs), list[Outcome]()
    for job, one in zip(jobs, done, strict=True):
        since = time.perf_counter()
        found = one if isinstance(one, Exception) else one[1] if isinstance(one[1], Exception) else _attempt(_finish, job, condition, one[0], one[1])
        facts = signature(job.trial, condition, gpt) | ({"stack": str(stack)} if stack > 1 else {})
        seconds = each + time.perf_counter() - since + (one[1].before if isinstance(one, tuple) and isinstance(one[1], Trained) else 0.0)
        if isinstance(one, tuple) and isinstance(one[1], Refusal) and job.checkpoint is not None:  # to go on from there would end there again
            job.checkpoint.unlink(missing_ok=True)
        if isinstance(found, Exception):
            log.error("trial %s failed: %s", job.trial.name, found)
            found = {"error": str(found) if isinstance(found, Refusal) else f"{type(found).__name__}: {str(found).strip().partition(chr(10))[0]}"}
        outcomes.append(_outcome(job.trial, facts, condition, seconds=seconds, **found))
    if gpt.versions() != weights:
        raise RuntimeError(f"trial {jobs[0].trial.name}: the frozen model's weights were written to")
    return outcomes


def _attempt(make: Callable[..., Found], *given: Any) -> Found | Exception:
    try:
        return make(*given)
    except (Refusal, RuntimeError, MemoryError, SafetensorError) as error:
        return error
    except (ValueError, ArithmeticError) as error:  # of a library, for settings it does not take: this trial's end and no other's
        log.exception("trial")
        return error


@dataclass(frozen=True, slots=True)
class _Begun:
    split: Parts
    tunable: Tunable
    course: Course


def _begin(job: Job, condition: Condition, gpt: FrozenGPT, prefixes: PrefixCache, beside: int) -> _Begun:
    trial = job.trial
    split = parts(condition.records, dict(condition.fold_of), fold=trial.fold, fraction=trial.fraction, seed=trial.seed)
    tunable, course = begin(
        trial.method,
        Answering(gpt, condition.task, prefixes, starts=job.starts),
        train_rows=split.train,
        validation_rows=split.validation,
        settings={**trial.settings, **trial.chosen},
        seed=trial.seed,
        ahead=condition.records,
        checkpoint=job.checkpoint,
        beside=beside,
        on_epoch=job.on_epoch,
    )
    return _Begun(split, tunable, course)


def _finish(job: Job, condition: Condition, begun: _Begun, trained: Trained) -> dict[str, Any]:
    """Tested and saved."""
    predictions: tuple[Prediction, ...] = ()
    if not job.trial.probe:
        predictions = evaluate(begun.tunable, begun.split.test, labels=condition.task.verbalizer.labels, slots_in=condition.slots_in)
    begun.tunable.save(job.keep)
    return {"split": begun.split, "tunable": begun.tunable, "trained": trained, "predictions": predictions}


def _outcome(
    trial: Trial,
    facts: Mapping[str, str],
    condition: Condition,
    *,
    seconds: float,
    split: Parts | None = None,
    tunable: Tunable | None = None,
    trained: Trained | None = None,
    predictions: tuple[Prediction, ...] = (),
    error: str = "",
) -> Outcome:
    scores = {"accuracy": 0.0, "macro_f1": 0.0}
    slots: dict[str, float] = {}
    if predictions:
        gold, guess = [item.label for item in predictions], [item.predicted for item in predictions]
        scores = classification(gold, guess, labels=condition.task.verbalizer.labels)
        slots = slot_scores(predictions) if condition.slots_in else {}
    notes = _notes(split, condition) if split else ()
    if trained and trained.note:
        notes = (*notes, trained.note)
    if trained and trained.micro_batch:
        notes = (*notes, f"out of memory: trained with {trained.micro_batch} records at a time")
    return Outcome(
        trial=digest(signature_text(facts))[:16],
        signature=facts,
        condition=trial.condition,
        benchmark=trial.benchmark,
        method=trial.method,
        settings=dict(trial.settings),
        fold=trial.fold,
        fraction=trial.fraction,
        seed=trial.seed,
        train_rows=len(split.train) if split else 0,
        validation_rows=len(split.validation) if split else 0,
        test_rows=len(split.test) if split and not trial.probe else 0,
        accuracy=scores["accuracy"],
        macro_f1=scores["macro_f1"],
        predictions=predictions,
        history=trained.history if trained else (),
        best_epoch=trained.best_epoch if trained else 0,
        trained_parameters=sum(parameter.numel() for parameter in tunable.parameters()) if tunable else 0,
        stored_parameters=tunable.stored_parameters if tunable else 0,
        seconds=round(seconds, 2),
        notes=notes,
        error=error,
        span_f1=slots.get("span_f1"),
        exact_match=slots.get("exact_match"),
        chosen=dict(trial.chosen),
    )


def _notes(split: Parts, condition: Condition) -> tuple[str, ...]:
    """What a reader should know of the parts: rows left out, labels that nothing was learnt of, which are also said as a warning."""
    notes = [f"{split.leaked} training rows left out: a test row reads the same"] if split.leaked else []
    labels = condition.task.verbalizer.labels
    for part, rows in (("training", split.train), ("test", split.test)):
        seen = {row.label for row in rows}
        missing = [label for label in labels if label not in seen]
        if missing:
            listed = ", ".join(missing[:MOST_LISTED]) + (f" and {len(missing) - MOST_LISTED} more" if len(missing) > MOST_LISTED else "")
            notes.append(f"{len(missing)} of {len(labels)} labels have no {part} row: {listed}")
            _warn(f"{condition.task.name}: {notes[-1]}")
    return tuple(notes)


@cache
def _warn(line: str) -> None:
    """Once a process: the methods of a study share their parts."""
    log.warning(line)
