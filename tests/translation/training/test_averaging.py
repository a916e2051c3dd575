"""The average follows the weights slowly, and forgets the random start soon."""

import torch
from torch import nn

from translation.training.averaging import Average


def test_it_is_the_exponential_average() -> None:
    weight = {"a": nn.Parameter(torch.tensor([0.0]))}
    average = Average(weight, decay=0.9)
    expected = 0.0
    for step, value in enumerate([1.0, 2.0, 3.0], start=1):
        with torch.no_grad():
            weight["a"].fill_(value)
        average.update(weight, step=step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
    assert abs(average.values["a"].item() - expected) < 1e-6


def test_the_start_is_soon_forgotten() -> None:
    weight = {"a": nn.Parameter(torch.tensor([100.0]))}
    average = Average(weight, decay=0.999)
    with torch.no_grad():
        weight["a"].zero_()
    for step in range(1, 51):
        average.update(weight, step=step)
    assert average.values["a"].item() < 1e-3
