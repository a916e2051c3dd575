"""gold_files: human translations named on the command line, read as one; and what the plan's translator says of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.status import Status

from templates.refusal import Refusal

if TYPE_CHECKING:
    from flows.plan import Plan
    from templates.benchmark import Benchmark, Record
    from translation.gold import Pair
    from translation.judge import Evidence
    from translation.power import Gather

log = logging.getLogger(__name__)

More = Annotated[list[str] | None, typer.Argument(metavar="[FILE...]", help="More gold files, as in --gold FILE FILE.")]
Half = Annotated[str, typer.Option("--half", help="first (to set limits by), second (to judge by) or all of each gold file.")]


@dataclass(frozen=True, slots=True)
class Gold:
    """The pairs of all files in their order; `files`: name and sha256 of each whole file."""

    pairs: tuple[Pair, ...]
    files: tuple[tuple[str, str], ...]

    @property
    def names(self) -> str:
        """Of the files."""
        return ", ".join(name for name, _ in self.files)

    @property
    def digests(self) -> str:
        """Of the files."""
        return ", ".join(sha256 for _, sha256 in self.files)


def read(files: Sequence[Path], more: Sequence[str] | None, *, half: str, language: str) -> Gold:
    """The pairs of `files` and of `more`, which stood without an option before them."""
    from translation.training import gold_set

    stray = next((name for name in more or () if not gold_set.is_gold(name)), None)
    if stray is not None:
        raise Refusal(f"{stray!r} is neither an option nor a gold file; name one language and files in {', '.join(gold_set.SUFFIXES)}.")
    sets = [gold_set.read(file, half=half, language=language) for file in (*files, *map(Path, more or ()))]
    pairs = tuple(pair for one in sets for pair in one.pairs)
    return Gold(pairs, tuple((one.file, one.sha256) for one in sets))


def need_writable(path: Path) -> None:
    """Refuse a place for a result before the work that leads to it."""
    folder = next(one for one in (path.absolute().parent, *path.absolute().parents) if one.exists())
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        why = "is a folder" if path.is_dir() else f"{folder} cannot be written into"
        raise Refusal(f"{path}: {why}; name a file for the figures, as power.json.")


def scorer(plan: Plan, status: Status) -> tuple[Gather | None, str]:
    """What measures with the plan's translator and the one of the opposite direction, where there is one, and the former's identity; None, said in
    a line, where it is no Scorer and there is no way back."""
    from flows.draft import back_for
    from flows.engines import engine_of, measured_for, memory_for, translator_for
    from translation import evidence
    from translation.engine import scored_by

    try:
        translator = translator_for(plan)
    except Refusal as refusal:
        log.warning("without evidence from a model: %s", refusal)
        return None, ""
    back = back_for(plan)
    engine = scored_by(translator) or (back.fingerprint if back is not None else "")
    if not engine:
        log.warning("without evidence from a model: %s gives no log-probabilities", engine_of(plan))
        return None, ""
    done = 0

    def told(pairs: int) -> None:
        nonlocal done
        done += pairs
        status.update(f"{done:,} pairs of sentences measured with the translator")

    def measure(source: Sequence[Record], translated: Sequence[Record], shape: Benchmark) -> Evidence:
        with memory_for(back) if back is not None else nullcontext() as memory:
            cache = measured_for(translator)
            return evidence.gather(source, translated, shape, translator=translator, cache=cache, back=back, back_memory=memory, on_batch=told)

    return measure, engine
