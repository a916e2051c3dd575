"""Shards: a prepared corpus on disk: `shard-000.tsv.gz` ... (source, target, origin), shuffled, and corpus.json.

Equal pairs in an equal order give equal bytes.
"""

from __future__ import annotations

import gzip
import random
import re
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from templates.refusal import Refusal
from templates.store import file_digest
from translation import stand_ins
from translation.training import facts as kept_facts
from translation.training.facts import Facts
from translation.training.pair import Pair

PATTERN = "shard-*.tsv.gz"
_STAND_IN = re.compile("|".join(map(re.escape, stand_ins.symbols())))
_NO_LETTER = re.compile(r"[\W\d_]+")


def facts(folder: Path) -> Facts:
    """What corpus.json says."""
    return kept_facts.read(folder)


def read(folder: Path, *, fraction: float = 1.0) -> Iterator[Pair]:
    """Its pairs in their order. A smaller `fraction` is part of every larger one and keeps or drops all copies of a sentence together.

    Which sentences, their letters alone decide; one of which a copy has a stand-in for a word may be split from that copy.
    """
    if not 0 < fraction <= 1:
        raise Refusal(f"fraction of the corpus is {fraction:g}; allowed is above 0 and at most 1.")
    for name in facts(folder).files:
        yield from (pair for pair in _pairs(folder / name) if fraction == 1 or _place(pair) < fraction)


def whole(folder: Path, digest: str) -> bool:
    """Whether the folder holds exactly the corpus of this digest, undamaged."""
    if not (folder / kept_facts.FILE).is_file():
        return False
    try:
        found = facts(folder)
    except Refusal:
        return False
    return found.digest == digest and all((folder / name).is_file() and file_digest(folder / name) == sha for name, sha in found.files.items())


def write(lines: list[str], path: Path, shuffle: random.Random) -> None:
    """The lines in a new order, packed without a time or a name."""
    shuffle.shuffle(lines)
    with path.open("wb") as handle, gzip.GzipFile(filename="", mode="wb", fileobj=handle, compresslevel=6, mtime=0) as packed:
        packed.write("".join(lines).encode("utf-8"))


def _pairs(path: Path) -> Iterator[Pair]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as handle:
            for number, line in enumerate(handle, start=1):
                columns = line.rstrip("\n").split("\t")
                if len(columns) != 3:
                    raise Refusal(f"{path}, line {number}: {len(columns)} columns found, a shard has 3; prepare the corpus again.")
                yield Pair(*columns)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise Refusal(f"{path}: missing or damaged ({error}); prepare the corpus again.") from error


def _place(pair: Pair) -> float:
    """Where the sentence stands between 0 and 1, by chance but always in the same place."""
    letters = _NO_LETTER.sub("", _STAND_IN.sub("", pair.source).casefold()) or pair.source
    return int.from_bytes(blake2b(letters.encode("utf-8"), digest_size=8).digest()) / 2**64
