"""PrefixCache: keys and values of frozen text, computed once and reused by every epoch, fold, fraction, seed and method.

Exact, because the model is frozen and causal: a text that stands before the first virtual token cannot see it. Which texts share a
matrix product can still move the last bit. So a trial reads all texts of its condition ahead, in one order, those of like length together:
on a CPU an interrupted study then goes on bit for bit, as long as they all fit into the cache: in memory, and beyond that on disk.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from pipeline.frozen_gpt import FrozenGPT, Past
from pipeline.memory import out_of_memory
from pipeline.shelf import Shelf
from pipeline.slab import Slab

log = logging.getLogger(__name__)
TOKENS = 512  # of texts read at once; below that matrix products are too narrow for two cores, above it little is gained


class PrefixCache:
    """Holds up to `gibibytes` of keys and values in memory (46 kB a token of SmolLM2-135M in float32, half that in bfloat16). Texts read ahead push
    out older ones, never each other; what then finds no room goes to disk, up to `disk_gibibytes`; texts beyond that are computed each time they
    are asked for. Where memory runs out all the same, it lets go of half, aloud, and asks for no more again."""

    def __init__(self, gpt: FrozenGPT, *, gibibytes: float = 4.0, disk_gibibytes: float = 0.0, folder: Path | None = None) -> None:
        self.gpt = gpt
        self.shelf = Shelf(gibibytes=disk_gibibytes, folder=folder) if disk_gibibytes > 0 else None
        self.read_with: dict[tuple[int, ...], frozenset[tuple[int, ...]]] = {}
        self.slab = Slab()
        self.budget = int(gibibytes * 2**30)
        self.bytes = 0
        self.kept: dict[tuple[int, ...], Tensor] = {}
        self.ahead: frozenset[tuple[int, ...]] = frozenset()

    def gather(self, texts: Sequence[tuple[int, ...]], *, room: int = 0) -> Past | None:
        """The texts' keys and values, padded on the right, with room for those of `room` tokens more; None if all texts are empty."""
        while True:
            try:
                return self._gather(texts, room)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error) or not self.kept:
                    raise
            self._shrink()

    def _gather(self, texts: Sequence[tuple[int, ...]], room: int) -> Past | None:
        lengths = torch.tensor([len(text) for text in texts])
        if not int(lengths.max()):
            return None
        found = {text: self.kept[text] for text in texts if text in self.kept}
        if self.shelf is not None:
            found |= {text: self.shelf.get(text) for text in dict.fromkeys(texts) if text not in found and text in self.shelf}
        for text, kv in self._read([text for text in dict.fromkeys(texts) if text and text not in found]):
            found[text] = kv
            self._keep(text, kv)
        layers, two, heads, _, size = next(iter(found.values())).shape
        width = int(lengths.max())
        shape, where = (layers, two, len(texts), heads, width + room, size), torch.empty(0, dtype=self.gpt.dtype, device=self.gpt.device)
        lease = self.slab.begin(math.prod(shape), where) if room else None
        again = self.slab.take(*shape) if lease is not None else None
        kv = where.new_empty(shape) if again is None else again
        for row, text in enumerate(texts):
            if text:
                kv[:, :, row, :, : len(text)] = found[text]
            kv[:, :, row, :, len(text) : width] = 0
        return Past(kv, lengths, room, lease)

    def read_ahead(self, texts: Sequence[tuple[int, ...]]) -> None:
        """Read texts that will be asked for soon, many at once, as far as there is room; also those that are kept from elsewhere, where they
        had other mates; not those that are all there with the same mates."""
        wanted = frozenset(text for text in texts if text)
        if wanted == self.ahead:
            return
        self.ahead = wanted
        if all(self.read_with.get(text) == wanted for text in wanted):
            return
        for text in wanted & self.kept.keys():
            self._forget(text)
        if self.shelf is not None:
            for text in self.shelf.places:
                self.read_with.pop(text, None)
            self.shelf.clear()
        try:
            for text, kv in self._read(sorted(wanted)):
                if not self._keep(text, kv):
                    return
                self.read_with[text] = wanted
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error) or not self.kept:
                raise
            self._shrink()

    def _shrink(self) -> None:
        """Let go of half of what is kept in memory."""
        goal = self.bytes // 2
        while self.bytes > goal:
            self._forget(next(reversed(self.kept)))
        self.budget = self.bytes
        log.warning("out of memory: %.2f GiB of keys and values are kept from now on, the rest is read again where it is needed", self.budget / 2**30)

    def _keep(self, text: tuple[int, ...], kv: Tensor) -> bool:
        """Keep it if there is room, once texts that are no longer read ahead have gone, the oldest first."""
        if text in self.kept:
            return True
        size = kv.numel() * kv.element_size()
        while self.bytes + size > self.budget:
            old = next((known for known in self.kept if known not in self.ahead), None)
            if old is None:
                return self.shelf is not None and self.shelf.put(text, kv)
            self._forget(old)
        self.kept[text] = kv
        self.bytes += size
        return True

    def _forget(self, text: tuple[int, ...]) -> None:
        gone = self.kept.pop(text)
        self.read_with.pop(text, None)
        self.bytes -= gone.numel() * gone.element_size()

    def _read(self, texts: Sequence[tuple[int, ...]]) -> Iterator[tuple[tuple[int, ...], Tensor]]:
        """Texts of like length together, as many as come to TOKENS with their padding."""
        waiting = sorted(texts, key=lambda text: (-len(text), text))
        while waiting:
            count = max(1, TOKENS // len(waiting[0]))
            part, waiting = waiting[:count], waiting[count:]
            yield from zip(part, self.gpt.read(part), strict=True)
