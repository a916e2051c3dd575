"""review_sheet: the sheet people fill in: CSV that spreadsheets open rightly (UTF-8 with BOM), and that is read back strictly.

Blind: the sheet holds neither decision, reasons nor scores of the gate, and its rows are shuffled. A cell that a spreadsheet would run
as a formula stands behind an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection). Slots are shown and corrected in
`[slot : value]` markup.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from templates.benchmark import Benchmark, Record
from templates.records import SURROGATE, read_text
from templates.refusal import Refusal, did_you_mean
from templates.slots import Slot, render_markup
from templates.store import write_atomic
from translation.overrides import VERDICTS
from translation.review import Judged, Sample

SUFFIX = ".csv"
FORMULA = re.compile("'*(?:[\\s\\x00]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\\t\\r\\n\\x00])")  # with the apostrophes that keep a cell from being run
KEY = re.compile("[0-9a-f]{8}")  # how a sample is named
MEANS = "ok, minor: a small flaw, major: the meaning or the language is wrong, wrong-label: the label does not fit"
MEANT = {"verdict": f"verdict ({MEANS})", "reviewer": "reviewer (your name)"}
OWN = ("verdict", "reviewer", "comment")
HEAD = ("sample", "id", "benchmark", "label")


@dataclass(frozen=True, slots=True)
class Filled:
    """One row that somebody reviewed. `corrections`: field -> the text as typed, in markup for the field with slots. `where`: file and line."""

    sample: Sample
    row: Judged
    verdict: str
    corrections: Mapping[str, str]
    reviewer: str
    comment: str
    where: str


def shown(text: str, slots: Sequence[Slot]) -> str:
    """The text with its slots marked, where they stand where they say and no bracket would be ambiguous; else the plain text."""
    try:
        return render_markup(text, slots)
    except ValueError:
        return text


def sides(record: Record, benchmark: Benchmark, name: str) -> tuple[str, str]:
    """The English and the translated text of a field, as the sheet shows them."""
    source = (record.source or {}).get(name, "")
    if name != benchmark.slots_in:
        return source, record.fields[name]
    return shown(source, record.source_slots), shown(record.fields[name], record.slots)


def columns(benchmarks: Iterable[Benchmark]) -> list[str]:
    """The sheet's columns: three for each field, of all benchmarks."""
    names = list(dict.fromkeys(name for benchmark in benchmarks for name in benchmark.fields))
    return [*HEAD, *(f"{kind}.{name}" for kind in ("source", "translation") for name in names), "verdict", *(f"correction.{name}" for name in names), *OWN[1:]]


def need_new(path: Path) -> None:
    """Refuse a sheet that cannot be written; one that is there may be half filled in and stays."""
    if path.suffix.lower() != SUFFIX:
        raise Refusal(f"{path}: a sheet is a {SUFFIX} file; name it so.")
    if path.exists():
        raise Refusal(f"{path}: is there already and may hold somebody's verdicts; name another file.")


def write(path: Path, samples: Sequence[Sample], benchmarks: Mapping[str, Benchmark]) -> None:
    """Write a new sheet."""
    need_new(path)
    names = columns(benchmarks.values())
    out = io.StringIO(newline="")
    sheet = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    sheet.writerow([MEANT.get(name, name) for name in names])
    for sample in samples:
        benchmark = benchmarks[sample.benchmark]
        for one in sample.rows:
            cells = expected(sample, one.record, benchmark)
            sheet.writerow([as_text(cells.get(name, "")) for name in names])
    write_atomic(path, out.getvalue().encode("utf-8-sig", "backslashreplace"))


def expected(sample: Sample, record: Record, benchmark: Benchmark) -> dict[str, str]:
    """The cells that a reviewer reads and must leave as they are."""
    cells = {"sample": sample.key, "id": record.id, "benchmark": sample.benchmark, "label": record.label}
    for name in benchmark.fields:
        cells[f"source.{name}"], cells[f"translation.{name}"] = sides(record, benchmark, name)
    return cells


def as_text(cell: str) -> str:
    """The cell behind an apostrophe if a spreadsheet would take it for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """What `as_text` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def cells_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> cell) of each row, whether parted by commas, or by the semicolons or tabs that some spreadsheets write."""
    if path.suffix.lower() != SUFFIX:
        raise Refusal(f"{path}: a sheet is a {SUFFIX} file; save it from the spreadsheet as CSV, UTF-8.")
    text = read_text(path, hint="name a sheet written by lingraft review --export")
    parted = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True)
    header: list[str] = []
    begun = first = 1
    try:
        for cells in lines:
            begun, first = first, lines.line_num + 1
            if not any(cells):
                continue
            if not header:
                header = [cell.partition(" (")[0].strip() for cell in cells]
                twice = [name for name in header if name and header.count(name) > 1]
                if twice:
                    raise Refusal(f"{path}: column {twice[0]!r} occurs twice, and one of them would be lost; remove one.")
                continue
            if len(cells) != len(header):
                raise Refusal(f"{path}, line {begun}: found {len(cells)} cells, the header names {len(header)}; quote cells that hold {parted!r}.")
            yield begun, dict(zip(header, map(plain, cells), strict=True))
    except csv.Error as error:
        raise Refusal(f"{path}, line {first}: not valid CSV ({error}); close every quote, and write one inside a quoted cell twice.") from error
    if not header:
        raise Refusal(f"{path}: the sheet is empty; export a new one.")


def same(found: str, wanted: str) -> bool:
    """Whether two cells hold the same text, apart from what spreadsheets do to it: line ends, invisible marks, normal form, blanks, apostrophes."""
    return _seen(found) == _seen(wanted)


def _seen(cell: str) -> str:
    text = SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", cell.lstrip("'"))
    return " ".join("".join(mark for mark in unicodedata.normalize("NFC", text) if mark.isspace() or unicodedata.category(mark) not in ("Cc", "Cf")).split())


def read(path: Path, samples: Mapping[str, Sample], benchmarks: Mapping[str, Benchmark]) -> Iterator[Filled]:
    """The rows of a sheet that somebody gave a verdict; a Refusal for the first that cannot be what was exported."""
    for line, cells in cells_of(path):
        yield from _filled(cells, samples, benchmarks, default=path.stem, where=f"{path}, line {line}")


def need_columns(cells: Mapping[str, str], wanted: Sequence[str], *, where: str) -> None:
    """Refuse a row of a sheet that lost a column."""
    for name in wanted:
        if name not in cells:
            raise Refusal(f"{where}: column {name!r} is missing; a sheet needs {', '.join(wanted)}.{did_you_mean(name, cells)}")


def _filled(cells: Mapping[str, str], samples: Mapping[str, Sample], benchmarks: Mapping[str, Benchmark], *, default: str, where: str) -> Iterator[Filled]:
    need_columns(cells, (*HEAD, *OWN), where=where)
    sample = samples[cells["sample"].strip()]
    benchmark = benchmarks[sample.benchmark]
    need_columns(cells, columns([benchmark]), where=where)
    row = next((one for one in sample.rows if same(one.record.id, cells["id"])), None)
    if row is None:
        raise Refusal(f"{where}: id {cells['id']!r} is not in sample {sample.key} of {sample.benchmark}; leave ids as they were exported.")
    for name, wanted in expected(sample, row.record, benchmark).items():
        if not same(cells[name], wanted):
            hint = f"; write the better text under {name.replace('translation', 'correction')}" if name.startswith("translation") else ""
            raise Refusal(f"{where}: {name} is {cells[name]!r}, and {wanted!r} was exported{hint}; restore the cell.")
    verdict = cells["verdict"].strip().lower()
    corrections = {name: text for name in benchmark.fields if (text := unicodedata.normalize("NFC", cells[f"correction.{name}"]).strip())}
    if not verdict:
        if corrections:
            raise Refusal(f"{where}: there is a correction and no verdict; write minor, major or wrong-label.")
        return
    if verdict not in VERDICTS:
        raise Refusal(f"{where}: verdict {cells['verdict']!r} is unknown; allowed are {', '.join(VERDICTS)}.{did_you_mean(verdict, VERDICTS)}")
    corrections = {name: text for name, text in corrections.items() if text != sides(row.record, benchmark, name)[1].strip()}
    if corrections and verdict == "ok":
        raise Refusal(f"{where}: the verdict is ok and yet there is a correction; write minor or major, or remove the correction.")
    yield Filled(sample, row, verdict, corrections, cells["reviewer"].strip() or default, cells["comment"].strip(), where)
