"""What the tests of all formats share: reading a file back, records made up by hypothesis, and the real ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

from hypothesis import strategies as st

from templates import catalogue, data_file, records
from templates.benchmark import Benchmark, Excluded, Record
from templates.language import load
from templates.slots import Slot
from templates.task import LocalisedTask, localise

FIQA = catalogue.benchmark("fiqa")
ASSISTANT = catalogue.benchmark("assistant")
FORMATS = data_file.formats()


def task(benchmark: Benchmark, code: str = "en", prompt: str = "") -> LocalisedTask:
    return localise(benchmark, load(code), prompt=prompt)


def read(module: ModuleType, path: Path, benchmark: Benchmark) -> tuple[list[Record], list[Excluded]]:
    return records.read_raw(benchmark, module.read(path, benchmark), where=str(path), settings=benchmark.settings())


def there_and_back(name: str, rows: list[Record], folder: Path, spoken: LocalisedTask) -> list[Record]:
    path = FORMATS[name].write(rows, spoken, folder)[0]
    assert not rows or FORMATS[name].recognises(path)
    found, excluded = read(FORMATS[name], path, spoken.benchmark)
    assert excluded == []
    return found


@cache
def real(path: Path, name: str) -> tuple[Record, ...]:
    shape = catalogue.benchmark(name)
    file = path / "benchmarks" / f"{name}.en.jsonl"
    return tuple(records.read_raw(shape, records.read_lines(file), where=str(file), settings=shape.settings())[0])


def utterance(pieces: list[tuple[str, str]], *, name: str, label: str) -> Record:
    """A record of pieces (text, slot type or ""), joined by blanks."""
    text, slots = "", []
    for piece, kind in pieces:
        text += " " * bool(text)
        if kind:
            slots.append(Slot(kind, piece, len(text)))
        text += piece
    return Record(name, {"utterance": text}, label, text, slots=tuple(slots))


WORD = st.text("abcåñ日'(),:;\"{}|-", min_size=1, max_size=3)  # marks that the formats use themselves are likely
PIECE = st.tuples(st.lists(WORD, min_size=1, max_size=3).map(" ".join), st.sampled_from(["", "", "date", "time", "person", "transport_type"]))
LABEL = st.sampled_from(ASSISTANT.labels)
NAMES = st.text("abc019-_ å", min_size=1, max_size=6).filter(lambda name: name == name.strip())


def numbered(rows: list[Record]) -> list[Record]:
    """The rows with ids that differ."""
    return [replace(row, id=f"{row.id}-{number}" if number % 2 else f"{number}-{row.label}") for number, row in enumerate(rows)]


MADE = st.builds(lambda pieces, name, label: utterance(pieces, name=name, label=label), st.lists(PIECE, min_size=1, max_size=5), NAMES, LABEL)
UTTERANCES = st.lists(MADE, max_size=4)
TEXT = st.text(min_size=1, max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode()).filter(str.strip)


def sentence(text: str, target: str, name: str, label: str) -> Record:
    return Record(name, {"sentence": text, "target": target}, label, text)


SENTENCES = st.lists(st.builds(sentence, TEXT, TEXT, NAMES, st.sampled_from(FIQA.labels)), max_size=4)
