"""Data file: where a folder keeps a benchmark's English records, and in which format.

`<benchmark>.en` with the ending of our JSON Lines or of any file of templates/formats; the first entry says which of them it is.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from templates import catalogue
from templates.benchmark import Benchmark
from templates.language import ENGLISH
from templates.records import Lines, first_of, read_lines
from templates.refusal import Refusal

PACKAGE = "templates.formats"
OURS = ".jsonl"


def formats() -> dict[str, ModuleType]:
    """Name -> module of every format, beside our own."""
    folder = catalogue.PACKAGE / PACKAGE.replace(".", "/")
    names = sorted(path.stem for path in folder.glob("*.py") if not path.name.startswith("_"))
    return {name: catalogue.module(PACKAGE, name, "format") for name in names}


def _endings() -> list[str]:
    return list(dict.fromkeys([OURS, *(module.SUFFIX for module in formats().values())]))


def files(folder: Path, benchmark: Benchmark) -> list[Path]:
    """Every file of the benchmark in the folder; one too many cannot be read."""
    return [path for path in (folder / f"{benchmark.name}.{ENGLISH}{ending}" for ending in _endings()) if path.is_file()]


def find(folder: Path, benchmark: Benchmark) -> Path:
    """The one file of the benchmark in the folder."""
    found = files(folder, benchmark)
    if not found:
        first, *others = _endings()
        name = f"{benchmark.name}.en{first}"
        raise Refusal(f"{folder / name}: not found; --data must name a folder that holds {name} (or {', '.join(others)} instead of {first}).")
    if len(found) > 1:
        raise Refusal(f"{folder}: holds {' and '.join(path.name for path in found)}; keep one file for each benchmark, move the others away.")
    return found[0]


def read(path: Path, benchmark: Benchmark) -> Lines:
    """Its entries, in the format that it is in."""
    asked = {name: module for name, module in formats().items() if path.suffix == module.SUFFIX}
    for name, module in asked.items():
        if module.recognises(path):
            problem = module.misfit(benchmark)
            if problem:
                raise Refusal(f"{path}: is in the format {name}, which cannot hold {benchmark.name}: {problem}; name the file after another benchmark.")
            _need_english(path, module.language_of(path))
            lines: Lines = module.read(path, benchmark)
            return lines
    if path.suffix != OURS:
        raise Refusal(f"{path}: its first entry is not what the format {' or '.join(asked)} begins with; mend it, or write our JSON Lines.")
    _need_english(path, str(first_of(path).get("language", "")))
    return read_lines(path)


def _need_english(path: Path, code: str) -> None:
    """What is kept in another language would be translated as if it were English."""
    if code not in ("", ENGLISH):
        raise Refusal(f"{path}: its first entry says that it is in the language {code!r}; put English records ({ENGLISH}) there, they are what is translated.")
