"""study: every trial of the study, a step each; a trial that is in the store is not run again."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from prefect import flow, task
from safetensors.torch import load_file

from flows.engines import gpt_for, weights_of
from flows.forecast import PROBE_SECONDS, forecast, training_of
from flows.plan import Plan, make
from flows.step import STEP, bar, key_of
from pipeline import folds, running
from pipeline import study as trials
from pipeline.answering import Answering
from pipeline.frozen_gpt import runtime
from pipeline.inspection import look
from pipeline.load_gpt import settled
from pipeline.methods.p_tuning import SEARCHED
from pipeline.outcome import Epoch, Outcome
from pipeline.pace import measure, peak_bytes
from pipeline.prompt_table import PromptTable, card_for
from pipeline.study import Condition, Trial
from templates import catalogue, records
from templates.language import ENGLISH
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import Store, canonical, file_digest, write_atomic, write_json
from translation.gate_report import HUMAN

log = logging.getLogger(__name__)
TUNED = "p_tuning.safetensors"
PROBE_ROWS = 800  # below that a study is over soon enough


@dataclass(frozen=True, slots=True)
class Rows:
    """Where one benchmark's rows lie: the English ones, and those kept in the plan's language (None: none); `gate`: its line for signatures."""

    benchmark: str
    english: Path
    kept: Path | None
    gate: str


def conditions(plan: Plan, rows: Rows) -> dict[str, Condition]:
    """target, english and control of one benchmark; English alone where the language is English or nothing was kept."""
    benchmark = catalogue.benchmark(rows.benchmark)
    source = records.read(rows.english, benchmark)
    fold_of = folds.assign(source, count=plan.study.folds.count, seed=plan.study.folds.seed, published=plan.study.folds.published)
    english = Condition("en", plan.english.task_of(benchmark), tuple(source), fold_of, "off", "")
    if plan.language.code == ENGLISH or rows.kept is None:
        return {"english": english}
    kept = records.read(rows.kept, benchmark)
    local = plan.task_of(benchmark)
    engine = next((record.engine for record in kept if HUMAN not in record.flags), "")
    target = Condition(plan.language.code, local, tuple(kept), fold_of, rows.gate, engine)
    plain = tuple(replace(record, fields=dict(record.source or record.fields), slots=record.source_slots or record.slots) for record in kept)
    control = Condition(f"en>{plan.language.code}", local, plain, fold_of, rows.gate, "")
    return {"target": target, "english": english, "control": control}


def trials_of(plan: Plan, found: dict[str, Condition]) -> list[tuple[Trial, Condition]]:
    """The study's trials over these conditions, English ones first."""
    groups = plan.study.trials
    if "target" not in found:
        groups = tuple(replace(group, conditions=("english",)) for group in groups if {"target", "english"} & set(group.conditions))
    planned = trials.plan(groups, found, folds=plan.study.folds.count, run=plan.study.folds.run)
    by_name = {condition.name: condition for condition in found.values()}
    order = {condition.name: place for place, condition in enumerate(found[kind] for kind in ("english", "control", "target") if kind in found)}
    unique = {json.dumps(asdict(trial), sort_keys=True): trial for trial in planned}
    return [(trial, by_name[trial.condition]) for trial in sorted(unique.values(), key=lambda trial: order[trial.condition])]


@task(name="trial", task_run_name="trial-{trial.name}", **STEP)
def run_trial(plan: Plan, trial: Trial, rows: Rows, key: str) -> str:
    """One trial: `outcome.json` and what the method learnt, as a folder of the store."""
    run_alike(plan, [trial], rows, [key])
    return str(Runs(plan.out).store.get(key))


@task(name="trials", task_run_name="trials-{trials[0].name}", **STEP)
def run_trials(plan: Plan, trials: list[Trial], rows: Rows, keys: list[str]) -> None:
    """Trials alike but for fold, seed and fraction, at once; a folder of the store each."""
    run_alike(plan, trials, rows, keys)


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
                store.get_or_make(key, lambda folder: fill([*jobs, _job(store, trial, key, folder, tell)]))
                return
            outcomes = running.run_together(jobs, condition, gpt=gpt, prefixes=prefixes, stack=plan.study.model.stack)
            for job, outcome in zip(jobs, outcomes, strict=True):
                advance(0, outcome.error or f"{outcome.seconds:.0f} s, accuracy {outcome.accuracy:.1%}")
                write_json(job.keep / "outcome.json", outcome.to_json())

        fill([])
    for key in keys:
        if store.get(key) is not None:
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


@flow(name="study")
def study(language: str, study: str, data: str | None, out: str, staged: str, refreshed: dict[str, str], gates: dict[str, str]) -> None:
    """All trials into `outcomes.jsonl`, and the best prompt of each task into `prompts/`. `gates`: benchmark -> its line in
    every signature."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    lines: list[tuple[Trial, Condition, Rows]] = []
    for benchmark in plan.benchmarks:
        kept = Path(staged) / "records" / f"{benchmark.name}.jsonl"
        usable = benchmark.name in gates and kept.is_file() and kept.stat().st_size > 0
        rows = Rows(benchmark.name, Path(refreshed[benchmark.name]) / "records.jsonl", kept if usable else None, gates.get(benchmark.name, "off"))
        lines += [(trial, condition, rows) for trial, condition in trials_of(plan, conditions(plan, rows))]
    done: list[tuple[Trial, Condition, Path]] = []
    found = _Found(plan)
    told = expected(plan, lines, found)
    for number, (trial, condition, rows) in enumerate(lines):
        settled = found.settle(trial, condition, rows)
        found.run_ahead(settled, lines[number + 1 :], condition, rows)
        done.append((settled, condition, found.outcome(settled, condition, rows)))
    write_outcomes(plan, Path(staged), done)
    write_probes(Path(staged), found.probes)
    if told:
        seconds = {trial.name: outcome_in(folder).seconds for trial, _, folder in done}
        compared = [{"trial": name, "expected": round(value, 3), "actual": seconds[name]} for name, value in told.items() if name in seconds]
        write_json(Path(staged) / "cost.json", {"trials": compared, "peak_bytes": peak_bytes()})


def expected(plan: Plan, lines: list[tuple[Trial, Condition, Rows]], found: _Found) -> dict[str, float]:
    """Seconds by name of the trials that are still to be run, from a probe of each condition; nothing where little is to be done."""
    missing = [(trial, condition) for trial, condition, rows in lines if found.missing(trial, condition)]
    tuned = [(trial, condition) for trial, condition in missing if trial.method == "p_tuning" and len(condition.records) >= PROBE_ROWS]
    if not tuned:
        return {}
    told: dict[str, float] = {}
    tasks = {(condition.task.name, condition.name): condition for _, condition in tuned}
    for (_, name), condition in tasks.items():
        mine = [(trial, other) for trial, other in missing if (other.task.name, other.name) == (condition.task.name, name)]
        gpt, prefixes = gpt_for(plan.reader(condition.name))
        answering = Answering(gpt, condition.task, prefixes)
        try:
            pace = measure(answering, condition.records, seconds=PROBE_SECONDS / len(tasks), settings=training_of(trial for trial, _ in mine))
        except (Refusal, RuntimeError, MemoryError) as error:  # the trials themselves may still do
            log.warning("no time is foretold for %s: %s", condition.task.name, error)
            continue
        ahead = forecast(mine, {name: pace})
        first = next(trial.name for trial, _ in mine if trial.method == "p_tuning")
        ahead[first] += pace.read * len(condition.records)  # which reads the texts for all that follow
        told |= ahead
    return told


class _Found:
    """Folders of the store by trial, made where they are missing; it settles what a trial takes from others before it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.store = Runs(plan.out).store
        self.keys: dict[bytes, str] = {}
        self.probes: list[Outcome] = []
        self.placements: dict[tuple[str, str, int, int, str], str] = {}

    def missing(self, trial: Trial, condition: Condition) -> bool:
        """Whether it has still to be run; a trial that first waits for others is taken to be there."""
        if trial.settings.get("placement") == SEARCHED or trial.settings.get("start"):
            return False
        return self.store.get(trial_key(self.plan, trial, condition)) is None

    def outcome(self, trial: Trial, condition: Condition, rows: Rows) -> Path:
        """The folder of its outcome, run if it is not there."""
        key = trial_key(self.plan, trial, condition)
        folder = self.store.get(key)
        if folder is None or outcome_in(folder).error:  # what failed is tried again
            self.store.drop(key)
            folder = Path(run_trial(self.plan, trial, rows, key))
        self.keys[canonical(asdict(trial))] = key
        return folder

    def run_ahead(self, trial: Trial, following: Sequence[tuple[Trial, Condition, Rows]], condition: Condition, rows: Rows) -> None:
        """Run this trial at once with those after it that are alike, as many as the study wants stacked and as have still to be run."""
        if self.plan.study.model.stack < 2 or not self._to_run(trial, condition):
            return
        alike = [self.settle(other, condition, rows) for other, theirs, _ in following if theirs is condition and _alike(trial, other)]
        trials = [trial, *[other for other in alike if self._to_run(other, condition)]][: self.plan.study.model.stack]
        if len(trials) > 1:
            run_trials(self.plan, trials, rows, [trial_key(self.plan, one, condition) for one in trials])

    def _to_run(self, trial: Trial, condition: Condition) -> bool:
        return trial.method == "p_tuning" and self.store.get(trial_key(self.plan, trial, condition)) is None

    def settle(self, trial: Trial, condition: Condition, rows: Rows) -> Trial:
        """The trial with its placement chosen and its beginning named, if it asks for either."""
        if trial.settings.get("placement") == SEARCHED:
            try:
                trial = replace(trial, chosen={"placement": self._placement(trial, condition, rows)})
            except Refusal as error:  # the trial itself then says that nothing was found
                log.warning("%s: %s", trial.name, error)
        if trial.settings.get("start"):
            plain = {key: value for key, value in trial.settings.items() if key != "start"}
            twin = replace(trial, condition=ENGLISH, settings=plain)
            trial = replace(trial, begins_at=self.keys.get(canonical(asdict(twin)), ""))
        return trial

    def _placement(self, trial: Trial, condition: Condition, rows: Rows) -> str:
        """A control takes what its own prompt's language chose, so that only the text differs."""
        chooser = trial.condition.rpartition(">")[2]
        asked = (chooser, trial.benchmark, trial.fold, trial.seed, canonical([dict(trial.settings), trial.search, dict(trial.search_settings)]).decode())
        if asked not in self.placements:
            if chooser != trial.condition:
                trial, condition = replace(trial, condition=chooser), conditions(self.plan, rows)["target"]
            tried = [outcome_in(self.outcome(probe, condition, rows)) for probe in trials.probes(trial)]
            self.probes += tried
            self.placements[asked] = trials.best_placement(tried)
        return self.placements[asked]


def _alike(one: Trial, other: Trial) -> bool:
    """Alike but for fold, seed and fraction. A placement that is searched may differ from fold to fold: such trials are run one by one."""
    return replace(other, fold=one.fold, seed=one.seed, fraction=one.fraction) == replace(one, begins_at="", chosen={}) and not one.search


def outcome_in(folder: Path) -> Outcome:
    """The outcome that a trial left in its folder of the store."""
    return Outcome.from_json(json.loads((folder / "outcome.json").read_text(encoding="utf-8")))


def write_probes(staged: Path, probes: list[Outcome]) -> None:
    """`search.jsonl`: the short trials behind every searched placement; no file where nothing was searched."""
    if probes:
        rows = "".join(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n" for outcome in probes)
        write_atomic(staged / "search.jsonl", rows.encode("utf-8"))


def write_outcomes(plan: Plan, staged: Path, done: list[tuple[Trial, Condition, Path]]) -> None:
    """`outcomes.jsonl`, and `prompts/` with the prompt that validated best of each task tuned on all its data, and how it looks from outside."""
    outcomes = [(outcome_in(folder), condition, folder) for _, condition, folder in done]
    rows = "".join(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n" for outcome, _, _ in outcomes)
    write_atomic(staged / "outcomes.jsonl", rows.encode("utf-8"))
    table, looks = PromptTable(), dict[str, list[dict[str, Any]]]()
    tuned = [item for item in outcomes if (item[2] / TUNED).is_file() and ">" not in item[0].condition]
    for name in dict.fromkeys(condition.task.name for _, condition, _ in tuned):
        mine = [item for item in tuned if item[1].task.name == name and item[0].history]
        outcome, condition, folder = max(mine, key=lambda item: _rank(item[0]))
        gpt, stored = gpt_for(plan.reader(outcome.condition))[0], load_file(folder / TUNED)
        used = {**outcome.settings, **outcome.chosen}
        card = card_for(condition.task, gpt, trial=outcome.trial, placement=used.get("placement", ""), signature=outcome.signature)
        table.add(name, stored["prompt"], replace(card, per_token=bool(used.get("per_token"))))
        looks[name] = [token.to_json() for token in look(gpt, stored["prompt"], start=stored["start"])]
    if table.rows:
        table.save(staged / "prompts")
        write_json(staged / "prompts" / "inspection.json", looks)


def _rank(outcome: Outcome) -> tuple[float, bool, float]:
    """More data first, labels ranked by the sum before those ranked per token (their losses are on another scale), then the lower loss."""
    return outcome.fraction, not outcome.settings.get("per_token"), -outcome.history[outcome.best_epoch - 1].validation_loss
