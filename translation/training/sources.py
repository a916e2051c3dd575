"""Source: what is known of an origin of parallel text: its weight, its greatest share, its style, its licence and whom to name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.settings import read_settings, read_toml

SHIPPED = Path(__file__).with_name("sources.toml")
OWN = "corpus.toml"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """The comments of sources.toml say what each means; what nothing is known of is taken once and its licence is unknown."""

    weight: float = 1.0
    cap: float = 1.0
    style: Literal["written", "conversational"] = "written"
    licence: str = UNKNOWN
    attribution: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 100:
            raise ValueError(f"weight is {self.weight:g}; allowed is 0 to 100")
        if not 0 < self.cap <= 1:
            raise ValueError(f"cap is {self.cap:g}; allowed is a share of the whole corpus, above 0 and at most 1")
        if not self.licences:
            raise ValueError('licence is empty; write an SPDX identifier, or "unknown"')

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence that some part of it is under."""
        return tuple(tag for part in self.licence.split(" AND ") if (tag := part.strip()))


@dataclass(frozen=True, slots=True)
class _File:
    sources: Mapping[str, Mapping[str, Any]]
    presets: Mapping[str, tuple[str, ...]]


def _read(path: Path) -> _File:
    table = read_toml(path)
    for key in table:
        if key not in ("sources", "presets"):
            raise Refusal(f"{path}: unknown key {key!r}; allowed are [sources.NAME] and [presets].{did_you_mean(key, ('sources', 'presets'))}")
    return read_settings(_File, {"sources": {}, "presets": {}} | table, where=str(path))


def load(folders: Iterable[Path] = ()) -> dict[str, Source]:
    """Name -> Source: the shipped ones, changed key by key by each folder's corpus.toml, if it has one."""
    tables = {name: dict(table) for name, table in _read(SHIPPED).sources.items()}
    files = [SHIPPED, *(path for folder in folders if (path := folder / OWN).is_file())]
    for path in files:
        for name, table in _read(path).sources.items():
            read_settings(Source, table, where=f"{path}, [sources.{name}]")
            tables[name] = tables.get(name, {}) | dict(table)
    return {name: read_settings(Source, table, where=f"{files[-1]}, [sources.{name}]") for name, table in tables.items()}


def named(folder: Path) -> frozenset[str]:
    """The sources that a folder's corpus.toml names."""
    return frozenset(_read(folder / OWN).sources) if (folder / OWN).is_file() else frozenset()


def allowed(licences: Sequence[str], folders: Iterable[Path] = ()) -> frozenset[str] | None:
    """The licences asked for, presets such as `shippable` spelt out; None where none is asked for: then every licence will do."""
    presets = dict(_read(SHIPPED).presets)
    for folder in folders:
        if (folder / OWN).is_file():
            presets |= _read(folder / OWN).presets
    known = sorted(
        {*presets, UNKNOWN, *(tag for source in load(folders).values() for tag in source.licences), *(tag for tags in presets.values() for tag in tags)}
    )
    found: set[str] = set()
    for asked in licences:
        if asked not in known:
            raise UnknownName(
                f"--licences: {asked!r} is neither a preset ({', '.join(sorted(presets))}) nor the licence of a known source.{did_you_mean(asked, known)}"
            )
        found |= {*presets.get(asked, (asked,))}
    return frozenset(found) if licences else None


def facts(source: Source) -> dict[str, Any]:
    """The source as JSON."""
    return asdict(source)
