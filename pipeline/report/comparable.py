"""comparable: which outcomes may be put side by side, told from their signatures.

Three distances: outcomes averaged into one number, outcomes in one column (one condition), outcomes in one table. The farther
apart two outcomes are shown, the more keys may differ. Text of two languages may be read by two models; otherwise what may never differ is
the model, the gate's origin of data, the versions, and whatever else a signature states.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pipeline.outcome import Outcome, is_target
from templates.finding import Finding
from templates.store import canonical

AVERAGED = frozenset({"fold", "seed", "trial", "chosen", "begins_at"})
COLUMN = AVERAGED | {"method", "code", "settings", "fraction", "prompt", "words"}
TABLE = COLUMN | {"condition", "language", "task", "text", "rows", "records", "engine", "gate", "kept"}
UNSTATED = frozenset({"", "-", "none"})  # a majority baseline has no model: that is no clash with one

CellKey = tuple[Any, ...]  # condition, method, settings in canonical form, fraction


def cell_key(outcome: Outcome) -> CellKey:
    """What outcomes averaged into one number share: condition, method, settings, fraction."""
    return (outcome.condition, outcome.method, canonical(dict(outcome.settings)), outcome.fraction)


def plain_form(form: bytes) -> bytes:
    """Settings in canonical form without where a prompt began: the English prompt it began at has no such beginning."""
    return canonical({key: value for key, value in json.loads(form).items() if key != "start"})


def differing(one: Outcome, other: Outcome) -> tuple[str, ...]:
    """The signature keys that forbid showing these two together; empty: they may be."""
    averaged = cell_key(one) == cell_key(other)
    allowed = AVERAGED if averaged else COLUMN if one.condition == other.condition else TABLE
    if is_target(one.condition) != is_target(other.condition):
        allowed = allowed | {"gpt"}
    if not averaged:
        allowed = allowed | set(one.settings) | set(other.settings)
    keys = dict.fromkeys((*one.signature, *other.signature))
    return tuple(key for key in keys if _clash(*_told(key, one, other, varied=key in allowed), strict=averaged))


def _told(key: str, one: Outcome, other: Outcome, *, varied: bool) -> tuple[str, str]:
    """The two values that must agree. A fold may vary, the number of folds (`2/5`) may not."""
    left, right = one.signature.get(key, ""), other.signature.get(key, "")
    if varied:
        return (left.partition("/")[2], right.partition("/")[2]) if key == "fold" else ("", "")
    return left, right


def _clash(left: str, right: str, *, strict: bool) -> bool:
    if left == right or {left, right} <= UNSTATED:
        return False
    return strict or not ({left, right} & UNSTATED)


def groups(outcomes: Sequence[Outcome], *, where: str) -> tuple[list[list[Outcome]], list[Finding]]:
    """Outcomes of one benchmark in groups that may each be one table, in order, and a finding for every group after the first."""
    kinds: dict[bytes, list[Outcome]] = {}
    for outcome in outcomes:
        told = {key: value for key, value in outcome.signature.items() if key not in AVERAGED}
        kinds.setdefault(canonical([str(cell_key(outcome)), told]), []).append(outcome)
    tables: list[list[list[Outcome]]] = []
    findings: list[Finding] = []
    for kind in sorted(kinds.values(), key=len, reverse=True):
        clashes = [_first_clash(table, kind[0]) for table in tables]
        free = next((index for index, clash in enumerate(clashes) if clash is None), None)
        if free is not None:
            tables[free].append(kind)
            continue
        tables.append([kind])
        if clashes and clashes[0] is not None:
            findings.append(_finding(clashes[0], kind[0], where=where))
    return [[outcome for kind in table for outcome in kind] for table in tables], findings


def _first_clash(table: Sequence[Sequence[Outcome]], newcomer: Outcome) -> Outcome | None:
    return next((kind[0] for kind in table if differing(kind[0], newcomer)), None)


def _finding(shown: Outcome, apart: Outcome, *, where: str) -> Finding:
    said = "; ".join(f"{key} ({shown.signature.get(key) or 'unstated'} / {apart.signature.get(key) or 'unstated'})" for key in differing(shown, apart))
    names = f"{shown.method} {shown.condition} and {apart.method} {apart.condition}"
    return Finding("unlike-signatures", where, f"{names} are not put side by side, their signatures differ in {said}")
