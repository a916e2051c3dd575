"""calibrate: set a language's limits from human translations, and write them into the user's own copy of its file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from translation.calibrate import Calibration

BENCHMARKS = ("fiqa", "assistant")


def calibrate(
    language: Annotated[str, typer.Argument(help="Language code of the translations.")],
    source: Annotated[list[Path], typer.Option("--gold", help="Human translations: .tsv or .tsv.gz, a line English, tab, translation; may be repeated.")],
    false_alarms: Annotated[float, typer.Option("--false-alarms", help="Share of sound rows that all calibrated limits together may flag.")] = 0.02,
    benchmark: Annotated[list[str] | None, typer.Option("--benchmark", help="Whose lengths the gold text is weighted to; else fiqa and assistant.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder with <benchmark>.en.jsonl, .csv or .json, instead of the sample.")] = None,
) -> None:
    """Set the limits of checks from human translations for a stated rate of false alarms; they go into ./lingraft/languages."""
    from templates.catalogue import PACKAGE, user_home
    from templates.language import load, path_of
    from templates.store import file_digest, write_atomic
    from translation import calibrated_file as written
    from translation import gold, limits
    from translation.calibrate import calibrate as settle

    there, path = load(language), path_of(language)
    names = tuple(benchmark or BENCHMARKS)
    pairs = [pair for file in source for pair in gold.read(file)]
    lengths = [_lengths(name, data) for name in names]
    found = settle(pairs, there, limits=limits.read(there), lengths=lengths, false_alarms=false_alarms)
    files = ", ".join(f"{file.name} sha256 {file_digest(file)[:12]}" for file in source)
    today = datetime.now(UTC).date().isoformat()
    provenance = f"{today}: {files}, {len(pairs):,} pairs by the lengths of {' and '.join(names)}, {100 * false_alarms:g} % false alarms"
    text = path.read_text(encoding="utf-8")
    shipped = PACKAGE / "templates" / "languages" / path.name
    own = written.own_values(text, shipped.read_text(encoding="utf-8") if shipped.is_file() else "")
    changes = [change for change in found.changes if change.new != change.old]
    place = user_home() / "languages" / path.name
    write_atomic(place, written.with_limits(text, _whole(found, changes), provenance=provenance, by_hand=own).encode("utf-8"))
    out = Console(highlight=False, emoji=False, soft_wrap=True)
    show(found, own, out)
    out.print(f"Written to {place}; the values that stood there are in its comments.", markup=False)


def _whole(found: Calibration, changes: list[Any]) -> list[Any]:
    """What changed; all bands of the length where one did, for they stand in one line."""
    moved = {change.place for change in changes}
    return [change for change in found.changes if change in changes or (change.place == "length" and "length" in moved)]


def _lengths(name: str, data: Path | None) -> list[int]:
    """Characters of every running text of a benchmark's English records."""
    from templates import catalogue
    from translation.refresh import fetch

    shape = catalogue.benchmark(name)
    fetched = fetch(shape, data=data, source="data" if data else "sample", settings=shape.settings())
    return [len(row.fields[field]) for row in fetched.records for field, kind in shape.fields.items() if kind.role == "text"]


def show(found: Calibration, own: dict[tuple[str, str], Any], out: Console) -> None:
    """Old and new limits, and what they cost on the held-out half."""
    table = Table(title=f"Limits from {found.rows[0]:,} human translations", title_justify="left")
    for name in ("limit", "old", "new", ""):
        table.add_column(name, justify="left" if name in ("limit", "") else "right")
    for change in found.changes:
        key = (change.place, change.field)
        note = "unchanged" if change.new == change.old else "was set by hand" if key in own else ""
        table.add_row(f"{change.place}.{change.field}", _said(change.old), _said(change.new), note)
    out.print(table)
    cost = Table(title=f"Flagged of {found.rows[1]:,} held-out human translations", title_justify="left")
    for name in ("check", "before", "after"):
        cost.add_column(name, justify="left" if name == "check" else "right")
    for name, before in found.before.items():
        cost.add_row(name, f"{100 * before:.1f} %", f"{100 * found.after[name]:.1f} %")
    out.print(cost)
    if found.covered < 1:
        out.print(f"{100 * (1 - found.covered):.1f} % of the benchmark's texts have a length that the gold text has not.", markup=False)


def _said(value: Any) -> str:
    return f"{value[0]:g} - {value[1]:g}" if isinstance(value, tuple) else f"{value:g}"
