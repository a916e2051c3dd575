"""continual: the tasks of a finished run one after the other: added to a prompt table, together, or in turn through one encoder; needs no flow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from templates.refusal import Refusal

if TYPE_CHECKING:
    from pipeline.continual import Course


def continual(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    study: Annotated[str, typer.Option("--study", help="A finished study with two benchmarks or more, learnt in its order.")] = "demo",
    fold: Annotated[int, typer.Option("--fold", help="The fold of the kept rows that is tested.", min=0)] = 0,
    rows: Annotated[int, typer.Option("--rows", help="Rows of each benchmark; 0: all.", min=0)] = 0,
    epochs: Annotated[int, typer.Option("--epochs", help="Passes over the training part of each task.", min=1)] = 3,
    seed: Annotated[int, typer.Option("--seed", help="Another seed starts elsewhere.")] = 1,
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the English records, where the study asks for one.")] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the stages here too.")] = None,
    runs: Annotated[Path, typer.Option("--out", help="Where runs go.")] = Path("runs"),
) -> None:
    """Learn the study's tasks one after the other, three ways, on the kept rows of its latest run: what is forgotten where nothing is frozen?"""
    from dataclasses import asdict

    from templates.store import write_json

    out = Console(highlight=False, soft_wrap=True, emoji=False)
    made = learn(language, study, fold=fold, rows=rows, epochs=epochs, seed=seed, data=data, out=runs, say=lambda line: out.print(line, markup=False))
    for line in told(made):
        out.print(line, markup=False)
    if report is not None:
        write_json(report, {"stages": [asdict(stage) for stage in made.stages]})


def learn(language: str, study: str, *, fold: int, rows: int, epochs: int, seed: int, data: Path | None, out: Path, say: Callable[[str], None]) -> Course:
    """The course over the kept rows of the latest run."""
    from flows.engines import gpt_for
    from flows.plan import make
    from pipeline.answering import Answering
    from pipeline.continual import course
    from pipeline.folds import assign, parts
    from pipeline.methods.p_tuning import Settings
    from templates import records
    from templates.run_folder import Runs
    from translation.refresh import sample

    plan = make(language, study, data=data, out=out)
    if len(plan.benchmarks) < 2:
        raise Refusal(f"study {study} has {len(plan.benchmarks)} benchmark; learning one task after the other needs two or more, as study demo has.")
    drawn = plan.study.folds
    if fold >= (count := drawn.count) and not drawn.published:
        raise Refusal(f"--fold {fold}: study {study} has folds 0 to {count - 1}.")
    run = Runs(plan.out).finished(language, study)
    gpt, prefixes = gpt_for(plan)
    tasks, split = {}, {}
    for shape in plan.benchmarks:
        kept = records.read(run / "records" / f"{shape.name}.jsonl", shape)
        kept = sample(kept, rows or len(kept), seed=plan.study.folds.seed)[0]
        task = plan.task_of(shape)
        tasks[task.name] = Answering(gpt, task, prefixes)
        split[task.name] = parts(kept, assign(kept, count=count, seed=drawn.seed, published=drawn.published), fold=fold, fraction=1.0, seed=seed)
    return course(tasks, split, Settings(epochs=epochs), seed=seed, say=say)


def told(course: Course) -> list[str]:
    """A line a stage, then what each way forgot."""
    width = max(len(stage.task) for stage in course.stages)
    lines = []
    for stage in course.stages:
        scores = f"accuracy {stage.accuracy:6.1%}  macro-F1 {stage.macro_f1:.2f}  ({stage.test_rows:,} rows)"
        lines.append(f"{stage.way:<8}  after {stage.after:<{width}}  {stage.task:<{width}}  {scores}")
    first = course.stages[0].task
    adding, in_turn = (100 * course.forgotten(way, first) for way in ("added", "in turn"))
    return [*lines, f"forgotten of {first}: {adding:.1f} points by adding, {in_turn:.1f} in turn"]
