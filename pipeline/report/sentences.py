"""sentences: what the page says in plain words about verdict, run, cost and lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.measure import Measure
from pipeline.report.summary import Cell, Table


@dataclass(frozen=True, slots=True)
class Banner:
    """`tone`: fail, warn, pass or none; `title` carries the verdict in words, so that colour is never needed."""

    tone: str
    title: str
    text: str


def percent(ratio: float, digits: int = 0) -> str:
    """A ratio 0-1 as a percentage with a narrow no-break space."""
    return f"{100 * ratio:.{digits}f}\u202f%"


def points(ratio: float) -> str:
    """A difference of ratios in percentage points, without sign."""
    return f"{abs(100 * ratio):.1f} points"


def span_of(measure: Measure) -> str:
    """The 95 % interval in words."""
    return f"{100 * measure.low:.1f} to {100 * measure.high:.1f}\u202f%"


def how_made(measure: Measure) -> str:
    """How an interval was made."""
    return {
        "rows": f"bootstrap over {measure.units:,} test rows",
        "folds": f"t-interval over {measure.units} folds",
        "trials": f"t-interval over {measure.units} trials",
    }[measure.how]


def verdict(benchmark: str, gate: Mapping[str, Any], *, language: str, measured: bool) -> Banner:
    """The banner of one benchmark; `measured`: target-language numbers follow."""
    told = str(gate.get("verdict", ""))
    counts = gate.get("statistics", {})
    kept, source, excluded = (int(counts.get(key, 0)) for key in ("kept", "source", "excluded"))
    judged = source - excluded
    rows = f"{percent(kept / judged)} of rows kept ({kept:,} of {judged:,})" if judged else "no rows were judged"
    quarantined = int(counts.get("quarantined", 0))
    aside = f"; {quarantined:,} quarantined, each with its reason" if quarantined else ""
    left_out = f" A further {excluded:,} source rows were left out by the benchmark's own rule." if excluded else ""
    if told == "fail" and not measured:
        do = f"Nothing was tuned in {language}. Read the gate page, mend the translation or the rows it flags, and run again."
        do += ' Or set on_fail = "continue" in the study to measure the kept rows all the same.'
        return Banner("fail", f"{benchmark}: the gate FAILED and stopped the run", f"{_capital(rows)}{aside}. {do}{left_out}")
    if told == "fail":
        text = f"{_capital(rows)}{aside}. The {language} numbers below describe the kept rows only, not the whole benchmark."
        return Banner("fail", f"{benchmark}: the gate FAILED, the study went on by its own setting", text + left_out)
    if told == "warn":
        return Banner("warn", f"{benchmark}: the gate passed with WARNINGS", f"{_capital(rows)}{aside}.{left_out}")
    if told == "pass":
        return Banner("pass", f"{benchmark}: the gate PASSED", f"{_capital(rows)}{aside}.{left_out}")
    return Banner("none", f"{benchmark}: no gate verdict", f"Nothing is known here about the quality of the {language} text.")


def cost(table: Table, *, language: str) -> str:
    """One sentence on what translation cost, or the empty string if the two languages share no tested row."""
    if not table.costs:
        return ""
    one = table.costs[0]
    gap = one.difference
    begin = f"On the {one.rows:,} rows tested in both languages, {one.name} gets {percent(one.english, 1)} in English and {percent(one.target, 1)} in {language}"
    reach = f"95\u202f% interval {100 * gap.low:+.1f} to {100 * gap.high:+.1f}"
    if gap.low > 0:
        return f"{begin}: translation costs {points(gap.mean)} ({reach})."
    if gap.high < 0:
        return f"{begin}: {language} is ahead by {points(gap.mean)} ({reach}), so nothing was lost in translation on these rows."
    return f"{begin}: a difference of {100 * gap.mean:+.1f} points ({reach}), which is no clear cost either way."


def lead(cells: Sequence[Cell], *, language: str) -> str:
    """How far the first tuned method stands above the majority floor and the best other baseline, or the empty string."""
    floor = next((cell for cell in cells if cell.method == "majority"), None)
    if not cells or cells[0].method == "majority" or floor is None:
        return ""
    first = cells[0]
    said = f"{first.name} in {language} is right on {percent(first.accuracy.mean, 1)} of the test rows ({span_of(first.accuracy)}); "
    said += f"always answering the majority label would be right on {percent(floor.accuracy.mean, 1)}."
    if first.accuracy.low > floor.accuracy.mean:
        said += " The whole interval lies above that floor."
    elif first.accuracy.high < floor.accuracy.mean:
        said += " That is below the floor: the model has not learned the task."
    else:
        said += " The interval includes that floor: this is no evidence that the task was learned."
    others = [cell for cell in cells[1:] if cell.method != "majority"]
    if others:
        best = max(others, key=lambda cell: cell.accuracy.mean)
        gap = first.accuracy.mean - best.accuracy.mean
        said += f" Against the best other method, {best.name} ({percent(best.accuracy.mean, 1)}), it is {points(gap)} {'ahead' if gap >= 0 else 'behind'}."
    return said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
