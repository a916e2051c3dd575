"""slab: one piece of memory for what a step on the way there keeps for the way back, used again by the next step.

Asked for anew, step by step and in ever other sizes, such tensors cut glibc's heap into thousands of free pieces, and looking for one that fits then takes a
growing part of a long training; or, where the heap is given back, a step takes it anew page by page.
"""

from __future__ import annotations

import math
import weakref

import torch
from torch import Tensor

ALIGNED = 64  # elements


class Lease:
    """The right to the slab until `done`, or until whoever holds it is gone."""

    def __init__(self) -> None:
        self.done = False


class Slab:
    """Memory of one kind of number on the CPU, for one lease at a time."""

    def __init__(self) -> None:
        self._memory: Tensor | None = None
        self._taken = 0
        self._lease: weakref.ref[Lease] | None = None

    def begin(self, elements: int, like: Tensor) -> Lease | None:
        """A lease on room for so many elements; None if there is one already, or `like` is not in the CPU's memory."""
        held = self._lease() if self._lease is not None else None
        if like.device.type != "cpu" or (held is not None and not held.done):
            return None
        if self._memory is None or self._memory.dtype != like.dtype or len(self._memory) < elements:
            self._memory = None  # before the larger one
            self._memory = torch.empty(elements + elements // 8, dtype=like.dtype)
        lease = Lease()
        self._taken, self._lease = 0, weakref.ref(lease)
        return lease

    def take(self, *shape: int) -> Tensor | None:
        """A tensor out of what the lease still has, with whatever numbers stood there; None when that is not enough."""
        count, start = math.prod(shape), self._taken
        if self._memory is None or start + count > len(self._memory):
            return None
        self._taken = -(-(start + count) // ALIGNED) * ALIGNED
        return self._memory[start : start + count].view(shape)
