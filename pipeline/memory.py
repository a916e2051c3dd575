"""memory: what to do where a batch is too large for it: the same work on halves, aloud."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

log = logging.getLogger(__name__)
Item = TypeVar("Item")


def out_of_memory(error: BaseException) -> bool:
    """MemoryError, and what torch raises on a GPU (its own class) and on a CPU (a RuntimeError of the allocator)."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "not enough memory" in str(error) or "can't allocate memory" in str(error)


def halving(batch: Sequence[Item], work: Callable[[Sequence[Item]], object]) -> None:
    """Do `work` on the batch or, where memory does not suffice, on each half of it, down to single items. Work that was cut short is done again
    from its start, so it must not build on what it left behind."""
    try:
        work(batch)
        return
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error) or len(batch) == 1:
            raise
    middle = len(batch) // 2
    log.warning("out of memory with %d records at a time; going on with %d", len(batch), len(batch) - middle)
    for half in (batch[:middle], batch[middle:]):
        halving(half, work)
