"""Ranking all answers of a record in one pass over a trie, beside a pass for every answer over the whole text (the usual way)."""

from __future__ import annotations

import argparse

import torch

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from templates import catalogue, language
from templates.benchmark import Record
from templates.task import LocalisedTask, localise
from tests.speed.pairs import paired, say
from translation import refresh


def main() -> None:
    """Time `--times` pairs over `--rows` records: first with nothing cached, then with the texts read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(2)
    benchmark = catalogue.benchmark("fiqa")
    rows = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records[: given.rows]
    gpt, task = load_gpt(given.model), localise(benchmark, language.load("sv"), prompt="")
    warm = Answering(gpt, task)
    prompt = torch.randn(10, gpt.hidden_size) * 0.1

    def cold() -> torch.Tensor:
        answering = Answering(gpt, task)
        return answering.rank(answering.encode(rows), prompt)

    def per_answer() -> torch.Tensor:
        return _per_answer(gpt, task, rows, prompt)

    first = paired(cold, per_answer, times=given.times)
    second = paired(lambda: warm.rank(warm.encode(rows), prompt), per_answer, times=given.times)
    agree = float((cold().argmax(1) == per_answer().argmax(1)).float().mean())
    print(f"peer / ours: {first['ratio']} with nothing read, {second['ratio']} with the texts read; same label on {agree:.0%} of records")
    say("ranking", model=given.model, rows=given.rows, peer="a pass per answer", cold=first, warm=second, agree=agree)


@torch.no_grad()
def _per_answer(gpt: FrozenGPT, task: LocalisedTask, rows: list[Record], prompt: torch.Tensor) -> torch.Tensor:
    answering = Answering(gpt, task)
    encoded = answering.encode(rows)
    scores = torch.empty(len(rows), len(task.verbalizer.labels))
    for place, label in enumerate(task.verbalizer.labels):
        best = torch.full((len(rows),), float("-inf"))
        for word in task.verbalizer.candidates(label):
            answer = answering.tokens.answer(word)
            whole = [[*item.before, *item.stem, *answer] for item in encoded]
            width = max(len(ids) for ids in whole)
            ids = torch.zeros(len(rows), width, dtype=torch.long)
            mask = torch.zeros(len(rows), width, dtype=torch.long)
            for row, found in enumerate(whole):
                ids[row, : len(found)], mask[row, : len(found)] = torch.tensor(found), 1
            embeddings = gpt.embed(ids.clamp(min=0))
            virtual = ids < 0
            embeddings[virtual] = prompt[-ids[virtual] - 1]
            logits = torch.log_softmax(gpt.model(inputs_embeds=embeddings, attention_mask=mask).logits.float(), -1)
            for row, found in enumerate(whole):
                start = len(found) - len(answer)
                total = sum(logits[row, start + offset - 1, token] for offset, token in enumerate(answer))
                best[row] = max(best[row], float(total))
        scores[:, place] = best
    return scores


if __name__ == "__main__":
    main()
