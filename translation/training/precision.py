"""Precision: whether bfloat16 autocast trains faster on this device than float32. It does on GPUs and CPUs built for it; on others it is 20 times slower."""

from __future__ import annotations

import logging
import time
from typing import Literal

import torch
from torch import Tensor
from transformers import MarianMTModel

from translation.training.objective import Objective

Precision = Literal["auto", "float32", "bfloat16"]
SIZES = ((2, 8, 1), (16, 32, 5))  # rows, tokens a side, steps; where bfloat16 is hopeless the first says so within seconds
HOPELESS = 2.0

logger = logging.getLogger(__name__)


def bfloat16(model: MarianMTModel, asked: Precision, *, device: str) -> bool:
    """What was asked for or, with `auto`, what took less time in a few steps each way. The weights stay as they are."""
    if asked != "auto":
        return asked == "bfloat16"
    there = torch.device(device)
    if there.type != "cpu":
        return torch.cuda.is_bf16_supported()
    for rows, length, steps in SIZES:
        batch = torch.randint(2, model.config.vocab_size - 1, (rows, length), generator=torch.Generator().manual_seed(0))
        plain, brief = (_seconds(model, batch, steps=steps, enabled=enabled) for enabled in (False, True))
        if brief > HOPELESS * plain:
            break
    logger.warning("precision: %s (a step took %.2f s in float32, %.2f s in bfloat16)", "bfloat16" if brief < plain else "float32", plain, brief)
    return brief < plain


def _seconds(model: MarianMTModel, batch: Tensor, *, steps: int, enabled: bool) -> float:
    """Of one step, the first not counted."""
    objective = Objective(model.train(), smoothing=0.1)
    for step in range(steps + 1):
        if step == min(1, steps - 1):
            began = time.monotonic()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            loss = objective(batch, batch)
        torch.autograd.backward(loss)
        objective.zero_grad()
    return (time.monotonic() - began) / max(1, steps)
