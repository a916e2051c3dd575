"""choose: rank the labels of a closed set by the likelihood of their words. Unparsable answers cannot occur."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.batch import buckets, lay_out
from pipeline.frozen_gpt import FrozenGPT
from pipeline.memory import in_parts
from pipeline.prefix import PrefixCache
from pipeline.splice import answer_scores
from pipeline.tokens import Encoded, Tokens
from templates.verbalizer import Verbalizer

BATCH = 32


@torch.no_grad()
def rank(
    gpt: FrozenGPT,
    encoded: Sequence[Encoded],
    prompt: Float[Tensor, "P H"] | None,
    *,
    verbalizer: Verbalizer,
    tokens: Tokens,
    prefixes: PrefixCache,
    per_token: bool = False,
) -> Float[Tensor, "N C"]:
    """Score of each label: the log-likelihood (nats, summed over its tokens) of its best variant.

    `per_token` divides by the number of tokens, as Brown et al. 2020 do where lengths differ (https://arxiv.org/abs/2005.14165, section 2.4). It
    favours the label whose word the tokenizer cuts into more pieces, since its last pieces are certain, so the sum is the default.
    """
    words = [(number, word) for number, label in enumerate(verbalizer.labels) for word in verbalizer.candidates(label)]
    answers = list(dict.fromkeys((number, tokens.answer(word)) for number, word in words))
    ids = [answer for _, answer in answers]
    label_of = torch.tensor([number for number, _ in answers])
    scores = torch.empty(len(encoded), len(verbalizer.labels))

    def score(rows: Sequence[int]) -> None:
        batch = lay_out([encoded[row] for row in rows], [ids] * len(rows))
        total, lengths = answer_scores(gpt, batch, prompt, prefixes=prefixes)
        by_answer = (total / lengths if per_token else total).cpu().view(len(rows), len(ids))
        best = torch.full((len(rows), len(verbalizer.labels)), float("-inf")).scatter_reduce(1, label_of.expand(len(rows), -1), by_answer, "amax")
        scores[torch.tensor(rows)] = best

    in_parts(buckets(encoded, size=BATCH), score)
    return scores


def probabilities(scores: Float[Tensor, "N C"]) -> Float[Tensor, "N C"]:
    """Each label's share among the labels of a closed set."""
    return torch.softmax(scores, dim=1)
