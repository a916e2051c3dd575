"""Language: its codes, script and length range, and its words for each benchmark, read from one TOML file.

A (benchmark, language) cell is a table of that file; a linguist edits it without Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
class Carry:
    """`[carry]`: how times, dates and numbers are said, so that slots of these kinds are found in a translation.

    `around`: words that stand around a value without being part of it ("klockan"). `numbers`, `ordinals`: for 0, 1, 2 ..., alternatives
    parted by "/"; `tens`: for 20, 30 ... 90; `joined`: how `{tens}` and `{ones}` make 21. `times`: minute ("15", "30"), "past" or
    "to" -> patterns with `{hour}`, `{next}` (the hour after), `{minute}`, `{left}` (minutes to the next hour). `words`: English word
    or phrase -> how it is said; "" where it may be left out. All in lower case.
    """

    around: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()
    tens: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    times: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """`[write]`: how a number, time or date that was kept from the translator is put back; of each list the first is written, all are recognised.

    `time` ({time}, in figures), `hour` ({time}, a full hour in words or without minutes), `phrase` ({time}, "half past ..."), `date`
    ({date}), `century` ({hundreds}, {roman}), `decade` ({year}): the English word before it ("plain" for none) -> patterns; a word that
    has none stays with the translator; "plain one" and "at one" are for one o'clock. `hours`: the words for 0 to 12 on the clock, where
    they are not those of `[carry]`. `day`: from which hour on -> the part of the day. `ordinal`: last figures of the number ("" for any
    other) -> pattern with {number}. `subunits`: cent, pence. `of`: what stands between a scale and a currency, otherwise and before a
    vowel. `cities`: English name -> the language's own, for those that CLDR does not name.
    """

    time: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hour: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrase: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    century: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decade: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hours: tuple[str, ...] = ()
    day: tuple[tuple[int, str], ...] = ()
    ordinal: Mapping[str, str] = field(default_factory=dict)
    subunits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: tuple[str, str] = (" ", " ")
    cities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Language:
    """`mistaken_for`: codes a language identifier gives to short texts of this language. `codes`: what engines call it.

    `translator`: the file of translation/translators that reaches the language where a study names none; `gpt`: the model that reads
    it, likewise. `gate`: limits of checks for this language (translation/gates.toml says which there are)."""

    code: str
    name: str
    script: str = "Latn"
    length: Length = field(default_factory=Length)
    mistaken_for: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    carry: Carry = field(default_factory=Carry)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    file: str = ""
    translator: str = ""
    gpt: str = ""
    gate: Mapping[str, Any] = field(default_factory=dict)
    write: Write = field(default_factory=Write)

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
    carry: Carry = field(default_factory=Carry)
    translator: str = ""
    gpt: str = ""
    gate: Mapping[str, Any] = field(default_factory=dict)
    write: Write = field(default_factory=Write)


def path_of(code: str) -> Path:
    """The file of a language code, the user's own first."""
    return catalogue.find("language", code, catalogue.PACKAGE / "templates" / "languages", ".toml")


HOURS = 13  # words for 0 to 12


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
    _check_carry(facts.carry, where=f"{path}, [carry]")
    _check_write(facts.write, facts.carry, where=f"{path}, [write]")
    cells = {name: read_settings(Cell, table[name], where=f"{path}, [{name}]") for name in names if name in table}
    shared = {name: getattr(facts, name) for name in _Facts.__slots__}
    return Language(**shared, cells=cells, file=str(path))


def _check_carry(carry: Carry, *, where: str) -> None:
    """Patterns name what they may, words are in lower case."""
    allowed = {"joined": ("tens", "ones"), "times": ("hour", "next", "minute", "left")}
    patterns = [("joined", pattern) for pattern in carry.joined] + [("times", pattern) for listed in carry.times.values() for pattern in listed]
    _check_patterns(patterns, allowed, where=where)
    for key in carry.times:
        if key not in ("past", "to") and not (key.isdecimal() and 0 < int(key) < 60):
            raise Refusal(f"{where} times: key {key!r} is neither past nor to nor a minute from 1 to 59.")
    for word in (*carry.words, *(said for listed in carry.words.values() for said in listed), *carry.around, *carry.numbers, *carry.ordinals, *carry.tens):
        if word != word.lower():
            raise Refusal(f"{where}: {word!r} must be in lower case.")


def _check_patterns(patterns: Iterable[tuple[str, str]], allowed: Mapping[str, tuple[str, ...]], *, where: str) -> None:
    """(key, pattern), each with the names allowed under its key."""
    for key, pattern in patterns:
        try:
            pattern.format(**dict.fromkeys(allowed[key], ""))
        except (KeyError, ValueError, IndexError) as error:
            raise Refusal(f"{where} {key}: pattern {pattern!r} cannot be filled ({error}); allowed are {{{'}, {'.join(allowed[key])}}}.") from error


def _check_write(write: Write, carry: Carry, *, where: str) -> None:
    """Patterns name what they may, every hour has its part of the day and its word."""
    listed = {"time": ("time",), "hour": ("time",), "phrase": ("time",), "date": ("date",), "century": ("hundreds", "roman"), "decade": ("year",)}
    patterns = [(key, one) for key in listed for said in getattr(write, key).values() for one in said]
    _check_patterns([*patterns, *(("ordinal", one) for one in write.ordinal.values())], {**listed, "ordinal": ("number",)}, where=where)
    if write.day and min(start for start, _ in write.day) != 0:
        raise Refusal(f"{where} day: no part of the day begins at hour 0; begin with [0, ...].")
    hours = write.hours or carry.numbers
    if (write.hours and len(write.hours) < HOURS) or (write.day and carry.numbers and len(hours) < HOURS):
        raise Refusal(f"{where} hours: {len(hours)} words, the clock needs those for 0 to 12; list {HOURS}, here or as numbers of [carry].")


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
