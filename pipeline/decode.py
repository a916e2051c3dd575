"""decode: read the slots of an utterance out of the frozen GPT by greedy choice among what may come next.

After the ranked label only three things can be said: the word of a slot, a span of the utterance (whole words, as split at
blanks) behind the slots already named, and whether another slot follows. So unparsable answers cannot occur, and every slot
stands where it says. Tokens that leave no choice cost no step of their own; keys and values are kept from step to step.

Bounds: at most MOST_SLOTS slots of at most MOST_WORDS words each, and never more positions than the model knows. Misses: slots
that begin or end inside a word; a value that occurs twice is taken where it first occurs behind the last slot.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import DynamicCache

from pipeline.batch import PADDING, buckets
from pipeline.frozen_gpt import FrozenGPT, Past
from pipeline.memory import in_parts
from pipeline.prefix import PrefixCache
from pipeline.slot_grammar import Reader, SlotGrammar
from pipeline.splice import read_front, splice
from pipeline.tokens import Encoded, Tokens
from templates.slots import Slot
from templates.task import LocalisedTask

BATCH = 32


@torch.no_grad()
def decode(
    gpt: FrozenGPT,
    encoded: Sequence[Encoded],
    texts: Sequence[str],
    labels: Sequence[str],
    prompt: Float[Tensor, "P H"] | None,
    *,
    task: LocalisedTask,
    tokens: Tokens,
    prefixes: PrefixCache,
) -> list[tuple[Slot, ...]]:
    """The slots of each text, in order, behind the label it was given."""
    assert task.slots is not None
    grammar = SlotGrammar(task.slots, tokens)
    found: list[tuple[Slot, ...]] = [()] * len(encoded)
    front = _front(encoded) if prompt is not None else 0
    held = read_front(gpt, encoded[0].before, encoded[0].stem[:front], prompt, prefixes=prefixes) if front and prompt is not None else None

    def read(rows: Sequence[int]) -> None:
        readers = {}
        for row in rows:
            item = encoded[row]
            begun = [*item.stem[front:], *tokens.answer(task.verbalizer.words[labels[row]]), *grammar.lead]
            readers[row] = Reader(grammar, texts[row], begun, room=gpt.limit - len(item.before) - front - len(begun))
        if asked := [row for row, reader in readers.items() if not reader.done]:
            past = prefixes.gather([encoded[row].before for row in asked]) if held is None else held.repeated(len(asked))
            _read(gpt, [readers[row] for row in asked], past, prompt)
        for row, reader in readers.items():
            found[row] = tuple(reader.slots)

    in_parts(buckets(encoded, size=BATCH), read)
    return found


def _front(encoded: Sequence[Encoded]) -> int:
    """How many virtual tokens open every row alike, behind the same text or none: what is run once for all."""
    if not encoded or any(item.before != encoded[0].before for item in encoded):
        return 0
    first = encoded[0].stem
    count = next((place for place, token in enumerate(first) if token >= 0), 0)
    return count if all(item.stem[:count] == first[:count] for item in encoded) else 0


def _read(gpt: FrozenGPT, active: Sequence[Reader], past: Past | None, prompt: Float[Tensor, "P H"] | None) -> None:
    """Let every reader choose until none has a choice left; finished rows leave the batch. `past`: what stands before what they feed."""
    places = torch.zeros(len(active), dtype=torch.long) if past is None else past.lengths
    seen = torch.zeros(len(active), 0, dtype=torch.bool) if past is None else torch.arange(past.kv.shape[4]) < past.lengths[:, None]
    cache: DynamicCache | None = None
    while active:
        fed = [reader.feed() for reader in active]
        sizes = torch.tensor([len(ids) for ids in fed])
        width = int(sizes.max())
        ids = torch.full((len(active), width), PADDING)
        for row, given in enumerate(fed):
            ids[row, : len(given)] = torch.tensor(given)
        steps = torch.arange(width)
        real = steps < sizes[:, None]
        visible = torch.ones(width, width, dtype=torch.bool).tril() & real[:, None] | torch.eye(width, dtype=torch.bool)
        visible = torch.cat([seen[:, None].expand(-1, width, -1), visible], dim=2)
        positions = torch.where(real, places[:, None] + steps, 0)
        hidden, cache = gpt.run(splice(gpt, ids, prompt), positions=positions, visible=visible, past=past if cache is None else cache, keep=True)
        _choose(gpt, active, hidden[torch.arange(len(active)), sizes - 1])
        seen, places = torch.cat([seen, real], dim=1), places + sizes
        left = [row for row, reader in enumerate(active) if not reader.done]
        if len(left) < len(active) and left:
            assert cache is not None
            kept = torch.tensor(left)
            cache.batch_select_indices(kept)
            seen, places = seen[kept], places[kept]
        active = [active[row] for row in left]


def _choose(gpt: FrozenGPT, readers: Sequence[Reader], hidden: Float[Tensor, "N H"]) -> None:
    choices = [reader.choices() for reader in readers]
    width = max(len(tokens) for tokens in choices)
    asked = torch.tensor([[*tokens, *[tokens[0]] * (width - len(tokens))] for tokens in choices])
    best = gpt.logits(hidden, asked).argmax(1).tolist()
    for reader, tokens, choice in zip(readers, asked.tolist(), best, strict=True):
        reader.take(tokens[choice])
