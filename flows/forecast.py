"""forecast: what trials will take, from the pace of this machine; the report shows it beside what they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline import study as trials
from pipeline.methods.p_tuning import SEARCHED
from pipeline.pace import Pace
from pipeline.study import Condition, Trial
from templates import catalogue

PROBE_SECONDS = 20.0
VALIDATION = 1 / 8  # of what is not tested
TARGET_TOKENS = 1.6  # target-language tokens per English token, as an English-centred tokenizer cuts Swedish


def training_of(planned: Iterable[Trial]) -> dict[str, object]:
    """Settings of the first trial that trains, which is what a probe steps with."""
    first = next((trial.settings for trial in planned if trial.method == "p_tuning"), {})
    return {key: value for key, value in first.items() if key != "start" and value != SEARCHED}


def placements_of(planned: Iterable[Trial]) -> set[str]:
    """All placements of virtual tokens that these trials use or try."""
    return {place for trial in planned if trial.method == "p_tuning" for place in (str(trial.settings.get("placement", "")), *trial.search)} - {SEARCHED}


def forecast(planned: Sequence[tuple[Trial, Condition]], paces: Mapping[str, Pace]) -> dict[str, float]:
    """Seconds by the name of each trial; `paces` by condition. Short trials that search a placement are counted with the trial that asks for them;
    a control asks for none, it takes what its prompt's language chose. What a search will choose is taken to be the dearest of what it tries."""
    found = {}
    for trial, condition in planned:
        probes = [] if ">" in trial.condition else trials.probes(trial)
        found[trial.name] = sum(_seconds(one, condition, paces[trial.condition]) for one in (trial, *probes))
    return found


def _seconds(trial: Trial, condition: Condition, pace: Pace) -> float:
    settings = catalogue.module("pipeline.methods", trial.method, "method").Settings(**trial.settings)
    rest = len(condition.records) * (1 - 1 / trial.folds) * trial.fraction
    train, validation = max(1, round(rest * (1 - VALIDATION))), round(rest * VALIDATION)
    test = 0 if trial.probe else round(len(condition.records) / trial.folds)
    tried = [replace(settings, placement=place) for place in trial.search] or [settings]
    return max(pace.trial_seconds(trial.method, one, train=train, validation=validation, test=test) for one in tried)
