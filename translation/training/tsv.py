"""tsv: `English<TAB>translation`, one pair a line, .tsv or .tsv.gz; blank lines are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from translation.training import lines
from translation.training.reason import Reason


def read(path: Path) -> Iterator[tuple[str, str] | Reason]:
    """The columns of each line, or why there are not two."""
    for line in lines.read(path):
        if isinstance(line, Reason):
            yield line
        elif line.strip():
            columns = line.split("\t")
            if len(columns) == 2:
                yield columns[0], columns[1]
            else:
                yield Reason.ONE_COLUMN if len(columns) < 2 else Reason.COLUMNS
