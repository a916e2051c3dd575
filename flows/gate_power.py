"""gate-power: plant faults into human translations, judge them, and print what the gate caught and what it accused wrongly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from translation.power import Alarms, Power


def gate_power(
    language: Annotated[str, typer.Argument(help="Language code of the translations.")],
    source: Annotated[Path, typer.Option("--gold", help="Human translations: .tsv or .tsv.gz, a line English, tab, translation.")],
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
    neighbours: Annotated[
        Path | None, typer.Option("--neighbours", help="Sentences in neighbour languages, codes in line 1; else neighbours.tsv.gz beside the gold.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", help="Rows to plant each fault in.", min=1)] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed plants into other rows.")] = 0,
) -> None:
    """The gate's own test: faults planted into human translations, how many it catches, and its false alarms."""
    from templates.language import load
    from templates.store import write_json
    from translation import gold, limits, power

    there = load(language)
    pairs = gold.read(source)
    beside = source.with_name(gold.NEIGHBOURS)
    found = neighbours or (beside if beside.is_file() else None)
    foreign = gold.read_neighbours(found) if found else None
    measured = power.measure(pairs, there, limits=limits.read(there), neighbours=foreign, rows=rows, seed=seed)
    if report is not None:
        write_json(report, {"language": language, "gold": str(source), "seed": seed, **measured.to_json()})
    show(measured, Console(highlight=False, emoji=False), title=f"{source.name} in {there.name}: {measured.rows:,} human translations")


def show(measured: Power, out: Console, *, title: str) -> None:
    """The table: a line for the untouched rows, one for every fault."""
    table = Table(title=title, title_justify="left")
    for name in ("fault", "n", "caught", "quarantined", "marked", "sound: quar.", "marked", "best AUROC", "caught by"):
        table.add_column(name, justify="left" if name in ("fault", "caught by") else "right", no_wrap=name in ("fault", "n"))
    table.add_row(
        "none (false alarms)", f"{measured.false_alarms.n:,}", "", "", "", *_alarmed(measured.false_alarms), "", _checks(measured.false_alarms.by_check)
    )
    for fault, caught in measured.recall.items():
        put = measured.inserted.get(fault)
        best = max((values[fault], check) for check, values in measured.auroc.items() if fault in values)
        figures = (f"{100 * share:.1f} %" for share in (caught.caught, caught.quarantined, caught.marked))
        table.add_row(fault, f"{caught.n:,}", *figures, *(_alarmed(put) if put else ("", "")), f"{best[0]:.3f} {best[1]}", _checks(caught.by_check))
    out.print(table)
    for fault, caught in measured.recall.items():
        if len(caught.forms) > 1:
            out.print(f"{fault}: " + ", ".join(f"{form} {100 * share:.0f} % of {n}" for form, (n, share) in caught.forms.items()), markup=False)
    for fault, why in measured.left_out.items():
        out.print(f"{fault}: not planted: {why}", markup=False)
    out.print('Sound: the same rows before the fault, with what was put into both sides. "Caught": quarantined or marked.', markup=False)


def _alarmed(alarms: Alarms) -> tuple[str, str]:
    return f"{100 * alarms.quarantined:.1f} %", f"{100 * alarms.marked:.1f} %"


def _checks(shares: Iterable[str]) -> str:
    return ", ".join(list(shares)[:3])
