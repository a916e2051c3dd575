"""continual: tasks that come one after the other, three ways: added to a prompt table, tuned together, or in turn through one encoder.

Adding freezes what is there: the old rows are compared byte for byte, and the old answers, probabilities and slots one by one. In turn is what
forgetting looks like without a table (Chaudhry et al. 2018, https://arxiv.org/abs/1801.10112: best accuracy a task ever had minus the one it ends with).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.answering import Answering
from pipeline.folds import Parts
from pipeline.joint import Joint
from pipeline.methods.p_tuning import PTuning, Settings, build
from pipeline.metrics import classification
from pipeline.outcome import Prediction
from pipeline.prompt_table import PromptTable, card_for
from pipeline.slot_metrics import slot_scores
from pipeline.train import train
from pipeline.tunable import Tunable
from pipeline.tune import evaluate
from templates.benchmark import Record
from templates.placement import move

WAYS = ("added", "together", "in turn")
CLOSE = 1e-4


@dataclass(frozen=True, slots=True)
class Stage:
    """How well `task` is done after `after` was learnt, one `way` of three. Span F1 and exact match are None where the task has no slots."""

    way: str
    after: str
    task: str
    accuracy: float
    macro_f1: float
    test_rows: int
    span_f1: float | None = None
    exact_match: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """All stages in order, and the table that adding made or grew."""

    stages: tuple[Stage, ...]
    table: PromptTable

    def forgotten(self, way: str, task: str) -> float:
        """Best accuracy the task had on this way minus the last; 0 where nothing was lost."""
        seen = [stage.accuracy for stage in self.stages if (stage.way, stage.task) == (way, task)]
        return max(seen) - seen[-1] if seen else 0.0


def course(
    tasks: Mapping[str, Answering],
    parts: Mapping[str, Parts],
    settings: Mapping[str, Settings],
    *,
    seed: int,
    ways: Sequence[str] = WAYS,
    table: PromptTable | None = None,
    signatures: Mapping[str, Mapping[str, str]] | None = None,
    grown: Callable[[PromptTable], None] = lambda table: None,
    say: Callable[[str], None] = lambda line: None,
) -> Course:
    """Go through the tasks in order. `parts`: each task's training, validation and test rows, with ids that differ between tasks. `table`: one that
    grows; what it holds already is only tested. It is handed to `grown` after each task; `signatures`, by task, go into the new cards. One encoder for all is
    trained as the first task's settings say, each task's tokens where its own do."""
    table, stages = table or PromptTable(), list[Stage]()
    moved = {name: one.of(replace(one.task, prompt=move(one.task.prompt, settings[name].placement))) for name, one in tasks.items()}
    first = replace(settings[next(iter(tasks))], placement="")
    joint = [Joint(moved, _all(parts), first, seed=seed) for way in WAYS[1:] if way in ways]  # refuse what does not fit before the work begins
    if "added" in ways:
        stages += _added(tasks, parts, settings, table=table, signatures=signatures or {}, seed=seed, grown=grown, say=say)
    if "together" in ways:
        together = joint[0]
        say("together: " + ", ".join(tasks))
        _train(together, parts, list(parts), seed=seed)
        stages += [_stage("together", "all", name, together.one(name), moved[name], parts) for name in tasks]
    if "in turn" in ways:
        shared = joint[-1]
        for number, name in enumerate(tasks):
            say(f"in turn: {name}")
            _train(shared, parts, [name], seed=seed)
            stages += [_stage("in turn", name, known, shared.one(known), moved[known], parts) for known in list(tasks)[: number + 1]]
    return Course(tuple(stages), table)


def _added(
    tasks: Mapping[str, Answering],
    parts: Mapping[str, Parts],
    settings: Mapping[str, Settings],
    *,
    table: PromptTable,
    signatures: Mapping[str, Mapping[str, str]],
    seed: int,
    grown: Callable[[PromptTable], None],
    say: Callable[[str], None],
) -> list[Stage]:
    stages, answers = list[Stage](), dict[str, tuple[Prediction, ...]]()

    def test(after: str) -> None:
        """Every task of the table that is among these."""
        for name in [name for name in tasks if name in table.rows]:
            placed = tasks[name].of(table.placed(tasks[name].task))
            holding = PTuning.holding(placed, table.take(tasks[name].task, placed.gpt), per_token=table.cards[name].per_token)
            holding.prepare((), seed=seed, ahead=_rows(parts[name]))
            found = _tested(holding, placed, parts[name])
            if not _same(answers.setdefault(name, found), found, exactly=placed.gpt.device.type == "cpu"):
                raise RuntimeError(f"adding {after} changed what {name} answers")
            stages.append(_scored("added", after, name, found, placed))

    if table.rows:
        test("the table")
    for name, answering in tasks.items():
        if name in table.rows:
            continue
        say(f"added: {name}")
        before = {known: rows.clone() for known, rows in table.rows.items()}
        tunable = build(answering, settings[name], seed=seed)
        tunable.prepare(parts[name].train, seed=seed, ahead=_rows(parts[name]))
        _train(tunable, parts, [name], seed=seed, labels=answering.task.verbalizer.labels, whole=answering.task.slots is not None)
        card = card_for(answering.task, answering.gpt, trial=f"continual/{seed}", placement=settings[name].placement, signature=signatures.get(name, {}))
        table.add(name, tunable.prompt(), replace(card, per_token=settings[name].per_token))
        grown(table)
        if any(not rows.equal(table.rows[known]) for known, rows in before.items()):
            raise RuntimeError(f"adding {name} changed rows of others")
        test(name)
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


def _same(before: Sequence[Prediction], now: Sequence[Prediction], *, exactly: bool) -> bool:
    """Whether answers are those of before; where sums are not made in the same order every time, probabilities may differ in their last bits."""
    if exactly:
        return before == now
    alike = [replace(one, probability=0.0) for one in before] == [replace(one, probability=0.0) for one in now]
    return alike and all(abs(one.probability - other.probability) < CLOSE for one, other in zip(before, now, strict=True))


def _rows(part: Parts) -> list[Record]:
    return [*part.train, *part.validation, *part.test]


def _all(parts: Mapping[str, Parts]) -> dict[str, list[Record]]:
    return {name: _rows(part) for name, part in parts.items()}


def _stage(way: str, after: str, name: str, tunable: Tunable, answering: Answering, parts: Mapping[str, Parts]) -> Stage:
    return _scored(way, after, name, _tested(tunable, answering, parts[name]), answering)


def _tested(tunable: Tunable, answering: Answering, part: Parts) -> tuple[Prediction, ...]:
    task = answering.task
    return evaluate(tunable, part.test, labels=task.verbalizer.labels, slots_in=task.benchmark.slots_in if task.slots is not None else "")


def _scored(way: str, after: str, name: str, found: Sequence[Prediction], answering: Answering) -> Stage:
    scores = classification([item.label for item in found], [item.predicted for item in found], labels=answering.task.verbalizer.labels)
    slots = slot_scores(found) if answering.task.slots is not None else {}
    return Stage(way, after, name, scores["accuracy"], scores["macro_f1"], len(found), **slots)
