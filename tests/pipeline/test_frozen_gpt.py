"""frozen_gpt: models that read a text otherwise under our masks are refused; equal answers cost nothing by their length."""

import pytest
import torch
from transformers import BloomConfig, BloomForCausalLM, GPTNeoConfig, GPTNeoForCausalLM, LlamaConfig, LlamaForCausalLM

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


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ({"sliding_window": 128}, 128),
        ({"sliding_window": 128, "use_sliding_window": False}, 512),
        ({"sliding_window": 128, "layer_types": ["full_attention"]}, 512),
        ({"sliding_window": 128, "layer_types": ["full_attention", "sliding_attention"]}, 128),
        ({"sliding_window": None}, 512),
    ],
)
def test_no_text_is_longer_than_the_nearest_sighted_layer_sees(told: dict[str, object], limit: int) -> None:
    sizes = {"vocab_size": 32, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(**sizes, max_position_embeddings=512))
    for name, value in told.items():
        setattr(model.config, name, value)
    assert FrozenGPT(model, byte_bpe(), name="tiny").limit == limit


def test_logits_stay_in_float32_inside_an_autocast(tiny: FrozenGPT) -> None:
    hidden, asked = torch.randn(3, tiny.hidden_size), torch.tensor([[1, 2]] * 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = tiny.logits(hidden, asked)
    assert inside.dtype == torch.float32 and torch.equal(inside, tiny.logits(hidden, asked))
