"""page: report.html of one run: one file, no request to anywhere, everything from data escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.outcome import Outcome
from pipeline.report import charts, sentences
from pipeline.report.summary import Cell, Summary, Table, is_target
from templates.benchmark import Record
from templates.finding import Finding
from templates.language import ENGLISH
from templates.language import Cell as Words
from templates.prompt import TOKEN, Virtual, parse
from templates.store import write_atomic

EXAMPLES = 6  # shown per benchmark, quarantined and kept each


@dataclass(frozen=True, slots=True)
class Model:
    """The frozen GPT: its name, its number of parameters, and the fingerprint of its weights."""

    name: str
    parameters: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Facts:
    """From the manifest: versions, seconds per stage, where each benchmark's data came from, the translator."""

    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All the page shows. Mappings are by benchmark.

    `gates`: gate.json as read. `quarantine`: reason -> rows. `words`: what was used (`reviewed` empty: DRAFT). `samples`: records,
    quarantined ones carry reasons. `source_tokens_left`: share 0-1 of source-language tokens in the kept target text. `links`:
    name -> path relative to the page; `gate/<benchmark>`, `records/<benchmark>`, `quarantine/<benchmark>`, `words/<benchmark>`
    are shown beside what they belong to, all others at the end.
    """

    language_code: str
    language_name: str
    study: str
    summary: Summary
    model: Model
    gates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quarantine: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    samples: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    source_tokens_left: Mapping[str, float] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def benchmarks(self) -> tuple[str, ...]:
        """Every benchmark the page has something to say about, in order."""
        return tuple(dict.fromkeys((*self.gates, *self.words, *(table.benchmark for table in self.summary.tables))))


def render(inputs: Inputs) -> str:
    """The page as HTML text."""
    folder = Path(__file__).parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": sentences.percent, "count": lambda number: f"{number:,.0f}", "how": sentences.how_made, "span": sentences.span_of}
    measured = {table.benchmark for table in inputs.summary.tables if table.targets}
    banners = [
        sentences.verdict(name, inputs.gates[name], language=inputs.language_name, measured=name in measured) for name in inputs.benchmarks if name in inputs.gates
    ]
    return environment.get_template("page.html").render(
        inputs=inputs,
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        banners=banners,
        about=_about(inputs),
        tables=[_table_view(inputs, table) for table in inputs.summary.tables],
        unmeasured=[name for name in inputs.benchmarks if name not in measured] if inputs.language_code != ENGLISH else [],
        words={name: _words_view(inputs, name) for name in inputs.words},
        samples={name: _samples_view(records) for name, records in inputs.samples.items()},
        refusals=[*inputs.summary.refusals, *inputs.findings],
        links={name: path for name, path in inputs.links.items() if _is_relative(path)},
    )


def write(inputs: Inputs, path: Path) -> None:
    """Render and write the page, whole or not at all."""
    write_atomic(path, render(inputs).encode("utf-8"))


def _is_relative(path: str) -> bool:
    return bool(path) and not path.startswith(("/", "\\")) and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", path)


def _about(inputs: Inputs) -> str:
    outcomes = [outcome for table in inputs.summary.tables for outcome in table.outcomes]
    named = " and ".join(inputs.benchmarks) or "no benchmark"
    origin = "; ".join(dict.fromkeys(inputs.facts.origin.values()))
    said = f"This run took {named}{f' ({origin})' if origin else ''}"
    if inputs.language_code != ENGLISH:
        said += f", translated it into {inputs.language_name}{f' with {inputs.facts.engine}' if inputs.facts.engine else ''}, and judged every row"
    said += ". "
    if not outcomes:
        return said + "No model was tuned or measured."
    methods = len({(outcome.method, str(outcome.settings)) for outcome in outcomes})
    said += f"It then measured {methods} method{'s' if methods > 1 else ''} in {len(outcomes):,} trial{'s' if len(outcomes) > 1 else ''} "
    return said + f"on {inputs.model.name}, whose {inputs.model.parameters:,} parameters stay frozen, always on rows that were not trained on."


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the headline table; `cells[name]` is None where a method has no number, `best` the name to mark."""

    title: str
    note: str
    target: bool
    cells: Mapping[str, Cell]
    best: str
    floor: float | None


def _columns(inputs: Inputs, table: Table) -> list[Column]:
    language = inputs.language_name
    controls = [condition for condition in dict.fromkeys(outcome.condition for outcome in table.outcomes) if ">" in condition]
    wanted = [(condition, False, language, f"{language} text and prompt") for condition in table.targets]
    wanted.append((ENGLISH, True, "English, same rows", "only the rows kept in the target language"))
    wanted.append((ENGLISH, False, "English, all rows", "English text and prompt"))
    wanted += [(condition, True, "Control", f"English text under the {language} prompt, kept rows") for condition in controls]
    columns = []
    for condition, kept, title, note in wanted:
        cells = {cell.name: cell for cell in table.main(condition, kept=kept)}
        if cells:
            best = max(cells.values(), key=lambda cell: cell.accuracy.mean)
            floor = next((cell.accuracy.mean for cell in cells.values() if cell.method == "majority"), None)
            columns.append(Column(title, note, is_target(condition), cells, best.name if len(cells) > 1 else "", floor))
    return columns


def _table_view(inputs: Inputs, table: Table) -> dict[str, Any]:
    target = table.targets[0] if table.targets else ENGLISH
    spoken = inputs.language_name if table.targets else "English"
    name = f"{table.benchmark}-{table.part}"
    failures: dict[str, int] = {}
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        failures[method] = failures.get(method, 0) + bool(outcome.error)
    tuned = [(one, f"{one.condition}, {method}") for one, method in zip(table.outcomes, table.names, strict=True) if one.history and one.fraction == _largest(table, one)]
    columns = _columns(inputs, table)
    main = [cell for cell in table.main(target) if cell.method != "majority"]
    return {
        "table": table,
        "columns": columns,
        "hows": list(dict.fromkeys(sentences.how_made(cell.accuracy) for column in columns for cell in column.cells.values())),
        "failures": failures,
        "cost": sentences.cost(table, language=inputs.language_name),
        "lead": sentences.lead(table.main(target), language=spoken),
        "curve": _curve(table, target, name=name),
        "curve_cells": [cell for cell in table.cells if not cell.kept and len(_fractions(table, cell.name)) > 1],
        "learning": Markup(_learning(tuned, name=name)) if tuned else "",  # noqa: S704  charts escapes
        "confusion": _confusion(table, main[0], spoken, name=name) if main else "",
        "confusion_title": f"{main[0].name}, {spoken}: true label against answered label, over all its trials" if main else "",
        "trials": list(zip(table.outcomes, table.names, strict=True)),
    }


def _largest(table: Table, like: Outcome) -> float:
    return max(one.fraction for one in table.outcomes if (one.method, one.condition, one.settings) == (like.method, like.condition, like.settings))


def _fractions(table: Table, name: str) -> set[float]:
    return {cell.fraction for cell in table.cells if cell.name == name}


def _curve(table: Table, target: str, *, name: str) -> Markup | str:
    points: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        if not outcome.error and len(_fractions(table, method)) > 1 and ">" not in outcome.condition and outcome.method != "majority":
            points.setdefault((outcome.condition, method), []).append((outcome.train_rows, outcome.accuracy))
    if not points:
        return ""
    floor = next((cell.accuracy.mean for cell in table.main(target) if cell.method == "majority"), None)
    title = f"Accuracy on {table.benchmark} against the number of training rows, one line per language and method, one dot per trial"
    return Markup(charts.fraction_curve(points, floor=floor, title=title, name=f"{name}-curve"))  # noqa: S704  charts escapes


def _learning(tuned: Sequence[tuple[Outcome, str]], *, name: str) -> str:
    title = "Validation accuracy and loss by epoch, one line per trial; a ring marks the epoch that was kept"
    return charts.learning_curves([one for one, _ in tuned], [label for _, label in tuned], title=title, name=f"{name}-learning")


def _confusion(table: Table, cell: Cell, spoken: str, *, name: str) -> Markup:
    trials = [one for one, method in zip(table.outcomes, table.names, strict=True) if (one.condition, method, one.fraction) == (cell.condition, cell.name, cell.fraction)]
    title = f"{cell.name} in {spoken}: true label against answered label, share of the true label and count over all trials"
    return Markup(charts.confusion(trials, table.labels, title=title, name=f"{name}-confusion"))  # noqa: S704  charts escapes


def _words_view(inputs: Inputs, benchmark: str) -> dict[str, Any]:
    words = inputs.words[benchmark]
    names = [match["field"] for match in TOKEN.finditer(words.prompt) if match["field"] and match["field"] != "answer"]
    prompt = parse(words.prompt, names, where=f"report, {benchmark} prompt")
    example = next((record for record in inputs.samples.get(benchmark, ()) if not record.reasons and set(names) <= set(record.fields)), None)
    fields = example.fields if example else {name: "{" + name + "}" for name in names}
    parts = [(part.count, "") if isinstance(part, Virtual) else (0, part.text) for part in prompt.render(fields)]
    label = example.label if example else next(iter(words.words))
    return {"cell": words, "parts": parts, "answer": words.words.get(label, ""), "example": example is not None, "virtual": prompt.virtual_tokens}


def _samples_view(records: Sequence[Record]) -> dict[str, list[Record]]:
    return {
        "quarantined": [record for record in records if record.reasons][:EXAMPLES],
        "kept": [record for record in records if not record.reasons][:EXAMPLES],
    }
