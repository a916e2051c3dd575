"""Heaps: a shuffle of more pairs than fit into memory: thrown by chance on heaps, each then shuffled by itself and written as a shard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from templates.store import file_digest
from translation.training import facts as kept_facts
from translation.training import shards, styles, teaching
from translation.training.facts import Origin
from translation.training.pair import Pair
from translation.training.sources import Source
from translation.training.teaching import Teach

MOST = 500  # files open at once


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The pairs of an origin that wait on disk, and the count of its lines by what became of them."""

    path: Path
    read: int
    kept: int
    reasons: Mapping[str, int]


def scatter(
    cleaned: Mapping[str, Cleaned],
    known: Mapping[str, Source],
    factors: Mapping[str, float],
    work: Path,
    *,
    teach: Sequence[Teach],
    lowered: float,
    shard_pairs: int,
    seed: int,
) -> list[Origin]:
    """Copies of every pair, in their styles and taught, thrown by chance into as many heaps as there will be shards."""
    expected = sum(one.kept * factors.get(origin, 0.0) for origin, one in cleaned.items())
    many = min(MOST, max(1, round(expected / shard_pairs)))
    origins = []
    with ExitStack() as stack:
        handles = [stack.enter_context((work / f"{number:03d}.heap").open("w", encoding="utf-8", newline="\n")) for number in range(many)]
        for origin in sorted(cleaned):
            one, about, factor = cleaned[origin], known[origin], factors.get(origin, 0.0)
            throw = random.Random(f"{seed}:throw:{origin}")
            taught = [(each, random.Random(f"{seed}:teach:{teaching.name(each)}:{origin}")) for each in teach]
            written = spoken = 0
            share = lowered if about.style == "conversational" else 0.0
            for copy, is_lowered in _copies(one.path, origin, factor, share, seed):
                pair = reduce(lambda changed, way: way[0](changed, way[1]), taught, copy)
                handles[throw.randrange(many)].write(f"{pair.source}\t{pair.target}\t{pair.origin}\n")
                written += 1
                spoken += is_lowered
            facts = (about.licence, about.attribution, about.weight, round(factor, 6), one.read, one.kept, written, spoken, one.reasons)
            origins.append(Origin(origin, *facts))
    return origins


def _copies(path: Path, origin: str, factor: float, lowered: float, seed: int) -> Iterator[tuple[Pair, bool]]:
    draw, style = (random.Random(f"{seed}:{name}:{origin}") for name in ("draw", "style"))
    with path.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            source, target = line.rstrip("\n").split("\t")
            pair = Pair(source, target, origin)
            for _ in range(int(factor) + (draw.random() < factor % 1)):
                yield pair, False
                if style.random() < lowered and (spoken := styles.lowered(pair)) is not None:
                    yield spoken, True


def shuffle(work: Path, out: Path, *, seed: int) -> dict[str, str]:
    """Every heap in a new order as a shard; then the old corpus goes and the new one takes its place. Name -> sha256."""
    staged = []
    for number, heap in enumerate(sorted(work.glob("*.heap"))):
        lines = heap.read_text(encoding="utf-8").split("\n")[:-1]
        place = work / f"shard-{number:03d}.tsv.gz"
        shards.write([f"{line}\n" for line in lines], place, random.Random(f"{seed}:shuffle:{number}"))
        heap.unlink()
        staged.append(place)
    (out / kept_facts.FILE).unlink(missing_ok=True)
    for old in out.glob(shards.PATTERN):
        old.unlink()
    return {place.name: file_digest(place.replace(out / place.name)) for place in staged}
