"""Schedule: the learning rate rises, stays, and falls at the end (warm-up, stable, decay: Hu et al. 2024, https://arxiv.org/abs/2404.06395).

What was learnt before the fall is kept, so that a later sitting goes on from there: only the fall is done again. It follows one minus a root,
which ends lower than a straight line (Hägele et al. 2024, https://arxiv.org/abs/2405.18392).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from templates.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Goal:
    """When training ends: after so many steps, or so many minutes, counted from the very first, over all sittings; one of them is 0.

    `fall`: the share of the goal, at its end, in which the rate falls; 0 keeps it up, for a training that will go on.
    """

    steps: int = 0
    minutes: float = 0.0
    fall: float = 0.2

    def __post_init__(self) -> None:
        if (self.steps > 0) == (self.minutes > 0):
            raise Refusal(f"training: give either --steps or --minutes, above 0 (found {self.steps} steps, {self.minutes:g} minutes).")
        if not 0 <= self.fall < 1:
            raise Refusal(f"training: the falling part is {self.fall:g} of all; choose from 0 to below 1.")

    def reached(self, step: int, minutes: float) -> float:
        """The part of the goal that is behind, 0 to 1 and beyond."""
        return step / self.steps if self.steps else minutes / self.minutes

    def falling(self, step: int, minutes: float) -> bool:
        """Whether the rate falls now."""
        return self.reached(step, minutes) > 1 - self.fall

    def factor(self, step: int, minutes: float, *, warm_up: int) -> float:
        """What the highest learning rate is multiplied with at this step (the first is 0)."""
        rising = min(1.0, (step + 1) / max(1, warm_up))
        gone = (self.reached(step, minutes) - (1 - self.fall)) / self.fall if self.fall else 0.0
        return rising * (1 - math.sqrt(min(1.0, gone)) if gone > 0 else 1.0)
