"""moses: two files side by side, one language each; line 7 of the one translates line 7 of the other (https://www2.statmt.org/moses/)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from translation.training import lines
from translation.training.reason import Reason

logger = logging.getLogger(__name__)


def read(source: Path, target: Path) -> Iterator[tuple[str, str] | Reason]:
    """The lines of both by twos. A line that cannot be read still holds its place, so that the ones below stay beside theirs."""
    unpaired = 0
    for left, right in zip_longest(lines.read(source), lines.read(target)):
        if left is None or right is None:
            unpaired += 1
            yield Reason.UNPAIRED
        elif isinstance(left, Reason) or isinstance(right, Reason):
            yield left if isinstance(left, Reason) else right  # type: ignore[misc]
        elif "\t" in left or "\t" in right:
            yield Reason.COLUMNS
        elif left.strip() or right.strip():
            yield left, right
    if unpaired:
        logger.warning("%s and %s do not have the same number of lines (%d more in one): they may be shifted", source, target, unpaired)
