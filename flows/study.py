"""study: every trial of the study, a step each; a trial that is in the store is not run again."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from prefect import flow
from safetensors.torch import load_file

from flows.engines import gpt_for
from flows.forecast import PROBE_SECONDS, forecast, placements_of, training_of
from flows.plan import Plan, make
from flows.trial import TUNED, Rows, conditions, outcome_in, run_trial, run_trials, trial_key
from pipeline import study as trials
from pipeline.answering import Answering
from pipeline.inspection import look
from pipeline.methods.p_tuning import SEARCHED
from pipeline.outcome import Outcome
from pipeline.pace import Pace, measure, peak_bytes
from pipeline.prompt_table import PromptTable, card_for
from pipeline.study import Condition, Trial
from pipeline.train import NOT_MEASURED
from templates.language import ENGLISH
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import canonical, write_atomic, write_json

log = logging.getLogger(__name__)
TRAINED = ("p_tuning", "fine_tuning")
TRIED: ContextVar[set[str] | None] = ContextVar("tried", default=None)  # by a run of several studies: what failed is not tried a second time
PROBE_ROWS = 800  # below that a study is over soon enough


def trials_of(plan: Plan, found: dict[str, Condition], *, beside: bool = False) -> list[tuple[Trial, Condition]]:
    """The study's trials over these conditions, English ones first. A study for English alone asks of English whatever it asks of a target language, unless
    English is only wanted `beside` one."""
    groups = plan.study.trials
    if plan.language.code == ENGLISH and not beside:
        groups = tuple(replace(group, conditions=("english",)) for group in groups if {"target", "english"} & set(group.conditions))
    planned = trials.plan(groups, found, folds=plan.study.folds.count, run=plan.study.folds.run)
    by_name = {condition.name: condition for condition in found.values()}
    order = {condition.name: place for place, condition in enumerate(found[kind] for kind in ("english", "control", "target") if kind in found)}
    unique = {json.dumps(asdict(trial), sort_keys=True): trial for trial in planned}
    return [(trial, by_name[trial.condition]) for trial in sorted(unique.values(), key=lambda trial: order[trial.condition])]


@flow(name="study")
def study(language: str, study: str, data: str | None, out: str, staged: str, refreshed: dict[str, str], gates: dict[str, str], beside: bool = False) -> None:
    """All trials into `outcomes.jsonl`, and the best prompt of each task into `prompts/`. `gates`: benchmark -> its line in
    every signature. `beside`: see trials_of."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    lines: list[tuple[Trial, Condition, Rows]] = []
    for benchmark in plan.benchmarks:
        kept = Path(staged) / "records" / f"{benchmark.name}.jsonl"
        usable = benchmark.name in gates and kept.is_file() and kept.stat().st_size > 0
        rows = Rows(benchmark.name, Path(refreshed[benchmark.name]) / "records.jsonl", kept if usable else None, gates.get(benchmark.name, "off"))
        lines += [(trial, condition, rows) for trial, condition in trials_of(plan, conditions(plan, rows), beside=beside)]
    done: list[tuple[Outcome, Condition, Path]] = []
    found = _Found(plan)
    told, seconds = expected(plan, lines, found), dict[str, float]()
    for number, (trial, condition, rows) in enumerate(lines):
        settled = found.settle(trial, condition, rows)
        found.run_ahead(settled, lines[number + 1 :], condition, rows)
        folder = found.outcome(settled, condition, rows)
        done.append((outcome_in(folder), condition, folder))
        seconds[trial.name] = done[-1][0].seconds + found.searching(trial, condition)
    write_outcomes(plan, Path(staged), done)
    write_probes(Path(staged), found.probes)
    if told:
        compared = [{"trial": name, "expected": round(value, 3), "actual": round(seconds[name], 3)} for name, value in told.items() if name in seconds]
        write_json(Path(staged) / "cost.json", {"trials": compared, "peak_bytes": peak_bytes()})


def expected(plan: Plan, lines: list[tuple[Trial, Condition, Rows]], found: _Found) -> dict[str, float]:
    """Seconds by name of the trials that are still to be run, from a probe of each condition; nothing where little is to be done."""
    missing = [(trial, condition) for trial, condition, rows in lines if found.missing(trial, condition, rows)]
    tuned = [(trial, condition) for trial, condition in missing if trial.method in TRAINED and len(condition.records) >= PROBE_ROWS]
    if not tuned:
        return {}
    told: dict[str, float] = {}
    tasks = {(condition.task.name, condition.name): condition for _, condition in tuned}
    for (_, name), condition in tasks.items():
        mine = [(trial, other) for trial, other in missing if (other.task.name, other.name) == (condition.task.name, name)]
        asked: dict[str, Any] = {"settings": training_of(trial for trial, _ in mine), "placements": placements_of(trial for trial, _ in mine)}
        try:
            pace = _pace(plan, condition, seconds=PROBE_SECONDS / len(tasks), **asked)
        except (Refusal, RuntimeError, MemoryError) as error:  # the trials themselves may still do
            log.warning("no time is foretold for %s: %s", condition.task.name, error)
            continue
        ahead = forecast(mine, {name: pace})
        first = next(trial.name for trial, _ in mine if trial.method in TRAINED)
        ahead[first] += pace.read * pace.ahead * len(condition.records)  # which reads the texts for all that follow
        told |= ahead
    return told


def _pace(plan: Plan, condition: Condition, **asked: Any) -> Pace:
    """Its own names for the model go with it, so that the next one finds room."""
    gpt, prefixes = gpt_for(plan.reader(condition.name))
    return measure(Answering(gpt, condition.task, prefixes), condition.records, **asked)


class _Found:
    """Folders of the store by trial, made where they are missing; it settles what a trial takes from others before it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.store = Runs(plan.out).store
        self.keys: dict[bytes, str] = {}
        self.tried = set[str]() if (tried := TRIED.get()) is None else tried
        self.probes: list[Outcome] = []
        self.known: dict[Rows, dict[str, Condition]] = {}
        self.placements: dict[tuple[str, str, int, int, str], str | Refusal] = {}

    def missing(self, trial: Trial, condition: Condition, rows: Rows) -> bool:
        """Whether it, or what it waits for, has still to be run."""
        if trial.settings.get("placement") == SEARCHED:
            chooser, theirs = self._chooser(trial, condition, rows)
            if any(self.missing(probe, theirs, rows) for probe in trials.probes(chooser)):
                return True
        if trial.settings.get("start"):
            twin, english = _twin(trial), self._conditions(rows)["english"]
            if self.missing(twin, english, rows):
                return True
            self.keys[canonical(asdict(twin))] = trial_key(self.plan, twin, english)
        folder = self.store.get(trial_key(self.plan, self.settle(trial, condition, rows), condition))
        return folder is None or bool(outcome_in(folder).error)

    def outcome(self, trial: Trial, condition: Condition, rows: Rows) -> Path:
        """The folder of its outcome, run if it is not there."""
        key = trial_key(self.plan, trial, condition)
        folder = self.store.get(key)
        if folder is None or (outcome_in(folder).error and key not in self.tried):  # what failed before this run is tried again
            self.store.drop(key)
            folder = Path(run_trial(self.plan, trial, rows, key))
            self.tried.add(key)
        self.keys[canonical(asdict(trial))] = key
        return folder

    def run_ahead(self, trial: Trial, following: Sequence[tuple[Trial, Condition, Rows]], condition: Condition, rows: Rows) -> None:
        """Run this trial at once with those after it that are alike, as many as the study wants stacked and as have still to be run."""
        if self.plan.study.model.stack < 2 or not self._to_run(trial, condition):
            return
        alike = (self.settle(other, condition, rows) for other, theirs, _ in following if theirs is condition and _alike(trial, other))
        wanted = (other for other in alike if self._to_run(other, condition))
        trials = [trial, *islice(wanted, self.plan.study.model.stack - 1)]
        if len(trials) > 1:
            keys = [trial_key(self.plan, one, condition) for one in trials]
            run_trials(self.plan, trials, rows, keys)
            self.tried.update(keys)

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
            trial = replace(trial, begins_at=self.keys.get(canonical(asdict(_twin(trial))), ""))
        return trial

    def _placement(self, trial: Trial, condition: Condition, rows: Rows) -> str:
        trial, condition = self._chooser(trial, condition, rows)
        settings = canonical([dict(trial.settings), trial.search, dict(trial.search_settings)]).decode()
        asked = (trial.condition, trial.benchmark, trial.fold, trial.seed, settings)
        if asked not in self.placements:
            tried = [outcome_in(self.outcome(probe, condition, rows)) for probe in trials.probes(trial)]
            self.probes += tried
            try:
                self.placements[asked] = trials.best_placement(tried)
            except Refusal as error:
                self.placements[asked] = error
        chosen = self.placements[asked]
        if isinstance(chosen, Refusal):
            raise chosen
        return chosen

    def searching(self, trial: Trial, condition: Condition) -> float:
        """Seconds of the short trials before it; a control has none of its own."""
        asked = trials.probes(trial) if ">" not in trial.condition else []
        there = [self.store.get(trial_key(self.plan, probe, condition)) for probe in asked]
        return sum(outcome_in(folder).seconds for folder in there if folder is not None)

    def _chooser(self, trial: Trial, condition: Condition, rows: Rows) -> tuple[Trial, Condition]:
        """Whose search counts: a control takes what its own prompt's language chose, so that only the text differs."""
        name = trial.condition.rpartition(">")[2]
        return (trial, condition) if name == trial.condition else (replace(trial, condition=name), self._conditions(rows)["target"])

    def _conditions(self, rows: Rows) -> dict[str, Condition]:
        if rows not in self.known:
            self.known[rows] = conditions(self.plan, rows)
        return self.known[rows]


def _twin(trial: Trial) -> Trial:
    """The English trial at whose prompt this one begins."""
    return replace(trial, condition=ENGLISH, settings={key: value for key, value in trial.settings.items() if key != "start"})


def _alike(one: Trial, other: Trial) -> bool:
    """Alike but for fold, seed and fraction. A placement that is searched may differ from fold to fold: such trials are run one by one."""
    return replace(other, fold=one.fold, seed=one.seed, fraction=one.fraction) == replace(one, begins_at="", chosen={}) and not one.search


def write_probes(staged: Path, probes: list[Outcome]) -> None:
    """`search.jsonl`: the short trials behind every searched placement; no file where nothing was searched."""
    if probes:
        rows = "".join(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n" for outcome in probes)
        write_atomic(staged / "search.jsonl", rows.encode("utf-8"))


def write_outcomes(plan: Plan, staged: Path, outcomes: list[tuple[Outcome, Condition, Path]]) -> None:
    """`outcomes.jsonl`, and `prompts/` with the prompt that validated best of each task tuned on all its data, and how it looks from outside."""
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
    """More data first, labels ranked by the sum before those ranked per token (their losses are on another scale), then the lower loss, if any was measured."""
    loss = outcome.history[outcome.best_epoch - 1].validation_loss
    return outcome.fraction, not outcome.settings.get("per_token"), -loss if loss != NOT_MEASURED else -math.inf
