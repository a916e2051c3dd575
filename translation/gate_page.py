"""gate_page: the gate's finding on disk: gate.json, rows.jsonl, and index.html, one self-contained page that a manager can read.

Translations are untrusted text: every value is escaped by the template engine or put on the page as a text node, control and direction
marks are made visible, and the page's own policy forbids every request and every script or style but the two whose sha256 it names
(https://www.w3.org/TR/CSP3/). The table is DataTables (https://datatables.net, MIT), of which the package itables holds one file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from templates.refusal import Refusal
from templates.store import write_atomic
from translation.gate_report import Delta, GateReport, Share, Statistics, row_json
from translation.page_rows import block, details, table, visible

TEMPLATE = Path(__file__).with_name("gate_page.html")
VERDICTS = {"pass": "passes", "warn": "passes with warnings", "fail": "fails"}
EXAMPLES = 5  # ids shown beside a check; the link after them shows all its rows
NAMED = 10  # labels and slot types shown, worst first; the others fold open
DOUBTS = 3  # what marks the most rows, named in the header
LISTED = 20  # texts that became the same, shown of all
UNITS = ("penalty", "distinct", "chrF", "texts")  # begin the names of numbers that are no shares
EXPLAINED = {"rows", "kept", "quarantined", "retried", "marked", "penalty", "distinct", "wrong_language", "merged", "leaked"}
EXPLAINED |= {"english_left", "english_left_kept"}


def write(report: GateReport, folder: Path, *, provenance: Mapping[str, Any], excluded: Mapping[str, int] | int = 0) -> None:
    """Write gate.json, rows.jsonl and index.html into `folder`.

    `provenance`: where the rows came from, as the caller knows it. `excluded`: reason -> rows left out before the gate (or just how many),
    so that source = excluded + kept + quarantined.
    """
    if isinstance(excluded, int):
        excluded = {"by the benchmark's own rule": excluded} if excluded else {}
    summary = report.to_json(excluded=excluded, provenance=provenance)
    lines = (json.dumps(row_json(row), ensure_ascii=False) + "\n" for row in report.rows)
    files = {"gate.json": json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "rows.jsonl": "".join(lines), "index.html": render(report, summary)}
    for name, text in files.items():
        write_atomic(folder / name, text.encode("utf-8", "backslashreplace"))  # a lone surrogate becomes JSON's own escape


def render(report: GateReport, summary: Mapping[str, Any]) -> str:
    """The page with all rows. `summary` is the report as gate.json holds it."""
    style, script = _style(), _script()
    rows = table(report)
    return _template().render(
        report=report,
        summary=summary,
        verdict=VERDICTS[report.verdict],
        points=", ".join(f"{name} {cost:g}" for name, cost in report.settings["lines"]["points"].items()),
        further=_further(report.statistics),
        numbers={row.id: at for at, row in enumerate(report.rows, 1)},
        label_numbers={name: at for at, name in enumerate(report.labels, 1)},
        methods=rows["methods"],
        marked_by=list(report.marked_by.items())[:DOUBTS],
        check_numbers={check.id: at for at, check in enumerate(report.checks, 1)},
        style=style,
        script=script,
        hashes={"style": _hash(style), "script": _hash(script)},
        rows=Markup(block(rows)),
        details=Markup(block(details(report))),
        examples=EXAMPLES,
        named=NAMED,
        most=LISTED,
    )


def _further(numbers: Statistics) -> list[tuple[str, str]]:
    """The set's numbers that the page has no sentence for: name and value; empty ones are left out."""
    found = [(name.replace("_", " ").capitalize(), _value(value)) for name, value in asdict(numbers).items() if name not in EXPLAINED]
    return [(name, value) for name, value in found if value]


def _value(value: Any) -> str:
    """A number, text, list or mapping in words; "" for what is empty."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_value(one)}" for key, one in value.items() if _value(one))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(filter(None, map(_value, value)))
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value or "")


def _change(delta: Delta) -> dict[str, str]:
    """A difference in the unit of its number: points for the penalty and the like, percent for what lies between 0 and 1."""
    share = all(0 <= value <= 1 for value in (delta.before, delta.now)) and not delta.name.startswith(UNITS)
    low, high = delta.interval
    if share:
        moved = {"change": f"{100 * (delta.now - delta.before):+.1f} points", "interval": f"{100 * low:+.1f} to {100 * high:+.1f}"}
        return {"before": _percent(delta.before), "now": _percent(delta.now), **moved}
    moved = {"change": f"{delta.now - delta.before:+,.4g}", "interval": f"{low:+,.4g} to {high:+,.4g}"}
    return {"before": f"{delta.before:,.4g}", "now": f"{delta.now:,.4g}", **moved}


def _percent(share: float) -> str:
    """One decimal always, so that columns align."""
    return f"{100 * share:.1f} %"


def _worst_first(shares: Mapping[str, Share]) -> list[tuple[str, Share]]:
    """As they are if they are few, else those that lost most first, so that what folds away is what needs no look."""
    return list(shares.items()) if len(shares) <= NAMED + 2 else sorted(shares.items(), key=lambda one: one[1].value)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"visible": visible, "percent": _percent, "count": "{:,}".format, "change": _change, "worst_first": _worst_first}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


@cache
def _style() -> Markup:
    return Markup(TEMPLATE.with_suffix(".css").read_text(encoding="utf-8"))


@cache
def _script() -> Markup:
    """DataTables and the page's own script as one module: the bundle's export becomes the argument of ours."""
    bundle = resources.files("itables").joinpath("html/dt_bundle.js").read_text(encoding="utf-8")
    exports = re.search(r"export\s*\{([^}]*)\};?\s*", bundle)
    name = re.search(r"([\w$]+) as default\b", exports.group(1)) if exports else None
    if exports is None or name is None or "</script" in bundle.lower():
        raise Refusal("itables, html/dt_bundle.js: its DataTables is not exported as `default`; install the version of itables that pyproject.toml names.")
    library = (bundle[: exports.start()] + bundle[exports.end() :]).replace("<!--", "\\x3c!--")
    ours = TEMPLATE.with_suffix(".js").read_text(encoding="utf-8")
    return Markup(f"{library}\nconst page = (DataTable) => {{\n{ours}}};\npage({name.group(1)});\n")


def _hash(text: str) -> str:
    """The CSP source expression of an inline <style> or <script>."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
