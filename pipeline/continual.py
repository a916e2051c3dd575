"""continual: tasks that come one after the other, three ways: added to a prompt table, tuned together, or in turn through one encoder.

Adding freezes what is there: the old rows are compared byte for byte, and the old answers one by one. In turn is what forgetting looks like without
a table (Chaudhry et al. 2018, https://arxiv.org/abs/1801.10112: best accuracy a task ever had minus the one it ends with).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.answering import Answering
from pipeline.folds import Parts
from pipeline.joint import Joint
from pipeline.methods.p_tuning import PTuning, Settings, build
from pipeline.metrics import classification
from pipeline.outcome import Prediction
from pipeline.prompt_table import PromptTable, card_for
from pipeline.train import train
from pipeline.tunable import Tunable
from pipeline.tune import evaluate
from templates.benchmark import Record

WAYS = ("added", "together", "in turn")


@dataclass(frozen=True, slots=True)
class Stage:
    """How well `task` is done after `after` was learnt, one `way` of three."""

    way: str
    after: str
    task: str
    accuracy: float
    macro_f1: float
    test_rows: int


@dataclass(frozen=True, slots=True)
class Course:
    """All stages in order, and the table that adding made."""

    stages: tuple[Stage, ...]
    table: PromptTable

    def forgotten(self, way: str, task: str) -> float:
        """Best accuracy the task had on this way minus the last; 0 where nothing was lost."""
        seen = [stage.accuracy for stage in self.stages if (stage.way, stage.task) == (way, task)]
        return max(seen) - seen[-1] if seen else 0.0


def course(
    tasks: Mapping[str, Answering],
    parts: Mapping[str, Parts],
    settings: Settings,
    *,
    seed: int,
    ways: Sequence[str] = WAYS,
    say: Callable[[str], None] = lambda line: None,
) -> Course:
    """Go through the tasks in order. `parts`: each task's training, validation and test rows, with ids that differ between tasks."""
    table, stages = PromptTable(), list[Stage]()
    if "added" in ways:
        stages += _added(tasks, parts, settings, table=table, seed=seed, say=say)
    if "together" in ways:
        together = Joint(tasks, _all(parts), settings, seed=seed)
        say("together: " + ", ".join(tasks))
        _train(together, parts, list(parts), seed=seed)
        stages += [_stage("together", "all", name, together.one(name), tasks, parts) for name in tasks]
    if "in turn" in ways:
        shared = Joint(tasks, _all(parts), settings, seed=seed)
        for number, name in enumerate(tasks):
            say(f"in turn: {name}")
            _train(shared, parts, [name], seed=seed)
            stages += [_stage("in turn", name, known, shared.one(known), tasks, parts) for known in list(tasks)[: number + 1]]
    return Course(tuple(stages), table)


def _added(
    tasks: Mapping[str, Answering], parts: Mapping[str, Parts], settings: Settings, *, table: PromptTable, seed: int, say: Callable[[str], None]
) -> list[Stage]:
    stages: list[Stage] = []
    answers: dict[str, tuple[Prediction, ...]] = {}
    for name, answering in tasks.items():
        say(f"added: {name}")
        before = {known: rows.clone() for known, rows in table.rows.items()}
        tunable = build(answering, settings, seed=seed)
        tunable.prepare(parts[name].train, seed=seed, ahead=_rows(parts[name]))
        _train(tunable, parts, [name], seed=seed, labels=answering.task.verbalizer.labels, whole=answering.task.slots is not None)
        table.add(name, tunable.prompt(), card_for(answering.task, answering.gpt, trial=f"continual/{seed}"))
        for known in table.rows:
            holding = PTuning.holding(tasks[known], table.rows[known])
            holding.prepare((), seed=seed, ahead=_rows(parts[known]))
            found = evaluate(holding, parts[known].test, labels=tasks[known].task.verbalizer.labels)
            if known in before and (not before[known].equal(table.rows[known]) or _labels(found) != _labels(answers[known])):
                raise RuntimeError(f"adding {name} changed {known}: its rows or answers are not those of before")
            answers[known] = found
            stages.append(_scored("added", name, known, found, tasks[known].task.verbalizer.labels))
    return stages


def _train(
    tunable: Tunable, parts: Mapping[str, Parts], names: Sequence[str], *, seed: int, labels: Sequence[str] | None = None, whole: bool | None = None
) -> None:
    rows = [record for name in names for record in parts[name].train]
    validation = [record for name in names for record in parts[name].validation]
    if isinstance(tunable, Joint):
        labels, whole = tunable.labels, any(one.task.slots is not None for one in tunable.tasks.values())
        tunable.prepare(rows, seed=seed, ahead=[record for name in names for record in _rows(parts[name])])
    train(tunable, rows, validation=validation, labels=labels or (), seed=seed, whole_answer=bool(whole))


def _labels(found: Sequence[Prediction]) -> list[str]:
    return [item.predicted for item in found]


def _rows(part: Parts) -> list[Record]:
    return [*part.train, *part.validation, *part.test]


def _all(parts: Mapping[str, Parts]) -> dict[str, list[Record]]:
    return {name: _rows(part) for name, part in parts.items()}


def _stage(way: str, after: str, name: str, tunable: Tunable, tasks: Mapping[str, Answering], parts: Mapping[str, Parts]) -> Stage:
    labels = tasks[name].task.verbalizer.labels
    return _scored(way, after, name, evaluate(tunable, parts[name].test, labels=labels), labels)


def _scored(way: str, after: str, name: str, found: Sequence[Prediction], labels: Sequence[str]) -> Stage:
    scores = classification([item.label for item in found], [item.predicted for item in found], labels=labels)
    return Stage(way, after, name, scores["accuracy"], scores["macro_f1"], len(found))
