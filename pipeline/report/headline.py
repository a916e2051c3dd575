"""headline: what a terminal shows at the end of a run; the verdict is not among it.

Every target-language number stands in a row with what it must be read beside: English on exactly the same rows, and the control (English
text under the target language's prompt); the line above says how many rows were kept and how many English tokens are left in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.measure import METRICS
from pipeline.report.sentences import counts_of
from pipeline.report.summary import Cell, Summary, Table
from templates.language import ENGLISH

NOT_RUN = "not run"


def headline(summary: Summary, *, gates: Mapping[str, Mapping[str, Any]], source_tokens_left: Mapping[str, float]) -> list[str]:
    """The lines. `gates` and `source_tokens_left` by benchmark, as in Inputs."""
    lines: list[str] = []
    for table in summary.tables:
        for condition in table.targets or tuple(dict.fromkeys(cell.condition for cell in table.cells))[:1]:
            lines += _block(table, condition, gates.get(table.benchmark, {}), source_tokens_left.get(table.benchmark))
        if table.failed:
            lines.append(f"{table.benchmark}: {len(table.failed)} of {len(table.outcomes)} trials failed, first: {table.failed[0].error}")
    return lines + [str(finding) for finding in summary.refusals]


def _block(table: Table, condition: str, gate: Mapping[str, Any], left: float | None) -> list[str]:
    cells = table.main(condition)
    if not cells:
        return []
    shown = [metric for number, metric in enumerate(table.metrics) if number == 0 or metric != "macro_f1" or not table.slots]
    heads, columns = [condition], [[_told(cell, shown, span=True) for cell in cells]]
    absent = []
    if condition in table.targets:
        controls = dict.fromkeys(cell.condition for cell in table.cells if ">" in cell.condition)
        for other, head in [(ENGLISH, "English, same rows"), *((control, f"English, {condition} prompt") for control in controls)]:
            beside = [table.beside(cell, other, kept=True) for cell in cells]
            heads.append(head)
            columns.append([_told(one, shown, rows=cell.test_rows) if one else NOT_RUN for one, cell in zip(beside, cells, strict=True)])
        absent = [] if controls else ["no control in this study"]
    names = [cell.name + (f", {100 * cell.fraction:g} % of rows" if cell.fraction < 1 else "") for cell in cells]
    rows = [[", ".join(METRICS[metric] for metric in shown), *heads], *([name, *told] for name, *told in zip(names, *columns, strict=True))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    said = [*_kept(gate if condition in table.targets else {}, left), f"tested on {_span([cell.test_rows for cell in cells])}", *absent]
    part = f", part {table.part + 1}" if table.part else ""
    lines = [f"{table.benchmark} in {condition}{part}: {'; '.join(said)}"]
    lines += ["  " + "   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return lines + [line for line in [_cost(table, condition)] if line]


def _told(cell: Cell, shown: Sequence[str], *, span: bool = False, rows: int | None = None) -> str:
    told = [_figure(cell, metric) for metric in shown]
    if span:
        first = cell.of(shown[0])
        low, high = (f"{bound:.2f}" if shown[0] == "macro_f1" else f"{100 * bound:.1f}" for bound in (first.low, first.high))
        told[0] += f" ({low} to {high})"
    return "  ".join(told) + (f"  ({cell.test_rows:,} rows)" if rows not in (None, cell.test_rows) else "")


def _figure(cell: Cell, metric: str) -> str:
    mean = cell.of(metric).mean
    return f"{mean:.2f}" if metric == "macro_f1" else f"{100 * mean:.1f} %"


def _kept(gate: Mapping[str, Any], left: float | None) -> list[str]:
    if not gate:
        return []
    counts = counts_of(gate)
    rows = f"{counts['kept']:,} of {counts['source'] - counts['excluded']:,} rows kept"
    return [rows if left is None else f"{rows}, {100 * left:.1f} % English tokens left"]


def _span(rows: Sequence[int]) -> str:
    return f"{min(rows):,} rows" if min(rows) == max(rows) else f"{min(rows):,} to {max(rows):,} rows"


def _cost(table: Table, condition: str) -> str:
    gap = next((gap for gap in table.costs if gap.other_condition == condition), None)
    if gap is None:
        return ""
    low, mean, high = (100 * value for value in (gap.difference.low, gap.difference.mean, gap.difference.high))
    return f"  {gap.name}, English minus {condition}: accuracy {mean:+.1f} points ({low:+.1f} to {high:+.1f}), paired over {gap.rows:,} rows"
