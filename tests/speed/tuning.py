"""One p-tuning step of ours beside PEFT's p-tuning: the same GPT, the same records, 10 virtual tokens, an LSTM encoder, AdamW.

Ours puts the virtual tokens after the text, so the text's keys and values are read once and reused by every step, and the head is
applied at answer positions only. PEFT puts them first and runs text, prompt and the whole head in every step.
"""

from __future__ import annotations

import argparse
import time

import torch
from peft import PromptEncoderConfig, PromptEncoderReparameterizationType, get_peft_model

from pipeline.answering import Answering
from pipeline.frozen_gpt import load_gpt
from pipeline.methods import p_tuning
from templates import catalogue, language
from templates.task import localise
from tests.speed.pairs import paired, say
from translation import refresh


def main() -> None:
    """Time `--times` pairs of steps at `--batch` records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--times", type=int, default=8)
    given = parser.parse_args()
    torch.set_num_threads(2)
    benchmark = catalogue.benchmark("fiqa")
    rows = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records[: given.batch]
    ours = _ours(given.model, rows)
    peer = _peer(given.model, rows)
    started = time.perf_counter()
    ours()
    print(f"our first step, with reading {len(rows)} texts once: {time.perf_counter() - started:.2f} s")
    found = paired(ours, peer, times=given.times)
    print(f"examples a second: ours {len(rows) / found['ours_seconds']:.1f}, PEFT {len(rows) / found['peer_seconds']:.1f}")
    say("tuning", model=given.model, batch=given.batch, peer="peft p-tuning", **found)


def _ours(model, rows):  # type: ignore[no-untyped-def]
    gpt = load_gpt(model)
    tunable = p_tuning.build(Answering(gpt, localise(catalogue.benchmark("fiqa"), language.load("en"))), p_tuning.Settings(), seed=1)
    optimiser = torch.optim.AdamW(tunable.parameters(), lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        torch.autograd.backward(tunable.loss(rows))
        optimiser.step()

    return step


def _peer(model, rows):  # type: ignore[no-untyped-def]
    gpt = load_gpt(model)
    tokenizer = gpt.tokenizer
    texts = [f"{row.fields['sentence']} Sentiment for {row.fields['target']}:" for row in rows]
    ids = [tokenizer(text)["input_ids"] for text in texts]
    answers = [tokenizer(f" {row.label}")["input_ids"] for row in rows]
    width = max(len(text) + len(answer) for text, answer in zip(ids, answers, strict=True))
    tokens, mask, labels = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(3))
    labels.fill_(-100)
    for number, (text, answer) in enumerate(zip(ids, answers, strict=True)):
        whole = torch.tensor(text + answer)
        tokens[number, : len(whole)], mask[number, : len(whole)] = whole, 1
        labels[number, len(text) : len(whole)] = whole[len(text) :]
    config = PromptEncoderConfig(
        peft_type="P_TUNING", task_type="CAUSAL_LM", num_virtual_tokens=10, encoder_reparameterization_type=PromptEncoderReparameterizationType.LSTM,
        encoder_hidden_size=gpt.hidden_size // 2, encoder_num_layers=2,
    )  # fmt: skip
    tuned = get_peft_model(gpt.model, config)
    tuned.train()
    optimiser = torch.optim.AdamW([parameter for parameter in tuned.parameters() if parameter.requires_grad], lr=1e-3)

    def step() -> None:
        optimiser.zero_grad()
        torch.autograd.backward(tuned(input_ids=tokens, attention_mask=mask, labels=labels).loss)
        optimiser.step()

    return step


if __name__ == "__main__":
    main()
