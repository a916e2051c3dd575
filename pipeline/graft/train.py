"""Train: the student's steps, to be killed at any moment and gone on with."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from pipeline.frozen_gpt import FrozenGPT
from pipeline.graft import distil
from pipeline.graft.distil import Example, Losses, Settings, View
from pipeline.graft.student import Student
from templates.refusal import Refusal
from templates.store import digest, write_atomic

BETAS = (0.9, 0.98)
MOMENTS = ("step", "exp_avg", "exp_avg_sq")
MODEST = 0.02  # of the highest learning rate, at the end


@dataclass(frozen=True, slots=True)
class Goal:
    """One of them is above 0; both count from the very first step, over all sittings."""

    minutes: float = 0.0
    steps: int = 0

    def reached(self, step: int, seconds: float) -> float:
        """0 to 1."""
        return min(1.0, step / self.steps if self.steps else seconds / (60 * self.minutes))


@dataclass(frozen=True, slots=True)
class Told:
    """How far it is; `tokens`: of the new language, seen so far."""

    step: int
    tokens: int
    seconds: float
    reached: float
    losses: Losses


def train(
    student: Student,
    teacher: FrozenGPT,
    found: Sequence[Example],
    *,
    goal: Goal,
    settings: Settings,
    checkpoint: Path,
    every_seconds: float = 300,
    on_step: Callable[[Told], None] | None = None,
) -> int:
    """AdamW, warm-up, the lowest layers first and then all, half a cosine each; returns the tokens seen. What lies in `checkpoint` and was made of the
    same is gone on with."""
    assert teacher.by_hand is not None
    whole, lowest = teacher.by_hand, teacher.by_hand.lowest(max(1, round(settings.lowest * len(teacher.by_hand.layers))))
    optimiser = torch.optim.AdamW(student.parameters(), lr=settings.learning_rate, betas=BETAS, weight_decay=0.0)
    key = _key(student, teacher, found, settings)
    step, tokens, before = _resume(checkpoint, key, student, optimiser)
    llama, seen = whole, list[View]()
    began = saved = time.monotonic()
    for batch in islice(distil.batches(found, tokens=settings.batch_tokens, seed=settings.seed), step, None):
        seconds = before + time.monotonic() - began
        reached = goal.reached(step, seconds)
        if reached >= 1:
            break
        low = reached < settings.first
        within = reached / settings.first if low else (reached - settings.first) / (1 - settings.first)
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * min(1.0, (step + 1) / settings.warm_up) * max(MODEST, (1 + math.cos(math.pi * within)) / 2)
        if not seen or llama is not (lowest if low else whole):
            llama = lowest if low else whole
            seen = distil.views(teacher, llama, found, settings)
        optimiser.zero_grad()
        loss, losses = distil.loss(student, llama, teacher, batch, settings, seen)
        torch.autograd.backward(loss)
        norm = nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        if not torch.isfinite(norm):
            raise Refusal(f"graft: the gradient is no number at step {step + 1}; call it again with a lower --learning-rate: it goes on from the checkpoint.")
        optimiser.step()
        step, tokens = step + 1, tokens + sum(len(one.new) for one in batch)
        seconds = before + time.monotonic() - began
        if on_step is not None:
            on_step(Told(step, tokens, seconds, goal.reached(step, seconds), losses))
        if time.monotonic() - saved > every_seconds:
            _save(checkpoint, key, student, optimiser, step=step, tokens=tokens, seconds=seconds)
            saved = time.monotonic()
    _save(checkpoint, key, student, optimiser, step=step, tokens=tokens, seconds=before + time.monotonic() - began)
    return tokens


def _key(student: Student, teacher: FrozenGPT, found: Sequence[Example], settings: Settings) -> str:
    """What a checkpoint belongs to: all that decides the steps but the learning rate, which may be lowered on the way."""
    seen = hashlib.blake2b(student.embeddings.detach().cpu().numpy().data, digest_size=16)
    for one in found:
        seen.update(repr(one).encode("ascii"))
    told = {name: value for name, value in asdict(settings).items() if name != "learning_rate"}
    return digest([told, seen.hexdigest(), teacher.fingerprint])


def _save(path: Path, key: str, student: Student, optimiser: torch.optim.Optimizer, *, step: int, tokens: int, seconds: float) -> None:
    held = {name: value.detach().contiguous() for name, value in student.named_parameters()}
    for name, value in student.named_parameters():
        held |= {f"{moment}.{name}": optimiser.state[value][moment] for moment in MOMENTS if value in optimiser.state}
    facts = json.dumps({"key": key, "step": step, "tokens": tokens, "seconds": seconds})
    write_atomic(path, save(held, metadata={"facts": facts}))


def _resume(path: Path, key: str, student: Student, optimiser: torch.optim.Optimizer) -> tuple[int, int, float]:
    """Step, tokens and seconds of the sittings before; nothing where there were none."""
    if not path.is_file():
        return 0, 0, 0.0
    try:
        with safe_open(path, framework="pt") as held:
            facts = json.loads(held.metadata()["facts"])
            if facts["key"] != key:
                raise Refusal(f"{path}: belongs to a training with other settings or text; choose another --work, or remove it.")
            stored: dict[str, Tensor] = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise Refusal(f"{path}: is no whole checkpoint ({error}); remove it to begin anew.") from error
    with torch.no_grad():
        for name, value in student.named_parameters():
            value.copy_(stored[name])
            if f"{MOMENTS[0]}.{name}" in stored:
                optimiser.state[value] = {moment: stored[f"{moment}.{name}"].to("cpu" if moment == "step" else value.device) for moment in MOMENTS}
    return facts["step"], facts["tokens"], facts["seconds"]
