"""Pool: what faults are made of: the other rows' translations, clauses and names, and sentences in the neighbour languages."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random

from translation.gold import Pair

NAME = re.compile(r"(?<!\w)[^\W\d_a-zà-öø-ÿ][^\W\d_]{2,}(?!\w)")
NEAR = 12  # rows to either side in the order of length that count as of like length


def names_of(pair: Pair) -> list[str]:
    """Capitalised words that stand in both sides as they are."""
    return sorted(set(NAME.findall(pair.source)) & set(NAME.findall(pair.target)))


class Pool:
    """The rows of a gold file, in the order of their length; `code` is the language translated into."""

    def __init__(self, pairs: Sequence[Pair], code: str, *, neighbours: Mapping[str, Sequence[str]] | None = None) -> None:
        self.code = code
        self.targets = sorted({pair.target for pair in pairs}, key=lambda text: (len(text), text))
        self.lengths = [len(text) for text in self.targets]
        self.names = sorted({name for pair in pairs for name in names_of(pair)})
        foreign = {name: texts for name, texts in (neighbours or {}).items() if name.split("-")[0] != code.split("-")[0]}
        self.neighbours = {name: sorted((text for text in texts if not re.search(r"\d", text)), key=len) for name, texts in foreign.items()}

    @cached_property
    def clauses(self) -> list[str]:
        """Pieces of three to ten words that stand between commas, or short sentences, without their closing mark."""
        pieces = (piece.strip(" .!?…\"”'»«") for text in self.targets for piece in re.split(r"[,;:–]\s|\s[–-]\s|[.!?]\s", text))
        return sorted({piece for piece in pieces if 3 <= len(piece.split()) <= 10})

    def like(self, text: str, rng: Random) -> str | None:
        """Another row's translation of like length."""
        place = bisect.bisect_left(self.lengths, len(text))
        near = [other for other in self.targets[max(0, place - NEAR) : place + NEAR] if other != text and 0.8 <= len(other) / len(text) <= 1.25]
        return rng.choice(near) if near else None
