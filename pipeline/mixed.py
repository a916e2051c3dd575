"""mixed: one batch with records of several tasks, each read with its own prompt and asked its own labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.answering import Answering
from pipeline.batch import buckets, lay_out
from pipeline.splice import answer_scores
from templates.benchmark import Record
from templates.verbalizer import Verbalizer

BATCH = 32


@dataclass(frozen=True, slots=True)
class Said:
    """The label ranked first and its probability among the labels of its task."""

    label: str
    probability: float


def stack(prompts: Sequence[Float[Tensor, "P H"]]) -> Float[Tensor, "B P H"]:
    """One prompt a row; shorter ones are padded with zeros that no slot asks for."""
    most = max(len(prompt) for prompt in prompts)
    return torch.stack([torch.nn.functional.pad(prompt, (0, 0, 0, most - len(prompt))) for prompt in prompts])


@torch.no_grad()
def answer(
    rows: Sequence[tuple[str, Record]], *, tasks: Mapping[str, Answering], prompts: Mapping[str, Float[Tensor, "P H"]], per_token: Collection[str] = ()
) -> list[Said]:
    """Label each (task name, record), in batches across tasks. `tasks` share one GPT and one cache of prefixes; the labels of those in `per_token` are
    ranked by the mean over their tokens, not by the sum."""
    if not rows:
        return []
    encoded = [tasks[name].encode([record])[0] for name, record in rows]
    said: list[Said | None] = [None] * len(rows)
    for places in buckets(encoded, size=BATCH):
        names = [rows[place][0] for place in places]
        words = [_words(tasks[name].task.verbalizer) for name in names]
        asked = [[tasks[name].tokens.answer(word) for _, word in mine] for name, mine in zip(names, words, strict=True)]
        shared = tasks[names[0]]
        batch = lay_out([encoded[place] for place in places], asked)
        scores, lengths = answer_scores(shared.gpt, batch, stack([prompts[name].to(shared.gpt.device) for name in names]), prefixes=shared.prefixes)
        scores, means, start = scores.cpu(), (scores / lengths).cpu(), 0
        for place, name, mine in zip(places, names, words, strict=True):
            said[place] = _best(mine, (means if name in per_token else scores)[start : start + len(mine)])
            start += len(mine)
    return [one for one in said if one is not None]


def _words(verbalizer: Verbalizer) -> list[tuple[str, str]]:
    return [(label, word) for label in verbalizer.labels for word in verbalizer.candidates(label)]


def _best(words: Sequence[tuple[str, str]], scores: Float[Tensor, "A"]) -> Said:
    best: dict[str, float] = {}
    for (label, _), score in zip(words, scores.tolist(), strict=True):
        best[label] = max(best.get(label, -float("inf")), score)
    shares = torch.softmax(torch.tensor(list(best.values())), dim=0)
    top = int(shares.argmax())
    return Said(list(best)[top], float(shares[top]))
