"""splice: put virtual tokens into their slots among the word embeddings, and score the answers of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from pipeline.batch import PADDING, Batch
from pipeline.frozen_gpt import FrozenGPT, Past
from pipeline.prefix import PrefixCache


def splice(gpt: FrozenGPT, slots: Int[Tensor, "B T"], prompt: Float[Tensor, "B P H"] | Float[Tensor, "P H"] | None) -> Float[Tensor, "B T H"]:
    """Word embeddings where `slots` holds ids, row k of the row's prompt where it holds -(k + 1)."""
    words = gpt.embed(slots.clamp(min=0))
    virtual = (slots < 0) & (slots > PADDING)
    if prompt is None or not bool(virtual.any()):
        return words
    if prompt.device != words.device:
        raise ValueError(f"the prompt is on {prompt.device}, the model on {words.device}")
    if prompt.dim() == 2:
        prompt = prompt.expand(len(slots), *prompt.shape)
    rows, places = virtual.nonzero(as_tuple=True)
    which = (-slots[rows, places] - 1).to(words.device)
    rows, places = rows.to(words.device), places.to(words.device)
    return words.index_put((rows, places), prompt[rows, which].to(words.dtype))


def answer_scores(
    gpt: FrozenGPT, batch: Batch, prompt: Float[Tensor, "B P H"] | Float[Tensor, "P H"] | None, *, prefixes: PrefixCache
) -> tuple[Float[Tensor, "A"], Int[Tensor, "A"]]:
    """Log-likelihood (nats, summed over its tokens) of every answer of every row, and its number of tokens."""
    front = shared_front(batch) if prompt is not None and prompt.dim() == 2 else 0
    if front:
        assert prompt is not None
        past: Past | None = read_front(gpt, batch.before[0], batch.slots[0, :front].tolist(), prompt, prefixes=prefixes).repeated(len(batch.before))
    else:
        past = prefixes.gather(batch.before, room=batch.slots.shape[1] if gpt.by_hand is not None else 0)
    slots, visible = batch.slots[:, front:], batch.visible[:, front:, front:]
    if past is not None:
        frozen = torch.arange(past.width)[None, :] < past.lengths[:, None]  # [B, S]
        visible = torch.cat([frozen[:, None].expand(-1, slots.shape[1], -1), visible], dim=2)
    given: dict[str, Any] = {"positions": batch.positions[:, front:], "visible": visible, "past": past}
    width = slots.shape[1]
    asked, at = torch.unique(batch.rows * width + batch.places - front, return_inverse=True)  # edges of one node share its hidden state
    hidden = gpt.run_at(splice(gpt, slots, prompt), rows=asked // width, places=asked % width, **given)
    edges = gpt.log_probabilities(hidden, at, batch.tokens)
    count = len(batch.answer_rows)
    scores = edges.new_zeros(count).index_add(0, batch.answers.to(edges.device), edges[batch.edges.to(edges.device)])
    lengths = torch.zeros(count, dtype=torch.long).index_add(0, batch.answers, torch.ones_like(batch.answers))
    return scores, lengths.to(edges.device)


def shared_front(batch: Batch) -> int:
    """How many virtual tokens begin every row alike, with nothing but the same opening before them: what no text can reach backwards. 0 where
    rows differ, there is one row only, or an answer follows at once."""
    if len(batch.before) < 2 or any(before != batch.before[0] for before in batch.before):
        return 0
    virtual = ((batch.slots < 0) & (batch.slots > PADDING) & (batch.slots == batch.slots[:1])).all(dim=0)
    count = int(virtual.long().cumprod(0).sum())
    return count if count and int(batch.places.min()) >= count else 0


def read_front(gpt: FrozenGPT, before: Sequence[int], virtual: Sequence[int], prompt: Float[Tensor, "P H"], *, prefixes: PrefixCache) -> Past:
    """Keys and values of an opening and the virtual tokens behind it, as the past of one row; gradients flow through them to the prompt."""
    opening, start, count = prefixes.gather([tuple(before)]), len(before), len(virtual)
    visible = torch.ones(1, count, start + count, dtype=torch.bool).tril(start)
    positions = torch.arange(start, start + count)[None]
    _, cache = gpt.run(splice(gpt, torch.tensor([virtual]), prompt), positions=positions, visible=visible, past=opening, keep=True)
    assert cache is not None
    layers: Any = cache.layers
    kv = torch.stack([torch.stack([layer.keys, layer.values]) for layer in layers])  # [L, 2, 1, heads, S, D]
    return Past(kv, torch.tensor([start + count]))
