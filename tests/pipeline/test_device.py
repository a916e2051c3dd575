"""A model on another device: nothing of the CPU's gets among its tensors. The meta device stands for a GPU where there is none: it computes no
values, but refuses to mix as a GPU does."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import settled
from pipeline.mixed import answer
from pipeline.prefix import PrefixCache
from pipeline.prompt_table import PromptTable, card_for
from pipeline.stepper import Stepper
from pipeline.together import _losses
from pipeline.train import Step
from pipeline.tune import build, evaluate, tune
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask
from tests.pipeline import utterances

LABELS = ("negative", "positive")


@pytest.fixture
def elsewhere(make_gpt: Callable[[str], FrozenGPT], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FrozenGPT]:
    """Models whose weights are on the meta device; what comes back to the CPU from there is noughts."""
    back = torch.Tensor.cpu
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: torch.zeros(self.shape, dtype=self.dtype) if self.is_meta else back(self))

    def made(kind: str) -> FrozenGPT:
        here = make_gpt(kind)
        there = FrozenGPT(here.model.__class__(here.model.config).to("meta"), here.tokenizer, name=kind, fingerprint="x")
        there.__dict__["embedding_size"] = here.embedding_size
        return there

    return made


def test_mixing_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="expected device"):
        torch.zeros(2, 3) + torch.zeros(2, 3, device="meta")


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("placement", ["10 text", "10 front", "4 front, 6 end"])
def test_a_step_of_p_tuning_stays_where_the_model_is(
    placement: str, by_hand: bool, elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]
) -> None:
    gpt = elsewhere("llama-bpe")
    if not by_hand:
        gpt.by_hand = None
    tunable = build("p_tuning", Answering(gpt, task), settings={"placement": placement}, seed=1)
    tunable.prepare(records[:20], seed=1, ahead=records)
    loss = tunable.loss(records[:8])
    torch.autograd.backward(loss)
    assert loss.is_meta and all(parameter.grad is not None and parameter.grad.is_meta for parameter in tunable.parameters())
    torch.nn.utils.clip_grad_norm_(tunable.parameters(), 1.0)
    torch.optim.AdamW(tunable.parameters()).step()
    assert not tunable.scores(records).is_meta


@pytest.mark.parametrize("rooms", [(0.0, 1.0), (0.0, 0.0)])
def test_texts_from_disk_come_to_the_model(
    rooms: tuple[float, float], elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record], tmp_path: Path
) -> None:
    gpt = elsewhere("llama-bpe")
    tunable = build("p_tuning", Answering(gpt, task, PrefixCache(gpt, gibibytes=rooms[0], disk_gibibytes=rooms[1], folder=tmp_path)), settings={}, seed=1)
    tunable.prepare(records[:20], seed=1, ahead=records)
    for _ in range(2):
        loss = tunable.loss(records[:8])
        torch.autograd.backward(loss)
        assert loss.is_meta


@pytest.mark.parametrize("kind", ["gpt2-bpe", "llama-bpe"])
def test_ranking_and_demonstrations(kind: str, elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]) -> None:
    gpt = elsewhere(kind)
    for shots in (0, 4):
        tunable, _ = tune("few_shot", Answering(gpt, task), train_rows=records[:40], validation_rows=[], settings={"shots": shots}, seed=1)
        assert len(evaluate(tunable, records[60:], labels=LABELS)) == len(records[60:])
    with pytest.raises(ValueError, match="the prompt is on cpu, the model on meta"):
        Answering(gpt, task).loss(Answering(gpt, task).encode(records[:2]), torch.zeros(10, gpt.hidden_size))
    tasks, prompts = dict.fromkeys("ab", Answering(gpt, task)), dict.fromkeys("ab", torch.zeros(10, gpt.hidden_size))
    assert len(answer([("a", records[0]), ("b", records[1])], tasks=tasks, prompts=prompts)) == 2


def test_slots_are_decoded(elsewhere: Callable[[str], FrozenGPT], monkeypatch: pytest.MonkeyPatch) -> None:
    logits = FrozenGPT.logits
    monkeypatch.setattr(FrozenGPT, "logits", lambda *given: logits(*given).cpu())
    rows = utterances.records()
    tunable = build("p_tuning", Answering(elsewhere("llama-bpe"), utterances.task()), settings={}, seed=1)
    assert len(evaluate(tunable, rows, labels=utterances.task().verbalizer.labels, slots_in="utterance")) == len(rows)


def test_full_fine_tuning(elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]) -> None:
    tunable = build("fine_tuning", Answering(elsewhere("gpt2-bpe"), task), settings={}, seed=1)
    loss = tunable.loss(records[:8])
    torch.autograd.backward(loss)
    assert loss.is_meta and all(parameter.grad is not None and parameter.grad.is_meta for parameter in tunable.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_what_the_cpu_gives(make_gpt: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]) -> None:
    here = make_gpt("llama-bpe")
    there = FrozenGPT(here.model.__class__(here.model.config), here.tokenizer, name="there", fingerprint="x")
    there.model.load_state_dict(here.model.state_dict())
    there = FrozenGPT(there.model.to("cuda"), here.tokenizer, name="there", fingerprint="x")
    settings = {"epochs": 3, "least_steps": 1, "learning_rate": 0.01}
    given = {"train_rows": records[:40], "validation_rows": records[40:60], "settings": settings, "seed": 1}
    scores = [tune("p_tuning", Answering(gpt, task), **given)[0].scores(records[60:]) for gpt in (here, there)]
    torch.testing.assert_close(scores[0], scores[1], atol=1e-2, rtol=1e-2)


def test_a_prompt_of_the_table_moves_to_the_model(elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]) -> None:
    gpt, table = elsewhere("llama-bpe"), PromptTable()
    table.add(task.name, torch.zeros(10, gpt.hidden_size), card_for(task, gpt, trial="x"))
    assert table.take(task, gpt).is_meta
    answering = Answering(gpt, task)
    assert len(answering.rank(answering.encode(records[:4]), table.take(task, gpt))) == 4


def test_stacked_steps_stay_there(elsewhere: Callable[[str], FrozenGPT], task: LocalisedTask, records: list[Record]) -> None:
    answering = Answering(elsewhere("llama-bpe"), task)
    tunables = [build("p_tuning", answering, settings={}, seed=seed) for seed in (1, 2)]
    steps = [Step(Stepper(one, torch.optim.AdamW(one.parameters()), one.training), records[:4], 1) for one in tunables if one.training]
    losses = _losses(steps)
    torch.autograd.backward(torch.stack(losses).sum())
    assert len(losses) == 2 and all(parameter.grad is not None and parameter.grad.is_meta for one in tunables for parameter in one.parameters())


def test_what_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert settled("auto") == settled("cpu") == "cpu"
    with pytest.raises(Refusal, match='model device "cuda": there is no CUDA device here; say "auto" or "cpu"'):
        settled("cuda")
    with pytest.raises(Refusal, match="model device 'tpu': allowed are auto, cpu, cuda"):
        settled("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert settled("auto") == "cuda"
