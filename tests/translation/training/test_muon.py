"""Muon: steps with singular values near 1, of the size of Adam's, in float32; what has no gradient stays."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from translation.training.muon import RMS, Muon, orthogonal


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 16, 48), (2, 48, 16)])
def test_singular_values_come_near_one_and_the_directions_stay(shape: tuple[int, int, int]) -> None:
    left, values, right = torch.linalg.svd(torch.randn(shape, generator=torch.Generator().manual_seed(0)), full_matrices=False)
    matrices = left @ torch.diag_embed(torch.linspace(0.1, 5.0, values.shape[-1]).expand_as(values)) @ right
    made = orthogonal(matrices)
    found = torch.linalg.svdvals(made)
    assert found.min() > 0.6 and found.max() < 1.25
    turned = left.mT @ made @ right.mT  # diagonal where the directions are kept
    assert torch.allclose(turned, torch.diag_embed(turned.diagonal(dim1=-2, dim2=-1)), atol=1e-3)
    assert made.dtype == torch.float32


def test_of_a_wide_matrix_all_but_the_smallest_come_near_one() -> None:
    found = torch.linalg.svdvals(orthogonal(torch.randn(1, 256, 256, generator=torch.Generator().manual_seed(3)))[0])
    assert found.max() < 1.25
    assert torch.quantile(found, 0.1) > 0.6


def test_a_still_gradient_is_followed_and_weights_decay() -> None:
    matrix = nn.Parameter(torch.ones(4, 8))
    optimiser = Muon([matrix], lr=0.5, momentum=0.5, weight_decay=0.1)
    matrix.grad = torch.zeros(4, 8)
    optimiser.step()
    assert torch.allclose(matrix.detach(), torch.full((4, 8), 0.95))  # by the rate times the decay, and no step
    matrix.grad = torch.randn(4, 8, generator=torch.Generator().manual_seed(4))
    optimiser.step()
    assert torch.allclose(optimiser.state[matrix]["momentum"], 0.5 * matrix.grad)


def test_matrices_together_step_as_each_alone() -> None:
    matrices = torch.randn(4, 8, 24, generator=torch.Generator().manual_seed(1))
    alone = torch.cat([orthogonal(one[None]) for one in matrices])
    assert torch.allclose(orthogonal(matrices), alone, atol=1e-5)


def test_a_step_goes_downhill_by_the_rate_whatever_the_gradients_size() -> None:
    for scale in (1e-4, 1.0, 1e4):
        matrix = nn.Parameter(torch.zeros(16, 32))
        gradient = scale * torch.randn(16, 32, generator=torch.Generator().manual_seed(2))
        matrix.grad = gradient
        Muon([matrix], lr=0.01).step()
        assert float((matrix.detach() * gradient).sum()) < 0
        assert float(matrix.detach().square().mean().sqrt()) == pytest.approx(0.01 * RMS, rel=0.25)


def test_what_has_no_gradient_stays() -> None:
    still, moved = nn.Parameter(torch.ones(4, 4)), nn.Parameter(torch.ones(4, 4))
    moved.grad = torch.eye(4)
    Muon([still, moved], lr=0.1).step()
    assert torch.equal(still.detach(), torch.ones(4, 4))
    assert not torch.equal(moved.detach(), torch.ones(4, 4))
