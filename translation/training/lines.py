"""Lines: the lines of a text file, plain or gzip, one at a time and none longer than allowed; what cannot be read is a Reason."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from templates.refusal import Refusal
from translation.training.reason import Reason

LONGEST = 16_384  # bytes: far beyond what a model's positions hold in two columns
BOM = b"\xef\xbb\xbf"


def read(path: Path) -> Iterator[str | Reason]:
    """Every line without its end, in order. Only a line feed ends one, so that a stray separator shifts nothing; memory stays bounded."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle:
            yield from _lines(handle)  # type: ignore[arg-type]
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Reason.DAMAGED
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); name an existing file of parallel text.") from error


def _lines(handle: BinaryIO) -> Iterator[str | Reason]:
    first = True
    while blob := handle.readline(LONGEST):
        if len(blob) == LONGEST and not blob.endswith(b"\n"):
            while (rest := handle.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass
            yield Reason.LONG_LINE
        else:
            try:
                yield (blob.removeprefix(BOM) if first else blob).decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                yield Reason.ENCODING
        first = False
