"""Facts: what stands in a prepared corpus's corpus.json: how it was made, what went into it, what was left out and why, whom to name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from templates.refusal import Refusal
from templates.settings import read_settings
from templates.store import write_json

FILE = "corpus.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """One source: lines `read`, pairs `kept` by the cleaning, pairs `written` (copies counted), `lowered` among them; why lines were left out.

    `factor`: how often a kept pair is written as it is, weight and cap together.
    """

    name: str
    licence: str
    attribution: str
    weight: float
    factor: float
    read: int
    kept: int
    written: int
    lowered: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """`digest`: of everything that went in, so an equal one is an equal corpus. `files`: shard -> sha256, in the order of reading.

    `left_out`: sources whose licence was not among those asked for. `marked`: pairs with markers around phrases.
    """

    digest: str
    source: str
    target: str
    seed: int
    pairs: int
    files: Mapping[str, str]
    origins: tuple[Origin, ...]
    left_out: Mapping[str, str]
    settings: Mapping[str, Any]
    marked: int = 0

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> lines, over all sources, the commonest first."""
        found: dict[str, int] = {}
        for origin in self.origins:
            for reason, count in origin.reasons.items():
                found[reason] = found.get(reason, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def write(self, folder: Path) -> None:
        """Keep them in the folder."""
        write_json(folder / FILE, asdict(self))


def read(folder: Path) -> Facts:
    """The facts of the prepared corpus in the folder."""
    path = folder / FILE
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal(f"{path}: missing or unreadable ({error}); name a folder that a corpus was prepared in.") from error
    if not isinstance(table, dict):
        raise Refusal(f"{path}: holds no table; prepare the corpus again.")
    return read_settings(Facts, table, where=str(path))


def summary(facts: Facts) -> str:
    """One line: what was kept, and why the rest was not."""
    read, kept = (sum(getattr(origin, name) for origin in facts.origins) for name in ("read", "kept"))
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in facts.reasons.items()) or "nothing"
    marked = f" ({facts.marked:,} with markers)" if facts.marked else ""
    out = f"; not asked for by licence: {', '.join(facts.left_out)}" if facts.left_out else ""
    return f"kept {kept:,} of {read:,} pairs of {len(facts.origins)} sources, wrote {facts.pairs:,}{marked}; left out {reasons}{out}"


def barred(facts: Facts, allowed: frozenset[str] | None) -> str:
    """The licences of its sources that are not allowed, in words; None allows all."""
    used = {tag for origin in facts.origins if origin.written for tag in origin.licence.split(" AND ")}
    return "" if allowed is None else ", ".join(sorted(used - allowed))


def attributions(facts: Facts) -> str:
    """The text of an attribution file: every source that was used, its licence and whom to name."""
    used = [origin for origin in facts.origins if origin.written]
    lines = [f"Made from parallel text of {facts.source} and {facts.target} of {len(used)} sources:", ""]
    for origin in used:
        said = f" {origin.attribution}" if origin.attribution else ""
        lines.append(f"* {origin.name} ({origin.kept:,} pairs; {origin.licence}).{said}")
    tags = sorted({tag for origin in used for tag in origin.licence.split(" AND ")})
    return "\n".join([*lines, "", f"Licences: {', '.join(tags)}. SPDX identifiers are explained at https://spdx.org/licenses.", ""])
