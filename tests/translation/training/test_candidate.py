"""Only a better candidate is published, with its card; one that was made on other dev sets is no measure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests import grammar
from tests.translation.training.tiny_training import QUICK, begin, train
from translation.training import facts, shape
from translation.training.candidate import BEST, Candidate, Dev
from translation.training.card import Card
from translation.training.checkpoint import Progress


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Tensor]]:
    folder = tmp_path_factory.mktemp("candidate")
    settings = replace(QUICK, batch_tokens=400, learning_rate=4e-3, warm_up=30, checkpoint_minutes=60)
    model = train(folder, 150, settings=settings, size=shape.find("tiny"))
    return folder, {name: value.detach() for name, value in model.named_parameters()}


@pytest.fixture
def made(trained: tuple[Path, dict[str, Tensor]], tmp_path: Path) -> Callable[..., Candidate]:
    folder = trained[0]
    model, read = begin(folder, shape.find("tiny"))
    corpus = facts.read(grammar.write(tmp_path / "corpus", grammar.sentences()))
    card = Card("en", {"sv": corpus}, shape.find("tiny"), QUICK, read.facts, 420, 1000)

    def make(name: str = "dev", rows: int = 6) -> Candidate:
        dev = (Dev(name, "sv", tuple(grammar.sentences()[:rows])),)
        return Candidate(tmp_path / "work", tmp_path / "out", folder / "tokenizer", model.config, "en", ("sv",), dev, card, True, True)

    return make


def best(candidate: Candidate) -> dict[str, object]:
    found: dict[str, object] = json.loads((candidate.work / BEST).read_text(encoding="utf-8"))
    return found


def test_a_worse_one_does_not_replace_the_best(trained: tuple[Path, dict[str, Tensor]], made: Callable[..., Candidate]) -> None:
    weights, candidate = trained[1], made()
    noise = torch.Generator().manual_seed(0)
    spoilt = {name: value + 0.5 * torch.randn(value.shape, generator=noise) for name, value in weights.items()}
    good = candidate.evaluate(weights, Progress(step=150))
    model = (candidate.out / "model.bin").read_bytes()
    bad = candidate.evaluate(spoilt, Progress(step=160))
    assert bad < good
    assert best(candidate)["step"] == 150
    assert (candidate.out / "model.bin").read_bytes() == model
    assert f"| dev | {good:.1f} |" in (candidate.out / "card.md").read_text(encoding="utf-8")


def test_other_dev_sets_measure_anew(trained: tuple[Path, dict[str, Tensor]], made: Callable[..., Candidate]) -> None:
    made().evaluate(trained[1], Progress(step=150))
    other = made("another", rows=12)
    other.evaluate(trained[1], Progress(step=170))
    assert best(other)["step"] == 170


def test_what_was_deleted_is_published_again(trained: tuple[Path, dict[str, Tensor]], made: Callable[..., Candidate]) -> None:
    candidate = made()
    candidate.evaluate(trained[1], Progress(step=150))
    (candidate.out / "manifest.json").unlink()
    for path in candidate.out.iterdir():
        path.unlink()
    candidate.evaluate(trained[1], Progress(step=151))
    assert (candidate.out / "model.bin").is_file()
