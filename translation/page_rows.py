"""page_rows: the judged rows as the gate's page reads them: two blocks of JSON, one for the table, one that is read when details open.

Everything in them is data from strangers. It is cut into marked and unmarked pieces here, where a string counts code points (JavaScript
counts UTF-16 units), invisible characters are written out, and no byte of it can end the <script> element that holds it.
"""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from translation.gate_report import GateReport, Row, state_of

SHOWN_MARKS = "\n\t\u00ad\u200d"  # control and format characters that ordinary text holds: line ends, soft hyphen, joiner
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def visible(text: str) -> str:
    """The text with control, direction and other invisible marks written out, so that none can act on the page or hide."""
    if text.isprintable():
        return text
    return "".join(f"[U+{ord(char):04X}]" if unicodedata.category(char) in HIDDEN and char not in SHOWN_MARKS else char for char in text)


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> str | list[str]:
    """The text as plain, marked, plain, marked ... pieces, or as it is where nothing is marked. `spans` may overlap or overshoot."""
    cut: list[str] = []
    done = 0
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in spans):
        if end <= max(start, done):
            continue
        if cut and start <= done:
            cut[-1] += visible(text[done:end])
        else:
            cut += [visible(text[done:start]), visible(text[start:end])]
        done = end
    return [*cut, visible(text[done:])] if cut else visible(text)


def block(value: Any) -> str:
    """JSON that may stand inside a <script> element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(UNSAFE)


def table(report: GateReport) -> dict[str, Any]:
    """What the table shows. A row is a list, in the order of `columns`; labels, checks, methods and scores are indexes into their lists."""
    names = {"labels": list(report.labels), "checks": [check.id for check in report.checks]}
    for row in report.rows:
        names["labels"] += [row.label] if row.label not in report.labels and row.label not in names["labels"] else []
        names["checks"] += [check for check in row.failed if check not in names["checks"]]
    methods = sorted({method for row in report.rows for method in row.methods})
    scores = _scores(report.rows, names["checks"])
    fields = list(dict.fromkeys(name for row in report.rows for name in row.source))
    places = {key: {name: at for at, name in enumerate(known)} for key, known in {**names, "methods": methods}.items()}
    return {
        "columns": ["id", "label", "state", "source", "target", "failed", "reasons", "flags", "suspicion", "methods", "retried"],
        "language": report.language,
        "fields": [visible(name) for name in fields],
        "scores": [visible(name) for name in scores],
        "labels": [visible(name) for name in names["labels"]],
        "checks": [visible(name) for name in names["checks"]],
        "methods": [visible(name) for name in methods],
        "rows": [_row(row, fields, scores, places) for row in report.rows],
    }


def _scores(rows: Sequence[Row], checks: Sequence[str]) -> list[str]:
    """Every "check(field)" with a suspicion, in the order of the checks."""
    found = dict.fromkeys(key for row in rows for key in row.suspicion)
    order = {name: at for at, name in enumerate(checks)}
    return sorted(found, key=lambda key: order.get(key.partition("(")[0], len(order)))


def _row(row: Row, fields: Sequence[str], scores: Sequence[str], places: Mapping[str, Mapping[str, int]]) -> list[Any]:
    spans = {name: row.spans.get(name, {}) for name in fields}
    return [
        visible(row.id),
        places["labels"][row.label],
        state_of(row.decision, row.flags),
        [pieces(row.source.get(name, ""), spans[name].get("source", ())) for name in fields],
        [pieces(row.target.get(name, ""), spans[name].get("target", ())) for name in fields],
        [places["checks"][check] for check in row.failed],
        [visible(reason) for reason in row.reasons],
        [visible(flag) for flag in row.flags],
        [number(row.suspicion.get(key)) for key in scores],
        [places["methods"][method] for method in row.methods],
        visible(row.retried),
    ]


def number(value: float | None) -> float | None:
    """Four digits that JSON can hold: infinity becomes the largest float, not-a-number nothing."""
    if value is None or math.isnan(value):
        return None
    return math.copysign(sys.float_info.max, value) if math.isinf(value) else float(f"{value:.4g}")


def details(report: GateReport) -> dict[str, Any]:
    """What opens below a row: the parts of every score. `parts`: "check(field)" -> their names; a row holds their values in that order."""
    parts: dict[str, list[str]] = {}
    for row in report.rows:
        for key, found in row.scores.items():
            known = parts.setdefault(key, [])
            known += [name for name in found if name not in known]
    order = list(parts)
    rows = [[[_part(row.scores[key].get(name), row) for name in parts[key]] if key in row.scores else 0 for key in order] for row in report.rows]
    return {"parts": [[visible(key), [visible(name) for name in parts[key]]] for key in order], "rows": rows}


def _part(value: Any, row: Row) -> Any:
    """A value of a score as short text or a number; a copy of the row's own text is only named."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, str):
        return "(the translation)" if len(value) > 20 and value in row.target.values() else visible(value)
    return visible(json.dumps(value, ensure_ascii=False)) if value else "none"
