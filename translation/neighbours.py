"""Neighbours: sentences in languages that are easily taken for the one translated into, and where they come from.

In this order: the file that was named, `neighbours.tsv.gz` beside the gold, in `gold` of `$LINGRAFT_DATA` or of `../shared/data`, and
at last the shipped ones, written for this project.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from templates.store import file_digest
from translation import gold

SHIPPED = Path(__file__).parent / "faults" / "neighbours.tsv"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """`sentences`: language code -> sentences; `origin`: "named", "found" or "shipped"."""

    sentences: Mapping[str, tuple[str, ...]]
    file: str
    sha256: str
    origin: str

    def to_json(self) -> dict[str, str | int]:
        """Which file, and how many sentences."""
        return {"file": Path(self.file).name, "sha256": self.sha256, "origin": self.origin, "sentences": sum(map(len, self.sentences.values()))}

    def said(self, code: str) -> str:
        """In words, for a reader who translates into `code`."""
        others = {name: texts for name, texts in self.sentences.items() if name.split("-")[0] != code.split("-")[0]}
        counts = ", ".join(f"{len(texts):,} {name}" for name, texts in others.items())
        return f"{self.origin} sentences of {Path(self.file).name} ({counts or 'none in another language'})"


def find(named: Path | None, *, beside: Sequence[Path] = ()) -> Neighbours:
    """The first file of the order above; a Refusal where it cannot be read."""
    data = [Path(folder) / "gold" for folder in (os.environ.get("LINGRAFT_DATA"), "../shared/data") if folder]
    places = (folder / gold.NEIGHBOURS for folder in (*beside, *data))
    path = named or next((place for place in places if place.is_file()), SHIPPED)
    origin = "named" if named else "shipped" if path == SHIPPED else "found"
    return Neighbours(gold.read_neighbours(path), str(path) if path != SHIPPED else SHIPPED.name, file_digest(path), origin)
