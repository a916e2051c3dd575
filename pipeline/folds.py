"""Folds and fractions: who trains, who validates, who tests. Grouped, stratified, nested, and the same for every method.

Folds are drawn over all source records, before the gate takes any away, so that English and the target language share them.
"""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from templates.benchmark import Record
from templates.refusal import Refusal

VALIDATION_SHARE = 8  # one in eight groups of the training part
TOO_FEW = 16  # validation rows below which choosing an epoch by them is a coin toss


def derive(seed: int, name: str) -> int:
    """A seed for one consumer, derived by name: adding a consumer shifts no other."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:4], "big")


def assign(records: Sequence[Record], *, count: int, seed: int = 0, published: bool = False) -> dict[str, int]:
    """Record id -> fold (0 .. count - 1), with whole groups in one fold and labels spread evenly; or, `published`, as the data itself says."""
    if published:
        return _published(records)
    groups = {record.group for record in records}
    if count < 2 or len(groups) < count:
        raise Refusal(f"folds: {count} folds of {len(groups)} groups are not possible; choose from 2 to {len(groups)}.")
    groups_of: dict[str, set[str]] = defaultdict(set)
    for record in records:
        groups_of[record.label].add(record.group)
    rarest = min(groups_of, key=lambda label: len(groups_of[label]))
    if all(len(found) < count for found in groups_of.values()):
        raise Refusal(f"folds: no label has {count} groups (of {rarest!r} there are {len(groups_of[rarest])}); use fewer folds or more rows.")
    labels = np.array([record.label for record in records])
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    fold_of: dict[str, int] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")  # a rare label may be absent from a fold
        for fold, (_, held_out) in enumerate(splitter.split(labels, labels, [record.group for record in records])):
            fold_of |= {records[row].id: fold for row in held_out}
    return fold_of


def _published(records: Sequence[Record]) -> dict[str, int]:
    without = [record.id for record in records if record.fold is None]
    if without:
        named = f"{len(without):,} of {len(records):,} records name no fold of a published split, {without[0]!r} first"
        raise Refusal(f"folds: {named}; leave published out of [folds].")
    return {record.id: record.fold for record in records if record.fold is not None}


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of one trial. `leaked`: training rows left out because a test row reads the same."""

    train: tuple[Record, ...]
    validation: tuple[Record, ...]
    test: tuple[Record, ...]
    leaked: int


def parts(records: Sequence[Record], fold_of: dict[str, int], *, fold: int, fraction: float, seed: int) -> Parts:
    """Split the records of one condition. The fraction is taken from training and validation part alike (what a user with
    little data has); smaller fractions lie inside larger ones of the same seed; the test part is always whole."""
    if fold not in (known := sorted(set(fold_of.values()))):
        raise Refusal(f"fold {fold}: no row stands in it; the data has the folds {', '.join(map(str, known))}.")
    test = [record for record in records if fold_of[record.id] == fold]
    rest = [record for record in records if fold_of[record.id] != fold]
    read_alike = {reads_as(record) for record in test}
    clean = [record for record in rest if reads_as(record) not in read_alike]
    if not test or not clean:
        raise Refusal(f"fold {fold}: {len(clean)} training and {len(test)} test rows are left; keep more rows or use fewer folds.")
    held_out = _validation_groups(clean)
    train = _nested([record for record in clean if record.group not in held_out], fraction, seed=derive(seed, "fraction/train"))
    if not train:
        raise Refusal(f"fold {fold}: all {len(clean)} rows left for training stand in groups held out for validation; keep more rows, in more groups.")
    validation = _nested([record for record in clean if record.group in held_out], fraction, seed=derive(seed, "fraction/validation"))
    return Parts(tuple(train), tuple(validation), tuple(test), len(rest) - len(clean))


def reads_as(record: Record) -> str:
    """The longest field, casefolded: two records that share it read the same but for the question asked."""
    return max(record.fields.values(), key=len).casefold()


def _validation_groups(records: Sequence[Record]) -> set[str]:
    """About one in eight groups, each by its own hash alone: a group is on the same side in every language and after every gate."""
    return {record.group for record in records if hashlib.sha256(record.group.encode()).digest()[0] < 256 // VALIDATION_SHARE}


def _nested(records: Sequence[Record], fraction: float, *, seed: int) -> list[Record]:
    """The first share of a random order in which every beginning has the labels in proportion.

    Rows are ordered by a hash of seed and id, so that English and the target language, which lacks a few rows, draw the same ones.
    """
    by_label: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_label[record.label].append(record)
    placed: list[tuple[float, Record]] = []
    for label in sorted(by_label):
        rows = sorted(by_label[label], key=lambda record: hashlib.sha256(f"{seed}/{record.id}".encode()).digest())
        placed += [((rank + 0.5) / len(rows), row) for rank, row in enumerate(rows)]
    placed.sort(key=lambda item: item[0])
    return [record for _, record in placed[: max(1, round(fraction * len(records)))]] if records else []
