"""page: report.html of one run: one file, no request to anywhere, everything from data escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report import sentences
from pipeline.report.inputs import Facts, Inputs, Model
from pipeline.report.measure import METRICS
from pipeline.report.view import about, samples_view, table_view, words_view
from templates.language import ENGLISH
from templates.store import write_atomic

__all__ = ["Facts", "Inputs", "Model", "render", "write"]


def render(inputs: Inputs) -> str:
    """The page as HTML text."""
    folder = Path(__file__).parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "percent": sentences.percent,
        "count": lambda number: f"{number:,.0f}",
        "how": sentences.how_made,
        "figure": sentences.figure,
        "range": sentences.range_of,
        "signed": sentences.signed,
        "p": sentences.p_value,
        "over": sentences.over,
    }
    environment.filters |= filters
    environment.globals |= {"counts_of": sentences.counts_of, "metric_names": METRICS}
    measured = {table.benchmark for table in inputs.summary.tables if table.targets}
    return environment.get_template("page.html").render(
        inputs=inputs,
        style=Markup((folder / "style.css").read_text(encoding="utf-8")),
        banners=[sentences.verdict(name, gate, language=inputs.language_name, measured=name in measured) for name, gate in inputs.gates.items()],
        about=about(inputs),
        tables=[table_view(inputs, table) for table in inputs.summary.tables],
        unmeasured=[name for name in inputs.benchmarks if name not in measured] if inputs.language_code != ENGLISH else [],
        words={name: words_view(inputs, name) for name in inputs.words},
        samples={name: samples_view(records) for name, records in inputs.samples.items()},
        refusals=[*inputs.summary.refusals, *inputs.findings],
        links={name: path for name, path in inputs.links.items() if _is_relative(path)},
    )


def write(inputs: Inputs, path: Path) -> None:
    """Render and write the page, whole or not at all."""
    write_atomic(path, render(inputs).encode("utf-8"))


def _is_relative(path: str) -> bool:
    return bool(path) and not path.startswith(("/", "\\")) and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", path.strip())
