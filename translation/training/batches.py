"""Batches: rows of about one length together, as many as a budget of tokens allows, in an order that seed and epoch decide."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from translation.training.tokenizer import END
from translation.training.tokens import Tokens

# Widths of padded texts and numbers of rows come in steps: where the shapes of products are few, each is prepared for once (oneDNN keeps what
# it prepared; without steps a third of a step in bfloat16 went into preparing).
WIDTHS = np.array([*range(1, 17), *range(20, 65, 4), *range(72, 8193, 8)])
ROWS = 8
JITTER = 0.06  # of a length: where rows of one length are few they change their neighbours from epoch to epoch, at the price of a little padding


def epoch(lengths: np.ndarray, *, tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The rows of every batch. A batch's rows times its longest side as padded, end mark included, stay within `tokens`; a row is never left out."""
    generator = np.random.default_rng([seed, epoch])
    jittered = lengths * generator.uniform(1, 1 + JITTER, size=lengths.shape)
    order = np.lexsort((generator.random(len(lengths)), np.floor(jittered[:, 0]), np.floor(jittered[:, 1])))
    longest = WIDTHS[np.searchsorted(WIDTHS, lengths.max(axis=1)[order] + 1)]
    borders, start, widest = [], 0, 0
    for place, length in enumerate(longest.tolist()):
        widest = max(widest, length)
        while place > start and widest * (place - start + 1) > tokens:
            start += max(1, (place - start) // ROWS * ROWS or place - start)
            borders.append(start)
            widest = max(longest[start : place + 1].tolist())
    batches = np.split(order, borders)
    return [batches[number] for number in generator.permutation(len(batches))]


def tensors(tokens: Tokens, rows: np.ndarray, *, pad: int) -> tuple[Tensor, Tensor]:
    """Sources and targets of these rows, each with its end mark, padded to the longest."""
    sources, targets = zip(*(tokens.row(int(row)) for row in rows), strict=True)
    return _padded(sources, pad), _padded(targets, pad)


def _padded(texts: tuple[np.ndarray, ...], pad: int) -> Tensor:
    width = int(WIDTHS[np.searchsorted(WIDTHS, max(map(len, texts)) + 1)])
    made = np.full((len(texts), width), pad, dtype=np.int64)
    for row, text in enumerate(texts):
        made[row, : len(text)] = text
        made[row, len(text)] = END
    return torch.from_numpy(made)
