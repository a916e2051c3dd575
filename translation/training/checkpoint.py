"""Checkpoint: all that a training needs to go on as if nothing had happened, in one safetensors file, whole or absent.

Randomness needs no place in it: the order of an epoch and the dropout of a step are drawn from the seed and their number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from templates.refusal import Refusal
from templates.store import write_atomic
from translation.training.averaging import Average
from translation.training.muon import Muon

MOMENTS: Mapping[type[torch.optim.Optimizer], set[str]] = {Muon: {"momentum"}, torch.optim.AdamW: {"step", "exp_avg", "exp_avg_sq"}}


@dataclass(slots=True)
class Progress:
    """How far the training is. `position`: the batches of this epoch that are done; `scores`: (step, dev score) of every evaluation;
    `falling`: the learning rate had begun to fall, for the goal `goal`; `recent`: losses since the last line of the account."""

    step: int = 0
    epoch: int = 0
    position: int = 0
    tokens: int = 0
    minutes: float = 0.0
    scores: list[tuple[int, float]] = field(default_factory=list)
    falling: bool = False
    goal: dict[str, float] = field(default_factory=dict)
    corpus: str = ""
    recent: list[float] = field(default_factory=list)


def write(path: Path, progress: Progress, *, parameters: Mapping[str, nn.Parameter], optimisers: Sequence[torch.optim.Optimizer], average: Average) -> None:
    """Weights, their average, the optimisers' moments and the progress."""
    tensors: dict[str, Tensor] = {}
    for name, parameter in parameters.items():
        tensors[f"now.{name}"] = parameter.detach()
        tensors[f"average.{name}"] = average.values[name]
        tensors |= {f"moment.{key}.{name}": torch.as_tensor(value) for one in optimisers for key, value in one.state.get(parameter, {}).items()}
    write_atomic(path, save({name: value.cpu().contiguous() for name, value in tensors.items()}, {"progress": json.dumps(asdict(progress))}))


def read(path: Path, *, parameters: Mapping[str, nn.Parameter], optimisers: Sequence[torch.optim.Optimizer], average: Average) -> Progress:
    """Put everything back in its place; a Refusal if the file is of another model."""
    tensors, facts = _content(path)
    try:
        wanted = {name: list(parameter.shape) for name, parameter in parameters.items()}
        found = {name: list(tensors[f"now.{name}"].shape) for name in wanted}
        progress = Progress(**facts)
    except (KeyError, TypeError) as error:
        raise Refusal(f"{path}: is no checkpoint of this translator (no {error}); name another --work folder.") from error
    if wanted != found:
        odd = next(name for name in wanted if wanted[name] != found[name])
        raise Refusal(f"{path}: {odd} is {found[odd]} there and {wanted[odd]} in the shape asked for; ask for the same --shape, or name another --work folder.")
    moments: dict[str, dict[str, Tensor]] = {name: {} for name in parameters}
    for label, value in tensors.items():
        if label.startswith("moment."):
            _, key, name = label.split(".", 2)
            moments[name][key] = value
    _need_moments(path, moments, parameters, optimisers)
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[f"now.{name}"])
            for one in optimisers if moments[name] else ():
                if any(parameter is held for group in one.param_groups for held in group["params"]):
                    one.state[parameter] = {key: value.to(parameter.device) for key, value in moments[name].items()}
    average.load({name: tensors[f"average.{name}"] for name in parameters})
    progress.scores = [(int(step), float(score)) for step, score in progress.scores]
    return progress


def _need_moments(
    path: Path, moments: Mapping[str, Mapping[str, Tensor]], parameters: Mapping[str, nn.Parameter], optimisers: Sequence[torch.optim.Optimizer]
) -> None:
    """Refuse what another optimiser than its own has kept of a parameter."""
    wanted = {id(held): MOMENTS[type(one)] for one in optimisers for group in one.param_groups for held in group["params"]}
    for name, found in moments.items():
        expected = wanted.get(id(parameters[name]), set())
        if found and set(found) != expected:
            raise Refusal(f"{path}: was written by another optimiser ({name} has {', '.join(sorted(found))}); begin with an empty --work folder.")


def begin_with(path: Path, parameters: Mapping[str, nn.Parameter]) -> None:
    """Give the parameters the averaged weights of another training; a Refusal if it has another shape or vocabulary."""
    tensors, _ = _content(path)
    with torch.no_grad():
        for name, parameter in parameters.items():
            given = tensors.get(f"average.{name}")
            if given is None or given.shape != parameter.shape:
                found = "nothing" if given is None else list(given.shape)
                raise Refusal(f"{path}: {name} is {found} there and {list(parameter.shape)} here; start from a training of the same --shape.")
            parameter.copy_(given)


def peek(path: Path) -> Progress:
    """Only the progress."""
    return Progress(**_content(path)[1])


def _content(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    try:
        blob = path.read_bytes()
        tensors = load(blob)
        header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
        return tensors, json.loads(header["__metadata__"]["progress"])
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise Refusal(f"{path}: cannot be read as a checkpoint ({' '.join(str(error).split())[:120]}); begin with an empty --work folder.") from error
