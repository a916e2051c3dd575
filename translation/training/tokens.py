"""Tokens: a corpus as token ids in two flat files, read through memory maps: `ids.bin` (uint16) and `starts.npy`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece

from templates.refusal import Refusal
from templates.store import make_folder, write_json
from translation import stand_ins
from translation.training.pair import Pair
from translation.training.shape import POSITIONS

FACTS = "tokens.json"
AT_ONCE = 20_000  # pairs encoded in one call
KEY = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`starts[row]` are the borders of source and target in `ids`; `lengths[row]` how many tokens either has, end mark not counted.

    `facts`: pairs kept, held out and passed over for their length, those with placeholders and with markers, and what was asked for.
    """

    ids: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    facts: dict[str, object]

    def row(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """The ids of source and target."""
        first, middle, last = self.starts[row]
        return self.ids[first:middle], self.ids[middle:last]


def write(
    corpora: Sequence[tuple[str, Iterable[Pair]]], folder: Path, *, pieces: sentencepiece.SentencePieceProcessor, held: set[str], asked: dict[str, object]
) -> Tokens:
    """Encode (tag, pairs) of every corpus; the tag, if there is one, goes before the source as one piece. Pairs with a side in `held` stay out."""
    if len(pieces) >= 1 << 16:
        raise Refusal(f"tokens: {len(pieces)} pieces do not fit 16 bits; choose a --vocabulary below 65,000.")
    make_folder(folder)
    (folder / FACTS).unlink(missing_ok=True)  # what stands there is no longer whole
    starts: list[tuple[int, int, int]] = []
    place = held_out = too_long = 0
    learnt = {"placeholders": 0, "markers": 0}
    marks = {"placeholders": stand_ins.PLACEHOLDERS, "markers": tuple(mark for pair in stand_ins.MARKERS for mark in pair)}
    ids = {name: {pieces.piece_to_id(mark) for mark in known} for name, known in marks.items()}
    with (folder / "ids.bin").open("wb") as handle:
        for tag, pairs in corpora:
            before = [pieces.piece_to_id(tag)] if tag else []
            for part in _parts(pairs):
                kept = [pair for pair in part if not {key(pair.source), key(pair.target)} & held]
                held_out += len(part) - len(kept)
                sources, targets = pieces.encode([pair.source for pair in kept]), pieces.encode([pair.target for pair in kept])
                for source, target in zip(sources, targets, strict=True):
                    if not source or not target or max(len(source) + len(before), len(target)) >= POSITIONS:
                        too_long += 1
                        continue
                    for name, known in ids.items():
                        learnt[name] += not known.isdisjoint(target)
                    handle.write(np.array([*before, *source, *target], dtype=np.uint16).tobytes())
                    middle = place + len(before) + len(source)
                    starts.append((place, middle, middle + len(target)))
                    place = middle + len(target)
    if not starts:
        raise Refusal("tokens: the corpus holds no pair to train on; prepare one with more text.")
    np.save(folder / "starts.npy", np.array(starts, dtype=np.int64), allow_pickle=False)
    write_json(folder / FACTS, {"pairs": len(starts), "held_out": held_out, "too_long": too_long, **learnt, **asked})
    return read(folder, asked=asked)  # type: ignore[return-value]


def read(folder: Path, *, asked: dict[str, object]) -> Tokens | None:
    """What was written here for just this, or None."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        starts = np.load(folder / "starts.npy", mmap_mode="r", allow_pickle=False)
        ids = np.memmap(folder / "ids.bin", dtype=np.uint16, mode="r")
    except (OSError, ValueError):
        return None
    if any(facts.get(name) != value for name, value in asked.items()) or int(starts[-1, 2]) != len(ids):
        return None
    return Tokens(ids, starts, np.diff(starts, axis=1), facts)


def key(text: str) -> str:
    """What two copies of a text share in spite of case, blanks and punctuation."""
    return KEY.sub(" ", text.casefold()).strip()


def _parts(pairs: Iterable[Pair]) -> Iterable[list[Pair]]:
    part: list[Pair] = []
    for pair in pairs:
        part.append(pair)
        if len(part) == AT_ONCE:
            yield part
            part = []
    yield part
