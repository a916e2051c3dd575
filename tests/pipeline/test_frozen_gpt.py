"""frozen_gpt: models that read a text otherwise under our masks are refused; equal answers cost nothing by their length."""

import pytest
import torch
from transformers import BloomConfig, BloomForCausalLM, GPTNeoConfig, GPTNeoForCausalLM

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT, agree
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask
from tests.tiny import byte_bpe


def test_every_tiny_model_agrees_with_itself(gpt: FrozenGPT) -> None:
    agree(gpt)


def test_another_tokenizer_is_another_model(gpt: FrozenGPT) -> None:
    other = byte_bpe()
    other.add_tokens(["another"])
    assert FrozenGPT(gpt.model, gpt.tokenizer, name="same").fingerprint == gpt.fingerprint
    assert FrozenGPT(gpt.model, other, name="other").fingerprint != gpt.fingerprint


def test_local_attention_and_alibi_are_refused() -> None:
    tokenizer = byte_bpe()
    torch.manual_seed(0)
    neo = GPTNeoForCausalLM(
        GPTNeoConfig(
            vocab_size=len(tokenizer), hidden_size=32, num_layers=2, num_heads=2, attention_types=[[["local"], 2]], window_size=8, max_position_embeddings=512
        )
    )
    bloom = BloomForCausalLM(BloomConfig(vocab_size=len(tokenizer), hidden_size=32, n_layer=2, n_head=2))
    for model in (neo, bloom):
        with pytest.raises(Refusal, match="reads text otherwise under our own positions and masks"):
            agree(FrozenGPT(model, tokenizer, name="odd"))


def test_a_label_is_scored_by_the_likelihood_of_its_whole_word(gpt: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    """Compared with the plain model on the whole text, a pass for every label."""
    answering = Answering(gpt, task)
    encoded = answering.encode(records[:5])
    prompt = torch.randn(10, gpt.hidden_size)
    scores = answering.rank(encoded, prompt)
    for row, item in enumerate(encoded):
        for number, label in enumerate(task.verbalizer.labels):
            best = -float("inf")
            for word in task.verbalizer.candidates(label):
                answer = answering.tokens.answer(word)
                ids = torch.tensor([*item.before, *item.stem, *answer])
                embeddings = torch.where((ids < 0)[:, None], prompt[(-ids - 1).clamp(min=0)], gpt.embed(ids.clamp(min=0)))
                logits = torch.log_softmax(gpt.model(inputs_embeds=embeddings[None]).logits[0].float(), -1)
                start = len(ids) - len(answer)
                best = max(best, sum(float(logits[start + place - 1, token]) for place, token in enumerate(answer)))
            assert float(scores[row, number]) == pytest.approx(best, abs=1e-3)
