"""Calibrated file: calibrated limits in a language's TOML, each with where it comes from; all else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tomlkit
from tomlkit.items import AbstractTable

from translation.calibrate import Change

MARK = "lingraft calibrate"
HAND = "set by hand"


def own_values(text: str, shipped: str) -> dict[tuple[str, str], Any]:
    """(place, field) -> value that a person wrote: limits of the file that differ from the shipped ones and that calibrate did not write."""
    ours, theirs = _values(tomlkit.parse(text)), _values(tomlkit.parse(shipped))
    return {key: value for key, (value, comment) in ours.items() if MARK not in comment and (key not in theirs or theirs[key][0] != value)}


def _values(document: tomlkit.TOMLDocument) -> dict[tuple[str, str], tuple[Any, str]]:
    """(place, field) -> its value and the comment on its line."""
    found: dict[tuple[str, str], tuple[Any, str]] = {}
    length = document.get("length")
    if length is not None:
        found |= {("length", band): (value, length.trivia.comment) for band, value in length.unwrap().items()}
    for check, table in document.get("gate", {}).items():
        if isinstance(table, AbstractTable):
            found |= {(check, field): (item.unwrap(), item.trivia.comment) for field, item in table.value.items() if hasattr(item, "trivia")}
    return found


def with_limits(text: str, changes: Iterable[Change], *, provenance: str, by_hand: Iterable[tuple[str, str]] = ()) -> str:
    """The file's text with the new limits in [gate] and in `length`; the comment on each line says whence, and what was there."""
    document, hand = tomlkit.parse(text), set(by_hand)
    bands = [change for change in changes if change.place == "length"]
    if bands:
        if "length" not in document:
            document["length"] = tomlkit.inline_table()
        table: Any = document["length"]
        for change in bands:
            table[change.field] = list(change.new)
        was = ", ".join(f"{change.field} {_written(change.old)}{_hand(change, hand)}" for change in bands)
        table.comment(f"{MARK}, {provenance}; was {was}")
    for change in changes:
        if change.place == "length":
            continue
        if "gate" not in document:
            document["gate"] = tomlkit.table(is_super_table=True)
        gate: Any = document["gate"]
        if change.place not in gate:
            gate[change.place] = tomlkit.table()
        item = tomlkit.item(list(change.new) if isinstance(change.new, tuple) else change.new)
        item.comment(f"{MARK}, {provenance}; was {_written(change.old)}{_hand(change, hand)}")
        gate[change.place][change.field] = item
    return tomlkit.dumps(document)


def _hand(change: Change, hand: set[tuple[str, str]]) -> str:
    return f", {HAND}" if (change.place, change.field) in hand else ""


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value or "none"
    return (" to " if len(value) == 2 else " ").join(f"{one:g}" for one in value) if isinstance(value, tuple | list) else f"{value:g}"
