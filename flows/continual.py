"""continual: the tasks of a finished run one after the other: added to a prompt table, together, or in turn through one encoder; needs no flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from templates.refusal import Refusal

if TYPE_CHECKING:
    from flows.plan import Plan, Study
    from pipeline.continual import Course
    from pipeline.methods.p_tuning import Settings
    from pipeline.prompt_table import PromptTable
    from templates.benchmark import Benchmark, Record


def continual(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    study: Annotated[str, typer.Option("--study", help="A finished study with two benchmarks or more, learnt in its order.")] = "demo",
    fold: Annotated[int, typer.Option("--fold", help="The fold that is tested.", min=0)] = 0,
    rows: Annotated[int, typer.Option("--rows", help="Rows of each benchmark; 0: all.", min=0)] = 0,
    epochs: Annotated[int, typer.Option("--epochs", help="Passes over the training part of each task; 0: as the study's p_tuning says.", min=0)] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Another seed starts elsewhere.")] = 1,
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the English records, where the study asks for one.")] = None,
    table: Annotated[Path | None, typer.Option("--from", help="A prompt table that new tasks are added to, as a run's prompts/.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write the prompt table that adding made into this folder.")] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the stages here too.")] = None,
    runs: Annotated[Path, typer.Option("--out", help="Where runs go.")] = Path("runs"),
) -> None:
    """Learn the study's tasks one after the other, three ways, on the kept rows of its latest run: what is forgotten where nothing is frozen?"""
    from dataclasses import asdict

    from templates.store import write_json

    out = Console(highlight=False, soft_wrap=True, emoji=False)
    if to is not None and (to / "table.json").exists():
        raise Refusal(f"--to {to}: holds a prompt table already; name another folder, and the table it shall grow from with --from.")
    how: dict[str, Any] = {"say": lambda line: out.print(line, markup=False), "grown": lambda grown: grown.save(to) if to is not None else None}
    made = learn(language, study, fold, rows, epochs, seed, data, runs, table, **how)
    for line in told(made):
        out.print(line, markup=False)
    if to is not None:
        out.print(f"{to}: {', '.join(made.table.rows)}", markup=False)
    if report is not None:
        write_json(report, {"stages": [asdict(stage) for stage in made.stages]})


def learn(
    language: str,
    study: str,
    fold: int,
    rows: int,
    epochs: int,
    seed: int,
    data: Path | None,
    out: Path,
    given: Path | None,
    *,
    say: Callable[[str], None],
    grown: Callable[[PromptTable], None],
) -> Course:
    """The course over the kept rows of the latest run, in the folds of the study. A table that is `given` grows."""
    from flows.engines import gpt_for
    from flows.plan import make
    from flows.trial import engine_in
    from pipeline.answering import Answering
    from pipeline.continual import WAYS, course
    from pipeline.folds import parts
    from pipeline.prompt_table import PromptTable
    from pipeline.study import Condition
    from templates import records
    from templates.run_folder import Runs
    from templates.store import code_fingerprint, digest
    from translation.refresh import sample

    plan = make(language, study, data=data, out=out)
    if len(plan.benchmarks) < 2:
        raise Refusal(f"study {study} has {len(plan.benchmarks)} benchmark; learning one task after the other needs two or more, as study demo has.")
    drawn = plan.study.folds
    if fold >= drawn.count and not drawn.published:
        raise Refusal(f"--fold {fold}: study {study} has folds 0 to {drawn.count - 1}.")
    table = PromptTable.load(given) if given is not None else None
    run = Runs(plan.out).finished(language, study)
    gpt, prefixes = gpt_for(plan)
    tasks, split, settings, signatures = {}, {}, {}, {}
    for shape in plan.benchmarks:
        task, kept = plan.task_of(shape), records.read(run / "records" / f"{shape.name}.jsonl", shape)
        fold_of = _folds(plan, shape, kept)
        condition = Condition(language, task, tuple(kept), fold_of, _gate(run, shape.name), engine_in(kept))
        code = code_fingerprint("pipeline.continual")[:8]
        signatures[task.name] = {**condition.facts, "code": code, "fold": f"{fold}/{drawn.count}", "seed": str(seed)}
        kept = sample(kept, rows or len(kept), seed=drawn.seed)[0]
        signatures[task.name] |= {"sampled": f"{len(kept)}@{digest([row.id for row in kept])[:8]}"} if rows else {}
        tasks[task.name], settings[task.name] = Answering(gpt, task, prefixes), _settings(plan.study, shape.name, epochs)
        split[task.name] = parts(kept, fold_of, fold=fold, fraction=1.0, seed=seed)
    if table is not None and set(tasks) <= set(table.rows):
        raise Refusal(f"{given}: holds {' and '.join(tasks)} already, and study {study} has no other task; give a study with more, or leave out --from.")
    known = {name: card for name, card in table.cards.items() if name in tasks} if table is not None else {}
    for name in [name for name, card in known.items() if any(card.signature.get(key) != signatures[name].get(key) for key in ("rows", "fold", "sampled"))]:
        held = f"on these rows with fold {fold}/{drawn.count} held out"
        say(f"{name}: its prompt was not tuned {held}, so its scores here are no test; that they stay the same is.")
    ways = WAYS if table is None else ("added",)
    return course(tasks, split, settings, seed=seed, ways=ways, table=table, signatures=signatures, grown=grown, say=say)


def _gate(run: Path, benchmark: str) -> str:
    """The gate's part of a signature, as the run's trials have it."""
    import json

    from flows.judge import summary_of

    path = run / "gate" / benchmark / "gate.json"
    return str(summary_of(json.loads(path.read_text(encoding="utf-8")))["signature"]) if path.is_file() else "off"


def _folds(plan: Plan, shape: Benchmark, kept: Sequence[Record]) -> dict[str, int]:
    """As the study draws them: over all English rows of the refresh, or over the kept ones where that is gone or another."""
    from flows.refresh import place_of
    from pipeline.folds import assign
    from templates import records

    source, how = place_of(plan, shape.name) / "records.jsonl", plan.study.folds
    rows = records.read(source, shape) if source.is_file() else []
    whole = rows if {row.id for row in kept} <= {row.id for row in rows} else kept
    return assign(whole, count=how.count, seed=how.seed, published=how.published)


def _settings(study: Study, benchmark: str, epochs: int) -> Settings:
    """Of the study's first p_tuning of this benchmark that waits for nothing; `epochs` instead of its own unless 0."""
    from pipeline.methods.p_tuning import SEARCHED, Settings

    groups = [group for group in study.trials if group.method == "p_tuning" and (not group.benchmarks or benchmark in group.benchmarks)]
    plain = [dict(group.settings) for group in groups if group.settings.get("placement") != SEARCHED and not group.settings.get("start")]
    return Settings(**{**(plain[0] if plain else {}), **({"epochs": epochs} if epochs else {})})


def told(course: Course) -> list[str]:
    """A line a stage, then what each way forgot."""
    width = max(len(stage.task) for stage in course.stages)
    lines = []
    for stage in course.stages:
        slots = f"  span F1 {stage.span_f1:6.1%}  exact {stage.exact_match:6.1%}" if stage.span_f1 is not None else ""
        scores = f"accuracy {stage.accuracy:6.1%}  macro-F1 {stage.macro_f1:.2f}{slots}  ({stage.test_rows:,} rows)"
        lines.append(f"{stage.way:<8}  after {stage.after:<{width}}  {stage.task:<{width}}  {scores}")
    first, ways = course.stages[0].task, {stage.way for stage in course.stages}
    forgotten = [f"{100 * course.forgotten(way, first):.1f} {words}" for way, words in (("added", "points by adding"), ("in turn", "in turn")) if way in ways]
    return [*lines, f"forgotten of {first}: {', '.join(forgotten)}"]
