"""gate_page: the gate's finding on disk: gate.json, rows.jsonl, and index.html, one self-contained page that a manager can read.

Translations are untrusted text: every value is escaped by the template engine, control and direction marks are made visible, and
the page's own policy forbids every request and every script or style but the two whose sha256 it names
(https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from templates.store import write_atomic, write_json
from translation.gate_report import GateReport, row_json

TEMPLATE = Path(__file__).with_name("gate_page.html")
SHOWN = 2_000  # rows on the page; rows.jsonl holds all
VERDICTS = {"pass": "passes", "warn": "passes with warnings", "fail": "fails"}


def write(report: GateReport, folder: Path, *, provenance: Mapping[str, Any], excluded: Mapping[str, int] | int = 0, shown: int = SHOWN) -> None:
    """Write gate.json, rows.jsonl and index.html into `folder`.

    `provenance`: where the rows came from, as the caller knows it. `excluded`: reason -> rows left out before the gate (or just how many),
    so that source = excluded + kept + quarantined. `shown`: flagged and quarantined rows put on the page.
    """
    if isinstance(excluded, int):
        excluded = {"by the benchmark's own rule": excluded} if excluded else {}
    summary = report.to_json(excluded=excluded, provenance=provenance)
    write_json(folder / "gate.json", summary)
    lines = (json.dumps(row_json(row), ensure_ascii=False) + "\n" for row in report.rows)
    write_atomic(folder / "rows.jsonl", "".join(lines).encode("utf-8", "backslashreplace"))
    write_atomic(folder / "index.html", render(report, summary, shown=shown).encode("utf-8", "backslashreplace"))


def render(report: GateReport, summary: Mapping[str, Any], *, shown: int = SHOWN) -> str:
    """The page. `summary` is the report as gate.json holds it."""
    marked = [row for row in report.rows if row.reasons or row.flags]
    source = TEMPLATE.read_text(encoding="utf-8")
    return _template().render(
        report=report,
        summary=summary,
        verdict=VERDICTS[report.verdict],
        rows=marked[:shown],
        marked=len(marked),
        style=_hash("style", source),
        script=_hash("script", source),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"visible": visible, "percent": lambda share: f"{100 * share:.1f} %", "count": "{:,}".format, "checks": _checks}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _hash(tag: str, source: str) -> str:
    """The CSP source expression of the one inline <style> or <script>; neither holds anything to be filled in."""
    found = re.search(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
    assert found is not None
    return f"'sha256-{base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()}'"


def visible(text: str) -> str:
    """The text with control, direction and other invisible marks written out, so that none can act on the page or hide."""
    return "".join(
        f"[U+{ord(char):04X}]" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") and char not in "\n\t\u00ad\u200d" else char for char in text
    )


def _checks(reasons: tuple[str, ...]) -> str:
    """The checks that reasons and flags speak of, for the page's filter."""
    return " ".join(sorted({re.split(r"[(:]", reason, maxsplit=1)[0] for reason in reasons}))
