"""The faster precision is found by trying, and trying leaves the weights as they were."""

import logging

import pytest
import torch

from translation.training import precision, shape


def test_it_is_measured_and_said(caplog: pytest.LogCaptureFixture) -> None:
    model = shape.build(shape.find("tiny"), pieces=300, seed=0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with caplog.at_level(logging.WARNING):
        found = precision.bfloat16(model, "auto", device="cpu")
    assert f"precision: {'bfloat16' if found else 'float32'} (a step took" in caplog.text
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize(("asked", "expected"), [("float32", False), ("bfloat16", True)])
def test_what_is_asked_for_is_taken(asked: precision.Precision, expected: bool) -> None:
    model = shape.build(shape.find("tiny"), pieces=300, seed=0)
    assert precision.bfloat16(model, asked, device="cpu") is expected
