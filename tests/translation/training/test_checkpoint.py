"""A checkpoint is whole and of this model, or it is refused."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from templates.refusal import Refusal
from tests.translation.training.tiny_training import DROPPED, train
from translation.training import checkpoint, loop, shape
from translation.training.averaging import Average


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    train(folder, 3)
    return folder / "work" / loop.LATEST


def test_one_that_was_cut_is_refused(written: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(written.read_bytes()[:-100])
    with pytest.raises(Refusal, match="cannot be read as a checkpoint"):
        checkpoint.peek(cut)


def test_one_of_another_shape_is_refused(written: Path) -> None:
    model = shape.build(shape.Shape(1, 1, 16, 32, 2), pieces=100, seed=0)
    parameters = dict(model.named_parameters())
    adam = torch.optim.AdamW(model.parameters())
    with pytest.raises(Refusal, match=r"is \[\d+, 32\] there and \[101, 16\] in the shape asked for; ask for the same --shape"):
        checkpoint.read(written, parameters=parameters, optimisers=(adam,), average=Average(parameters, decay=0.9))


def test_progress_comes_back(written: Path) -> None:
    found = checkpoint.peek(written)
    assert (found.step, found.corpus, found.goal["steps"]) == (3, "grammar", 3)
    assert found.tokens > 0


def test_one_of_another_optimiser_is_refused(written: Path) -> None:
    model = shape.build(DROPPED, pieces=pieces_of(written), seed=0)
    parameters = dict(model.named_parameters())
    adam = torch.optim.AdamW(model.parameters())
    with pytest.raises(Refusal, match=r"was written by another optimiser \(.* has momentum\); begin with an empty --work folder"):
        checkpoint.read(written, parameters=parameters, optimisers=(adam,), average=Average(parameters, decay=0.9))


def test_another_training_begins_with_its_averages(written: Path) -> None:
    model = shape.build(DROPPED, pieces=pieces_of(written), seed=7)
    parameters = dict(model.named_parameters())
    checkpoint.begin_with(written, parameters)
    average = load_file(written)
    assert all(torch.equal(parameter.detach(), average[f"average.{name}"]) for name, parameter in parameters.items())
    other = dict(shape.build(DROPPED, pieces=100, seed=0).named_parameters())
    with pytest.raises(Refusal, match=r"weight is \[\d+, 32\] there and \[101, 32\] here; start from a training of the same --shape"):
        checkpoint.begin_with(written, other)


def pieces_of(path: Path) -> int:
    return len(load_file(path)["now.model.shared.weight"]) - 1
