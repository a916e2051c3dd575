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

AT_ONCE = 512
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
    """What torch's cross_entropy gives of states [N D] times weight [V D], target [N], with label smoothing: the mean, in nats. Under autocast
    the products are in its precision, sums and the softmax in float32."""
    if torch.is_autocast_enabled(states.device.type):
        states = states.to(torch.get_autocast_dtype(states.device.type))
    with torch.autocast(states.device.type, enabled=False):
        loss: Tensor = _SmoothedCrossEntropy.apply(states, weight, target, smoothing)  # type: ignore[no-untyped-call]
    return loss


class _SmoothedCrossEntropy(torch.autograd.Function):
    """The smoothing's part of loss and gradient is the same for every label, so it needs the mean row of the weight alone and no logits."""

    @staticmethod
    def forward(context: Any, states: Tensor, weight: Tensor, target: Tensor, smoothing: float) -> Tensor:
        count, size = len(states), min(len(states), AT_ONCE if states.device.type == "cpu" else AT_ONCE * MORE)
        narrow, mean = weight.to(states.dtype), weight.mean(0, dtype=torch.float32)
        loss = -smoothing * (states.sum(0, dtype=torch.float32) @ mean)
        by_state, by_weight = torch.empty_like(states), torch.zeros(weight.shape, device=weight.device, dtype=torch.float32)
        logits, shares = (states.new_empty(size, len(weight)) for _ in range(2))
        for start in range(0, count, size):
            some, wanted = states[start : start + size], target[start : start + size, None]
            scores, slope = logits[: len(some)], shares[: len(some)]
            torch.mm(some, narrow.T, out=scores)
            highest, where = scores.max(1, keepdim=True)
            torch.softmax(scores, 1, out=slope)
            total = highest.float() - slope.gather(1, where).float().log()
            loss += (total - (1 - smoothing) * scores.gather(1, wanted).float()).sum()
            slope.scatter_add_(1, wanted, torch.full_like(wanted, smoothing - 1, dtype=slope.dtype))
            torch.mm(slope, narrow, out=by_state[start : start + size])
            if slope.dtype == by_weight.dtype:
                by_weight.addmm_(slope.T, some)
            else:
                by_weight += slope.T @ some
        by_state -= smoothing * mean
        by_weight -= smoothing / len(weight) * states.sum(0, dtype=torch.float32)
        context.save_for_backward(by_state / count, (by_weight / count).to(weight.dtype))
        return loss / count

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        by_state, by_weight = context.saved_tensors
        return by_state * gradients[0], by_weight * gradients[0], None, None
