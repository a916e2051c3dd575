"""Kept out: texts that must not be trained on, because something is measured on them; matched without case, punctuation and blanks.

A text is kept out as a whole, on either side of a pair; half a sentence of it is not noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from templates import catalogue
from templates.refusal import Refusal
from translation.training import lines
from translation.training.reason import Reason

FOLDERS = ("gold", "benchmarks")
ENDINGS = (".jsonl", ".tsv", ".txt")
_LEFT_OUT = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Letters and digits alone, in lower case; what two texts that are told apart by nothing else have in common."""
    return _LEFT_OUT.sub("", text.casefold())


def key(*texts: str) -> int:
    """64 bits of what the texts have in common with others, so that millions fit into memory; among ten million, two meet by chance once in 400,000 corpora."""
    return int.from_bytes(blake2b("\t".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def files(folder: Path) -> tuple[Path, ...]:
    """What a folder with data keeps in gold/ and benchmarks/."""
    return tuple(path for name in FOLDERS for path in sorted((folder / name).glob("*")) if path.name.removesuffix(".gz").endswith(ENDINGS))


def beside(entries: Iterable[str | Path]) -> tuple[Path, ...]:
    """The same for the folders in which the entries lie."""
    parents = {Path(entry).expanduser().resolve().parent for entry in entries if not str(entry).startswith("opus:")}
    return tuple(dict.fromkeys(path for parent in sorted({*parents, *(parent.parent for parent in parents)}) for path in files(parent)))


def load(paths: Sequence[Path]) -> frozenset[int]:
    """The keys of every text in these files: columns of .tsv, lines of .txt, the texts of records in .jsonl."""
    fields = {name for benchmark in catalogue.benchmarks() for name, field in catalogue.benchmark(benchmark).fields.items() if field.role == "text"}
    found: set[int] = set()
    for path in paths:
        held = {key(short) for text in _texts(path, frozenset(fields)) if (short := plain(text))}
        if not held:
            raise Refusal(f"{path}: holds no text; a file to keep out holds texts ({', '.join(ENDINGS)}, each also with .gz).")
        found |= held
    return frozenset(found)


def _texts(path: Path, fields: frozenset[str]) -> Iterator[str]:
    name = path.name.removesuffix(".gz")
    if not name.endswith(ENDINGS):
        raise Refusal(f"{path}: cannot be kept out; give files that end in {', '.join(ENDINGS)}, each also with .gz.")
    for number, line in enumerate(lines.read(path), start=1):
        if isinstance(line, Reason):
            raise Refusal(f"{path}, line {number}: {line}; mend it, because what is not read there would be trained on.")
        if name.endswith(".jsonl") and line.strip():
            yield from _record(line, fields, where=f"{path}, line {number}")
        else:
            yield from line.split("\t")


def _record(line: str, fields: frozenset[str], *, where: str) -> Iterator[str]:
    """The texts of a record: the fields that benchmarks keep texts in (`sentence`, `sentence_sv`), else every value of two words or more."""
    try:
        raw: Any = json.loads(line)
    except ValueError as error:
        raise Refusal(f"{where}: no JSON ({error}); mend it, or name another file to keep out.") from error
    values = {name: value for name, value in raw.items() if isinstance(value, str)} if isinstance(raw, dict) else {}
    own = [value for name, value in values.items() if name in fields or name.rpartition("_")[0] in fields]
    yield from own or (value for value in values.values() if len(value.split()) > 1)
