"""Batches: rows of about one length together, as many as a budget of tokens allows, in an order that seed and epoch decide."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from translation.training.tokenizer import END
from translation.training.tokens import Tokens

JITTER = 0.06  # of a length: where rows of one length are few they change their neighbours from epoch to epoch, at the price of a little padding


def epoch(lengths: np.ndarray, *, tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The rows of every batch. A batch's rows times its longest side, end mark included, stay within `tokens`; a row is never left out."""
    generator = np.random.default_rng([seed, epoch])
    jittered = lengths * generator.uniform(1, 1 + JITTER, size=lengths.shape)
    order = np.lexsort((generator.random(len(lengths)), np.floor(jittered[:, 0]), np.floor(jittered[:, 1])))
    longest = lengths.max(axis=1)[order] + 1
    borders, start, widest = [], 0, 0
    for place, length in enumerate(longest.tolist()):
        widest = max(widest, length)
        if place > start and widest * (place - start + 1) > tokens:
            borders.append(place)
            start, widest = place, length
    batches = np.split(order, borders)
    return [batches[number] for number in generator.permutation(len(batches))]


def tensors(tokens: Tokens, rows: np.ndarray, *, pad: int) -> tuple[Tensor, Tensor]:
    """Sources and targets of these rows, each with its end mark, padded to the longest."""
    sources, targets = zip(*(tokens.row(int(row)) for row in rows), strict=True)
    return _padded(sources, pad), _padded(targets, pad)


def _padded(texts: tuple[np.ndarray, ...], pad: int) -> Tensor:
    made = np.full((len(texts), max(map(len, texts)) + 1), pad, dtype=np.int64)
    for row, text in enumerate(texts):
        made[row, : len(text)] = text
        made[row, len(text)] = END
    return torch.from_numpy(made)
