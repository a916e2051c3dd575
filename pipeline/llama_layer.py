"""llama_layer: the weights of one layer of a Llama, side by side where they are multiplied with the same thing; they stay the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Layer:
    """`attend [3 heads D, H]`: queries, keys, values; `mix [H, heads D]`; `widen [2 F, H]`: gate, up; `narrow [H, F]`; two norms [H]."""

    first: Tensor
    attend: Tensor
    mix: Tensor
    second: Tensor
    widen: Tensor
    narrow: Tensor


def layer_of(layer: Any) -> Layer:
    """Of a layer of transformers, whose weights become parts of these."""
    attention, wide = layer.self_attn, layer.mlp
    return Layer(
        layer.input_layernorm.weight,
        _together(attention.q_proj, attention.k_proj, attention.v_proj),
        attention.o_proj.weight,
        layer.post_attention_layernorm.weight,
        _together(wide.gate_proj, wide.up_proj),
        wide.down_proj.weight,
    )


def _together(*parts: nn.Linear) -> Tensor:
    """Their weights one below the other; what they hold from now on are views of that, as they may be already."""
    first, rows = parts[0].weight, [len(part.weight) for part in parts]
    places = [int(first.storage_offset()) + sum(rows[:number]) * first.shape[1] for number in range(len(parts))]
    if all(_stands(part.weight, first, place) for part, place in zip(parts, places, strict=True)):
        return first.detach().as_strided((sum(rows), first.shape[1]), (first.shape[1], 1), places[0])
    whole = torch.cat([part.weight.detach() for part in parts])
    for part, weight in zip(parts, torch.split(whole, rows), strict=True):
        part.weight = nn.Parameter(weight, requires_grad=False)
    return whole


def _stands(weight: Tensor, first: Tensor, place: int) -> bool:
    """Whether it lies at this place of what the first lies in."""
    alike = weight.untyped_storage().data_ptr() == first.untyped_storage().data_ptr() and weight.shape[1] == first.shape[1]
    return alike and weight.is_contiguous() and weight.storage_offset() == place
