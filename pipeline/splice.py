"""splice: put virtual tokens into their slots among the word embeddings, and score the answers of a batch."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from pipeline.batch import PADDING, Batch
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache


def splice(gpt: FrozenGPT, slots: Int[Tensor, "B T"], prompt: Float[Tensor, "B P H"] | Float[Tensor, "P H"] | None) -> Float[Tensor, "B T H"]:
    """Word embeddings where `slots` holds ids, row k of the row's prompt where it holds -(k + 1)."""
    words = gpt.embed(slots.clamp(min=0))
    virtual = (slots < 0) & (slots > PADDING)
    if prompt is None or not bool(virtual.any()):
        return words
    if prompt.dim() == 2:
        prompt = prompt.expand(len(slots), *prompt.shape)
    rows, places = virtual.nonzero(as_tuple=True)
    values = prompt[rows, -slots[rows, places] - 1].to(words.dtype)
    return words.index_put((rows, places), values)


def answer_scores(
    gpt: FrozenGPT, batch: Batch, prompt: Float[Tensor, "B P H"] | Float[Tensor, "P H"] | None, *, prefixes: PrefixCache
) -> tuple[Float[Tensor, "A"], Int[Tensor, "A"]]:
    """Log-likelihood (nats, summed over its tokens) of every answer of every row, and its number of tokens."""
    past = prefixes.gather(batch.before)
    visible = batch.visible
    if past is not None:
        frozen = torch.arange(past.kv.shape[4])[None, :] < past.lengths[:, None]  # [B, S]
        visible = torch.cat([frozen[:, None].expand(-1, batch.slots.shape[1], -1), visible], dim=2)
    hidden, _ = gpt.run(splice(gpt, batch.slots, prompt), positions=batch.positions, visible=visible, past=past)
    edges = gpt.log_probabilities(hidden[batch.rows, batch.places], batch.tokens)
    count = len(batch.answer_rows)
    scores = torch.zeros(count).index_add(0, batch.answers, edges[batch.edges])
    lengths = torch.zeros(count, dtype=torch.long).index_add(0, batch.answers, torch.ones_like(batch.answers))
    return scores, lengths
