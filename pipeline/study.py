"""study: methods x fractions x folds x seeds over conditions. Each trial is one call (running.py), one Outcome, and independent of the rest."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pipeline.frozen_gpt import FrozenGPT, runtime
from pipeline.outcome import Outcome
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.store import code_fingerprint, digest
from templates.task import LocalisedTask

log = logging.getLogger(__name__)
MOST_LISTED = 12  # labels in one note


@dataclass(frozen=True, slots=True)
class TrialGroup:
    """One line of a study: a method over fractions and seeds under some conditions (target, english, control), for some benchmarks (none
    named: all). `search`: placements of virtual tokens that are first tried, fold by fold, in short trials with `search_settings` on top; what
    validates best is what a `placement = "searched"` stands for."""

    method: str
    conditions: tuple[str, ...] = ("target", "english")
    fractions: tuple[float, ...] = (1.0,)
    seeds: tuple[int, ...] = (1,)
    settings: Mapping[str, Any] = field(default_factory=dict)
    benchmarks: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    search_settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """Text and prompt that trials run on. `name` as in Outcome.condition; `gate` and `engine` go into every signature."""

    name: str
    task: LocalisedTask
    records: tuple[Record, ...]
    fold_of: Mapping[str, int]
    gate: str
    engine: str
    _told: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def slots_in(self) -> str:
        """The field that slots stand in; empty where the benchmark has none."""
        return self.task.benchmark.slots_in if self.task.slots is not None else ""

    @property
    def facts(self) -> dict[str, str]:
        """What a number from this condition depends on, apart from the trial; worked out once."""
        if not self._told:
            self._told.update(self._facts())
        return dict(self._told)

    def _facts(self) -> dict[str, str]:
        task = self.task
        words = {label: task.verbalizer.candidates(label) for label in task.verbalizer.labels}
        said: list[Any] = [task.prompt.source, words]
        rows: list[Any] = [(record.id, dict(record.fields), record.label, self.fold_of[record.id]) for record in self.records]
        if task.slots is not None:
            said.append(asdict(task.slots))
            rows = [(*row, [asdict(slot) for slot in record.slots]) for row, record in zip(rows, self.records, strict=True)]
        return {
            "benchmark": task.benchmark.name,
            "text": self.name.split(">")[0],
            "prompt": f"{task.language.code}@{digest(said)[:8]}",
            "rows": f"{len(rows)}@{digest(rows)[:8]}",
            "gate": self.gate,
            "engine": self.engine[:8] or "none",
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """One cell of the study. `chosen`: settings that short trials before it found, on top of its own. `begins_at`: the store key of the trial whose
    prompt it starts from. A `probe` is such a short trial: trained and validated, never tested; `search` are the placements it is run for."""

    condition: str
    benchmark: str
    method: str
    settings: Mapping[str, Any]
    fold: int
    folds: int
    fraction: float
    seed: int
    chosen: Mapping[str, str] = field(default_factory=dict)
    begins_at: str = ""
    probe: bool = False
    search: tuple[str, ...] = ()
    search_settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As shown on the terminal."""
        extra = "".join(f" {key}={value}" for key, value in self.settings.items())
        begin = "probe of " * self.probe
        extra += f" ({self._searched})" if self.search else ""
        return f"{begin}{self.condition} {self.benchmark} {self.method}{extra} fold {self.fold}/{self.folds} {100 * self.fraction:g}% seed {self.seed}"

    @property
    def _searched(self) -> str:
        return "; ".join([*self.search, *(f"{key}={value}" for key, value in sorted(self.search_settings.items()))])

    @property
    def found_by(self) -> dict[str, str]:
        """What was searched, and what it chose, as its signature states it."""
        return ({"search": self._searched} if self.search else {}) | (
            {"chosen": ",".join(f"{key}={value}" for key, value in sorted(self.chosen.items()))} if self.chosen else {}
        )


def plan(groups: Sequence[TrialGroup], conditions: Mapping[str, Condition], *, folds: int, run: Sequence[int]) -> list[Trial]:
    """All trials of one benchmark. `conditions` maps target/english/control to what there is; absent ones are left out."""
    return [
        Trial(
            conditions[kind].name,
            conditions[kind].task.benchmark.name,
            group.method,
            group.settings,
            fold,
            folds,
            fraction,
            seed,
            search=group.search,
            search_settings=group.search_settings,
        )
        for group in groups
        for kind in group.conditions
        if kind in conditions and (not group.benchmarks or conditions[kind].task.benchmark.name in group.benchmarks)
        if kind != "english" or not group.settings.get("start")  # an English prompt does not begin at itself
        for fraction in group.fractions
        for fold in run
        for seed in group.seeds
    ]


def probes(trial: Trial) -> list[Trial]:
    """The short trials that settle a trial's placement, on its own training and validation part."""
    shared = {**trial.settings, **trial.search_settings}
    return [replace(trial, settings={**shared, "placement": placement}, probe=True, search=(), search_settings={}) for placement in trial.search]


def best_placement(outcomes: Sequence[Outcome]) -> str:
    """The placement of the probe with the lowest validation loss, the first of equals; a Refusal if none could be validated."""
    usable = [one for one in outcomes if not one.error and one.best_epoch and one.validation_rows]
    if not usable:
        first = next((one.error for one in outcomes if one.error), "no validation rows")
        raise Refusal(f"search over placements: no probe gave a validation loss ({first}); give more rows or name a placement.")
    return str(min(usable, key=lambda one: one.history[one.best_epoch - 1].validation_loss).settings["placement"])


def signature(trial: Trial, condition: Condition, gpt: FrozenGPT) -> dict[str, str]:
    """Everything two outcomes must share to be comparable, but for what a table varies: every setting, also those left as they are, and our own code."""
    defaults = asdict(catalogue.module("pipeline.methods", trial.method, "method").Settings())
    options = ",".join(f"{key}={value}" for key, value in sorted({**defaults, **trial.settings}.items()))
    return {
        **condition.facts,
        "method": trial.method + (f"({options})" if options else ""),
        "code": code_fingerprint("pipeline.running", f"pipeline.methods.{trial.method}")[:8],
        "fold": f"{trial.fold}/{trial.folds}",
        "fraction": f"{trial.fraction:g}",
        "seed": str(trial.seed),
        **trial.found_by,
        **({"begins_at": trial.begins_at[:8]} if trial.begins_at else {}),
        "gpt": f"{gpt.name}@{gpt.fingerprint[:8]}",
        "dtype": str(gpt.dtype).removeprefix("torch."),
        **runtime(str(gpt.device)),
    }
