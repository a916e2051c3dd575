"""The translator and the GPT of a plan, loaded once a process, and where the translation memory lies."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from flows.plan import Plan
from pipeline import smollm2
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt, settled
from pipeline.prefix import PrefixCache
from pipeline.smollm2 import cache_folder
from templates import catalogue
from templates.language import ENGLISH, Language, load
from templates.refusal import Refusal
from templates.settings import read_settings
from templates.store import canonical, make_folder
from translation.engine import Translator
from translation.memory import Memory
from translation.retry import FULL_STOP, LOWER_CASE, NO_FULL_STOP

DEFAULT = "ctranslate2"
TEXT_RUNGS = (FULL_STOP, NO_FULL_STOP, LOWER_CASE)
_LOADED: dict[tuple[Any, ...], tuple[FrozenGPT, PrefixCache]] = {}  # one at most


def engine_of(plan: Plan) -> str:
    """The module that translates into the plan's language: as the study says, else the language's file; English gets the identity."""
    return "identity" if plan.language.code == ENGLISH else plan.study.translator.engine or plan.language.translator or DEFAULT


def translator_for(plan: Plan) -> Translator:
    """The plan's translator."""
    settings = {} if plan.language.code == ENGLISH else dict(plan.study.translator.settings)
    return _translator(engine_of(plan), canonical(settings).decode(), plan.language.code)


def second_for(plan: Plan) -> Translator | None:
    """The study's second engine, for the check `agreement`; None where it names none."""
    second = plan.study.second
    if not second.engine or plan.language.code == ENGLISH:
        return None
    return _translator(second.engine, canonical(dict(second.settings)).decode(), plan.language.code)


def variant_for(plan: Plan, rung: str) -> Translator | None:
    """The plan's translator as a rung of the retry ladder wants it; None where the engine has no such setting. Not kept in memory."""
    if rung in TEXT_RUNGS:
        return translator_for(plan)
    engine = engine_of(plan)
    module = catalogue.module("translation.translators", engine, "translator")
    read: Any = read_settings(module.Settings, dict(plan.study.translator.settings), where=f"translator {engine}")
    settings = module.variants(read).get(rung) if hasattr(module, "variants") else None
    made: Translator | None = module.build(settings, source=load(ENGLISH), target=plan.language) if settings is not None else None
    return made


@lru_cache(maxsize=2)
def _translator(engine: str, settings: str, target: str) -> Translator:
    module = catalogue.module("translation.translators", engine, "translator")
    if host := getattr(module, "SENDS_TO", ""):  # a language's file may name one too
        raise Refusal(f"translator {engine}: sends texts to {host}, which no run may do; use lingraft crosscheck --send.")
    read: Any = read_settings(module.Settings, json.loads(settings), where=f"translator {engine}")
    language: Language = load(target)
    made: Translator = module.build(read, source=load(ENGLISH), target=language)
    return made


def memory_for(translator: Translator) -> Memory:
    """The memory of this engine, one file an engine, shared by all runs of the user."""
    return Memory(memories() / f"{translator.fingerprint[:32]}.sqlite")


def measured_for(translator: Translator) -> Path:
    """The file of what this engine measured, beside its memory."""
    return memories() / f"{translator.fingerprint[:32]}.measured.sqlite"


def memories() -> Path:
    """The folder of all memories."""
    return make_folder(cache_folder() / "memory")


def gpt_for(plan: Plan) -> tuple[FrozenGPT, PrefixCache]:
    """The GPT that reads the plan's language, with the prefixes read so far."""
    model = plan.model
    torch.set_num_threads(model.threads)  # translators in the same process set it to one
    key = (model.name, model.revision, model.dtype, settled(model.device), model.cache_gibibytes, model.disk_gibibytes)
    if key not in _LOADED:
        _LOADED.clear()  # before another is loaded: memory may hold one of them only
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.empty_cache()
        gpt = load_gpt(model.name, revision=model.revision, dtype=model.dtype, device=settled(model.device))
        kept: dict[str, Any] = {"gibibytes": model.cache_gibibytes, "disk_gibibytes": model.disk_gibibytes}
        _LOADED[key] = gpt, PrefixCache(gpt, **kept, folder=make_folder(cache_folder()))
    return _LOADED[key]


def weights_of(plan: Plan) -> str:
    """What tells the plan's GPT from others, without loading it where that is known."""
    return smollm2.SHA256 if plan.model.name == smollm2.NAME else gpt_for(plan)[0].fingerprint
