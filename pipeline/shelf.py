"""Shelf: keys and values that memory has no room for, in one file that goes with the process.

The file has no name once it is open, so that nothing is left behind however the process ends. A text's place is written once and read
any number of times; what comes back is bit for bit what was put there.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path

import torch
from torch import Tensor

from templates.refusal import Refusal

Place = tuple[int, tuple[int, ...], torch.dtype]  # offset, shape, number format


class Shelf:
    """Up to `gibibytes` on the disk of `folder` (the system's folder for temporary files where none is given)."""

    def __init__(self, *, gibibytes: float, folder: Path | None = None) -> None:
        self.budget = int(gibibytes * 2**30)
        self.bytes = 0
        self.places: dict[tuple[int, ...], Place] = {}
        try:
            self.file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  held as long as the shelf
        except OSError as error:
            where = folder or tempfile.gettempdir()
            raise Refusal(f"cache on disk: {where} cannot be written ({error.strerror}); set TMPDIR or disk_gibibytes = 0.") from error
        weakref.finalize(self, self.file.close)

    def __contains__(self, text: tuple[int, ...]) -> bool:
        return text in self.places

    def clear(self) -> None:
        """Forget everything; the room is used again."""
        self.places.clear()
        self.bytes = 0

    def put(self, text: tuple[int, ...], kv: Tensor) -> bool:
        """Write it if there is room, on the budget and on the disk; whether it is there now."""
        if text in self.places:
            return True
        size = kv.numel() * kv.element_size()
        if self.bytes + size > self.budget:
            return False
        try:
            written = os.pwrite(self.file.fileno(), kv.cpu().contiguous().view(torch.uint8).numpy().data, self.bytes)
        except OSError:
            written = 0
        if written < size:  # the disk is full: what is there stays usable
            self.budget = self.bytes
            return False
        self.places[text] = (self.bytes, tuple(kv.shape), kv.dtype)
        self.bytes += size
        return True

    def get(self, text: tuple[int, ...]) -> Tensor:
        """Read it back."""
        offset, shape, dtype = self.places[text]
        size = torch.Size(shape).numel() * dtype.itemsize
        blob = bytearray(os.pread(self.file.fileno(), size, offset))
        return torch.frombuffer(blob, dtype=dtype).view(shape)
