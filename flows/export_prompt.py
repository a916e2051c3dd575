"""export-prompt: the tuned prompt of a finished run for other tools, with the card that says what it belongs to."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from templates.refusal import Refusal, UnknownName, did_you_mean

FORMATS = ("peft", "nemo")


def export_prompt(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    benchmark: Annotated[str, typer.Argument(help="A benchmark of the study.")],
    to: Annotated[Path, typer.Option("--to", help="The folder the files go to.")],
    kind: Annotated[str, typer.Option("--format", help="peft: an adapter folder; nemo: the task template.")] = "peft",
    study: Annotated[str, typer.Option("--study", help="A study of flows/studies or ./lingraft/studies.")] = "demo",
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the English records, where the study asks for one.")] = None,
    runs: Annotated[Path, typer.Option("--out", help="Where runs go.")] = Path("runs"),
) -> None:
    """Write the tuned prompt of the latest run for PEFT (safetensors), or its template in NeMo's form; a prompt card beside either."""
    for path in write(language, benchmark, kind, to=to, study=study, data=data, out=runs):
        Console(highlight=False, soft_wrap=True, emoji=False).print(str(path), markup=False)


def write(language: str, benchmark: str, kind: str, *, to: Path, study: str, data: Path | None, out: Path) -> list[Path]:
    """The files written."""
    if kind not in FORMATS:
        raise UnknownName(f"no format {kind!r}; there are {', '.join(FORMATS)}.{did_you_mean(kind, FORMATS)}")
    from flows.engines import gpt_for
    from flows.plan import make
    from pipeline import prompt_export
    from pipeline.prompt_table import PromptTable
    from templates import catalogue
    from templates.formats import nemo
    from templates.run_folder import Runs
    from templates.store import make_folder, write_atomic, write_json

    plan = make(language, study, data=data, out=out)
    names = [shape.name for shape in plan.benchmarks]
    if benchmark not in names:
        raise UnknownName(f"no benchmark {benchmark!r} in study {study}; there are {', '.join(names)}.{did_you_mean(benchmark, names)}")
    task = plan.task_of(catalogue.benchmark(benchmark))
    table = PromptTable.load(Runs(plan.out).finished(language, study) / "prompts")
    gpt, _ = gpt_for(plan)
    rows, placed = table.take(task, gpt), table.placed(task)
    card = to / ("prompt_card.json" if kind == "peft" else f"{benchmark}.{language}.prompt_card.json")
    if kind == "peft":
        _spare(to, card, task.name)
        make_folder(to)
        written = prompt_export.to_peft(to, rows, placed, gpt)
    else:
        make_folder(to)
        written = [to / nemo.TEMPLATES]
        write_json(written[0], nemo.with_others(nemo.template_of(placed), written[0]))
    write_atomic(card, prompt_export.card_text(asdict(table.cards[task.name]), placed).encode("utf-8"))
    return [*written, card]


def _spare(folder: Path, card: Path, task: str) -> None:
    """A folder holds one adapter: that of another task, or of somebody else, is not written over."""
    there = [folder / name for name in ("adapter_model.safetensors", "adapter_config.json") if (folder / name).exists()]
    try:
        held = json.loads(card.read_bytes()).get("task") if card.exists() else None
    except (ValueError, AttributeError):
        held = None
    if (there or card.exists()) and held != task:
        what = f"the prompt of {held}" if isinstance(held, str) else "an adapter that is not known to be this task's"
        raise Refusal(f"{folder}: holds {what} already; name another folder with --to.")
