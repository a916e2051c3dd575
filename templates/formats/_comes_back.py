"""Whether an entry, as a format holds it, is read as the record it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.refusal import Refusal


def comes_back(record: Record, entry: Mapping[str, Any], benchmark: Benchmark) -> bool:
    """Id, fields, label and slots (name, value, place) are what they were."""
    try:
        made = benchmark.read(entry, benchmark.settings())
    except ValueError:
        return False
    return isinstance(made, Record) and _content(made) == _content(record)


def _content(record: Record) -> tuple[Any, ...]:
    return record.id, dict(record.fields), record.label, [(slot.name, slot.value, slot.start) for slot in record.slots]


def need_back(record: Record, entry: Mapping[str, Any], benchmark: Benchmark, *, kind: str) -> None:
    """Refuse a record that would not come back."""
    if not comes_back(record, entry, benchmark):
        said = " / ".join(record.fields.values())
        raise Refusal(f"{benchmark.name}, record {record.id!r}: {said!r} would come back from {kind} as something else; mend its text or leave it out.")
