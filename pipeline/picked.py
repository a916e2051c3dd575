"""picked: log-likelihoods of one token at each hidden state, with the way back made on the way there, some states at a time.

Kept for the way back are a state's gradients [N, H], never its logits [N, V]: with 49,152 tokens these are the largest tensors of a step, and its memory
would come and go page by page.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

STATES = 64  # at once


def picked(hidden: Float[Tensor, "N H"], head: Float[Tensor, "V H"], tokens: Int[Tensor, "N"]) -> Float[Tensor, "N"]:
    """log p(tokens[n]) at hidden[n], in float32. Gradients go to `hidden` alone."""
    found: Tensor = _Picked.apply(hidden, head, tokens)  # type: ignore[no-untyped-call]
    return found


class _Picked(torch.autograd.Function):
    """The slope of log p(t) is the head's row t minus its rows' mean under p; both at once, so that nothing large is taken from something as large."""

    @staticmethod
    def forward(context: Any, hidden: Tensor, head: Tensor, tokens: Tensor) -> Tensor:
        found = torch.empty(len(hidden), device=hidden.device)
        slopes = torch.empty_like(hidden)
        for start in range(0, len(hidden), STATES):
            here = slice(start, start + STATES)
            wide = (hidden[here] @ head.T).float()
            asked = tokens[here, None]
            whole = torch.logsumexp(wide, dim=1, keepdim=True)
            found[here] = (wide.gather(1, asked) - whole).squeeze(1)
            wide.sub_(whole).exp_().neg_().scatter_add_(1, asked, torch.ones_like(whole))
            slopes[here] = wide.to(head.dtype) @ head
        context.save_for_backward(slopes)
        return found

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (slopes,) = context.saved_tensors
        return (gradients[0][:, None] * slopes).to(slopes.dtype), None, None
