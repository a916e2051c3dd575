"""Gold: human translations, one pair a line, read strictly; and sentences in the neighbour languages."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Excluded, Record, text
from templates.records import need_text
from templates.refusal import Refusal
from templates.slots import Slot

NEIGHBOURS = "neighbours.tsv.gz"


@dataclass(frozen=True, slots=True)
class Pair:
    """An English text and its human translation; slots only where somebody put some in."""

    source: str
    target: str
    source_slots: tuple[Slot, ...] = ()
    target_slots: tuple[Slot, ...] = ()


def _entry(raw: Mapping[str, Any], settings: Any) -> Record | Excluded:
    return Record(str(raw["id"]), {"text": need_text(raw, "text")}, "text", str(raw["id"]))


SHAPE = Benchmark("gold", {"text": text()}, ("text",), "text", "{text}{answer}", {"text": " text"}, "accuracy", _entry, "the file's own", "the file's own")


def records(pairs: Iterable[Pair], shape: Benchmark = SHAPE) -> tuple[list[Record], list[Record]]:
    """The pairs as English records of this shape and their translations, so that the gate can judge them as any others."""
    field = next(iter(shape.fields))
    source, translated = [], []
    for number, pair in enumerate(pairs):
        ours, label = {field: pair.source}, shape.labels[0]
        source.append(Record(str(number), ours, label, str(number), slots=pair.source_slots))
        translated.append(Record(str(number), {field: pair.target}, label, str(number), source=ours, engine="gold", slots=pair.target_slots))
    return source, translated


def read(path: Path) -> list[Pair]:
    """The pairs of a file of `English<TAB>translation` lines, .tsv or .tsv.gz, UTF-8; blank lines are passed over."""
    pairs = []
    for number, columns in _lines(path):
        if len(columns) != 2:
            raise Refusal(f"{path}, line {number}: {len(columns)} column{'s' * (len(columns) != 1)} found; a line is English, one tab, the translation.")
        empty = next((name for name, text in zip(("English", "translation"), columns, strict=True) if not text.strip()), None)
        if empty:
            raise Refusal(f"{path}, line {number}: the {empty} side is empty; fill it in or take the line out.")
        pairs.append(Pair(columns[0].strip(), columns[1].strip()))
    if not pairs:
        raise Refusal(f"{path}: holds no pair; a line is English, one tab, the translation.")
    return pairs


def read_neighbours(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Language code -> sentences. The first line names the languages, tab between them; every other line has a sentence of each."""
    lines = _lines(path)
    _, codes = next(lines, (0, [""]))
    if not all(code.isascii() and code.isalpha() and code.islower() and len(code) in (2, 3) for code in codes):
        raise Refusal(f"{path}, line 1: {' '.join(codes)[:60]!r} is no line of language codes such as nb, da, de with a tab between them.")
    rows = []
    for number, columns in lines:
        if len(columns) != len(codes):
            raise Refusal(f"{path}, line {number}: {len(columns)} columns found; line 1 names {len(codes)} languages ({', '.join(codes)}).")
        rows.append(columns)
    if not rows:
        raise Refusal(f"{path}: holds no sentence below its first line.")
    return {code: tuple(row[place].strip() for row in rows if row[place].strip()) for place, code in enumerate(codes)}


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.suffix not in (".tsv", ".gz"):
        raise Refusal(f"{path}: ends in {path.suffix or 'nothing'!r}; give a .tsv or .tsv.gz file.")
    try:
        blob = path.read_bytes()
        blob = gzip.decompress(blob) if path.suffix == ".gz" else blob
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refusal(f"{path}: not a whole gzip file ({error}); pack it again, or give the plain .tsv.") from error
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); name an existing .tsv or .tsv.gz file.") from error
    for number, line in enumerate(blob.split(b"\n"), start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            raise Refusal(f"{path}, line {number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error
        if text.strip():
            yield number, text.split("\t")
