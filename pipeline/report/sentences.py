"""sentences: what the page says in plain words about verdict, run, cost and lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.report.gap import Gap
from pipeline.report.measure import Measure
from pipeline.report.summary import Table
from pipeline.significance import LEVEL, Verdict

REASONS = 3  # of the gate's own findings, told in the banner


@dataclass(frozen=True, slots=True)
class Banner:
    """`tone`: fail, warn, pass or none; `title` carries the verdict in words, so that colour is never needed."""

    benchmark: str
    tone: str
    title: str
    text: str


def counts_of(gate: Mapping[str, Any]) -> dict[str, int]:
    """Rows of a gate.json: source = excluded + kept + quarantined."""
    told = gate.get("statistics", {})
    return {key: int(told.get(key, 0)) for key in ("source", "excluded", "kept", "quarantined")}


def percent(ratio: float, digits: int = 0) -> str:
    """A ratio 0-1 as a percentage with a narrow no-break space."""
    return f"{100 * ratio:.{digits}f}\u202f%"


def points(ratio: float) -> str:
    """A difference of ratios in percentage points, without sign."""
    return f"{abs(100 * ratio):.1f} points"


def span_of(measure: Measure) -> str:
    """The 95 % interval in words."""
    return f"{100 * measure.low:.1f} to {100 * measure.high:.1f}\u202f%"


def figure(measure: Measure, metric: str) -> str:
    """A measure's mean as it is usually written: macro-F1 with two decimals, all else as a percentage."""
    return f"{measure.mean:.2f}" if metric == "macro_f1" else percent(measure.mean, 1)


def range_of(measure: Measure, metric: str) -> str:
    """The 95 % interval in the same form."""
    return f"{measure.low:.2f} to {measure.high:.2f}" if metric == "macro_f1" else span_of(measure)


def how_made(measure: Measure) -> str:
    """How an interval was made."""
    return {
        "rows": f"bootstrap over {measure.units:,} test rows",
        "folds": f"t-interval over {measure.units:,} folds",
        "trials": f"t-interval over {measure.units:,} trials",
    }[measure.how]


def verdict(benchmark: str, gate: Mapping[str, Any], *, language: str, measured: bool) -> Banner:
    """The banner of one benchmark; `measured`: target-language numbers follow."""
    told = str(gate.get("verdict", ""))
    broken = [str(finding.get("what", "")) for finding in gate.get("findings", ()) if finding.get("severity") == ("error" if told == "fail" else "warning")]
    because = f" Why: {'. '.join(map(_capital, broken[:REASONS]))}." if broken else ""
    counts = counts_of(gate)
    kept, excluded, quarantined = counts["kept"], counts["excluded"], counts["quarantined"]
    judged = counts["source"] - excluded
    rows = f"{percent(kept / judged)} of rows kept ({kept:,} of {judged:,})" if judged else "no rows were judged"
    aside = f"; {quarantined:,} quarantined, each with its reason" if quarantined else ""
    left_out = f" A further {excluded:,} source rows were left out beforehand (the benchmark's own rule, or sampling)." if excluded else ""
    if told == "fail" and not measured:
        do = f"{because} Nothing was tuned in {language}. Read the gate page, mend the translation or the rows it flags, and run again."
        if kept:
            do += ' Or set on_fail = "continue" in the study to measure the kept rows all the same.'
        return Banner(benchmark, "fail", f"{benchmark}: the gate FAILED and nothing was tuned in {language}", f"{_capital(rows)}{aside}.{do}{left_out}")
    if told == "fail":
        text = f"{_capital(rows)}{aside}. The {language} numbers below describe the kept rows only, not the whole benchmark.{because}"
        return Banner(benchmark, "fail", f"{benchmark}: the gate FAILED, the study went on by its own setting", text + left_out)
    if told == "warn":
        return Banner(benchmark, "warn", f"{benchmark}: the gate passed with WARNINGS", f"{_capital(rows)}{aside}.{because}{left_out}")
    if told == "pass":
        return Banner(benchmark, "pass", f"{benchmark}: the gate PASSED", f"{_capital(rows)}{aside}.{left_out}")
    return Banner(benchmark, "none", f"{benchmark}: no gate verdict", f"Nothing is known here about the quality of the {language} text.")


def signed(measure: Measure) -> str:
    """The interval of a difference, in points."""
    return f"95\u202f% interval {100 * measure.low:+.1f} to {100 * measure.high:+.1f}".replace("-", "\u2212")


def cost(table: Table, *, language: str, two_readers: bool = False) -> str:
    """What going to the language cost, in words, or the empty string if the two languages share no tested row. `two_readers`: another GPT reads English."""
    if not table.costs:
        return ""
    one = table.costs[0]
    gap = one.difference
    begin = f"On the {one.rows:,} rows tested in both languages, {one.name} gets {percent(one.left, 1)} in English and {percent(one.right, 1)} in {language}"
    if one.verdict.sure and gap.mean > 0:
        said = f"{begin}: going to {language} costs {points(gap.mean)} ({signed(gap)})."
    elif one.verdict.sure:
        end = "read by another model" if two_readers else "so nothing was lost in translation on these rows"
        said = f"{begin}: {language} is ahead by {points(gap.mean)} ({signed(gap)}), {end}."
    else:
        said = f"{begin}: going to {language} costs {points(gap.mean) if gap.mean > 0 else 'nothing'} here, but that {doubt(one.verdict)} ({signed(gap)})."
    if two_readers:
        said += " That is translation, prompt, words and two models, one for each language; the control reads with that for English."
        return said + _unlike_rows(one, language)
    said += f" That is translation, prompt, words and the model's own {language} together; "
    control = f"control (English text, {language} prompt)"
    controlled = any(">" in cell.condition and cell.name == one.other_name for cell in table.cells)
    said += f"the {control} tells them apart." if controlled else f"no {control} of {one.other_name} was run that would tell them apart."
    return said + _unlike_rows(one, language)


def _unlike_rows(one: Gap, language: str) -> str:
    if round(one.left_train_rows) == round(one.right_train_rows):
        return ""
    return f" English was trained on {one.left_train_rows:,.0f} rows and {language} on {one.right_train_rows:,.0f}, which may be part of the difference."


def lead(table: Table, condition: str, *, language: str) -> str:
    """How far the best-ranked method stands above the majority floor and the best other method, or the empty string."""
    cells = table.main(condition)
    gaps = [gap for gap in table.leads if gap.condition == condition]
    floor = next((gap for gap in gaps if gap.other_method == "majority"), None)
    if not cells or floor is None:
        return ""
    said = f"{floor.name} in {language} is right on {percent(cells[0].accuracy.mean, 1)} of the test rows ({span_of(cells[0].accuracy)}). "
    said += f"Always answering the majority label is right on {percent(floor.right, 1)} of them; {_ahead(floor, cells[0].train_rows)}"
    if not floor.verdict.sure or floor.difference.mean <= 0:
        said += ", so this run is no evidence that the task was learned"
    others = [gap for gap in gaps if gap.other_method != "majority"]
    if others:
        best = max(others, key=lambda gap: gap.right)
        said += f". Against the best other method, {best.other_name} ({percent(best.right, 1)}), {_ahead(best, cells[0].train_rows)}"
    return said + "."


def _ahead(gap: Gap, trained: float) -> str:
    """`trained`: the training rows that the sentence before is about."""
    side = "ahead" if gap.difference.mean >= 0 else "behind"
    chance = "" if gap.verdict.sure else f", which {doubt(gap.verdict)}"
    said = f"{gap.name} is {points(gap.difference.mean)} {side} ({signed(gap.difference)}; {tested(gap.verdict)}{chance})"
    left, right = round(gap.left_train_rows), round(gap.right_train_rows)
    if left != right and gap.other_method != "majority":
        return f"{said}, tuned on {left:,} rows and the other on {right:,}"
    return said if left == round(trained) else f"{said}, on {left:,} training rows"


def doubt(verdict: Verdict) -> str:
    """What to say of a difference that does not hold after correction, while its interval, which knows of no other comparison, may be clear of zero."""
    return "may be chance among so many comparisons" if verdict.p < LEVEL else "may be chance"


def tested(verdict: Verdict) -> str:
    """The paired test in a few words."""
    return f"p {p_value(verdict.p if verdict.adjusted is None else verdict.adjusted)} by {over(verdict)}"


def over(verdict: Verdict) -> str:
    """The test and what it went over."""
    return f"the {verdict.test} over {verdict.units} folds" if verdict.deviation is not None else verdict.test


def p_value(p: float) -> str:
    """As a reader wants it: no more digits than it can bear."""
    return "below 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
