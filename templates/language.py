"""Language: its codes, script and length range, and its words for each benchmark, read from one TOML file.

A (benchmark, language) cell is a table of that file; a linguist edits it without Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from templates import catalogue
from templates.benchmark import Benchmark
from templates.refusal import Refusal, did_you_mean
from templates.settings import read_settings, read_toml

ENGLISH = "en"
SHORT = 40  # characters: below this a source counts as short


@dataclass(frozen=True, slots=True)
class Length:
    """Accepted characters in the target per character in English, (least, most), for sources under 40 characters and others."""

    short: tuple[float, float] = (0.4, 2.5)
    long: tuple[float, float] = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One benchmark in one language: the prompt, named alternatives, label words and variants; `reviewed` says by whom.

    `slots`: slot type -> word; `slots_lead`, `slots_none`: what stands before the slots, and for none (see Benchmark)."""

    prompt: str
    words: Mapping[str, str]
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    reviewed: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    slots_lead: str = ""
    slots_none: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """`mistaken_for`: codes a language identifier gives to short texts of this language. `codes`: what engines call it."""

    code: str
    name: str
    script: str = "Latn"
    length: Length = field(default_factory=Length)
    mistaken_for: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    file: str = ""

    def code_for(self, engine: str) -> str:
        """What `engine` calls the language; our own code where the file names none."""
        return self.codes.get(engine, self.code)

    def bounds(self, source: str) -> tuple[float, float]:
        """The accepted length ratios for this English source."""
        return self.length.short if len(source) < SHORT else self.length.long


@dataclass(frozen=True, slots=True)
class _Facts:
    code: str
    name: str
    script: str = "Latn"
    length: Length = field(default_factory=Length)
    mistaken_for: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


def path_of(code: str) -> Path:
    """The file of a language code, the user's own first."""
    return catalogue.find("language", code, catalogue.PACKAGE / "templates" / "languages", ".toml")


def codes() -> list[str]:
    """All language codes there are files for."""
    return sorted(catalogue.files("language", catalogue.PACKAGE / "templates" / "languages", ".toml"))


def load(code: str) -> Language:
    """Read `languages/<code>.toml`."""
    return read(path_of(code))


def read(path: Path) -> Language:
    """Read one language file, strictly."""
    table = read_toml(path)
    names = catalogue.benchmarks()
    known = [*_Facts.__slots__, *names]
    for key in table:
        if key not in known:
            raise Refusal(f"{path}: unknown key {key!r}; allowed are {', '.join(known)}.{did_you_mean(key, known)}")
    facts = read_settings(_Facts, {key: value for key, value in table.items() if key not in names}, where=str(path))
    if facts.code != path.stem:
        raise Refusal(f"{path}: code is {facts.code!r}, the file is called {path.stem!r}; make them equal.")
    for band in (facts.length.short, facts.length.long):
        if not 0 < band[0] <= band[1]:
            raise Refusal(f"{path}: length {list(band)} must be [least, most] with 0 < least <= most.")
    cells = {name: read_settings(Cell, table[name], where=f"{path}, [{name}]") for name in names if name in table}
    return Language(facts.code, facts.name, facts.script, facts.length, facts.mistaken_for, facts.codes, cells, str(path))


def english_cell(benchmark: Benchmark) -> Cell:
    """The cell that stands in the benchmark file itself."""
    return Cell(
        benchmark.prompt,
        benchmark.words,
        benchmark.variants,
        benchmark.prompts,
        "with the benchmark",
        benchmark.slot_words,
        benchmark.slots_lead,
        benchmark.slots_none,
    )
