"""calibrate: set a language's limits from human translations, and write them into the user's own copy of its file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.gold_files import Half, More
from templates.refusal import Refusal
from translation.shares import percent

if TYPE_CHECKING:
    from translation.calibrate import Calibration, Change

log = logging.getLogger(__name__)

BENCHMARKS = ("fiqa", "assistant")


def calibrate(
    language: Annotated[str, typer.Argument(help="Language code of the translations.")],
    source: Annotated[list[Path], typer.Option("--gold", help="Human translations: .tsv or .tsv.gz, a line English, tab, translation; may be repeated.")],
    more: More = None,
    false_alarms: Annotated[float, typer.Option("--false-alarms", help="Share of sound rows that all calibrated limits together may flag.")] = 0.02,
    marks: Annotated[float, typer.Option("--marks", help="Share of sound rows that checks which ask the translator may mark besides.")] = 0.04,
    half: Half = "all",
    benchmark: Annotated[list[str] | None, typer.Option("--benchmark", help="Whose lengths the gold text is weighted to; else fiqa and assistant.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder with <benchmark>.en.jsonl, .csv or .json, instead of the sample.")] = None,
    study: Annotated[str, typer.Option("--study", help="Whose translator the limits of its log-probabilities are set under.")] = "demo",
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Leave the checks that need the translator as they are.")] = False,
) -> None:
    """Set the limits of checks from human translations for a stated rate of false alarms; they go into ./lingraft/languages."""
    from flows import gold_files
    from flows.plan import Plan, read_study
    from templates.catalogue import PACKAGE, user_home
    from templates.language import load, path_of
    from templates.store import write_atomic
    from translation import calibrated_file as written
    from translation import limits
    from translation.calibrate import calibrate as settle

    there, path = load(language), path_of(language)
    names = tuple(benchmark or BENCHMARKS)
    gold = gold_files.read(source, more, half=half, language=language)
    lengths = [_lengths(name, data) for name in names]
    with Console(stderr=True).status("setting limits") as status:
        plan = Plan(study, read_study(study), there, None, Path("runs").resolve())
        gather, engine = (None, "") if rules_only else gold_files.scorer(plan, status)
        lines = limits.under(limits.read(there), engine)
        found = settle(gold.pairs, there, limits=lines, lengths=lengths, false_alarms=false_alarms, marks=marks, gather=gather, engine=engine)
    text = path.read_text(encoding="utf-8")
    shipped = PACKAGE / "templates" / "languages" / path.name
    own = written.own_values(text, shipped.read_text(encoding="utf-8") if shipped.is_file() else "")
    out = Console(highlight=False, emoji=False, soft_wrap=True)
    show(found, own, out)
    changes = [change for change in found.changes if change.new != change.old]
    need_worth_writing(found, changes)
    if not changes:
        out.print("Nothing written: every limit stays as it is.", markup=False)
        return
    rates = f"{100 * false_alarms:g} % false alarms{f', {100 * marks:g} % marks' if gather else ''}"
    files = ", ".join(f"{name} sha256 {sha256[:12]}" for name, sha256 in gold.files)
    part = "" if half == "all" else f"{half} half of "
    counted = f"{len(gold.pairs):,} pairs by the lengths of {' and '.join(names)}"
    provenance = f"{datetime.now(UTC).date().isoformat()}: {part}{files}, {counted}, {rates}"
    place = user_home() / "languages" / path.name
    write_atomic(place, written.with_limits(text, _whole(found, changes), provenance=provenance, by_hand=own).encode("utf-8"))
    out.print(f"Written to {place}; the values that stood there are in its comments.", markup=False)
    if found.exceeds:
        after = percent(found.after["calibrated"])
        log.warning(
            "%s of the held-out rows are flagged, more than the %s allowed; that may be chance, more gold text would tell", after, percent(found.allowed)
        )


def need_worth_writing(found: Calibration, changes: Sequence[Change]) -> None:
    """Refuse where no limit could be set, and where the new ones accuse more than before and than allowed, beyond chance."""
    kept = [change for change in found.changes if change.kept]
    if not changes and kept:
        first = kept[0]
        raise Refusal(f"nothing written: {len(kept)} of {len(found.changes)} limits had to stay in force, as {first.place}.{first.field}: {first.kept}.")
    if found.worse and changes:
        before, after = percent(found.before["calibrated"]), percent(found.after["calibrated"])
        raise Refusal(
            f"nothing written: the new limits would flag {after} of the held-out rows, {before} were flagged before and {percent(found.allowed)} are "
            "allowed; give more gold text like the benchmark's, or allow more with --false-alarms and --marks."
        )


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
        note = f"kept: {change.kept}" if change.kept else "unchanged" if change.new == change.old else "was set by hand" if key in own else ""
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
    if isinstance(value, str):
        return value or "-"
    return (" - " if len(value) == 2 else " ").join(f"{one:g}" for one in value) if isinstance(value, tuple) else f"{value:g}"
