"""Batch: encoded examples with the trie of answers each is scored against, laid out for one forward pass.

The answers of a row hang below its stem as a trie: every trie node sees the text before, the stem and its own ancestors, and
stands at the position it would have if its answer stood alone. One pass then gives the log-likelihood of every answer, exactly.
Training is the same with a trie of one answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from pipeline.tokens import Encoded

PADDING = -(10**6)
Answers = Sequence[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Batch:
    """`slots [B, T]`: token id, -(k + 1) for virtual token k, or PADDING. `rows`, `places`, `tokens [E]`: each trie edge
    predicts tokens[e] at slots[rows[e], places[e]]. `answers`, `edges [M]`: answer answers[m] of its row uses edge edges[m]."""

    before: tuple[tuple[int, ...], ...]
    slots: Int[Tensor, "B T"]
    positions: Int[Tensor, "B T"]
    visible: Bool[Tensor, "B T T"]
    rows: Int[Tensor, "E"]
    places: Int[Tensor, "E"]
    tokens: Int[Tensor, "E"]
    answers: Int[Tensor, "M"]
    edges: Int[Tensor, "M"]
    answer_rows: Int[Tensor, "A"]


def lay_out(encoded: Sequence[Encoded], answers: Sequence[Answers]) -> Batch:
    """Lay out rows; `answers[b]` are the answers row b is scored against (one in training, all candidates in ranking)."""
    layouts = [_row(item.stem, choices) for item, choices in zip(encoded, answers, strict=True)]
    width = max(len(layout.slots) for layout in layouts)
    slots = torch.full((len(encoded), width), PADDING)
    positions = torch.zeros(len(encoded), width, dtype=torch.long)
    visible = torch.eye(width, dtype=torch.bool).repeat(len(encoded), 1, 1)
    rows: list[int] = []
    places: list[int] = []
    tokens: list[int] = []
    used: list[tuple[int, int]] = []
    answer_rows: list[int] = []
    for row, (item, layout) in enumerate(zip(encoded, layouts, strict=True)):
        size = len(layout.slots)
        slots[row, :size] = torch.tensor(layout.slots)
        positions[row, :size] = torch.tensor(layout.depths) + len(item.before)
        visible[row, :size, :size] = torch.from_numpy(layout.visible)
        used.extend((len(answer_rows) + answer, len(tokens) + edge) for answer, edge in layout.used)
        answer_rows.extend([row] * len(answers[row]))
        rows.extend([row] * len(layout.edges))
        places.extend(place for place, _ in layout.edges)
        tokens.extend(token for _, token in layout.edges)
    as_tensor = torch.tensor
    return Batch(
        before=tuple(item.before for item in encoded),
        slots=slots,
        positions=positions,
        visible=visible,
        rows=as_tensor(rows),
        places=as_tensor(places),
        tokens=as_tensor(tokens),
        answers=as_tensor([answer for answer, _ in used]),
        edges=as_tensor([edge for _, edge in used]),
        answer_rows=as_tensor(answer_rows),
    )


@dataclass(slots=True)
class _Layout:
    slots: list[int]
    depths: list[int]
    visible: np.ndarray
    edges: list[tuple[int, int]]  # (place of the parent, token)
    used: list[tuple[int, int]]  # (answer, edge)


def _row(stem: tuple[int, ...], answers: Answers) -> _Layout:
    slots, depths = list(stem), list(range(len(stem)))
    parents = [place - 1 for place in range(len(stem))]
    edges: list[tuple[int, int]] = []
    edge_at: dict[tuple[int, int], int] = {}
    node_of: dict[int, int] = {}  # edge -> place of the node it leads to, once something follows it
    used: list[tuple[int, int]] = []
    for number, answer in enumerate(answers):
        place = len(stem) - 1
        for depth, token in enumerate(answer):
            edge = edge_at.setdefault((place, token), len(edges))
            if edge == len(edges):
                edges.append((place, token))
            used.append((number, edge))
            if depth + 1 < len(answer):
                if edge not in node_of:
                    node_of[edge] = len(slots)
                    slots.append(token)
                    depths.append(len(stem) + depth)
                    parents.append(place)
                place = node_of[edge]
    visible = np.zeros((len(slots), len(slots)), dtype=bool)
    for place, parent in enumerate(parents):
        if parent >= 0:
            visible[place] = visible[parent]
        visible[place, place] = True
    return _Layout(slots, depths, visible, edges, used)


def buckets(encoded: Sequence[Encoded], *, size: int, generator: np.random.Generator | None = None) -> Iterator[list[int]]:
    """Indices in batches of similar length. With a generator, as training needs: shuffled within and between buckets, and by the length of the
    answer too, which is run through the model there; a token that is run costs some four of those that are only looked back at."""
    lengths = np.array([len(item.before) + len(item.stem) for item in encoded], dtype=float)
    if generator is None:
        order = np.argsort(lengths, kind="stable")
        yield from (order[start : start + size].tolist() for start in range(0, len(order), size))
        return
    lengths += np.array([3 * len(item.stem) + 4 * len(item.answer) for item in encoded])
    order = np.argsort(lengths * generator.uniform(0.92, 1.08, len(lengths)), kind="stable")
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    for number in generator.permutation(len(batches)):
        yield batches[number].tolist()
