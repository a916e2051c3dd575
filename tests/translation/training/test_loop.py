"""The loop learns, holds the pad at zero, survives every kill with the same numbers, and says why it cannot go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from templates.refusal import Refusal
from tests.translation.training import tiny_training
from tests.translation.training.tiny_training import QUICK, begin, progress, train
from translation.training import account, loop
from translation.training.checkpoint import Progress
from translation.training.loop import Told
from translation.training.schedule import Goal

REPOSITORY = Path(__file__).resolve().parents[3]


def curve(folder: Path) -> list[tuple[int, float, float]]:
    lines = [json.loads(line) for line in (folder / "work" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(line["step"], line["loss"], line["learning_rate"]) for line in lines if "loss" in line]


def test_it_learns_and_holds_the_pad_at_zero(tmp_path: Path) -> None:
    losses: list[Told] = []
    model = train(tmp_path, 60, on_step=losses.append)
    assert losses[-1].loss < 0.6 * losses[0].loss
    assert losses[-1].tokens_per_second > 0
    assert losses[-1].reached == 1.0
    embeddings = model.get_input_embeddings().weight
    assert not embeddings[model.config.pad_token_id].any()
    assert embeddings[:-1].any(dim=1).all()
    assert not model.final_logits_bias.any()


def test_killed_twice_and_resumed_is_the_same_as_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        begin(folder)
    expected = train(whole, 45).state_dict()
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    for last in (7, 41):  # in the first epoch; after the learning rate began to fall
        command = [sys.executable, "-m", tiny_training.__name__, str(killed), str(last), "45"]
        assert subprocess.run(command, env=environment, cwd=REPOSITORY, check=False).returncode == -signal.SIGKILL
        assert progress(killed).step == last - 1
    found = train(killed, 45, resume=True).state_dict()
    assert curve(killed) == curve(whole)
    assert len(curve(whole)) == 45 // account.EVERY
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


def test_a_further_goal_goes_on_from_before_the_rate_fell(tmp_path: Path) -> None:
    train(tmp_path, 20)
    assert progress(tmp_path).falling
    rates: list[int] = []
    train(tmp_path, 40, resume=True, on_step=lambda told: rates.append(told.step))
    assert rates[0] == 17 + 1
    assert rates[-1] == 40
    straight = tmp_path / "straight"
    begin(straight)
    train(straight, 40)
    assert curve(tmp_path) == curve(straight)


def test_the_same_goal_again_does_nothing(tmp_path: Path) -> None:
    first = train(tmp_path, 12).state_dict()
    steps: list[Told] = []
    again = train(tmp_path, 12, resume=True, on_step=steps.append).state_dict()
    assert steps == []
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_a_training_is_not_begun_over_another(tmp_path: Path) -> None:
    train(tmp_path, 3)
    with pytest.raises(Refusal, match="a training stands there; go on with it with --resume"):
        train(tmp_path, 3)


def test_another_corpus_begins_a_new_epoch(tmp_path: Path) -> None:
    train(tmp_path, 3)
    model, read = begin(tmp_path)
    done = loop.train(model, read, goal=Goal(steps=4), settings=QUICK, work=tmp_path / "work", corpus="larger", resume=True)
    assert (done.epoch, done.position, done.corpus) == (1, 1, "larger")


def test_batches_can_be_gathered_into_one_step(tmp_path: Path) -> None:
    train(tmp_path, 4, settings=replace(QUICK, accumulate=3))
    assert progress(tmp_path).position + progress(tmp_path).epoch * 1000 == 12


def test_a_loss_that_is_no_number_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"training: at step \d+ the (loss|gradient).* became (nan|inf).*--resume and a lower --learning-rate"):
        train(tmp_path, 50, settings=replace(QUICK, learning_rate=1e30, clip=1e30, warm_up=1))


def test_an_interruption_is_saved(tmp_path: Path) -> None:
    def stop(told: Told) -> None:
        if told.step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, 50, settings=replace(QUICK, checkpoint_minutes=60), on_step=stop)
    assert progress(tmp_path).step == 5


def test_no_better_score_for_long_ends_it(tmp_path: Path) -> None:
    scores = iter([3.0, 5.0, 4.0, 4.5, 9.0])

    def evaluate(weights: Mapping[str, Tensor], progress: Progress) -> float:
        return next(scores)

    model, read = begin(tmp_path)
    settings = replace(QUICK, evaluate_minutes=0, patience=2)
    done = loop.train(model, read, goal=Goal(steps=50), settings=settings, work=tmp_path / "work", corpus="grammar", evaluate=evaluate)
    assert [score for _, score in done.scores] == [3.0, 5.0, 4.0, 4.5]
    assert done.step == 4
