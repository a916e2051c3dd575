"""Finding: one thing a check noticed, in the one shape all checks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is the name of the check, `where` the file, table or record, `what` one sentence."""

    check: str
    where: str
    what: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.what} [{self.check}]"
