"""Limits: what a check may cost a row and what a set must reach: `gates.toml`, then the language's [gate], then the study's."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from templates import catalogue
from templates.language import Language
from templates.refusal import Refusal, did_you_mean
from templates.settings import read_settings, read_toml
from translation.gate_report import SEVERITIES, Severity

SHIPPED = Path(__file__).with_name("gates.toml")
PACKAGE = "translation.gates"
RUNGS = ("beam", "no-repeat", "full-stop", "no-full-stop", "lower-case")  # of the retry ladder, translation/retry.py


@dataclass(frozen=True, slots=True)
class Lines:
    """The set's lines and the prices of faults; `gates.toml` explains each. ValueError where they make no sense."""

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
    fitted: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in ("keep_pass", "keep_warn", "leaked_pass", "leaked_warn", "distinct_pass", "distinct_warn", "wrong_language_pass", "wrong_language_warn"):
            _need(0 <= getattr(self, name) <= 1, f"{name} is a share from 0 to 1, found {getattr(self, name)}")
        for name, least in (("label_times", 1), ("label_often", 1), ("penalty_pass", 0), ("penalty_warn", 0), ("penalty_row", 0), ("retry_words", 0)):
            value = getattr(self, name)
            _need(math.isfinite(value) and value >= least, f"{name} is a number of at least {least}, found {value}")
        for better, worse in (("keep_pass", "keep_warn"), ("distinct_pass", "distinct_warn")):
            ours, theirs = getattr(self, better), getattr(self, worse)
            _need(theirs <= ours, f"{worse} ({theirs:g}) is above {better} ({ours:g}), so that no set could warn; make it at most as high")
        for better, worse in (("leaked_pass", "leaked_warn"), ("wrong_language_pass", "wrong_language_warn"), ("penalty_pass", "penalty_warn")):
            ours, theirs = getattr(self, better), getattr(self, worse)
            _need(ours <= theirs, f"{better} ({ours:g}) is above {worse} ({theirs:g}), so that no set could warn; make it at most as high")
        points = [self.points.get(severity, -1) for severity in SEVERITIES]
        said = ", ".join(f"{severity} {self.points.get(severity, 'none')}" for severity in SEVERITIES)
        _need(points == sorted(points, reverse=True) and min(points) >= 0, f"points must not be below 0 and fall from critical to minor, found {said}")
        for check, engine in self.fitted.items():
            _need(not engine or re.fullmatch("[0-9a-f]{8,64}", engine) is not None, f"fitted {check}: {engine!r} is no fingerprint of 8 to 64 hex digits")


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


@dataclass(frozen=True, slots=True)
class Limits:
    """`lines` of the set; `checks`: check -> its own Settings; `reported`: check that only reports its scores -> why (see `under`)."""

    lines: Lines
    checks: Mapping[str, Any]
    reported: Mapping[str, str] = field(default_factory=dict)


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
        if place == where and "words" in table.get("polarity", {}):
            raise Refusal(f"{where}, polarity: words of denial are the language's own; name them in its file, [gate.polarity] words.")
        merged = _over(merged, table)
        limits = _read(merged, where=place)
    return limits


def under(limits: Limits, engine: str) -> Limits:
    """The limits where the engine with this identity (`engine.scored_by`) measures what checks of scope "evidence" judge.

    What a model says of a text cannot be compared with what another says: a check whose limits were set under another (`fitted`) reports
    its scores and refuses nothing.
    """
    others = {check: prefix for check, prefix in limits.lines.fitted.items() if prefix and not engine.startswith(prefix)}
    why = "only reported: the limits were set under another engine ({}, here {}); set them with lingraft calibrate"
    return replace(limits, reported={check: why.format(prefix[:8], engine[:8] or "none") for check, prefix in others.items()})


def _need_known(table: Mapping[str, Any], *, where: str) -> None:
    known = [*Lines.__slots__, *gates()]
    for key, value in table.items():
        if key not in known:
            raise Refusal(f"{where}: unknown key {key!r}; allowed are {', '.join(known)}.{did_you_mean(key, known)}")
        if key in gates() and not isinstance(value, Mapping):
            names = ", ".join(gates()[key].Settings.__slots__)
            raise Refusal(f"{where}, {key}: {value!r} is no table; name the limit to set ({names}), as {key} = {{ {names.split(', ')[0]} = ... }}.")
    for key, kind, example in (("off", list | tuple, '["numbers"]'), *((key, Mapping, "{ ... }") for key in ("severity", "points", "fitted"))):
        if key in table and not isinstance(table[key], kind):
            what = "list of checks" if key == "off" else "table"
            raise Refusal(f"{where}, {key}: {table[key]!r} is no {what}; write {key} = {example}.")
    for key in ("off", "severity", "fitted"):
        for name in table.get(key, ()):
            if name not in gates():
                raise Refusal(f"{where}, {key}: no check {name!r}; there are {', '.join(gates())}.{did_you_mean(name, gates())}")
    for name in table.get("fitted", ()):
        if gates()[name].SCOPE != "evidence":
            raise Refusal(f"{where}, fitted: {name} asks no engine; only checks that do have limits of one.")
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
    checks = {name: read_settings(module.Settings, table.get(name, {}), where=f"{where} {name}") for name, module in gates().items()}
    for name, settings in checks.items():
        for key, value in asdict(settings).items():
            if any(isinstance(one, float) and not math.isfinite(one) for one in (value if isinstance(value, tuple) else (value,))):
                raise Refusal(f"{where} {name}: {key}: {value!r} is no limit; give a finite number.")
    return Limits(lines, checks)
