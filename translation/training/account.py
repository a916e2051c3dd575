"""Account: what went on in a training, a line of JSON each: every so many steps, and every evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from templates.store import make_folder, write_atomic
from translation.training.checkpoint import Progress

EVERY = 20  # steps


class Account:
    """`train.jsonl`. What a killed sitting wrote after its last checkpoint is taken out, so that the steps in the file are those that led here."""

    def __init__(self, path: Path, *, after: int, every: int = EVERY) -> None:
        self.path, self.every = path, every
        self.tokens, self.seconds, self.speed = 0, 0.0, 0.0
        make_folder(path.parent)
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        write_atomic(path, "".join(f"{line}\n" for line in lines if _step(line) <= after).encode("utf-8"))

    def step(self, progress: Progress, *, loss: float, seconds: float, tokens: int, rate: float) -> float:
        """Take in one step; target tokens a second since the last line."""
        progress.recent.append(loss)
        self.tokens, self.seconds = self.tokens + tokens, self.seconds + seconds
        self.speed = self.tokens / max(self.seconds, 1e-9)
        if progress.step % self.every == 0:
            mean = sum(progress.recent) / len(progress.recent)
            self._write(progress, {"loss": mean, "tokens": progress.tokens, "tokens_per_second": round(self.speed, 1), "learning_rate": rate})
            progress.recent, self.tokens, self.seconds = [], 0, 0.0
        return self.speed

    def evaluation(self, progress: Progress, score: float) -> None:
        """Write a dev score."""
        self._write(progress, {"dev_chrf2": round(score, 2)})

    def _write(self, progress: Progress, said: dict[str, Any]) -> None:
        line = {"step": progress.step, "epoch": progress.epoch, "minutes": round(progress.minutes, 2), **said}
        with self.path.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")


def _step(line: str) -> float:
    """The step of a line; a line that was cut by a kill belongs to no step that counts."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
