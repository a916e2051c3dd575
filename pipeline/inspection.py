"""inspection: what a trained prompt looks like from outside: nearest words, size, and how far training moved it.

Lester et al. 2021 (https://arxiv.org/abs/2104.08691, section 7) read prompts this way. Nearest words are a hint, not an explanation: a
virtual token rarely lies close to any word (see the similarity), and what it does depends on all layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.frozen_gpt import FrozenGPT


@dataclass(frozen=True, slots=True)
class VirtualToken:
    """`nearest`: words with their cosine similarity (-1 to 1), nearest first. `size`: root mean square of its elements in units of the word
    embeddings'. `drift`: cosine between where it began and where it is, and `moved` the distance between, in the same units as size; None where the
    beginning is not known."""

    nearest: tuple[tuple[str, float], ...]
    size: float
    drift: float | None = None
    moved: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> VirtualToken:
        """Back from a JSON object."""
        return VirtualToken(tuple((str(word), float(share)) for word, share in value["nearest"]), value["size"], value["drift"], value["moved"])


@torch.no_grad()
def look(gpt: FrozenGPT, prompt: Float[Tensor, "P H"], *, start: Float[Tensor, "P H"] | None = None, words: int = 3) -> list[VirtualToken]:
    """Each virtual token of a prompt. Words are what the tokenizer writes for single tokens, blanks shown as they are."""
    prompt, start = prompt.to(gpt.device), start.to(gpt.device) if start is not None else None
    table = gpt.model.get_input_embeddings().weight.detach().float()
    unit = torch.nn.functional.normalize(table, dim=1)
    alike, ids = (torch.nn.functional.normalize(prompt.float(), dim=1) @ unit.T).topk(words, dim=1)
    sizes = prompt.float().pow(2).mean(dim=1).sqrt() / gpt.embedding_size
    found = []
    for row in range(len(prompt)):
        nearest = tuple((str(gpt.tokenizer.decode([int(token)])), round(float(share), 3)) for token, share in zip(ids[row], alike[row], strict=True))
        drift = moved = None
        if start is not None:
            drift = round(float(torch.nn.functional.cosine_similarity(prompt[row].float(), start[row].float(), dim=0)), 3)
            moved = round(float((prompt[row].float() - start[row].float()).pow(2).mean().sqrt() / gpt.embedding_size), 3)
        found.append(VirtualToken(nearest, round(float(sizes[row]), 3), drift, moved))
    return found
