"""folds: partition, no group crosses, fractions nest, demonstrations come from the training part (house test 8)."""

import hashlib
import itertools
from collections import Counter
from dataclasses import replace

import pytest

from pipeline.answering import Answering
from pipeline.folds import assign, derive, parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods import few_shot
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask


def test_folds_partition_and_no_group_crosses(records: list[Record]) -> None:
    fold_of = assign(records, count=5)
    assert set(fold_of) == {record.id for record in records}
    assert len({(record.group, fold_of[record.id]) for record in records}) == len({record.group for record in records})
    shares = [sum(record.label == "positive" for record in records if fold_of[record.id] == fold) / Counter(fold_of.values())[fold] for fold in range(5)]
    assert max(shares) - min(shares) < 0.2
    for fold in range(5):
        split = parts(records, fold_of, fold=fold, fraction=1.0, seed=1)
        groups = [{record.group for record in part} for part in (split.train, split.validation, split.test)]
        assert not groups[0] & groups[1]
        assert not groups[0] & groups[2]
        assert not groups[1] & groups[2]
        assert len(split.train) + len(split.validation) + len(split.test) == len(records)


def test_a_published_split_is_kept_by_its_own_numbers(records: list[Record]) -> None:
    split = [replace(record, fold=1 + number % 3) for number, record in enumerate(records)]
    fold_of = assign(split, count=10, published=True)
    assert fold_of == {record.id: record.fold for record in split}
    assert [record.id for record in parts(split, fold_of, fold=1, fraction=1.0, seed=1).test] == [record.id for record in split if record.fold == 1]
    with pytest.raises(Refusal, match=r"fold 4: no row stands in it; the data has the folds 1, 2, 3\."):
        parts(split, fold_of, fold=4, fraction=1.0, seed=1)
    split[4] = replace(split[4], fold=None)
    with pytest.raises(Refusal, match=f"1 of {len(split)} records name no fold of a published split, '{split[4].id}'"):
        assign(split, count=10, published=True)


def test_fractions_nest_and_keep_the_labels(records: list[Record]) -> None:
    fold_of = assign(records, count=5)
    sizes = [parts(records, fold_of, fold=0, fraction=fraction, seed=3) for fraction in (0.05, 0.25, 0.5, 1.0)]
    for small, large in itertools.pairwise(sizes):
        assert {record.id for record in small.train} < {record.id for record in large.train}
        assert {record.id for record in small.validation} <= {record.id for record in large.validation}
        assert small.test == large.test
    half = Counter(record.label for record in sizes[2].train)
    assert abs(half["positive"] / half.total() - 0.6) < 0.05
    assert parts(records, fold_of, fold=0, fraction=0.25, seed=4).train != sizes[1].train


def test_folds_are_the_same_after_the_gate_took_rows(records: list[Record]) -> None:
    fold_of = assign(records, count=5)
    whole = parts(records, fold_of, fold=0, fraction=1.0, seed=1)
    kept = [record for number, record in enumerate(records) if number % 4]
    assert {record.id for record in parts(kept, fold_of, fold=0, fraction=1.0, seed=1).test} < {record.id for record in whole.test}


def test_a_training_row_that_reads_like_a_test_row_is_left_out(records: list[Record]) -> None:
    fold_of = assign(records, count=5)
    test = next(record for record in records if fold_of[record.id] == 0)
    train = next(record for record in records if fold_of[record.id] == 1)
    same = [replace(record, fields=test.fields) if record == train else record for record in records]
    assert parts(same, fold_of, fold=0, fraction=1.0, seed=1).leaked == 1


def test_demonstrations_come_from_the_training_part(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    split = parts(records, assign(records, count=5), fold=0, fraction=1.0, seed=1)
    method = few_shot.build(Answering(tiny, task), few_shot.Settings(shots=6), seed=1)
    method.prepare(split.train, seed=1)
    text = tiny.tokenizer.decode([token for shot in method.demonstrations for token in shot])
    assert len(method.demonstrations) == 6
    assert sum(record.fields["sentence"] in text for record in split.train) >= 3
    assert not any(record.fields["sentence"] in text for record in split.test)
    assert text.count(" positive") == text.count(" negative") == 3


def test_too_many_folds_are_refused(records: list[Record]) -> None:
    with pytest.raises(Refusal, match="80 folds of 75 groups are not possible; choose from 2 to 75"):
        assign(records, count=80)


def test_seeds_are_derived_by_name() -> None:
    assert derive(1, "encoder") == derive(1, "encoder") != derive(1, "order/1") != derive(2, "order/1")


def test_demonstrations_are_the_same_where_a_few_rows_are_gone(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    def shown(rows: list[Record], seed: int) -> tuple[tuple[int, ...], ...]:
        method = few_shot.build(Answering(tiny, task), few_shot.Settings(shots=4), seed=seed)
        method.prepare(rows, seed=seed)
        return method.demonstrations

    for seed in range(5):
        whole = shown(records, seed)
        same = [shown([row for row in records if row is not gone], seed) == whole for gone in records]
        assert sum(same) == len(records) - 4 and shown(records[::-1], seed) == whole  # only who loses one of the four shows another
    assert shown(records, 1) != shown(records, 2)


def test_rows_that_all_stand_in_validation_groups_are_refused(records: list[Record]) -> None:
    held = next(str(number) for number in range(999) if hashlib.sha256(str(number).encode()).digest()[0] < 256 // 8)
    rows = [replace(row, group=held if number < 10 else "other") for number, row in enumerate(records[:20])]
    with pytest.raises(Refusal, match=r"fold 1: all \d+ rows left for training stand in groups held out for validation"):
        parts(rows, {row.id: int(row.group == "other") for row in rows}, fold=1, fraction=1.0, seed=1)
