"""Means and intervals against figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import metrics
from pipeline.outcome import Prediction
from pipeline.report.measure import measure, paired_difference

LABELS = ("negative", "positive")


def trial(fold, right, wrong):
    """A trial with so many right and wrong answers, gold labels alternating."""
    rows = []
    for number in range(right + wrong):
        gold = LABELS[number % 2]
        rows.append(Prediction(f"{fold}-{number}", gold, gold if number < right else LABELS[1 - number % 2], 0.9))
    return fold, rows


def test_three_folds_give_the_t_interval_by_hand():
    found = measure([trial(0, 6, 4), trial(1, 7, 3), trial(2, 8, 2)], labels=LABELS, metric="accuracy")
    assert found.mean == pytest.approx(0.7)
    assert found.high - found.mean == pytest.approx(4.302653 * 0.1 / 3**0.5, abs=1e-6)  # t(0.975, 2) = 4.302653, s = 0.1
    assert (found.how, found.units) == ("folds", 3)


def test_seeds_of_one_fold_count_once_among_folds():
    doubled = [trial(fold, right, 10 - right) for fold, right in ((0, 6), (0, 6), (1, 7), (1, 7), (2, 8), (2, 8))]
    assert measure(doubled, labels=LABELS, metric="accuracy") == measure(doubled[::2], labels=LABELS, metric="accuracy")


def test_folds_that_are_alike_are_as_sure_as_their_rows_together():
    folds = [trial(fold, 9, 1) for fold in range(4)]
    found = measure(folds, labels=LABELS, metric="accuracy")
    assert (found.how, found.units, found.deviation) == ("rows", 40, 0.0)  # a t-interval would have width 0
    every = [row for _, rows in folds for row in rows]
    low, high = metrics.interval([row.label for row in every], [row.predicted for row in every], labels=LABELS, metric="accuracy")
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high)) and found.high - found.low > 0.1
    assert measure(folds * 2, labels=LABELS, metric="accuracy") == found  # a second seed brings no new rows


def test_three_equal_trials_on_one_fold_are_not_certain():
    found = measure([trial(0, 14, 6)] * 3, labels=LABELS, metric="accuracy")
    assert found.how == "rows"  # a t-interval would have width 0
    assert found.high - found.low > 0.2


def test_three_unequal_trials_on_one_fold_give_the_t_interval():
    found = measure([trial(0, 10, 10), trial(0, 14, 6), trial(0, 18, 2)], labels=LABELS, metric="accuracy")
    assert (found.how, found.units) == ("trials", 3)


def test_one_trial_is_the_bootstrap_of_metrics():
    _, rows = trial(0, 15, 5)
    found = measure([(0, rows)], labels=LABELS, metric="macro_f1")
    low, high = metrics.interval([row.label for row in rows], [row.predicted for row in rows], labels=LABELS, metric="macro_f1")
    assert (found.low, found.high, found.how, found.units) == (low, high, "rows", 20)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=5), st.sampled_from(["accuracy", "macro_f1"]))
def test_every_interval_holds_its_mean_and_stays_a_ratio(plan, metric):
    found = measure([trial(*one) for one in plan], labels=LABELS, metric=metric)
    assert 0 <= found.low <= found.mean <= found.high <= 1


def test_paired_difference_looks_at_shared_rows_only():
    found = paired_difference({"a": 1.0, "b": 1.0, "c": 0.0, "only here": 0.0}, {"a": 0.0, "b": 1.0, "c": 0.0, "only there": 1.0})
    assert found.mean == pytest.approx(1 / 3)
    assert found.units == 3
    assert found.low == 0.0
    assert found.high > found.mean
