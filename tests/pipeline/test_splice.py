"""splice and choose: positions, masks, tries and cached prefixes change nothing (house test 7)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from pipeline.answering import Answering
from pipeline.batch import lay_out
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods.p_tuning import PTuning
from pipeline.prefix import PrefixCache
from pipeline.splice import answer_scores, shared_front, splice
from pipeline.tokens import Encoded
from pipeline.tune import tune
from templates import catalogue, language
from templates.benchmark import Record
from templates.task import localise
from templates.verbalizer import Verbalizer


def plain_scores(gpt: FrozenGPT, answering: Answering, record: Record, prompt: torch.Tensor, answers: list[tuple[int, ...]]) -> list[float]:
    """The slow, obvious way: one row, one answer, the model called as the library calls it."""
    encoded = answering.encode([record])[0]
    found = []
    for answer in answers:
        ids = torch.tensor([encoded.before + encoded.stem + answer])
        embeddings = splice(gpt, ids, prompt)
        logits = torch.log_softmax(gpt.model(inputs_embeds=embeddings).logits[0].float(), dim=-1)
        start = len(encoded.before) + len(encoded.stem)
        found.append(sum(float(logits[start + step - 1, token]) for step, token in enumerate(answer)))
    return found


def plain_loss(gpt: FrozenGPT, encoded: Sequence[Encoded], prompt: torch.Tensor) -> torch.Tensor:
    """The same for training: mean over all answer tokens."""
    said = []
    for item in encoded:
        ids = torch.tensor([item.before + item.stem + item.answer])
        logits = torch.log_softmax(gpt.model(inputs_embeds=splice(gpt, ids, prompt)).logits[0], dim=-1)
        first = ids.shape[1] - len(item.answer)
        said += [logits[first + step - 1, token] for step, token in enumerate(item.answer)]
    return -torch.stack(said).mean()


@pytest.mark.parametrize("prompt_name", ["", "published", "split"])
def test_whole_trainings_end_at_the_same_prompt(gpt: FrozenGPT, prompt_name: str, records: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("en"), prompt=prompt_name)
    given = {"train_rows": records[:40], "validation_rows": records[40:60], "ahead": records[:60], "seed": 3}
    settings = {"epochs": 4, "batch_size": 8, "learning_rate": 0.003, "least_steps": 1, "patience": 9}

    def slow(self: Answering, encoded: Sequence[Encoded], prompt: torch.Tensor | None) -> torch.Tensor:
        assert prompt is not None
        return plain_loss(gpt, encoded, prompt)

    prompts, histories = list[torch.Tensor](), list[list[float]]()
    for way in (Answering.loss, slow):
        monkeypatch.setattr(Answering, "loss", way)
        tunable, trained = tune("p_tuning", Answering(gpt, task), settings=settings, **given)
        assert isinstance(tunable, PTuning)
        prompts.append(tunable.prompt().detach())
        histories.append([epoch.train_loss for epoch in trained.history])
    moved = float((prompts[0] - tunable.start).abs().max())
    assert len(histories[0]) * 5 == 20 and moved > 0.01  # 20 steps of AdamW
    assert float((prompts[0] - prompts[1]).abs().max()) < 0.01 * moved
    assert histories[0] == pytest.approx(histories[1], rel=1e-3)


@pytest.mark.parametrize("prompt_name", ["", "published", "split"])
def test_batch_trie_and_cache_equal_the_plain_way(gpt: FrozenGPT, prompt_name: str, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt=prompt_name)
    answering = Answering(gpt, task)
    torch.manual_seed(1)
    prompt = torch.randn(task.prompt.virtual_tokens, gpt.hidden_size)
    answers = [answering.tokens.answer(word) for label in task.verbalizer.labels for word in task.verbalizer.candidates(label)]
    encoded = answering.encode(records[:9])
    batch = lay_out(encoded, [answers] * 9)
    with torch.no_grad():
        expected = torch.tensor([plain_scores(gpt, answering, record, prompt, answers) for record in records[:9]])
        for cache in (answering.prefixes, PrefixCache(gpt, gibibytes=0.0)):
            for _ in range(2):
                scores, lengths = answer_scores(gpt, batch, prompt, prefixes=cache)
                torch.testing.assert_close(scores.view(9, -1), expected, atol=2e-4, rtol=1e-4)
        alone = torch.cat([answer_scores(gpt, lay_out([item], [answers]), prompt, prefixes=answering.prefixes)[0] for item in encoded])
    torch.testing.assert_close(alone.view(9, -1), expected, atol=2e-4, rtol=1e-4)
    assert lengths.view(9, -1)[0].tolist() == [len(answer) for answer in answers]


def test_virtual_tokens_at_the_front_are_shared(gpt: FrozenGPT, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt="published")
    encoded = Answering(gpt, task).encode(records[:4])
    assert shared_front(lay_out(encoded, [[item.answer] for item in encoded])) == 10
    assert shared_front(lay_out(encoded[:1], [[encoded[0].answer]])) == 0
    other = Answering(gpt, localise(catalogue.benchmark("fiqa"), language.load("sv"))).encode(records[:3])
    for mixed in (other, [*encoded, *other]):
        assert shared_front(lay_out(mixed, [[item.answer] for item in mixed])) == 0


@pytest.mark.parametrize("prompt_name", ["", "published", "split"])
def test_gradients_with_shared_and_cached_prefix_equal_the_plain_path(gpt: FrozenGPT, prompt_name: str, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt=prompt_name)
    answering = Answering(gpt, task)
    torch.manual_seed(1)
    start = torch.randn(task.prompt.virtual_tokens, gpt.hidden_size)
    encoded = answering.encode(records[:5])
    cached = start.clone().requires_grad_()
    loss = answering.loss(encoded, cached)
    loss.backward()
    plain = start.clone().requires_grad_()
    expected = plain_loss(gpt, encoded, plain)
    expected.backward()
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(cached.grad, plain.grad, atol=1e-5, rtol=1e-4)


def test_the_head_may_be_put_on_few_states_at_once(gpt: FrozenGPT, records: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    answering = Answering(gpt, localise(catalogue.benchmark("fiqa"), language.load("sv")))
    encoded, prompt = answering.encode(records[:9]), torch.randn(10, gpt.hidden_size, generator=torch.Generator().manual_seed(1))
    whole = answering.rank(encoded, prompt)
    monkeypatch.setattr("pipeline.frozen_gpt.HEAD", 2)
    torch.testing.assert_close(answering.rank(encoded, prompt), whole, atol=1e-5, rtol=1e-5)


def test_labels_may_be_ranked_per_token(gpt: FrozenGPT, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("en"))
    single = replace(task, verbalizer=Verbalizer({"negative": " negative", "positive": " very positive"}, {}))
    answering = Answering(gpt, single)
    encoded = answering.encode(records[:5])
    lengths = torch.tensor([len(answering.tokens.answer(word)) for word in (" negative", " very positive")])
    assert lengths[0] != lengths[1]
    torch.testing.assert_close(answering.rank(encoded, None, per_token=True), answering.rank(encoded, None) / lengths)


def test_rows_may_have_prompts_of_their_own(tiny: FrozenGPT) -> None:
    prompts = torch.randn(2, 3, tiny.hidden_size)
    slots = torch.tensor([[5, -1, -2, -3], [-2, 7, -1, -3]])
    made = splice(tiny, slots, prompts)
    torch.testing.assert_close(made[0, 1:], prompts[0])
    torch.testing.assert_close(made[1, 0], prompts[1, 1])
    torch.testing.assert_close(made[1, 1], tiny.embed(torch.tensor(7)))
