"""known_power: what gate-power found out about a language's gate, for its page: the user's `./lingraft/power/<lang>.json`, else ours.

The file is what `lingraft gate-power --json` writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from templates import catalogue
from templates.refusal import Refusal
from templates.store import digest
from translation.limits import Limits

SHIPPED = catalogue.PACKAGE / "translation" / "powers"


def limits_digest(limits: Limits) -> str:
    """What the figures hold for: equal digests, equal decisions on a row."""
    return digest(asdict(limits))[:16]


def file_of(code: str) -> Path | None:
    """The file of a language, the user's own first; None where there is none."""
    places = (catalogue.user_home() / "power" / f"{code}.json", SHIPPED / f"{code}.json")
    return next((path for path in places if path.is_file()), None)


def known(code: str, limits: Limits) -> Mapping[str, Any] | None:
    """The figures of this language, `same_limits` saying whether they were measured with these limits; None where nobody measured."""
    path = file_of(code)
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        alarms = {name: float(found["false_alarms"][name]) for name in ("n", "quarantined", "marked")}
        recall = [
            {"fault": str(fault), "n": int(one["n"]), **{name: float(one[name]) for name in ("caught", "quarantined", "marked")}}
            for fault, one in found["recall"].items()
        ]
        return {
            "gold": str(found["gold"]),
            "gold_sha256": str(found["gold_sha256"]),
            "same_limits": found["limits"] == limits_digest(limits),
            "false_alarms": alarms,
            "recall": recall,
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(f"{path}: is not what gate-power writes ({type(error).__name__}: {error}); write it with lingraft gate-power --json.") from error
