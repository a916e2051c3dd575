"""Distil: a text of the new language is to be read as its translation is by the GPT that knows that language.

What the teacher makes of a word stands in its hidden state behind the word's last token; the student's state behind the linked word is drawn
to it, at several depths of the model and at its end, beside the ordinary loss of the next token. The idea on whole sentences: Reimers and Gurevych
2020, https://arxiv.org/abs/2004.09813. Hidden states all point one way, whatever they say (Ethayarajh 2019, https://arxiv.org/abs/1909.00512: the cosine
of any two in SmolLM2 is 0.8 before the thirteenth layer), and a few units are ten times as wide as the rest; so they are compared around the teacher's
mean and in units of its deviations. Both run on the layers of frozen_llama. Words are told apart low in the model: there most of the time is spent,
on the lowest layers alone, which takes a third as long a token.
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
MEASURED = 2_000  # examples by which the teacher's states are measured


@dataclass(frozen=True, slots=True)
class Settings:
    """`likeness` weighs one minus the cosine of the states, summed over the places in the model, against nats per token; `depths` those places, as parts of
    the layers that are run, beside their end. `longest`: tokens of a text; longer ones are left out. In the `first` part of the work only the `lowest`
    part of the layers is run and changed, and no next token is asked for."""

    rank: int = 16
    learning_rate: float = 1e-3
    warm_up: int = 20
    batch_tokens: int = 2048
    likeness: float = 10.0
    depths: tuple[float, ...] = (0.2, 0.4, 0.6, 0.8)
    longest: int = 80
    seed: int = 0
    first: float = 0.6
    lowest: float = 0.4


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of a sentence in both languages, and places behind linked words (known, new), both ends of the texts among them."""

    known: tuple[int, ...]
    new: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class View:
    """How states are seen at one place of the layers that are run: before layer `tap` (None: at the end), around `mean` [H] in units of `spread` [H]."""

    tap: int | None
    mean: Tensor
    spread: Tensor


@dataclass(frozen=True, slots=True)
class Losses:
    """`next_token` in nats per token, where all layers are run; `unlike`: one minus the cosine, at each depth and at the end."""

    next_token: float | None
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
            some = sorted(order[start : start + SORTED], key=_length)
            cuts = list(_cuts(some, tokens))
            chance.shuffle(cuts)
            yield from cuts


def _length(one: Example) -> tuple[int, int]:
    return len(one.new) // 2, len(one.known)


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


@torch.no_grad()
def views(teacher: FrozenGPT, llama: FrozenLlama, found: Sequence[Example], settings: Settings) -> list[View]:
    """The states behind linked words at each depth of the teacher's layers that are given, measured on some of the examples."""
    layers = len(llama.layers)
    taps = sorted({tap for depth in settings.depths if 0 < (tap := round(depth * layers)) < layers})
    some = random.Random(settings.seed).sample(list(found), min(MEASURED, len(found)))
    seen: dict[int | None, list[Tensor]] = {place: [] for place in (*taps, None)}
    for batch in _cuts(sorted(some, key=_length), settings.batch_tokens):
        ids, at = _side(batch, 0, device=teacher.device)
        for place, states in zip(seen, llama.run_open(teacher.embed(ids), taps=taps), strict=True):
            seen[place].append(_normed(states[at], llama, place))
    return [View(place, (wide := torch.cat(kept)).mean(0), wide.std(0).clamp(min=1e-4)) for place, kept in seen.items()]


def loss(student: Student, llama: FrozenLlama, teacher: FrozenGPT, batch: Sequence[Example], settings: Settings, seen: Sequence[View]) -> tuple[Tensor, Losses]:
    """A scalar to be made small, and what it is made of. `llama`: the teacher's layers, or the lowest of them, which the student changes."""
    taps = [view.tap for view in seen if view.tap is not None]
    (known, behind_known), (new, behind_new) = (_side(batch, side, device=teacher.device) for side in (0, 1))
    with torch.no_grad():
        wanted = llama.run_open(teacher.embed(known), taps=taps)
    embeddings = student.embeddings.to(wanted[0].dtype)
    given = llama.run_open(nn.functional.embedding(new, embeddings), weights=student.weights(4 * len(llama.layers)), taps=taps)
    unlike = [
        (1 - (_direction(mine[behind_new], llama, view) * _direction(theirs[behind_known], llama, view)).sum(-1)).mean()
        for mine, theirs, view in zip(given, wanted, seen, strict=True)
    ]
    whole = settings.likeness * torch.stack(unlike).sum()
    if 4 * len(llama.layers) < len(student.base):
        return whole, Losses(None, tuple(one.item() for one in unlike))
    real = torch.arange(new.shape[1]) < torch.tensor([len(one.new) for one in batch])[:, None]
    rows, places = (one.to(new.device) for one in real[:, 1:].nonzero(as_tuple=True))
    logits = given[-1].view(*new.shape, -1)[rows, places] @ embeddings.T
    following = nn.functional.cross_entropy(logits.float(), new[rows, places + 1])
    return whole + following, Losses(following.item(), tuple(one.item() for one in unlike))


def _normed(states: Float[Tensor, "E H"], llama: FrozenLlama, tap: int | None) -> Float[Tensor, "E H"]:
    """States as the layer they go into sees them; those at the end are normed already."""
    wide = states.float()
    return wide if tap is None else wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + llama.eps) * llama.layers[tap].first.float()


def _direction(states: Float[Tensor, "E H"], llama: FrozenLlama, view: View) -> Float[Tensor, "E H"]:
    """Of length one."""
    return nn.functional.normalize((_normed(states, llama, view.tap) - view.mean) / view.spread, dim=-1)


def _side(batch: Sequence[Example], side: int, *, device: torch.device) -> tuple[Int[Tensor, "B T"], Int[Tensor, "E"]]:
    """The ids of one side, 0 behind the end of a text, and where its linked words end among all places, row by row."""
    texts = [one.new if side else one.known for one in batch]
    ids = nn.utils.rnn.pad_sequence([torch.tensor(text) for text in texts], batch_first=True)
    at = torch.tensor([row * ids.shape[1] + pair[side] for row, one in enumerate(batch) for pair in one.places])
    return ids.to(device), at.to(device)
