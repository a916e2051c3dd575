"""NamedEngine: a translator as the command line names it: a model's folder or name, an engine, or `engine:model` (`engine:address` for a service)."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from templates import catalogue
from templates.language import ENGLISH, Language, load
from templates.refusal import Refusal
from translation.engine import Translator

PACKAGE, KIND = "translation.translators", "translator"
MARIAN = "ctranslate2"


@dataclass(frozen=True, slots=True)
class NamedEngine:
    """`name` as it was asked for. `sends_to`: the host that texts are sent to, empty for engines that keep them here. `share`: of the
    corpus that the model says it was trained on, None where it says nothing."""

    name: str
    engine: str
    sends_to: str
    translator: Translator
    source: Language
    target: Language
    share: float | None = None


def engine_of(name: str) -> tuple[str, str]:
    """(engine, model) of a name; the model is empty where the engine takes its own."""
    engine, parted, model = name.partition(":")
    folder = Path(name).expanduser()
    if folder.is_dir() and not (folder / "model.bin").is_file() and any(folder.glob("*.safetensors")):
        return "transformers", name
    if parted and catalogue.NAME.fullmatch(engine):
        return engine, model
    there = {path.stem for path in (catalogue.PACKAGE / PACKAGE.replace(".", "/")).glob("[!_]*.py")}
    return (name, "") if name in there and not folder.is_dir() else (MARIAN, name)


def module_of(name: str) -> ModuleType:
    """The engine's module, imported only now."""
    return catalogue.module(PACKAGE, engine_of(name)[0], KIND)


def host_of(name: str) -> str:
    """Where this engine sends texts, the address where one was named; empty for engines that keep them here."""
    host = str(getattr(module_of(name), "SENDS_TO", ""))
    return engine_of(name)[1] or host if host else ""


def open_engine(name: str, *, source: str = "", target: str = "", settings: dict[str, Any] | None = None, key: str = "") -> NamedEngine:
    """Build the translator; languages that are not given are those of the model's manifest, else English and a Refusal."""
    engine, model = engine_of(name)
    module = module_of(name)
    manifest: dict[str, Any] = {}
    if engine == MARIAN and (model or target):
        manifest = module.verify(module.find(model or f"{source or ENGLISH}-{target}"))
    ours, theirs = source or str(manifest.get("source", ENGLISH)), target or str(manifest.get("target", ""))
    if not theirs:
        raise Refusal(f"{name}: does not say which language it translates into; name it with --to.")
    place = next((field.name for field in fields(module.Settings) if field.name in ("model", "server_url")), "")
    if model and not place:
        raise Refusal(f"{name}: {engine} takes no model; name it as {engine}.")
    given = {**({place: model} if model else {}), **(settings or {})}
    keyed = {"key": key} if key else {}
    translator = module.build(module.Settings(**given), source=load(ours), target=load(theirs), **keyed)
    share = manifest.get("share")
    return NamedEngine(name, engine, host_of(name), translator, load(ours), load(theirs), float(share) if isinstance(share, int | float) else None)


def short(name: str) -> str:
    """A name that fits into a table: of a path its last part."""
    engine, parted, model = name.partition(":")
    return f"{engine}:{os.path.basename(model.rstrip('/'))}" if parted and "/" in model else os.path.basename(name.rstrip("/")) if "/" in name else name
