"""NLU-Evaluation-Data's CSV: semicolons, `answer_annotation` with `[slot : value]` markup, one row an answer.

Liu et al. 2019, https://arxiv.org/abs/1903.05566, https://github.com/xliuhw/NLU-Evaluation-Data: the file of all annotated answers, and
those of its folds, which have fewer columns. Rows of a status IRR (irrelevant) and without annotation are left out and counted. An
`answerid` repeats itself, so an id is `answerid-scenario_intent`, from its second row on with a number; a column `id` of our own goes before.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Excluded, Record
from templates.formats._annotated import entry, markup, misfit
from templates.formats._comes_back import need_back
from templates.records import read_text
from templates.refusal import Refusal
from templates.store import write_atomic
from templates.task import LocalisedTask

__all__ = ["SUFFIX", "misfit", "read", "recognises", "write"]
SUFFIX = ".csv"
COLUMNS = (
    *("userid", "answerid", "scenario", "intent", "status", "answer_annotation"),
    *("notes", "suggested_entities", "answer_normalised", "answer", "question"),
)
NEEDED = ("answerid", "scenario", "intent", "answer_annotation")
FORMULA = re.compile(r"'*[=+\-@]")  # how a cell begins that a spreadsheet would run, with the apostrophes that keep it from doing so
NUMBERED = re.compile(r"(\d+)-(.+)")


def recognises(path: Path) -> bool:
    """The header names `answer_annotation`."""
    return "answer_annotation" in read_text(path).partition("\n")[0]


def language_of(path: Path) -> str:
    """The format does not say."""
    return ""


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    lines = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=";", strict=True)
    header: list[str] = []
    first = 1  # line of the row, whose last line is lines.line_num
    try:
        for cells in lines:
            first, begun = lines.line_num + 1, first
            if not cells:
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                missing = [name for name in NEEDED if name not in header]
                if missing:
                    raise Refusal(f"{path}: column {missing[0]!r} is missing; the header needs {', '.join(NEEDED)}, parted by semicolons.")
                twice = [name for name in header if name and header.count(name) > 1]
                if twice:
                    raise Refusal(f"{path}: column {twice[0]!r} occurs twice, and one of them would be lost; rename or remove one.")
                continue
            if any(";" in cell and re.search(r"[\r\n]", cell) for cell in cells):
                raise Refusal(f"{path}, line {begun}: a quoted cell runs on over the rows below, to line {lines.line_num}; close its quote.")
            if len(cells) != len(header):
                raise Refusal(f"{path}, line {begun}: found {len(cells)} columns, the header names {len(header)}; quote cells that hold a semicolon.")
            yield begun, dict(zip(header, (_plain(cell.strip()) for cell in cells), strict=True))
    except csv.Error as error:
        raise Refusal(f"{path}, line {first}: not valid CSV ({error}); close every quote, and write one inside a quoted cell twice.") from error


def _as_text(cell: str) -> str:
    """The cell behind an apostrophe if a spreadsheet would take it for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    """What `_as_text` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read(path: Path, benchmark: Benchmark) -> Iterator[tuple[int, Mapping[str, Any] | Excluded]]:
    """The rows of one file."""
    seen: Counter[str] = Counter()
    for number, row in _rows(path):
        empty = [name for name in NEEDED[:3] if not row[name]]
        if empty:
            raise Refusal(f"{path}, line {number}: column {empty[0]!r} is empty; fill it in or delete the row.")
        label, name = f"{row['scenario']}_{row['intent']}", row.get("id", "")
        if not name:
            name = f"{row['answerid']}-{label}"
            seen[name] += 1
            name += f"-{seen[name]}" if seen[name] > 1 else ""
        status = row.get("status", "")
        if status.startswith("IRR"):
            yield number, Excluded(name, f"status {status}")
        elif row["answer_annotation"] in ("", "null"):
            yield number, Excluded(name, "not annotated")
        else:
            yield number, entry(name, label=label, annotated=row["answer_annotation"], benchmark=benchmark)


def write(records: Iterable[Record], task: LocalisedTask, folder: Path) -> list[Path]:
    """`<benchmark>.<language>.csv` with the eleven columns of the published file, and `id` where the answer's number would not say it."""
    rows = list(records)
    numbers = [found[1] if (found := NUMBERED.fullmatch(row.id)) and found[2] == row.label else "" for row in rows]
    own = not all(numbers)
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, [*COLUMNS, *(["id"] if own else [])], restval="", delimiter=";", lineterminator="\n")
    sheet.writeheader()
    for record, number in zip(rows, numbers, strict=True):
        annotated = markup(record, task.benchmark)
        stripped = {"id": record.id.strip(), "label": record.label, "annotated": annotated.strip()}
        need_back(record, stripped, task.benchmark, kind="NLU-Evaluation-Data")
        scenario, _, intent = record.label.partition("_")
        utterance = record.fields[task.benchmark.slots_in]
        row = {"answerid": number or record.id, "scenario": scenario, "intent": intent, "answer_annotation": annotated}
        row |= {"answer_normalised": utterance, "answer": utterance} | ({"id": record.id} if own else {})
        sheet.writerow({name: _as_text(cell) for name, cell in row.items()})
    path = folder / f"{task.benchmark.name}.{task.language.code}{SUFFIX}"
    write_atomic(path, out.getvalue().encode("utf-8"))
    return [path]
