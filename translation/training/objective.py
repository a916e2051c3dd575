"""Objective: the loss of a batch. Logits are made only where a target token stands: they weigh most of all, and padding has none.

They are made for some tokens at a time and become gradients at once (as in Liger, Hsu et al. 2024, https://arxiv.org/abs/2410.10989), so that
all logits of a batch, a hundred megabytes, are never written to memory and read again.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import MarianMTModel

from translation.training.shape import embeddings

AT_ONCE = 256  # tokens; their logits stay in a CPU's cache
MORE = 16  # times as many on other devices, which want fewer and larger products


class Objective(nn.Module):
    """Label-smoothed cross-entropy (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567) per target token, the end mark included; nats."""

    def __init__(self, model: MarianMTModel, *, smoothing: float) -> None:
        super().__init__()
        self.model = model
        self.smoothing = smoothing

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Ids [B S] and [B T], padded; a scalar. The pad is no candidate, as it is none for CTranslate2."""
        weight = embeddings(self.model)
        pad = len(weight) - 1
        given = torch.cat([torch.full_like(target[:, :1], pad), target[:, :-1]], dim=1)
        read = self.model.model(input_ids=source, attention_mask=source.ne(pad).long(), decoder_input_ids=given, use_cache=False)
        kept = target.ne(pad)
        loss: Tensor = smoothed_cross_entropy(read.last_hidden_state[kept], weight[:-1], target[kept], self.smoothing)
        return loss


def smoothed_cross_entropy(states: Tensor, weight: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """What torch's cross_entropy gives of states [N D] times weight [V D], target [N], with label smoothing: the mean, in nats."""
    loss: Tensor = _SmoothedCrossEntropy.apply(states, weight, target, smoothing)  # type: ignore[no-untyped-call]
    return loss


class _SmoothedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, states: Tensor, weight: Tensor, target: Tensor, smoothing: float) -> Tensor:
        count, size = len(states), AT_ONCE if states.device.type == "cpu" else AT_ONCE * MORE
        loss = torch.zeros((), device=states.device, dtype=torch.float32)
        by_state, by_weight = torch.empty_like(states), torch.zeros(weight.shape, device=weight.device, dtype=torch.float32)
        for start in range(0, count, size):
            some, wanted = states[start : start + size], target[start : start + size, None]
            logits = (some @ weight.T.to(some.dtype)).float()
            total = logits.logsumexp(1, keepdim=True)
            loss += (total - (1 - smoothing) * logits.gather(1, wanted) - smoothing * logits.mean(1, keepdim=True)).sum()
            slope = logits.sub_(total).exp_().sub_(smoothing / len(weight))
            slope.scatter_add_(1, wanted, torch.full_like(wanted, smoothing - 1, dtype=slope.dtype))
            slope = slope.to(some.dtype)
            by_state[start : start + size] = slope @ weight.to(some.dtype)
            if slope.dtype == by_weight.dtype == some.dtype:
                by_weight.addmm_(slope.T, some)
            else:
                by_weight += slope.T @ some
        context.save_for_backward(by_state / count, (by_weight / count).to(weight.dtype))
        return loss / count

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        by_state, by_weight = context.saved_tensors
        return by_state * gradients[0], by_weight * gradients[0], None, None
