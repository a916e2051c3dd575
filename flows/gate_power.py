"""gate-power: plant faults into human translations, judge them, and print what the gate caught and what it accused wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from flows.gold_files import Half, More

if TYPE_CHECKING:
    from translation.power import Alarms, Power


def gate_power(
    language: Annotated[str, typer.Argument(help="Language code of the translations.")],
    source: Annotated[list[Path], typer.Option("--gold", help="Human translations: .tsv or .tsv.gz, a line English, tab, translation; several are one.")],
    more: More = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures here too; ./lingraft/power/LANGUAGE.json goes onto the page.")] = None,
    foreign_file: Annotated[
        Path | None, typer.Option("--neighbours", help="Sentences in neighbour languages, codes in line 1; else neighbours.tsv.gz beside the gold, else ours.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", help="Rows to plant each fault in.", min=1)] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed plants into other rows.")] = 0,
    study: Annotated[str, typer.Option("--study", help="Whose translator and limits.")] = "demo",
    half: Half = "all",
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Without the checks that need the translator: seconds instead of minutes.")] = False,
) -> None:
    """The gate's own test: faults planted into human translations, how many it catches, and its false alarms."""
    from flows import gold_files
    from flows.plan import Plan, read_study
    from templates.language import load
    from templates.store import write_json
    from translation import known_power, limits, neighbours, power

    if report is not None:
        gold_files.need_writable(report)
    plan = Plan(study, read_study(study), load(language), None, Path("runs").resolve())
    there = plan.language
    gold = gold_files.read(source, more, half=half, language=language)
    foreign = neighbours.find(foreign_file, beside=[file.parent for file in source])
    with Console(stderr=True).status("planting and judging") as status:
        model, engine = (None, "") if rules_only else gold_files.scorer(plan, status)
        lines = limits.under(limits.read(there, plan.study.gate, where=f"study {study}, [gate]"), engine)
        measured = power.measure(gold.pairs, there, limits=lines, neighbours=foreign.sentences, rows=rows, seed=seed, gather=model)
    if report is not None:
        said = {"language": language, "gold": gold.names, "gold_sha256": gold.digests, "half": half, "seed": seed, "neighbours": foreign.to_json()}
        write_json(report, {**measured.to_json(), **said, **known_power.signature(lines, engine)})
    out = Console(highlight=False, emoji=False)
    show(measured, out, title=f"{gold.names} in {there.name}: {measured.rows:,} human translations")
    out.print(f"wrong_language: {foreign.said(there.code)}", markup=False, soft_wrap=True)
    for check, why in lines.reported.items() if engine else ():
        out.print(f"{check}: {why}", markup=False, soft_wrap=True)


def show(measured: Power, out: Console, *, title: str) -> None:
    """One table: the untouched rows, every fault, and where something had to be put in first, the same rows before the fault."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, caption_justify="left")
    table.caption = "Shares in %. Caught: quarantined or marked. Sound: the same rows before the fault, with what was put into both sides."
    for name in ("fault", "n", "caught", "quar.", "marked", "AUROC", "first check"):
        table.add_column(name, justify="left" if name in ("fault", "first check") else "right", no_wrap=True)
    _sound(table, "none: false alarms", measured.false_alarms)
    for fault, caught in measured.recall.items():
        best = max((values[fault] for values in measured.auroc.values() if fault in values), default=0.0)
        shares = (f"{100 * share:.1f}" for share in (caught.caught, caught.quarantined, caught.marked))
        table.add_row(fault, f"{caught.n:,}", *shares, f"{best:.3f}", next(iter(caught.by_check), ""))
        if fault in measured.inserted:
            _sound(table, "  sound", measured.inserted[fault])
    out.print(table)
    for fault, caught in measured.recall.items():
        if len(caught.forms) > 1:
            out.print(f"{fault}: " + ", ".join(f"{form} {100 * share:.0f} % of {n}" for form, (n, share) in caught.forms.items()), markup=False, soft_wrap=True)
    for fault, why in measured.left_out.items():
        out.print(f"{fault}: not planted: {why}", markup=False, soft_wrap=True)


def _sound(table: Table, name: str, alarms: Alarms) -> None:
    table.add_row(name, f"{alarms.n:,}", "", f"{100 * alarms.quarantined:.1f}", f"{100 * alarms.marked:.1f}", "", next(iter(alarms.by_check), ""), style="dim")
