"""Student: a frozen Llama under embeddings of its own and low-rank changes of its weights.

LoRA: Hu et al. 2021, https://arxiv.org/abs/2106.09685. The changes are added to the weights before each step, whose gradients are then taken
whole: with layers this small that costs less than a product beside each product, and what is trained is exactly what is used later.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import torch
from jaxtyping import Float
from torch import Tensor, nn

SCALE = 2.0


class Student(nn.Module):
    """`embeddings [N H]`, words in and words out; for each weight [out, in] `down [rank, in]` and `up [out, rank]`, which begins at nothing. All of it
    lies where the weights lie; what is drawn does not depend on that."""

    def __init__(self, embeddings: Float[Tensor, "N H"], weights: Sequence[Tensor], *, rank: int, seed: int = 0) -> None:
        super().__init__()
        chance = torch.Generator().manual_seed(seed)
        self.embeddings = nn.Parameter(embeddings.detach().float().clone())
        self.down = nn.ParameterList(torch.randn(rank, weight.shape[1], generator=chance) / weight.shape[1] ** 0.5 for weight in weights)
        self.up = nn.ParameterList(torch.zeros(weight.shape[0], rank) for weight in weights)
        self.base = [weight.detach() for weight in weights]
        self.to(self.base[0].device)

    def weights(self, count: int | None = None) -> list[Tensor]:
        """The changed weights, or the first `count` of them, in the order and the precision of those that were given."""
        changes = islice(zip(self.base, self.up, self.down, strict=True), count)
        return [torch.addmm(base, up.to(base.dtype), down.to(base.dtype), alpha=SCALE) for base, up, down in changes]
