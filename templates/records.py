"""Records on disk: JSON Lines, read strictly (file, line, what) and written so that any JSON reader opens them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Excluded, Record
from templates.refusal import Refusal, did_you_mean
from templates.slots import Slot
from templates.store import write_atomic

Lines = Iterable[tuple[int | str, Mapping[str, Any] | Excluded]]  # where it stands (line, or in words), and the entry or why it is left out
SURROGATE = re.compile("[\ud800-\udfff]")


def need_text(raw: Mapping[str, Any], key: str) -> str:
    """raw[key] as a non-blank string in NFC; ValueError says what is wrong."""
    if key not in raw:
        raise ValueError(f"field {key!r} is missing; found {', '.join(map(repr, raw)) or 'no fields'}.{did_you_mean(key, map(str, raw))}")
    value = raw[key]
    if not isinstance(value, str):
        raise ValueError(f"field {key!r} must be text, found {json.dumps(value)[:60]}")
    if not value.strip():
        raise ValueError(f"field {key!r} is empty")
    if SURROGATE.search(value):
        raise ValueError(f"field {key!r} holds half of a surrogate pair; write the character itself")
    return unicodedata.normalize("NFC", value)


def need_number(raw: Mapping[str, Any], key: str, *, low: float, high: float) -> float:
    """raw[key] as a finite number in [low, high]; ValueError says what is wrong."""
    if key not in raw:
        raise ValueError(f"field {key!r} is missing; found {', '.join(map(repr, raw)) or 'no fields'}")
    value = raw[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"field {key!r} must be a number from {low:g} to {high:g}, found {json.dumps(value)[:60]}")
    return float(value)


def listed(labels: Sequence[str]) -> str:
    """The labels, or how many there are where a sentence could not hold them."""
    return ", ".join(labels) if len(labels) <= 12 else f"{len(labels)} labels, {labels[0]} to {labels[-1]}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, unless a key stands in it twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyError(next(key for key in keys if keys.count(key) > 1))
    return made


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number from 1, JSON object) of a JSON Lines file; blank lines are skipped, anything else is refused by file and line."""
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror}.") from error
    yield from parse_lines(blob, where=str(path))


def parse_lines(blob: bytes, *, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of what a file holds; `where` names it in a refusal."""
    for number, line in enumerate(blob.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"), object_pairs_hook=_once)
        except UnicodeDecodeError as error:
            raise Refusal(f"{where}, line {number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error
        except json.JSONDecodeError as error:
            raise Refusal(f"{where}, line {number}, column {error.colno}: not valid JSON ({error.msg}); each line must be one JSON object.") from error
        except KeyError as error:
            raise Refusal(f"{where}, line {number}: the key {error.args[0]!r} stands twice in one object; keep one of the two.") from error
        except (ValueError, RecursionError) as error:
            raise Refusal(f"{where}, line {number}: JSON nested too deeply or with too long a number ({type(error).__name__}); simplify the line.") from error
        if not isinstance(value, dict):
            raise Refusal(f"{where}, line {number}: found a JSON {type(value).__name__}; each line must be one JSON object.")
        yield number, value


def read_text(path: Path, *, hint: str = "") -> str:
    """The whole file as text, without a byte order mark; `hint` says what to do where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror}{f'; {hint}' if hint else ''}.") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error


def first_of(path: Path) -> dict[str, Any]:
    """The first entry of a JSON Lines file; empty if there is none."""
    return next((raw for _, raw in read_lines(path)), {})


def read_raw(benchmark: Benchmark, lines: Lines, *, where: str, settings: Any) -> tuple[list[Record], list[Excluded]]:
    """Raw entries to records and excluded entries, by the benchmark's own rule; labels and ids are checked here."""
    records: list[Record] = []
    excluded: list[Excluded] = []
    seen: dict[str, str] = {}
    for number, raw in lines:
        place = f"line {number}" if isinstance(number, int) else number
        try:
            entry = raw if isinstance(raw, Excluded) else benchmark.read(raw, settings)
        except ValueError as error:
            raise Refusal(f"{where}, {place}: {str(error).rstrip('.')}; {benchmark.name} needs {', '.join(benchmark.fields)}.") from error
        if entry.id in seen:
            raise Refusal(f"{where}, {place}: id {entry.id!r} is already on {seen[entry.id]}; ids must be unique.")
        seen[entry.id] = place
        if isinstance(entry, Excluded):
            excluded.append(entry)
            continue
        if entry.label not in benchmark.labels:
            hint = did_you_mean(entry.label, benchmark.labels)
            raise Refusal(f"{where}, {place}: label {entry.label!r} is not in {benchmark.name} ({listed(benchmark.labels)}).{hint}")
        records.append(entry)
    return records, excluded


def to_json(record: Record, *, benchmark: str, language: str) -> dict[str, Any]:
    """The record as one flat JSON object: fields at the top level, the English fields under `source`."""
    slots = {"slots": [asdict(slot) for slot in record.slots], "source_slots": [asdict(slot) for slot in record.source_slots]}
    return {
        "id": record.id,
        "benchmark": benchmark,
        "language": language,
        **record.fields,
        "label": record.label,
        "group": record.group,
        **(slots if record.slots or record.source_slots else {}),
        **({} if record.fold is None else {"fold": record.fold}),
        "source": dict(record.source or record.fields),
        "engine": record.engine,
        "flags": list(record.flags),
        "reasons": list(record.reasons),
    }


def write(path: Path, records: Iterable[Record], *, benchmark: str, language: str) -> None:
    """Write records as JSON Lines, atomically."""
    rows = (json.dumps(to_json(record, benchmark=benchmark, language=language), ensure_ascii=False) for record in records)
    write_atomic(path, "".join(row + "\n" for row in rows).encode("utf-8"))


def read(path: Path, benchmark: Benchmark) -> list[Record]:
    """Read back what `write` wrote."""
    records = []
    for number, raw in read_lines(path):
        try:
            records.append(
                Record(
                    id=need_text(raw, "id"),
                    fields={name: str(raw[name]) for name in benchmark.fields},
                    label=need_text(raw, "label"),
                    group=str(raw["group"]),
                    source=dict(raw["source"]),
                    engine=str(raw["engine"]),
                    flags=tuple(raw["flags"]),
                    reasons=tuple(raw["reasons"]),
                    slots=tuple(Slot(**slot) for slot in raw.get("slots", ())),
                    source_slots=tuple(Slot(**slot) for slot in raw.get("source_slots", ())),
                    fold=None if raw.get("fold") is None else int(raw["fold"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(f"{path}, line {number}: {error} is missing or unusable; write the file with lingraft.") from error
    return records
