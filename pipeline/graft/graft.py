"""Graft: what was learnt of a language, as a folder: embeddings in eight bits with a scale each, low-rank changes in bfloat16, the tokenizer, a card.

It holds no weight of the model it grows on, though its embeddings began as mixtures of that model's; a sketch of those weights refuses another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from pipeline.frozen_gpt import FrozenGPT
from pipeline.graft.student import SCALE, Student
from templates.refusal import Refusal
from templates.store import file_digest, make_folder, write_atomic, write_json

FACTS = "graft.json"
WEIGHTS = "graft.safetensors"
TOKENIZER = "tokenizer.json"
CARD = "card.md"


@dataclass(frozen=True, slots=True)
class Facts:
    """`model`: the name of what it grows on; `sketch`: blake2b over the first row of each of that model's weights; `language`: BCP 47; `files`: file ->
    sha256, so that one half rewritten is noticed."""

    language: str
    model: str
    sketch: str
    rank: int
    tokens: int
    files: Mapping[str, str] = field(default_factory=dict)


def is_graft(folder: Path) -> bool:
    """Whether a folder holds one."""
    return (folder / FACTS).is_file()


def sketch(gpt: FrozenGPT) -> str:
    """Alike in every number format no wider than bfloat16's rounding, unlike for other weights."""
    state = hashlib.blake2b(digest_size=16)
    for name, weight in sorted(gpt.model.state_dict().items()):
        state.update(name.encode())
        state.update(weight[:1].detach().to(torch.bfloat16).contiguous().view(torch.uint8).cpu().numpy().data)
    return state.hexdigest()


def need_base(gpt: FrozenGPT) -> None:
    """Refuse a model on which no graft grows."""
    if gpt.by_hand is None or not getattr(gpt.model.config, "tie_word_embeddings", False):
        raise Refusal(f"graft: grows on models of the Llama kind whose head is their embeddings; {gpt.name} is none; choose another model.")


def need_place(folder: Path) -> None:
    """Refuse a folder that a graft cannot go to, before the training and not after it."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not is_graft(folder))):
        raise Refusal(f"{folder}: holds something that is no graft; name another folder with --out.")


def write(folder: Path, student: Student, tokenizer: PreTrainedTokenizerBase, *, facts: Facts, card: str) -> None:
    """Everything into the folder, the facts last: they have the digests of the rest."""
    need_place(folder)
    make_folder(folder)
    scales = student.embeddings.detach().abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
    held = {"embeddings": (student.embeddings.detach() / scales).round().to(torch.int8), "scales": scales.half()}
    for number, (down, up) in enumerate(zip(student.down, student.up, strict=True)):
        held |= {f"down.{number}": down.detach().bfloat16(), f"up.{number}": up.detach().bfloat16()}
    tokenizer.save_pretrained(folder)
    write_atomic(folder / CARD, card.encode("utf-8"))
    write_atomic(folder / WEIGHTS, save({name: value.contiguous() for name, value in held.items()}))
    files = {name: file_digest(folder / name) for name in (WEIGHTS, TOKENIZER)}
    write_json(folder / FACTS, asdict(replace(facts, files=files)))


def read_facts(folder: Path) -> Facts:
    """What the folder says of itself."""
    try:
        return Facts(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Refusal(f"{folder / FACTS}: does not describe a graft ({error}); make it again with lingraft graft.") from error


def compose(folder: Path, base: FrozenGPT, *, name: str) -> FrozenGPT:
    """The model with the graft on it. `base` is changed and belongs to the result."""
    facts = read_facts(folder)
    for file, sha256 in facts.files.items():
        if not (folder / file).is_file() or file_digest(folder / file) != sha256:
            raise Refusal(f"{folder / file}: missing, damaged or half rewritten; make the graft again with lingraft graft.")
    need_base(base)
    if sketch(base) != facts.sketch:
        raise Refusal(f"graft {name}: was made for {facts.model} with other weights than {base.name} has; make it again with lingraft graft.")
    held = load_file(folder / WEIGHTS, device=str(base.device))
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    _change(base, held)
    return FrozenGPT(base.model, tokenizer, name=name)


@torch.no_grad()
def _change(base: FrozenGPT, held: dict[str, Tensor]) -> None:
    assert base.by_hand is not None
    for number, weight in enumerate(base.by_hand.weights):
        weight.copy_(torch.addmm(weight.float(), held[f"up.{number}"].float(), held[f"down.{number}"].float(), alpha=SCALE))
    embeddings = held["embeddings"].float() * held["scales"].float()
    base.model.resize_token_embeddings(len(embeddings), mean_resizing=False)
    base.model.get_input_embeddings().weight.copy_(embeddings)
    base.model.tie_weights()
    base.model.requires_grad_(False)
