"""Lineage: every corpus that the weights of a training have seen: its own, that of an earlier sitting, those of the training it began with.

Whoever gives a translator to others has to name them all. Kept in the work folder, a copy of each corpus's facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from templates.refusal import Refusal
from translation.training import facts
from translation.training.facts import Facts

OWN, BEFORE = "own", "before"


def record(work: Path, corpora: Iterable[Facts]) -> None:
    """These are trained on here."""
    _keep(work, OWN, corpora)


def inherit(work: Path, start: Path) -> None:
    """Begin with the weights of another training: all that it has seen was seen before."""
    _keep(work, BEFORE, seen(start))


def seen(work: Path) -> tuple[Facts, ...]:
    """All of them; a Refusal where the work folder does not say."""
    found = (*_read(work, OWN), *before(work))
    if not found:
        raise Refusal(f"{work}: does not say what it was trained on; go on with that training for a step with --resume, which notes it.")
    return found


def earlier(work: Path, corpora: Iterable[Facts]) -> tuple[Facts, ...]:
    """All but these, which are trained on now."""
    now = {one.digest for one in corpora}
    return tuple({one.digest: one for one in (*_read(work, OWN), *before(work)) if one.digest not in now}.values())


def before(work: Path) -> tuple[Facts, ...]:
    """What the training that this one began with had seen; nothing if it began with random weights."""
    return _read(work, BEFORE)


def _keep(work: Path, when: str, corpora: Iterable[Facts]) -> None:
    for one in corpora:
        one.write(work / "seen" / when / one.digest[:16])


def _read(work: Path, when: str) -> tuple[Facts, ...]:
    folder = work / "seen" / when
    return tuple(facts.read(path) for path in sorted(folder.iterdir())) if folder.is_dir() else ()
