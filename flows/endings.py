"""endings: what a run that published its page ends with when it is no success; Prefect raises it where nobody asks for the state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from templates import records
from templates.refusal import Refusal


class Unsuccessful(Refusal):
    """`done`: what the run did publish (gate pages, records, report), as a completed run returns it."""

    def __init__(self, message: str, done: dict[str, Any]) -> None:
        super().__init__(message)
        self.done = done


class GateFailed(Unsuccessful):
    """The gate failed in a study that says stop: nothing was tuned."""

    exit_code = 3


class TrialsFailed(Unsuccessful):
    """A method failed in all its trials, so that the report holds nothing of it. Exit code 1."""


def failed_throughout(run: Path) -> list[str]:
    """A line for each method that failed in every trial of one benchmark in one language, with the first error; none without `outcomes.jsonl`."""
    path = run / "outcomes.jsonl"
    errors: dict[tuple[str, str, str], list[str]] = {}
    for _, outcome in records.read_lines(path) if path.is_file() else ():
        errors.setdefault((outcome["method"], outcome["benchmark"], outcome["condition"]), []).append(outcome["error"])
    return [f"{method} of {benchmark} in {condition}: {found[0]}" for (method, benchmark, condition), found in errors.items() if all(found)]
