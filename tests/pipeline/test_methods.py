"""Every method in the folder: only its parameters change, save and load keep the scores bit for bit, floors hold (house tests 1, 2, 14)."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError

from pipeline import choose
from pipeline.answering import Answering
from pipeline.batch import Batch
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods.p_tuning import PTuning
from pipeline.train import Trained, _validate, train
from pipeline.tune import build, evaluate, tune
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal, UnknownName
from templates.task import LocalisedTask

METHODS = sorted(path.stem for path in (catalogue.PACKAGE / "pipeline" / "methods").glob("*.py") if path.stem != "__init__")
FAST = {name: {"epochs": 2, "least_steps": 1, "learning_rate": rate} for name, rate in (("p_tuning", 0.01), ("fine_tuning", 0.001))}
LABELS = ("negative", "positive")


@pytest.mark.parametrize("method", METHODS)
def test_only_the_methods_parameters_change(method: str, gpt: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    before = gpt.measure()
    tunable, trained = tune(method, Answering(gpt, task), train_rows=records[:40], validation_rows=records[40:60], settings=FAST.get(method, {}), seed=1)
    evaluate(tunable, records[60:], labels=LABELS)
    assert gpt.measure() == before
    assert all(not parameter.requires_grad and parameter.grad is None for parameter in gpt.model.parameters())
    assert bool(tunable.parameters()) == bool(trained.history)


def test_a_step_changes_every_encoder_parameter(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    tunable = build("p_tuning", Answering(tiny, task), settings=FAST["p_tuning"], seed=1)
    before = [parameter.detach().clone() for parameter in tunable.parameters()]
    train(tunable, records[:32], validation=records[40:60], labels=LABELS, seed=1)
    assert all(not torch.equal(old, new) for old, new in zip(before, tunable.parameters(), strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_saved_and_loaded_scores_are_equal_bit_for_bit(method: str, gpt: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    settings = FAST.get(method, {})
    tunable, _ = tune(method, Answering(gpt, task), train_rows=records[:40], validation_rows=records[40:60], settings=settings, seed=1)
    tunable.save(tmp_path)
    again = build(method, Answering(gpt, task), settings=settings, seed=99)
    again.load(tmp_path)
    assert torch.equal(again.scores(records[60:]), tunable.scores(records[60:]))


@pytest.mark.parametrize(("method", "rate"), [("p_tuning", 0.02), ("fine_tuning", 0.003)])
def test_a_method_that_memorises_scores_one_on_eight_records(method: str, rate: float, tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    eight = records[:8]
    assert {record.label for record in eight} == set(LABELS)
    settings = {"epochs": 150, "learning_rate": rate, "warmup_steps": 5, "patience": 150}
    tunable, _ = tune(method, Answering(tiny, task), train_rows=eight, validation_rows=[], settings=settings, seed=1)
    assert [item.predicted for item in evaluate(tunable, eight, labels=LABELS)] == [record.label for record in eight]


def test_majority_scores_the_floor(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    tunable, _ = tune("majority", Answering(tiny, task), train_rows=records[:60], validation_rows=[], settings={}, seed=1)
    assert {item.predicted for item in evaluate(tunable, records, labels=LABELS)} == {"positive"}


def test_tfidf_learns_and_survives_a_missing_label(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    tunable, _ = tune("tfidf", Answering(tiny, task), train_rows=records[:70], validation_rows=[], settings={}, seed=1)
    found = evaluate(tunable, records[70:], labels=LABELS)
    assert sum(item.predicted == item.label for item in found) / len(found) > 0.85
    one = [record for record in records if record.label == "negative"]
    tunable.prepare(one, seed=1)
    assert {item.predicted for item in evaluate(tunable, records, labels=LABELS)} == {"negative"}


def test_training_resumes_with_the_same_result(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.train.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("pipeline.train.WRITING", 0.0)

    class Killed(Exception):
        pass

    def stop(epoch: object) -> None:
        if getattr(epoch, "number", 0) == 2:
            raise Killed

    settings = {"epochs": 4, "least_steps": 1, "patience": 9}
    rows, validation = records[:40], records[40:60]
    whole, expected = tune("p_tuning", Answering(tiny, task), train_rows=rows, validation_rows=validation, settings=settings, seed=3, ahead=records[:60])
    path = tmp_path / "checkpoint.safetensors"
    with pytest.raises(Killed):
        tune(
            "p_tuning",
            Answering(tiny, task),
            train_rows=rows,
            validation_rows=validation,
            settings=settings,
            seed=3,
            ahead=records[:60],
            checkpoint=path,
            on_epoch=stop,
        )
    resumed, trained = tune(
        "p_tuning", Answering(tiny, task), train_rows=rows, validation_rows=validation, settings=settings, seed=3, ahead=records[:60], checkpoint=path
    )
    assert replace(trained, before=0.0) == expected and trained.before > 0
    assert torch.equal(resumed.scores(records[60:]), whole.scores(records[60:]))
    path.write_bytes(path.read_bytes()[:1000])
    _, restarted = tune(
        "p_tuning", Answering(tiny, task), train_rows=rows, validation_rows=validation, settings=settings, seed=3, ahead=records[:60], checkpoint=path
    )
    assert restarted == expected


def test_training_resumes_within_an_epoch(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.train.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("pipeline.train.WRITING", 0.0)
    settings = {"epochs": 3, "least_steps": 1, "patience": 9, "batch_size": 8, "dropout": 0.3}
    path = tmp_path / "checkpoint.safetensors"

    def tuned(checkpoint: Path | None = None) -> tuple[torch.Tensor, Trained]:
        rows = {"train_rows": records[:40], "validation_rows": records[40:60]}
        tunable, trained = tune("p_tuning", Answering(tiny, task), settings=settings, seed=3, ahead=records[:60], checkpoint=checkpoint, **rows)
        return tunable.scores(records[60:]), trained

    expected = tuned()
    steps = 0
    whole = torch.optim.AdamW.step

    def dying(self: torch.optim.AdamW, closure: None = None) -> None:
        nonlocal steps
        steps += 1
        if steps == 8:  # the third step of the second epoch
            raise KeyboardInterrupt
        whole(self, closure)

    monkeypatch.setattr(torch.optim.AdamW, "step", dying)
    with pytest.raises(KeyboardInterrupt):
        tuned(path)
    left = steps
    steps = 100
    scores, trained = tuned(path)
    assert steps - 100 == 3 * 5 - (left - 1)
    assert torch.equal(scores, expected[0]) and replace(trained, before=0.0) == expected[1]
    steps = 100
    scores, trained = tuned(path)  # begun and ended since, as after a test that failed
    assert steps == 100 and torch.equal(scores, expected[0])


def test_a_checkpoint_that_cannot_be_written_is_done_without(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pipeline.train.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("pipeline.train.WRITING", 0.0)
    given = {"train_rows": records[:40], "validation_rows": records[40:60], "settings": FAST["p_tuning"], "seed": 3}
    whole, expected = tune("p_tuning", Answering(tiny, task), **given)

    def full(*_: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("pipeline.train.save_file", full)
    tunable, trained = tune("p_tuning", Answering(tiny, task), checkpoint=tmp_path / "checkpoint.safetensors", **given)
    assert trained == expected and torch.equal(tunable.scores(records[60:]), whole.scores(records[60:]))
    assert [record.getMessage() for record in caplog.records] == ["training goes on without a checkpoint: I/O error: No space left on device (os error 28)"]
    assert not list(tmp_path.iterdir())


def test_a_validation_loss_that_is_no_number_is_refused_or_ends_training_at_the_best(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"train_rows": records[:40], "validation_rows": records[40:60], "settings": {**FAST["p_tuning"], "epochs": 4}, "seed": 3}
    losses = iter([float("nan")])
    monkeypatch.setattr("pipeline.train._validate", lambda *_: (next(losses), 0.5))
    with pytest.raises(Refusal, match=r"validation: the loss of epoch 1 is nan; lower learning_rate \(0.01\) or use float32"):
        tune("p_tuning", Answering(tiny, task), **given)
    losses = iter([0.6, 0.5, float("inf")])
    _, trained = tune("p_tuning", Answering(tiny, task), **given)
    assert trained.best_epoch == len(trained.history) == 2 and trained.note.startswith("stopped in epoch 3, whose validation loss is inf: lower")


def test_a_gradient_that_is_no_number_ends_training_at_the_best_epoch(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"train_rows": records[:40], "validation_rows": records[40:60], "settings": {**FAST["p_tuning"], "epochs": 4}, "seed": 3}
    _, whole = tune("p_tuning", Answering(tiny, task), **given)
    real, steps, last = torch.nn.utils.clip_grad_norm_, 0, 8  # three steps an epoch

    def clip(*how: Any) -> torch.Tensor:
        nonlocal steps
        steps += 1
        return torch.tensor(float("inf")) if steps == last else real(*how)

    monkeypatch.setattr("pipeline.stepper.nn.utils.clip_grad_norm_", clip)
    tunable, trained = tune("p_tuning", Answering(tiny, task), **given)
    assert trained.history == whole.history[:2] and trained.best_epoch in (1, 2)
    assert trained.note.startswith("stopped in epoch 3: training: the gradient became inf at r")
    assert _validate(tunable, records[40:60], task.verbalizer.labels)[0] == trained.history[trained.best_epoch - 1].validation_loss
    steps, last = 0, 2
    with pytest.raises(Refusal, match=r"training: the gradient became inf at .*; lower learning_rate \(0.01\) or use float32"):
        tune("p_tuning", Answering(tiny, task), **given)


def test_ranking_too_much_at_once_goes_on_with_halves(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering, real = Answering(tiny, task), choose.answer_scores
    encoded, fits = answering.encode(records), 10
    whole = answering.rank(encoded, None)

    def narrow(gpt: FrozenGPT, batch: Batch, *given: object, **more: object) -> object:
        if len(batch.before) > fits:
            raise MemoryError
        return real(gpt, batch, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.choose.answer_scores", narrow)
    torch.testing.assert_close(answering.rank(encoded, None), whole, atol=1e-4, rtol=1e-4)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"out of memory with {size} records at a time; going on with {size // 2}" for size in (32, 16)]  # and not once for each batch
    fits = 0
    with pytest.raises(MemoryError):
        answering.rank(encoded, None)


def test_micro_batches_add_up_to_the_batch(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    scores = []
    for size in (0, 5):
        settings = {"dropout": 0.3, "epochs": 2, "least_steps": 1, "batch_size": 16, "micro_batch": size, "learning_rate": 0.01}
        tunable, _ = tune("p_tuning", Answering(tiny, task), train_rows=records[:40], validation_rows=[], settings=settings, seed=3)
        scores.append(tunable.scores(records[60:]))
    torch.testing.assert_close(scores[0], scores[1], atol=1e-3, rtol=1e-3)


def test_out_of_memory_means_smaller_micro_batches_said_aloud(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fits = 6
    loss = PTuning.loss

    def narrow(self: PTuning, rows: list[Record]) -> torch.Tensor:
        if len(rows) > fits and torch.is_grad_enabled():
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return loss(self, rows)

    settings = {"epochs": 1, "least_steps": 1, "batch_size": 16}
    given = {"train_rows": records[:32], "validation_rows": records[40:60], "settings": settings, "seed": 3}
    whole, _ = tune("p_tuning", Answering(tiny, task), **given)
    monkeypatch.setattr(PTuning, "loss", narrow)
    tunable, trained = tune("p_tuning", Answering(tiny, task), **given)
    assert trained.micro_batch == 4
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"training: out of memory; going on with {size} records at a time" for size in (8, 4)]
    torch.testing.assert_close(tunable.scores(records[60:]), whole.scores(records[60:]), atol=1e-3, rtol=1e-3)
    fits = 0
    with pytest.raises(Refusal, match="one record at a time is too much for the memory"):
        tune("p_tuning", Answering(tiny, task), **given)


def test_a_prompt_may_begin_at_another(tiny: FrozenGPT, task: LocalisedTask) -> None:
    given = torch.randn(10, tiny.hidden_size)
    tunable = build("p_tuning", Answering(tiny, task, starts={"english": given}), settings={"start": "english"}, seed=1)
    assert isinstance(tunable, PTuning)
    torch.testing.assert_close(tunable.prompt().detach(), given)
    torch.testing.assert_close(tunable.start, given)
    with pytest.raises(Refusal, match="shall start from the english prompt, and there is none"):
        build("p_tuning", Answering(tiny, task), settings={"start": "english"}, seed=1)
    with pytest.raises(Refusal, match="the english prompt has 10 virtual tokens, this one 4"):
        build("p_tuning", Answering(tiny, task, starts={"english": given}), settings={"start": "english", "placement": "4 front"}, seed=1)


def test_more_virtual_tokens_than_fit(tiny: FrozenGPT, task: LocalisedTask) -> None:
    with pytest.raises(Refusal, match=r"en/fiqa: 600 virtual tokens with the prompt's own words take \d+ places, and a record may take 512; use fewer"):
        build("p_tuning", Answering(tiny, task), settings={"placement": "200 front, 200 text, 200 end"}, seed=1)


def test_refusals(tiny: FrozenGPT, task: LocalisedTask) -> None:
    answering = Answering(tiny, task)
    with pytest.raises(UnknownName, match=r"no method 'p_tunning'; .* Did you mean p_tuning\?"):
        build("p_tunning", answering, settings={}, seed=1)
    with pytest.raises(Refusal, match=r"unknown key 'epoch'; .* Did you mean epochs\?"):
        build("p_tuning", answering, settings={"epoch": 3}, seed=1)
    with pytest.raises(Refusal, match="few_shot: shots is 65; choose from 0 to 64"):
        build("few_shot", answering, settings={"shots": 65}, seed=1)
    plain = replace(task, prompt=replace(task.prompt, parts=tuple(part for part in task.prompt.parts if not hasattr(part, "count"))))
    with pytest.raises(Refusal, match=r"p_tuning needs virtual tokens; put \[\[10\]\] into the prompt"):
        build("p_tuning", Answering(tiny, plain), settings={}, seed=1)


def test_dropout_works_in_training_only(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    tunable = build("p_tuning", Answering(tiny, task), settings={"dropout": 0.5}, seed=1)
    one, other = (float(tunable.loss(records).detach()) for _ in range(2))
    assert one != other
    with torch.no_grad():
        assert float(tunable.loss(records)) == float(tunable.loss(records))


def test_tfidf_refuses_texts_without_words(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    silent = [replace(record, fields=dict.fromkeys(record.fields, "?")) for record in records]
    with pytest.raises(Refusal, match=r"tfidf: the \d+ training texts hold no word"):
        build("tfidf", Answering(tiny, task), settings={}, seed=1).prepare(silent, seed=1)


def test_fine_tuning_needs_no_virtual_tokens_and_computes_as_the_frozen_model_does(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    plain = replace(task, prompt=task.prompt.plain())
    zero = build("few_shot", Answering(tiny, plain), settings={"shots": 0}, seed=1).scores(records)
    for one in (task, plain):
        fresh = build("fine_tuning", Answering(tiny, one), settings={}, seed=1)
        torch.testing.assert_close(fresh.scores(records), zero, atol=1e-4, rtol=1e-4)
        assert fresh.stored_parameters == sum(weight.numel() for weight in fresh.parameters()) == tiny.parameters
    rounded = FrozenGPT(deepcopy(tiny.model).bfloat16(), tiny.tokenizer, name="rounded", fingerprint="x")
    half = build("fine_tuning", Answering(rounded, task), settings={}, seed=1)
    torch.autograd.backward(half.loss(records[:8]))
    assert all(weight.dtype == torch.float32 and weight.grad is not None for weight in half.parameters())
    torch.testing.assert_close(half.scores(records), zero, atol=0.3, rtol=0.05)
