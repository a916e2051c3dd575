"""Where pieces of a text stand, for what a page highlights."""

from __future__ import annotations

from collections.abc import Iterable


def pieces(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """(start, end) of each wanted piece, a repeated one at its next place; what does not stand there is left out."""
    found: list[tuple[int, int]] = []
    after: dict[str, int] = {}
    for piece in wanted:
        start = text.find(piece, after.get(piece, 0)) if piece else -1
        if start >= 0:
            after[piece] = start + len(piece)
            found.append((start, start + len(piece)))
    return sorted(set(found))
