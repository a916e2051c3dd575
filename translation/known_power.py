"""known_power: what gate-power found out about a language's gate, for its page: the user's `./lingraft/power/<lang>.json`, else ours.

The file is what `lingraft gate-power --json` writes. Figures that were measured otherwise than the page's rows were judged are shown with
a note that says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from templates import catalogue
from templates.refusal import Refusal
from templates.store import code_fingerprint, digest
from translation.limits import PACKAGE, Limits, gates

SHIPPED = catalogue.PACKAGE / "translation" / "powers"
DIGITS = 16


def limits_digest(limits: Limits) -> str:
    """What the figures hold for, apart from engine and code: equal digests, equal decisions on a row."""
    return digest([asdict(limits.lines), {name: asdict(settings) for name, settings in limits.checks.items()}])[:DIGITS]


def checks_digest() -> str:
    """Of the code of all checks and of what they import."""
    return code_fingerprint(*(f"{PACKAGE}.{name}" for name in gates()), "translation.detachment")[:DIGITS]


def signature(limits: Limits, engine: str) -> dict[str, Any]:
    """What figures measured here and now hold for. `engine`: identity of the one that measured evidence (`engine.scored_by`), "" for none."""
    off = sorted(limits.lines.off)
    return {"limits": limits_digest(limits), "off": off, "engine": engine[:DIGITS], "rules_only": not engine, "checks": checks_digest()}


def file_of(code: str) -> Path | None:
    """The file of a language, the user's own first; None where there is none."""
    places = (catalogue.user_home() / "power" / f"{code}.json", SHIPPED / f"{code}.json")
    return next((path for path in places if path.is_file()), None)


def known(code: str, limits: Limits, *, engine: str) -> Mapping[str, Any] | None:
    """The figures of this language; None where nobody measured. `note`: one sentence on how they were measured otherwise, or "".

    `recall` lists the faults that were planted, `left_out` says why others were not.
    """
    path = file_of(code)
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        alarms = {name: float(found["false_alarms"][name]) for name in ("n", "quarantined", "marked")}
        recall = [
            {"fault": str(fault), "n": int(one["n"]), **{name: float(one[name]) for name in ("caught", "quarantined", "marked")}}
            for fault, one in found["recall"].items()
            if one["n"]
        ]
        same = {key: found.get(key) == value for key, value in signature(limits, engine).items()}
        return {
            "gold": str(found["gold"]),
            "gold_sha256": str(found["gold_sha256"]),
            "same_limits": same["limits"],
            "same_engine": same["engine"],
            "same_checks": same["checks"],
            "rules_only": bool(found["rules_only"]),
            "note": _note(found, same, engine),
            "false_alarms": alarms,
            "recall": recall,
            "left_out": {str(fault): str(why) for fault, why in found["left_out"].items()},
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(f"{path}: is not what gate-power writes ({type(error).__name__}: {error}); write it with lingraft gate-power --json.") from error


def _note(found: Mapping[str, Any], same: Mapping[str, bool], engine: str) -> str:
    parts = []
    if not same["engine"]:
        without = "without the checks that ask a translator"
        parts.append(without if found["rules_only"] else "with another engine" if engine else "with checks that ask a translator, which this engine cannot")
    if not same["off"]:
        parts.append(f"with other checks switched off ({', '.join(found.get('off', ())) or 'none'})")
    elif not same["limits"]:
        parts.append("with other limits")
    if not same["checks"]:
        parts.append("with older checks")
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"These figures were measured {listed}; lingraft gate-power measures again." if parts else ""
