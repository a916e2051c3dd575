"""Muon: momentum whose steps are made orthogonal, for the matrices inside a model (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/).

torch has one, but its products are always in bfloat16, which CPUs not built for it are many times slower in (see precision). This one takes
the precision that the training goes by, and all matrices of one shape in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

QUINTIC = (3.4445, -4.7750, 2.0315)  # the post's: each round pulls the singular values towards 1, those near 0 fastest
ROUNDS = 4  # singular values from a hundredth of the Frobenius norm on end at 0.68 to 1.2, smaller ones below
RMS = 0.2  # of a step of Adam, so that one learning rate serves both (Liu et al. 2025, https://arxiv.org/abs/2502.16982)


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised, with decoupled weight decay. Matrices only: embeddings, biases and norms are AdamW's.

    `bfloat16`: orthogonalise in it, as the post does; weights and momentum stay as they are.
    """

    def __init__(self, matrices: Iterable[nn.Parameter], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.01, bfloat16: bool = False) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.bfloat16 = bfloat16

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no closure is ever needed
        """One step for every matrix that has a gradient."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(parameter.shape, []).append(parameter)
            for shape, alike in shapes.items():
                ahead = torch.stack([self._ahead(parameter, group["momentum"]) for parameter in alike])
                steps = orthogonal(ahead.bfloat16()).to(ahead.dtype) if self.bfloat16 else orthogonal(ahead)
                rate = group["lr"]
                for parameter, step in zip(alike, steps, strict=True):
                    parameter.mul_(1 - rate * group["weight_decay"]).add_(step, alpha=-rate * RMS * max(shape) ** 0.5)

    def _ahead(self, parameter: nn.Parameter, momentum: float) -> Tensor:
        gradient = parameter.grad
        assert gradient is not None
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(state["momentum"], momentum)


def orthogonal(matrices: Tensor) -> Tensor:
    """Each of [N A B] with its singular values pulled towards 1 by Newton-Schulz rounds, its directions as they are."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    now = matrices.mT if tall else matrices
    now = now / now.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    first, second, third = QUINTIC
    for _ in range(ROUNDS):
        gram = now @ now.mT
        now = torch.baddbmm(now, torch.baddbmm(gram, gram, gram, beta=second, alpha=third), now, beta=first)
    return now.mT if tall else now
