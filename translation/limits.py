"""Limits: what a check may cost a row and what a set must reach: `gates.toml`, then the language's [gate], then the study's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from templates import catalogue
from templates.language import Language
from templates.refusal import Refusal, did_you_mean
from templates.settings import read_settings, read_toml
from translation.gate_report import Severity

SHIPPED = Path(__file__).with_name("gates.toml")
PACKAGE = "translation.gates"
RUNGS = ("beam", "no-repeat", "full-stop", "no-full-stop", "lower-case")  # of the retry ladder, translation/retry.py


@dataclass(frozen=True, slots=True)
class Lines:
    """The set's lines and the prices of faults; `gates.toml` explains each."""

    off: tuple[str, ...]
    severity: Mapping[str, Severity]
    points: Mapping[Severity, int]
    keep_pass: float
    keep_warn: float
    label_times: float
    label_often: int
    leaked_pass: float
    leaked_warn: float
    words_noted: tuple[str, ...]
    distinct_pass: float
    distinct_warn: float
    wrong_language_pass: float
    wrong_language_warn: float
    penalty_pass: float
    penalty_warn: float
    penalty_row: int
    retry: tuple[str, ...] | Literal[False]
    retry_words: int


@dataclass(frozen=True, slots=True)
class Limits:
    """`lines` of the set; `checks`: check -> its own Settings."""

    lines: Lines
    checks: Mapping[str, Any]


@cache
def gates() -> Mapping[str, ModuleType]:
    """Name -> module of every check, in the order of gates.toml."""
    files = {path.stem for path in (catalogue.PACKAGE / "translation" / "gates").glob("*.py") if not path.name.startswith("_")}
    order = list(read_toml(SHIPPED)["severity"])
    if files != set(order):
        raise Refusal(f"{SHIPPED}, [severity]: names {', '.join(order)}, the folder gates/ holds {', '.join(sorted(files))}; make them equal.")
    return {name: catalogue.module(PACKAGE, name, "check") for name in order}


def read(language: Language | None = None, study: Mapping[str, Any] | None = None, *, where: str = "study, [gate]") -> Limits:
    """The limits that hold for a language and a study's [gate] table, which `where` names in a Refusal."""
    layers: list[tuple[Mapping[str, Any], str]] = [(read_toml(SHIPPED), str(SHIPPED))]
    if language is not None:
        layers.append((language.gate, f"{language.file}, [gate]"))
    layers.append((study or {}, where))
    merged: dict[str, Any] = {}
    for table, place in layers:
        _need_known(table, where=place)
        merged = _over(merged, table)
        limits = _read(merged, where=place)
    return limits


def _need_known(table: Mapping[str, Any], *, where: str) -> None:
    known = [*Lines.__slots__, *gates()]
    for key in table:
        if key not in known:
            raise Refusal(f"{where}: unknown key {key!r}; allowed are {', '.join(known)}.{did_you_mean(key, known)}")
    for key in ("off", "severity"):
        for name in table.get(key, ()):
            if name not in gates():
                raise Refusal(f"{where}, {key}: no check {name!r}; there are {', '.join(gates())}.{did_you_mean(name, gates())}")
    rungs = table.get("retry")
    for rung in rungs if isinstance(rungs, list) else ():
        if rung not in RUNGS:
            raise Refusal(f"{where}, retry: no rung {rung!r}; there are {', '.join(RUNGS)}, and false for none.{did_you_mean(str(rung), RUNGS)}")


def _over(under: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """`under` with the values of `table` in place of its own, tables key by key."""
    both = {key: _over(under[key], value) for key, value in table.items() if isinstance(value, Mapping) and isinstance(under.get(key), Mapping)}
    return {**under, **table, **both}


def _read(table: Mapping[str, Any], *, where: str) -> Limits:
    lines = read_settings(Lines, {key: value for key, value in table.items() if key not in gates()}, where=where)
    return Limits(lines, {name: read_settings(module.Settings, table.get(name, {}), where=f"{where} {name}") for name, module in gates().items()})
