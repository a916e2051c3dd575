"""Back-translation: text of the target language becomes pairs whose source a translator of the opposite direction made.

Sennrich et al. 2016 (https://aclanthology.org/P16-1009): the target side is people's own, so that a translator learns to write like them from a
source that need not be good. Pairs are written as any other parallel text, under a name of their own that weights, caps and licences in
corpus.toml can go by.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from templates.refusal import Refusal
from templates.store import make_folder, write_atomic
from translation.engine import Translator
from translation.memory import Memory
from translation.training import lines
from translation.training.reason import Reason
from translation.translate import translate_lines

PREFIX = "back_"
ENDINGS = (".txt", ".txt.gz")


@dataclass(frozen=True, slots=True)
class Made:
    """The file of pairs, and of the lines `read` how many were written; the others were empty, damaged, doubled, or more than asked for."""

    path: Path
    read: int
    written: int


def place(text: Path, folder: Path, *, source: str, target: str) -> Path:
    """Where the pairs of a file go: `news.sv.txt.gz` gives `back_news.en-sv.tsv.gz`."""
    name = text.name.removesuffix(".gz").removesuffix(".txt").removesuffix(f".{target}")
    return folder / f"{PREFIX}{name}.{source}-{target}.tsv.gz"


def back_translate(
    text: Path,
    folder: Path,
    *,
    source: str,
    target: str,
    back: Translator,
    memory: Memory | None,
    most: int = 20_000,
    seed: int = 0,
    on_batch: Callable[[int], None] | None = None,
) -> Made:
    """Pairs of the sentences in `text`, one a line in the language `target`: what `back` makes of each in `source`, and the sentence. At most
    `most` are drawn, by `seed`. What is translated is remembered, so that a killed call goes on where it stopped."""
    if not text.name.endswith(ENDINGS):
        raise Refusal(f"{text}: is no text file ({', '.join(ENDINGS)}); give one with a sentence a line.")
    if most < 1:
        raise Refusal(f"{most} sentences of a file cannot be drawn; ask for at least one.")
    found = list(lines.read(text))
    kept = list(dict.fromkeys(sound for line in found if not isinstance(line, Reason) and (sound := " ".join(line.split()))))
    if not kept:
        raise Refusal(f"{text}: holds no sentence; give a UTF-8 file with a sentence a line.")
    if len(kept) > most:
        drawn = set(random.Random(f"{seed}:{text.name}").sample(range(len(kept)), most))
        kept = [line for number, line in enumerate(kept) if number in drawn]
    said = translate_lines(kept, translator=back, memory=memory, on_batch=on_batch)
    pairs = [(" ".join(ours.split()), theirs) for ours, theirs in zip(said, kept, strict=True)]
    body = "".join(f"{ours}\t{theirs}\n" for ours, theirs in pairs if ours)
    path = place(text, make_folder(folder), source=source, target=target)
    write_atomic(path, gzip.compress(body.encode("utf-8"), mtime=0))
    return Made(path, len(found), sum(bool(ours) for ours, _ in pairs))
