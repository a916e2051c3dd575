"""memory: what to do where a batch is too large for it: the same work on halves, aloud."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import torch

log = logging.getLogger(__name__)
Item = TypeVar("Item")


def out_of_memory(error: BaseException) -> bool:
    """MemoryError, and what torch raises on a GPU (its own class) and on a CPU (a RuntimeError of the allocator)."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "not enough memory" in str(error) or "can't allocate memory" in str(error)


def in_parts(batches: Iterable[Sequence[Item]], work: Callable[[Sequence[Item]], object]) -> None:
    """Do `work` on every batch. Where memory does not suffice, on halves of it, down to single items, and from then on on no more than fitted. Work that
    was cut short is done again from its start, so it must not build on what it left behind."""
    most = 0  # no limit
    for batch in batches:
        start = 0
        while start < len(batch):
            part = batch[start : start + most] if most else batch[start:]
            try:
                work(part)
                start += len(part)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error) or len(part) == 1:
                    raise
                most = (len(part) + 1) // 2
                log.warning("out of memory with %d records at a time; going on with %d", len(part), most)
                if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
                    torch.cuda.empty_cache()
