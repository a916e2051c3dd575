"""together: trained side by side, each learns what it learns alone; what goes wrong with one is its own matter."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from pipeline import running, study, together, train
from pipeline.answering import Answering
from pipeline.folds import assign
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache
from pipeline.tune import begin, tune
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask

BASE = {"least_steps": 1, "patience": 9, "learning_rate": 0.005, "batch_size": 8}
KINDS: list[dict[str, Any]] = [
    {"epochs": 3, "dropout": 0.3},
    {"epochs": 2, "placement": "4 front, 3 end"},
    {"epochs": 4, "batch_size": 16, "encoder": "mlp", "inner": 32},
]


def given(records: list[Record], number: int, **more: Any) -> dict[str, Any]:
    settings = {**BASE, **KINDS[number]}
    return {"train_rows": records[10 * number : 50 + number], "validation_rows": records[60:80], "settings": settings, "seed": number, **more}


def test_each_learns_what_it_learns_alone(gpt: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    alone = [tune("p_tuning", Answering(gpt, task), **given(records, number)) for number in range(3)]
    begun = [begin("p_tuning", Answering(gpt, task, PrefixCache(gpt)), **given(records, number)) for number in range(3)]
    trained = together.drive_together([course for _, course in begun])
    for (expected, known), (found, _), ended in zip(alone, begun, trained, strict=True):
        assert isinstance(ended, train.Trained) and ended.best_epoch == known.best_epoch
        for one, other in zip(ended.history, known.history, strict=True):
            assert one.train_loss == pytest.approx(other.train_loss, rel=1e-3) and one.validation_loss == pytest.approx(other.validation_loss, rel=1e-3)
        torch.testing.assert_close(found.scores(records[80:]), expected.scores(records[80:]), atol=5e-3, rtol=5e-3)


def test_one_that_fails_leaves_the_others(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    alone, _ = tune("p_tuning", Answering(tiny, task), **given(records, 0))
    begun = [begin("p_tuning", Answering(tiny, task), **given(records, number)) for number in (0, 2)]
    with torch.no_grad():
        begun[1][0].parameters()[0].fill_(float("nan"))
    ended = together.drive_together([course for _, course in begun])
    assert isinstance(ended[0], train.Trained) and isinstance(ended[1], Refusal) and "the loss became nan" in str(ended[1])
    torch.testing.assert_close(begun[0][0].scores(records[80:]), alone.scores(records[80:]), atol=5e-3, rtol=5e-3)


def test_out_of_memory_means_fewer_at_once(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = (0, 1, 2, 0)
    alone = [tune("p_tuning", Answering(tiny, task), **given(records, number))[0] for number in numbers]
    losses, asked = together._losses, list[int]()

    def narrow(steps: list[train.Step]) -> list[torch.Tensor]:
        asked.append(len(steps))
        if len(steps) > 2:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        return losses(steps)

    monkeypatch.setattr(together, "_losses", narrow)
    begun = [begin("p_tuning", Answering(tiny, task), **given(records, number)) for number in numbers]
    with caplog.at_level(logging.WARNING):
        together.drive_together([course for _, course in begun])
    assert asked[0] == 4 and set(asked[1:]) == {2}
    assert [record.getMessage() for record in caplog.records] == ["training: out of memory; going on with 2 trials at once"]
    for (found, _), expected in zip(begun, alone, strict=True):
        torch.testing.assert_close(found.scores(records[80:]), expected.scores(records[80:]), atol=5e-3, rtol=5e-3)


def test_outcomes_are_those_of_single_trials_and_say_so(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    condition = study.Condition("en", task, tuple(records), assign(records, count=5), "off", "")
    settings = {**BASE, "epochs": 2}
    jobs = []
    for fold in (0, 1, 9):
        (folder := tmp_path / str(fold)).mkdir()
        jobs.append(running.Job(study.Trial("en", "fiqa", "p_tuning", settings, fold, 5, 1.0, 1), folder))
    found = running.run_together(jobs, condition, gpt=tiny, prefixes=PrefixCache(tiny), stack=3)
    assert "fold 9: no row stands in it" in found[2].error
    for job, outcome in zip(jobs[:2], found, strict=False):
        (folder := tmp_path / f"alone {job.trial.fold}").mkdir()
        single = running.run(job.trial, condition, gpt=tiny, prefixes=PrefixCache(tiny), keep=folder)
        assert [item.predicted for item in outcome.predictions] == [item.predicted for item in single.predictions]
        assert outcome.signature == {**single.signature, "stack": "3"} and outcome.trial != single.trial and (job.keep / "p_tuning.safetensors").is_file()
