"""export: the kept records of a finished run in the format of another tool, in the words that the run was asked in."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from templates import catalogue, data_file, records
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH, Cell, Language, load
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.run_folder import Runs
from templates.settings import read_settings, read_toml
from templates.store import make_folder
from templates.task import LocalisedTask, localise


def export(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    kind: Annotated[str, typer.Option("--format", help="A format of templates/formats, as nemo or massive.")],
    to: Annotated[Path, typer.Option("--to", help="The folder the files go to.")],
    study: Annotated[str, typer.Option("--study", help="A study of flows/studies or ./lingraft/studies.")] = "demo",
    benchmark: Annotated[str, typer.Option("--benchmark", help="Only this one of the study's benchmarks.")] = "",
    runs: Annotated[Path, typer.Option("--out", help="Where runs go.")] = Path("runs"),
) -> None:
    """Write the kept records of the latest run in the format of another tool; what is written reads back as the same records."""
    for line in write(language, study, kind, to=to, out=runs, only=benchmark):
        Console(highlight=False, soft_wrap=True, emoji=False).print(line, markup=False)


def write(language: str, study: str, kind: str, *, to: Path, out: Path, only: str = "") -> list[str]:
    """Write each benchmark of the latest run of `study` (or `only` one) as `kind` into the folder `to`; says what was written."""
    known = data_file.formats()
    if kind not in known:
        raise UnknownName(f"no format {kind!r}; there are {', '.join(known)}.{did_you_mean(kind, known)}")
    shapes = wanted(study, only)
    for shape in shapes:
        problem = known[kind].misfit(shape)
        if problem:
            able = [name for name, module in known.items() if not module.misfit(shape)]
            others = f"; {shape.name} can be written as {', '.join(able)}" if able else ""
            other = " (name another benchmark of the study with --benchmark)" if len(shapes) > 1 else ""
            raise Refusal(f"format {kind} cannot hold {shape.name}: {problem}{others}{other}.")
    spoken, run = load(language), Runs(out.resolve()).finished(language, study)
    kept = {shape.name: _kept(run, shape, f"lingraft adapt {language} --study {study}") for shape in shapes}
    if language == ENGLISH:
        _spare_data(to, shapes)
    try:
        make_folder(to)
    except Refusal as error:
        raise Refusal(f"{to}: cannot be written; name a folder of your own with --to.") from error
    from pipeline.prompt_table import as_tuned  # brings torch with it

    lines = []
    for shape in shapes:
        written = known[kind].write(kept[shape.name], as_tuned(words_of(run, shape, spoken), run / "prompts"), to)
        lines += [f"{shape.name}: {len(kept[shape.name]):,} records{_verdict(run, shape.name)}", *(f"  {path}" for path in written)]
    return lines


def wanted(study: str, only: str) -> list[Benchmark]:
    """The benchmarks of a study, or `only` one of them."""
    from flows.plan import read_study  # brings torch with it

    names = read_study(study).benchmarks
    if only and only not in names:
        raise UnknownName(f"--benchmark {only!r}: study {study} has {', '.join(names)}.{did_you_mean(only, names)}")
    return [catalogue.benchmark(name) for name in names if only in ("", name)]


def _spare_data(folder: Path, shapes: list[Benchmark]) -> None:
    """English records there may be the very source of the run, or what `--data` reads next."""
    for shape in shapes:
        there = data_file.files(folder, shape)
        if there:
            raise Refusal(f"{there[0]}: English records are there already, and an export never takes their place; name another folder with --to.")


def _verdict(run: Path, name: str) -> str:
    """The gate's, which goes with the records wherever they go."""
    path = run / "gate" / name / "gate.json"
    return f", gate: {json.loads(path.read_text(encoding='utf-8'))['verdict']}" if path.is_file() else ""


def _kept(run: Path, shape: Benchmark, command: str) -> list[Record]:
    path = run / "records" / f"{shape.name}.jsonl"
    found = records.read(path, shape) if path.is_file() else []
    if not found:
        raise Refusal(f"{path}: the run kept no record of {shape.name}; look at the gate's page, then run again with: {command}")
    return found


def words_of(run: Path, shape: Benchmark, spoken: Language) -> LocalisedTask:
    """The benchmark in the words that the run wrote down, whatever the language's file says by now."""
    path = run / "words" / f"{shape.name}.toml"
    if not path.is_file():
        raise Refusal(f"{path}: not found, so the run's prompt is unknown; make the run again.")
    table = read_toml(path)
    named = {field.name for field in fields(Cell)}
    cell = read_settings(Cell, {key: value for key, value in table.items() if key in named}, where=str(path))
    return localise(shape, spoken, cell)
