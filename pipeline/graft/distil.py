"""Distil: a text of the new language is to be read as its translation is by the GPT that knows that language.

What the teacher makes of a word stands in its hidden state behind the word's last token; the student's state behind the linked word is drawn
to it, in the middle of the model and at its end, beside the ordinary loss of the next token. The idea on whole sentences: Reimers and Gurevych
2020, https://arxiv.org/abs/2004.09813. Both run on the layers of frozen_llama.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from pipeline.frozen_gpt import FrozenGPT
from pipeline.frozen_llama import FrozenLlama
from pipeline.graft.aligned import Aligned, Cut, cut
from pipeline.graft.student import Student
from templates.refusal import Refusal

SORTED = 40_000  # examples among which like lengths are looked for


@dataclass(frozen=True, slots=True)
class Settings:
    """`likeness` weighs one minus the cosine of the states, summed over the places in the model, against nats per token; `depths` those places, as parts of
    its layers, beside its end. `longest`: tokens of a text; longer ones are left out."""

    rank: int = 16
    learning_rate: float = 1e-3
    warm_up: int = 20
    batch_tokens: int = 2048
    likeness: float = 10.0
    depths: tuple[float, ...] = (0.4, 2 / 3)
    longest: int = 80
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of a sentence in both languages, and places behind linked words (known, new), both ends of the texts among them."""

    known: tuple[int, ...]
    new: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """`next_token` in nats per token; `unlike`: one minus the cosine, at each depth and at the end."""

    next_token: float
    unlike: tuple[float, ...]


def examples(pairs: Sequence[Aligned], teacher: FrozenGPT, tokenizer: object, *, longest: int) -> list[Example]:
    """Those of the pairs that have at least two surely linked words and are not too long."""
    theirs = cut(teacher.tokenizer, [pair.known for pair in pairs], [pair.known_words for pair in pairs])
    ours = cut(tokenizer, [pair.new for pair in pairs], [pair.new_words for pair in pairs])  # type: ignore[arg-type]
    found = []
    for pair, one, other in zip(pairs, theirs, ours, strict=True):
        places = _places(pair, one, other)
        if len(places) > 2 and len(one.ids) <= longest and len(other.ids) <= longest:
            found.append(Example(one.ids, other.ids, places))
    if not found:
        raise Refusal(f"graft: none of {len(pairs):,} pairs has two linked words and at most {longest} tokens; look at the languages of the text.")
    return found


def _places(pair: Aligned, one: Cut, other: Cut) -> tuple[tuple[int, int], ...]:
    ends = [(one.words[left][-1], other.words[right][-1]) for left, right in sorted(pair.sure) if one.words[left] and other.words[right]]
    return (*ends, (len(one.ids) - 1, len(other.ids) - 1)) if ends else ()


def batches(found: Sequence[Example], *, tokens: int, seed: int) -> Iterator[list[Example]]:
    """Without end: passes over all, in an order that the seed fixes, like lengths together, at most so many tokens with padding."""
    chance, order = random.Random(seed), list(found)
    while True:
        chance.shuffle(order)
        for start in range(0, len(order), SORTED):
            some = sorted(order[start : start + SORTED], key=lambda one: (len(one.new) // 2, len(one.known)))
            cuts = list(_cuts(some, tokens))
            chance.shuffle(cuts)
            yield from cuts


def _cuts(some: Sequence[Example], tokens: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    width = 0
    for one in some:
        wider = max(width, len(one.known), len(one.new))
        if batch and wider * (len(batch) + 1) > tokens:
            yield batch
            batch, wider = [], max(len(one.known), len(one.new))
        batch.append(one)
        width = wider
    yield batch


def loss(student: Student, llama: FrozenLlama, teacher: FrozenGPT, batch: Sequence[Example], settings: Settings) -> tuple[Tensor, Losses]:
    """A scalar to be made small, and what it is made of. `llama`: the layers that the student changes."""
    assert teacher.by_hand is not None
    taps = sorted({tap for depth in settings.depths if 0 < (tap := round(depth * len(llama.layers))) < len(llama.layers)})
    norms = [llama.layers[tap].first for tap in taps]
    known, new = _padded([one.known for one in batch]), _padded([one.new for one in batch])
    at = [_flat([[pair[side] for pair in one.places] for one in batch], ids.shape[1]) for side, ids in enumerate((known, new))]
    with torch.no_grad():
        wanted = teacher.by_hand.run_open(teacher.embed(known.clamp(min=0)), taps=taps)
    embeddings = student.embeddings.to(wanted[0].dtype)
    given = llama.run_open(nn.functional.embedding(new.clamp(min=0), embeddings), weights=student.weights(), taps=taps)
    unlike = [
        (1 - (_direction(mine[at[1]], norm, llama.eps) * _direction(theirs[at[0]], norm, llama.eps)).sum(-1)).mean()
        for mine, theirs, norm in zip(given, wanted, (*norms, None), strict=True)
    ]
    follows = new[:, 1:] >= 0
    logits = given[-1].view(*new.shape, -1)[:, :-1][follows] @ embeddings.T
    following = nn.functional.cross_entropy(logits.float(), new[:, 1:][follows])
    whole = following + settings.likeness * torch.stack(unlike).sum()
    return whole, Losses(following.item(), tuple(one.item() for one in unlike))


def _direction(states: Float[Tensor, "E H"], norm: Float[Tensor, "H"] | None, eps: float) -> Float[Tensor, "E H"]:
    """States as the layer they go into would see them, of length one; those at the end are normed already."""
    wide = states.float()
    if norm is not None:
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps) * norm.float()
    return nn.functional.normalize(wide, dim=-1)


def _padded(texts: Sequence[Sequence[int]]) -> Int[Tensor, "B T"]:
    """Ids, -1 behind the end of a text."""
    return nn.utils.rnn.pad_sequence([torch.tensor(text) for text in texts], batch_first=True, padding_value=-1)


def _flat(places: Sequence[Sequence[int]], width: int) -> Int[Tensor, "E"]:
    return torch.tensor([row * width + place for row, some in enumerate(places) for place in some])
