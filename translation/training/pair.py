"""Pair: one text in both languages, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """`origin`: the name of its source, a file's name up to the first dot ("tatoeba")."""

    source: str
    target: str
    origin: str
