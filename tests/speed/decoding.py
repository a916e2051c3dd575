"""Decoding slots of a batch with kept keys and values beside the obvious way: record by record, the whole text again for every token.

The benchmark is made here: utterances of a home assistant with five slot types. The virtual tokens are random, so what is read
means nothing; that both ways read the same is what is checked.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from pipeline.splice import splice
from pipeline.tokens import MOST_SLOTS, Encoded, Tokens
from templates import language
from templates.benchmark import Benchmark, Record, text
from templates.slots import Slot
from templates.task import LocalisedTask, localise
from tests.speed.pairs import paired, say

Candidate = tuple[tuple[int, ...], Any]  # tokens, what they mean


@torch.no_grad()
def naive(gpt: FrozenGPT, task: LocalisedTask, tokens: Tokens, item: Encoded, said: str, label: str, prompt: Tensor | None) -> tuple[Slot, ...]:
    """One record, no cache, a pass over everything for every token, forced or not."""
    assert task.slots is not None
    words, end = task.slots, tokens.end()
    names: list[Candidate] = [((*tokens.continuing(words.words.words[name]), *tokens.continuing(words.opened)), name) for name in words.words.labels]
    ids = [*item.before, *item.stem, *tokens.continuing(task.verbalizer.words[label]), *tokens.continuing(words.lead)]
    found: list[Slot] = []
    offered: list[Candidate] = [((*tokens.continuing(words.none), *end), None), *names]
    while True:
        place = found[-1].end if found else 0
        spans = list(_spans(said, place))
        if not spans or len(found) == MOST_SLOTS:
            return tuple(found)
        name = _greedy(gpt, ids, offered, prompt)
        if name is None:
            return tuple(found)
        start, stop = _greedy(gpt, ids, [((*tokens.continuing(said[a:b]), *tokens.continuing(words.closed)), (a, b)) for a, b in spans], prompt)
        found.append(Slot(name, said[start:stop], start))
        offered = [(end, None), *[((*tokens.continuing(words.between), *sequence), name) for sequence, name in names]]


def _spans(said: str, place: int) -> list[tuple[int, int]]:
    edges = [-1, *[number for number, character in enumerate(said) if character.isspace()], len(said)]
    words = [(left + 1, right) for left, right in itertools.pairwise(edges) if right > left + 1 and left + 1 >= place]
    return [(words[first][0], words[last][1]) for first in range(len(words)) for last in range(first, min(first + 12, len(words)))]


def _greedy(gpt: FrozenGPT, ids: list[int], candidates: Sequence[Candidate], prompt: Tensor | None) -> Any:
    said: tuple[int, ...] = ()
    while True:
        whole = [meaning for sequence, meaning in candidates if sequence == said]
        if whole:
            return whole[0]
        allowed = sorted({sequence[len(said)] for sequence, _ in candidates if sequence[: len(said)] == said})
        logits = gpt.model(inputs_embeds=splice(gpt, torch.tensor([ids]), prompt)).logits[0, -1]
        said += (max(allowed, key=lambda token: float(logits[token])),)
        ids.append(said[-1])


def main() -> None:
    """Time `--times` pairs over `--rows` records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--times", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    gpt, task, rows = load_gpt(given.model), localise(BENCHMARK, language.load("en")), _rows(given.rows)
    answering = Answering(gpt, task)
    prompt = torch.randn(task.prompt.virtual_tokens, gpt.hidden_size) * 0.1
    encoded, labels = answering.encode(rows), [row.label for row in rows]

    def ours() -> list[tuple[Slot, ...]]:
        return answering.slots(encoded, rows, labels, prompt)

    def one_by_one() -> list[tuple[Slot, ...]]:
        return [naive(gpt, task, answering.tokens, item, row.fields["utterance"], row.label, prompt) for item, row in zip(encoded, rows, strict=True)]

    both = list(zip(ours(), one_by_one(), strict=True))
    slots, agree = sum(len(mine) for mine, _ in both), sum(mine == other for mine, other in both) / len(both)
    found = paired(ours, one_by_one, times=given.times)
    print(f"records a second: ours {len(rows) / found['ours_seconds']:.1f}, one by one {len(rows) / found['peer_seconds']:.1f}; same on {agree:.0%}")
    say("decoding", model=given.model, rows=len(rows), slots=slots, peer="record by record without cache", agree=agree, **found)


def _read(raw: Mapping[str, Any], settings: Any) -> Record:
    return Record(raw["id"], {"utterance": raw["utterance"]}, raw["label"], raw["utterance"])


BENCHMARK = Benchmark(
    name="home",
    fields={"utterance": text(truncate=True)},
    labels=("alarm_set", "music_play", "lights_off", "weather_query"),
    group_by="utterance",
    prompt="{utterance}[[10]]\nIntent:{answer}",
    words={"alarm_set": " alarm", "music_play": " music", "lights_off": " lights", "weather_query": " weather"},
    metric="accuracy",
    read=_read,
    licence="of this project",
    citation="none",
    slot_words={"time": " time", "date": " date", "place": " place", "artist": " artist", "colour": " colour"},
    slots_in="utterance",
)


def _rows(count: int) -> list[Record]:
    asked = (
        ("alarm_set", "wake me at {} {}"),
        ("music_play", "play {} songs {} again"),
        ("lights_off", "turn the {} lights off {}"),
        ("weather_query", "{} {}?"),
    )
    first = ("seven", "noon on weekdays", "old swedish", "will it rain in the north", "kitchen")
    second = ("tomorrow", "this friday please", "in the garden", "now")
    pairs = itertools.cycle(itertools.product(asked, first, second))
    made = [(label, pattern.format(left, right)) for (label, pattern), left, right in itertools.islice(pairs, count)]
    return [_read({"id": f"u{number}", "label": label, "utterance": said}, None) for number, (label, said) in enumerate(made)]


if __name__ == "__main__":
    main()
