"""Settings: a TOML table becomes a frozen dataclass, strictly: an unknown key is an error that names the nearest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from templates.refusal import Refusal, did_you_mean

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """The file as a dictionary; a Refusal names file, line and column of a syntax error, or the byte that is not UTF-8."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path}: not valid TOML: {error}.") from error


def read_settings(cls: type[T], table: Mapping[str, Any], *, where: str) -> T:
    """Build the frozen dataclass `cls` from `table`; `where` (file and table) begins the sentence of a Refusal."""
    known = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise Refusal(f"{where}: unknown key {key!r}; allowed are {', '.join(known)}.{did_you_mean(key, known)}")
    hints = get_type_hints(cls, include_extras=True)
    values: dict[str, Any] = {}
    for key, value in table.items():
        kind = hints[key]
        if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, Mapping):
            values[key] = read_settings(kind, value, where=f"{where} {key}")
            continue
        inner = get_args(kind)[0] if get_origin(kind) is tuple else None
        if isinstance(inner, type) and is_dataclass(inner) and isinstance(value, list):
            values[key] = tuple(read_settings(inner, item, where=f"{where} {key}[{number}]") for number, item in enumerate(value))
            continue
        try:
            values[key] = TypeAdapter(kind).validate_python(value, strict=None if isinstance(value, list | Mapping) else True)
        except ValidationError as error:
            first = max(error.errors(), key=lambda each: len(each["loc"]))  # of several readings the one that got furthest
            at = ".".join([key, *(str(part) for part in first["loc"])])
            problem = first["msg"][0].lower() + first["msg"][1:]
            raise Refusal(f"{where}: {at}: {problem} (found {first.get('input')!r}).") from error
    missing = [item.name for item in fields(cls) if item.name not in values and item.default is MISSING and item.default_factory is MISSING]  # type: ignore[arg-type]
    if missing:
        raise Refusal(f"{where}: key {missing[0]!r} is missing; needed are {', '.join(missing)}.")
    try:
        return cls(**values)
    except ValueError as error:
        raise Refusal(f"{where}: {str(error).rstrip('.')}.") from error
