"""GateFailed: what a run ends with whose gate failed in a study that says stop; Prefect raises it where nobody asks for the state."""

from __future__ import annotations

from typing import Any

from templates.refusal import Refusal


class GateFailed(Refusal):
    """`done`: what the run did publish (gate pages, records, report), as a completed run returns it."""

    exit_code = 3

    def __init__(self, message: str, done: dict[str, Any]) -> None:
        super().__init__(message)
        self.done = done
