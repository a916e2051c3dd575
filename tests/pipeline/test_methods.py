"""Every method in the folder: only its parameters change, save and load keep the scores bit for bit, floors hold (house tests 1, 2, 14)."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.train import train
from pipeline.tune import build, evaluate, tune
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal, UnknownName
from templates.task import LocalisedTask

METHODS = sorted(path.stem for path in (catalogue.PACKAGE / "pipeline" / "methods").glob("*.py") if path.stem != "__init__")
FAST = {"p_tuning": {"epochs": 2, "least_steps": 1, "learning_rate": 0.01}}
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


def test_a_method_that_memorises_scores_one_on_eight_records(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    eight = records[:8]
    assert {record.label for record in eight} == set(LABELS)
    settings = {"epochs": 150, "learning_rate": 0.02, "warmup_steps": 5, "patience": 150}
    tunable, _ = tune("p_tuning", Answering(tiny, task), train_rows=eight, validation_rows=[], settings=settings, seed=1)
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
    assert trained == expected
    assert torch.equal(resumed.scores(records[60:]), whole.scores(records[60:]))
    path.write_bytes(path.read_bytes()[:1000])
    _, restarted = tune(
        "p_tuning", Answering(tiny, task), train_rows=rows, validation_rows=validation, settings=settings, seed=3, ahead=records[:60], checkpoint=path
    )
    assert restarted == expected


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
