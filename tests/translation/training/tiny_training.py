"""A training of a tiny model on the grammar's sentences; run as a program, it is killed by the hardest signal after so many steps."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import MarianMTModel

from tests import grammar
from translation.training import loop, shape, tokenizer, tokens
from translation.training.checkpoint import Progress
from translation.training.loop import Settings, Told
from translation.training.pair import Pair
from translation.training.schedule import Goal
from translation.training.shape import Shape

QUICK = Settings(batch_tokens=160, learning_rate=5e-3, warm_up=10, average=0.9, evaluate_minutes=60, checkpoint_minutes=0)
DROPPED = Shape(1, 1, 32, 64, 2, 0.1)  # dropout: what is drawn by chance must come again after a kill


def begin(folder: Path, size: Shape = DROPPED) -> tuple[MarianMTModel, tokens.Tokens]:
    """Fresh weights and the corpus, with a tokenizer in folder/tokenizer."""
    pairs = [Pair(ours, theirs, "grammar") for ours, theirs in grammar.sentences()]
    if not (folder / "tokenizer" / "source.spm").is_file():
        texts = (text for pair in pairs for text in (pair.source, pair.target))
        tokenizer.learn(texts, folder / "tokenizer", size=420, source="en", targets=("sv",))
    pieces = tokenizer.load(folder / "tokenizer", targets=())
    read = tokens.read(folder / "tokens", asked={}) or tokens.write([("", pairs)], folder / "tokens", pieces=pieces, held=set(), asked={})
    return shape.build(size, pieces=len(pieces), seed=0), read


def train(
    folder: Path, steps: int, *, resume: bool = False, settings: Settings = QUICK, size: Shape = DROPPED, on_step: Callable[[Told], None] | None = None
) -> MarianMTModel:
    """Train in folder/work until the step; the model with its last weights."""
    torch.set_num_threads(1)
    model, read = begin(folder, size)
    loop.train(model, read, goal=Goal(steps=steps), settings=settings, work=folder / "work", corpus="grammar", resume=resume, on_step=on_step)
    return model


def progress(folder: Path) -> Progress:
    """What the latest checkpoint says."""
    from translation.training import checkpoint

    return checkpoint.peek(folder / "work" / loop.LATEST)


def _die(told: Told) -> None:
    if told.step == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[3]), resume=True, on_step=_die)
