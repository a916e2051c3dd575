"""GoldSet: pairs that a translator is measured on: a gold file, or references for the rows of a benchmark, whole or one half of it.

Halves part what may be looked at while a model is made (first) from what it is judged by (second).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from templates import catalogue
from templates.benchmark import Benchmark
from templates.language import ENGLISH
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.store import file_digest
from translation import gold, references, refresh

Half = Literal["first", "second", "all"]
SUFFIXES = (".tsv", ".tsv.gz", ".jsonl")


@dataclass(frozen=True, slots=True)
class GoldSet:
    """`name`: the file's name up to the first dot; `sha256` that of the whole file; `pairs` of the half that was asked for."""

    name: str
    file: str
    sha256: str
    half: Half
    pairs: tuple[gold.Pair, ...]

    def sides(self, source: str) -> tuple[list[str], list[str]]:
        """(texts to translate, references): English is the first column, so a translator into English gets the second."""
        ours, theirs = [pair.source for pair in self.pairs], [pair.target for pair in self.pairs]
        return (ours, theirs) if source == ENGLISH else (theirs, ours)


def is_gold(path: str) -> bool:
    """Whether a file so named can be read."""
    return path.endswith(SUFFIXES)


def read(path: Path, *, half: str = "all", language: str, data: Path | None = None) -> GoldSet:
    """The pairs of `English<TAB>translation` lines, or of `<benchmark>_ref.<language>.jsonl`, whose English stands in the benchmark's own file.

    That file is looked for in `data`, beside the references, in a folder `benchmarks` beside theirs, and else among the shipped samples.
    """
    if half not in get_args(Half):
        raise UnknownName(f"no half {half!r}; there are {', '.join(get_args(Half))}.{did_you_mean(half, get_args(Half))}")
    if not is_gold(path.name):
        raise Refusal(f"{path}: is no gold file; give .tsv or .tsv.gz (English, tab, translation) or references in .jsonl.")
    pairs = _of_benchmark(path, language, data) if path.suffix == ".jsonl" else gold.read(path)
    return GoldSet(path.name.partition(".")[0], path.name, file_digest(path), half, tuple(_half(pairs, half)))  # type: ignore[arg-type]


def _half(pairs: Sequence[gold.Pair], half: str) -> Sequence[gold.Pair]:
    middle = len(pairs) // 2
    return pairs if half == "all" else pairs[:middle] if half == "first" else pairs[middle:]


def _of_benchmark(path: Path, language: str, data: Path | None) -> list[gold.Pair]:
    benchmark = _benchmark(path)
    found = references.read(path, benchmark, language=language)
    folders = [folder for folder in (data, path.parent, path.parent.parent / "benchmarks") if folder is not None]
    folder = next((one for one in folders if any(one.glob(f"{benchmark.name}.en.*"))), data)
    records = refresh.fetch(benchmark, data=folder, source="data" if folder else "sample", settings=benchmark.settings()).records
    fields = [name for name, field in benchmark.fields.items() if field.role == "text"]
    english = {record.id: record.fields for record in records}
    pairs = [gold.Pair(english[row][name], texts[name]) for row, texts in found.items() if row in english for name in fields if name in texts]
    if not pairs:
        raise Refusal(f"{path}: none of its {len(found)} ids is a row of {benchmark.name}; name the folder with {benchmark.name}.en.jsonl by --data.")
    return pairs


def _benchmark(path: Path) -> Benchmark:
    """`fiqa` of `fiqa_ref.sv.jsonl` and of `fiqa.jsonl`."""
    return catalogue.benchmark(path.name.partition(".")[0].removesuffix("_ref"))
