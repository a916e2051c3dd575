"""forecast: what trials will take, from the pace of this machine; the report shows it beside what they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.methods.p_tuning import SEARCHED
from pipeline.pace import Pace
from pipeline.study import Condition, Trial, TrialGroup
from templates import catalogue

PROBE_SECONDS = 20.0
VALIDATION = 1 / 8  # of what is not tested
TARGET_TOKENS = 1.6  # target-language tokens per English token, as an English-centred tokenizer cuts Swedish


def training_of(trials: Iterable[Trial]) -> dict[str, object]:
    """Settings of the first trial that trains, which is what a probe steps with."""
    first = next((trial.settings for trial in trials if trial.method == "p_tuning"), {})
    return {key: value for key, value in first.items() if key != "start" and value != SEARCHED}


def forecast(planned: Sequence[tuple[Trial, Condition]], paces: Mapping[str, Pace], groups: Sequence[TrialGroup]) -> dict[str, float]:
    """Seconds by the name of each trial; `paces` by condition. Searches over placements are counted with the trial that asks for them."""
    found = {}
    for trial, condition in planned:
        here = paces[trial.condition]
        settings = catalogue.module("pipeline.methods", trial.method, "method").Settings(**trial.settings)
        rest = len(condition.records) * (1 - 1 / trial.folds) * trial.fraction
        train, validation = max(1, round(rest * (1 - VALIDATION))), round(rest * VALIDATION)
        found[trial.name] = here.trial_seconds(trial.method, settings, train=train, validation=validation, test=round(len(condition.records) / trial.folds))
        if trial.settings.get("placement") == SEARCHED:
            epochs = sum(
                len(group.search) * int({**group.settings, **group.search_settings}.get("epochs", 1)) for group in groups if group.method == trial.method
            )
            found[trial.name] += epochs * (train * here.step + validation * here.rank)
    return found
