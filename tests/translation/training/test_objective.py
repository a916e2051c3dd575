"""The loss and its gradients are torch's own label-smoothed cross-entropy, although all logits never stand in memory at once."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from translation.training.objective import AT_ONCE, smoothed_cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("count", [1, AT_ONCE, 2 * AT_ONCE + 7])
def test_loss_and_gradients_are_torchs(smoothing: float, count: int) -> None:
    generator = torch.Generator().manual_seed(0)
    states, table = (torch.randn(rows, 12, generator=generator) for rows in (count, 31))
    target = torch.randint(30, (count,), generator=generator)
    found = []
    for ours in (True, False):
        mine, weight = states.clone().requires_grad_(), table.clone().requires_grad_()
        if ours:
            loss = smoothed_cross_entropy(mine, weight[:-1], target, smoothing)
        else:
            loss = F.cross_entropy(mine @ weight[:-1].T, target, label_smoothing=smoothing)
        torch.autograd.backward(3 * loss)
        found.append((loss.detach(), mine.grad, weight.grad))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert not found[0][2][-1].any()


def test_large_logits_stay_finite() -> None:
    states = torch.full((3, 4), 200.0, requires_grad=True)
    loss = smoothed_cross_entropy(states, torch.eye(4) * 100, torch.tensor([0, 1, 2]), 0.1)
    torch.autograd.backward(loss)
    assert torch.isfinite(loss) and torch.isfinite(states.grad).all()
