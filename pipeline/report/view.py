"""view: what each section of the page shows, worked out beforehand so that the HTML template decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipeline.outcome import Outcome
from pipeline.report import charts, sentences
from pipeline.report.comparable import is_target
from pipeline.report.inputs import Inputs
from pipeline.report.summary import Cell, Table
from templates.benchmark import Record
from templates.language import ENGLISH
from templates.prompt import TOKEN, Virtual, parse

MISTAKES = 10  # listed where labels are too many for a matrix
EXAMPLES = 6  # shown per benchmark, quarantined and kept each


def about(inputs: Inputs) -> str:
    """What this run is, in two sentences."""
    outcomes = [outcome for table in inputs.summary.tables for outcome in table.outcomes]
    origin = "; ".join(dict.fromkeys(inputs.facts.origin.values()))
    said = f"This run took {' and '.join(inputs.benchmarks) or 'no benchmark'}{f' ({origin})' if origin else ''}"
    if inputs.language_code != ENGLISH and inputs.gates:
        said += f", translated it into {inputs.language_name}{f' with {inputs.facts.engine}' if inputs.facts.engine else ''}, and judged every row"
    if not outcomes:
        return f"{said}. No model was tuned or measured."
    methods = len({(outcome.method, str(outcome.settings)) for outcome in outcomes})
    said += f". It then measured {methods} method{'s' if methods > 1 else ''} in {len(outcomes):,} trial{'s' if len(outcomes) > 1 else ''} "
    said += f"({', '.join(dict.fromkeys(name for table in inputs.summary.tables for name in _conditions(inputs, table)))}) "
    return said + f"on {inputs.model.name}, whose {inputs.model.parameters:,} parameters stay frozen, always on rows that were not trained on."


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the headline table: cells by method name, the name to mark as best, the accuracy of the majority label."""

    title: str
    note: str
    target: bool
    cells: Mapping[str, Cell]
    best: str
    floor: float | None


def columns(inputs: Inputs, table: Table) -> list[Column]:
    """The columns of the headline table that hold a number."""
    language = inputs.language_name
    controls = [condition for condition in dict.fromkeys(outcome.condition for outcome in table.outcomes) if ">" in condition]
    wanted = [(condition, False, inputs.spoken(condition), f"{language} text and prompt") for condition in table.targets]
    if inputs.language_code != ENGLISH:
        wanted.append((ENGLISH, True, "English, same rows", f"only rows kept in {language}"))
    wanted.append((ENGLISH, False, "English, all rows", "English text and prompt"))
    wanted += [(condition, True, "Control", f"English text, {language} prompt, kept rows") for condition in controls]
    found = []
    for condition, kept, title, note in wanted:
        cells = {cell.name: cell for cell in table.main(condition, kept=kept)}
        if cells:
            best = max(cells.values(), key=lambda cell: cell.accuracy.mean)
            floor = next((cell.accuracy.mean for cell in cells.values() if cell.method == "majority"), None)
            found.append(Column(title, note, is_target(condition), cells, best.name if len(cells) > 1 else "", floor))
    return found


def table_view(inputs: Inputs, table: Table) -> dict[str, Any]:
    """One table of the summary, with its sentences and charts."""
    target = table.targets[0] if table.targets else ENGLISH
    name = f"{table.benchmark}-{table.part}"
    shown = columns(inputs, table)
    failures = dict.fromkeys(table.names, 0)
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        failures[method] += bool(outcome.error)
    fractions: dict[tuple[str, str], set[float]] = {}
    for cell in table.cells:
        fractions.setdefault((cell.condition, cell.name), set()).add(cell.fraction)
    main = next((cell for cell in table.main(target) if cell.method != "majority"), None)
    return {
        "table": table,
        "columns": shown,
        "hows": list(dict.fromkeys(sentences.how_made(cell.accuracy) for column in shown for cell in column.cells.values())),
        "failures": failures,
        "floors": {method for outcome, method in zip(table.outcomes, table.names, strict=True) if outcome.method == "majority"},
        "cost": sentences.cost(table, language=inputs.language_name),
        "lead": sentences.lead(table, target, language=inputs.spoken(target)),
        "curve": _curve(inputs, table, target, fractions, name=name),
        "curve_cells": [cell for cell in table.cells if not cell.kept and len(fractions[(cell.condition, cell.name)]) > 1],
        "learning": _learning(inputs, table, name=name),
        "confusion": _confusion(table, main, inputs.spoken(target), name=name) if main else "",
        "confusion_title": _confusion_title(table, main, inputs.spoken(target)) if main else "",
        "mistakes": _mistakes(table, main) if main else [],
        "trials": list(zip(table.outcomes, table.names, strict=True)),
    }


def _conditions(inputs: Inputs, table: Table) -> list[str]:
    found = dict.fromkeys(outcome.condition for outcome in table.outcomes)
    return [inputs.spoken(condition) for condition in sorted(found, key=lambda one: (not is_target(one), one != ENGLISH))]


def _curve(inputs: Inputs, table: Table, target: str, fractions: Mapping[tuple[str, str], set[float]], *, name: str) -> Markup | str:
    points: dict[charts.Series, list[charts.Draw]] = {}
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        if not outcome.error and outcome.method != "majority" and len(fractions[(outcome.condition, method)]) > 1:
            points.setdefault((inputs.spoken(outcome.condition), method), []).append((outcome.fraction, outcome.train_rows, outcome.accuracy))
    if not points:
        return ""
    conditions = _conditions(inputs, table)
    ordered = dict(sorted(points.items(), key=lambda item: conditions.index(item[0][0])))
    floor = next((cell.accuracy.mean for cell in table.main(target) if cell.method == "majority"), None)
    title = f"Accuracy on {table.benchmark} against the number of training rows, one line per language and method, one dot per trial"
    return Markup(charts.fraction_curve(ordered, conditions=conditions, floor=floor, title=title, name=f"{name}-curve"))


def _learning(inputs: Inputs, table: Table, *, name: str) -> Markup | str:
    trained = [(one, method) for one, method in zip(table.outcomes, table.names, strict=True) if one.history]
    largest = {
        (one.condition, method): max(other.fraction for other, same in trained if (other.condition, same) == (one.condition, method)) for one, method in trained
    }
    shown = [((inputs.spoken(one.condition), method), one) for one, method in trained if one.fraction == largest[(one.condition, method)]]
    title = "Validation accuracy and loss by epoch, one line per trial; a ring marks the epoch that was kept"
    return Markup(charts.learning_curves(shown, conditions=_conditions(inputs, table), title=title, name=f"{name}-learning")) if shown else ""


def _trials_of(table: Table, cell: Cell) -> list[Outcome]:
    wanted = (cell.condition, cell.name, cell.fraction)
    return [one for one, method in zip(table.outcomes, table.names, strict=True) if (one.condition, method, one.fraction) == wanted]


def _confusion_title(table: Table, cell: Cell, spoken: str) -> str:
    said = f"{cell.name}, {spoken}: "
    if len(table.labels) <= charts.MOST_LABELS:
        return said + "share of the true label, and count over all its trials"
    return said + f"counts over all its trials; the {charts.MOST_LABELS - 1} labels mixed up most, all others together"


def _mistakes(table: Table, cell: Cell) -> list[tuple[str, str, int, float]]:
    """(true label, answered label, count, share of the true label) of the most frequent mistakes, where the matrix cannot show all labels."""
    if len(table.labels) <= charts.MOST_LABELS:
        return []
    counts = charts.confusions(_trials_of(table, cell), table.labels)
    rows = counts.sum(axis=1)
    pairs = sorted(((-counts[row, column], row, column) for row, column in zip(*counts.nonzero(), strict=True) if row != column))
    return [(table.labels[row], table.labels[column], int(-count), float(-count / rows[row])) for count, row, column in pairs[:MISTAKES]]


def _confusion(table: Table, cell: Cell, spoken: str, *, name: str) -> Markup:
    trials = _trials_of(table, cell)
    title = f"{cell.name} in {spoken}: true label against answered label, share of the true label and count over all trials"
    return Markup(charts.confusion(trials, table.labels, title=title, name=f"{name}-confusion"))


def words_view(inputs: Inputs, benchmark: str) -> dict[str, Any]:
    """Prompt and words of a benchmark, with one kept row put in where there is one."""
    words = inputs.words[benchmark]
    names = [match["field"] for match in TOKEN.finditer(words.prompt) if match["field"] and match["field"] != "answer"]
    prompt = parse(words.prompt, names, where=f"report, {benchmark} prompt")
    example = next((record for record in inputs.samples.get(benchmark, ()) if not record.reasons and set(names) <= set(record.fields)), None)
    fields = example.fields if example else {name: "{" + name + "}" for name in names}
    parts = [(part.count, "") if isinstance(part, Virtual) else (0, part.text) for part in prompt.render(fields)]
    label = example.label if example else next(iter(words.words), "")
    return {"cell": words, "parts": parts, "answer": words.words.get(label, ""), "example": example is not None, "virtual": prompt.virtual_tokens}


def samples_view(records: Sequence[Record]) -> dict[str, list[Record]]:
    """A few quarantined and a few kept records."""
    return {
        "quarantined": [record for record in records if record.reasons][:EXAMPLES],
        "kept": [record for record in records if not record.reasons][:EXAMPLES],
    }
