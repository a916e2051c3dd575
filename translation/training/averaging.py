"""Average: an exponential average of the weights, which translates better than the last step's (Polyak and Juditsky 1992).

It costs one pass over the weights a step and no files, unlike the mean of the last checkpoints, and serves at any moment.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Average:
    """The running average of a model's parameters. Early on it forgets faster, so that the random start does not linger."""

    def __init__(self, parameters: Mapping[str, nn.Parameter], *, decay: float) -> None:
        self.decay = decay
        self.values = {name: parameter.detach().clone() for name, parameter in parameters.items()}

    @torch.no_grad()
    def update(self, parameters: Mapping[str, nn.Parameter], *, step: int) -> None:
        """Take in the weights after this step (the first is 1)."""
        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.values.values()), [parameters[name].detach() for name in self.values], weight)

    def load(self, values: Mapping[str, Tensor]) -> None:
        """Go on from these values."""
        for name, value in self.values.items():
            value.copy_(values[name])
