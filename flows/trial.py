"""trial: the rows that trials run on, and the tasks that run one, or several at once, into folders of the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from prefect import task
from safetensors.torch import load_file

from flows.engines import gpt_for, weights_of
from flows.plan import Plan
from flows.step import STEP, bar, key_of
from pipeline import folds, running
from pipeline.frozen_gpt import runtime
from pipeline.load_gpt import settled
from pipeline.outcome import Epoch, Outcome
from pipeline.study import Condition, Trial
from templates import catalogue, records
from templates.benchmark import Record
from templates.language import ENGLISH
from templates.run_folder import Runs
from templates.store import Store, digest, file_digest, write_json
from translation.gate_report import HUMAN

TUNED = "p_tuning.safetensors"
OUTCOME = "outcome.json"
MOST_READ = 2  # benchmarks whose rows stay at hand
_READ: dict[str, dict[str, Condition]] = {}


@dataclass(frozen=True, slots=True)
class Rows:
    """Where one benchmark's rows lie: the English ones, and those kept in the plan's language (None: none); `gate`: its line for signatures."""

    benchmark: str
    english: Path
    kept: Path | None
    gate: str


def conditions(plan: Plan, rows: Rows) -> dict[str, Condition]:
    """target, english and control of one benchmark; English alone where the language is English or nothing was kept. Every trial asks; the last ones read
    are at hand while plan, words and files are the same."""
    files = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in (rows.english, rows.kept) if path is not None]
    key = digest([plan.digest, plan.english.digest, file_digest(catalogue.benchmark_file(rows.benchmark)), rows.gate, files])
    found = _READ.pop(key, None) or _conditions(plan, rows)
    _READ[key] = found
    while len(_READ) > MOST_READ:
        del _READ[next(iter(_READ))]
    return dict(found)


def _conditions(plan: Plan, rows: Rows) -> dict[str, Condition]:
    benchmark = catalogue.benchmark(rows.benchmark)
    source = records.read(rows.english, benchmark)
    fold_of = folds.assign(source, count=plan.study.folds.count, seed=plan.study.folds.seed, published=plan.study.folds.published)
    english = Condition("en", plan.english.task_of(benchmark), tuple(source), fold_of, "off", "")
    if plan.language.code == ENGLISH or rows.kept is None:
        return {"english": english}
    kept = records.read(rows.kept, benchmark)
    local = plan.task_of(benchmark)
    target = Condition(plan.language.code, local, tuple(kept), fold_of, rows.gate, engine_in(kept))
    plain = tuple(replace(record, fields=dict(record.source or record.fields), slots=record.source_slots or record.slots) for record in kept)
    control = Condition(f"en>{plan.language.code}", local, plain, fold_of, rows.gate, "")
    return {"target": target, "english": english, "control": control}


def engine_in(kept: Sequence[Record]) -> str:
    """The fingerprint of the engine that translated them, whatever people corrected; empty where nothing was translated."""
    return next((record.engine for record in kept if HUMAN not in record.flags), "")


@task(name="trial", task_run_name="trial-{trial.name}", **STEP)
def run_trial(plan: Plan, trial: Trial, rows: Rows, key: str) -> str:
    """One trial: OUTCOME and what the method learnt, as a folder of the store."""
    run_alike(plan, [trial], rows, [key])
    return str(Runs(plan.out).store.get(key))


@task(name="trials", task_run_name="trials-{trials[0].name}", **STEP)
def run_trials(plan: Plan, trials: list[Trial], rows: Rows, keys: list[str]) -> None:
    """Trials alike but for fold, seed and fraction, at once; a folder of the store each."""
    run_alike(plan, trials, rows, keys)


class _OvertakenError(Exception):
    """Another process has put one of the trials into the store meanwhile; the rest are then run one by one."""


def run_alike(plan: Plan, trials: Sequence[Trial], rows: Rows, keys: Sequence[str]) -> None:
    """Trials of one condition, each into its folder of the store and, if it was interrupted, from its own checkpoint."""
    store = Runs(plan.out).store
    condition = next(found for found in conditions(plan, rows).values() if found.name == trials[0].condition)
    gpt, prefixes = gpt_for(plan.reader(condition.name))
    more = f" and {len(trials) - 1} more" if len(trials) > 1 else ""
    with bar(trials[0].name + more) as advance:

        def tell(epoch: Epoch) -> None:
            accuracy = f", accuracy {epoch.validation_accuracy:.1%}" if epoch.validation_accuracy >= 0 else ""
            advance(1, f"validation loss {epoch.validation_loss:.3f}{accuracy}")

        def fill(jobs: list[running.Job]) -> None:
            """All folders are opened, one in another, then all trials are run."""
            if len(jobs) < len(trials):
                trial, key = trials[len(jobs)], keys[len(jobs)]

                def open_next(folder: Path) -> None:
                    fill([*jobs, _job(store, trial, key, folder, tell)])
                    if not (folder / OUTCOME).is_file():  # another process came first with one of them
                        raise _OvertakenError

                store.get_or_make(key, open_next)
                return
            outcomes = running.run_together(jobs, condition, gpt=gpt, prefixes=prefixes, stack=plan.study.model.stack)
            for job, outcome in zip(jobs, outcomes, strict=True):
                advance(0, outcome.error or f"{outcome.seconds:.0f} s, accuracy {outcome.accuracy:.1%}")
                write_json(job.keep / OUTCOME, outcome.to_json())

        with suppress(_OvertakenError):
            fill([])
    for key in keys:
        folder = store.get(key)
        if folder is not None and not outcome_in(folder).error:  # else what was trained may yet be tested
            _checkpoint(store, key).unlink(missing_ok=True)


def _job(store: Store, trial: Trial, key: str, folder: Path, tell: Callable[[Epoch], None]) -> running.Job:
    began = store.get(trial.begins_at) if trial.begins_at else None
    starts = {trial.settings["start"]: load_file(began / TUNED)["prompt"]} if began is not None and (began / TUNED).is_file() else {}
    return running.Job(trial, folder, _checkpoint(store, key), starts, tell)


def _checkpoint(store: Store, key: str) -> Path:
    return store.root / ".unfinished" / f"{key}.safetensors"


def trial_key(plan: Plan, trial: Trial, condition: Condition) -> str:
    """The store key of a trial: what it is, what it reads, which model, which code, and all else that its signature states."""
    model = [plan.study.model.dtype, weights_of(plan.reader(trial.condition))]
    modules = ("pipeline.running", f"pipeline.methods.{trial.method}")
    machine = runtime(settled(plan.study.model.device))
    if plan.study.model.stack > 1:
        machine["stack"] = str(plan.study.model.stack)
    machine["threads"] = str(plan.study.model.threads)  # a translator in this process may have set them otherwise
    inputs = [asdict(trial), condition.facts, model, file_digest(catalogue.benchmark_file(trial.benchmark)), machine]
    return key_of("trial", inputs=inputs, modules=modules)


def outcome_in(folder: Path) -> Outcome:
    """The outcome that a trial left in its folder of the store."""
    return Outcome.from_json(json.loads((folder / OUTCOME).read_text(encoding="utf-8")))
