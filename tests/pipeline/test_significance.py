"""significance: against numbers worked out elsewhere or by hand."""

import pytest
from scipy import stats

from pipeline.significance import calibration_error, holm, over_folds, over_rows


def test_corrected_t_equals_the_plain_one_where_nothing_is_shared() -> None:
    left, right = {0: 0.81, 1: 0.79, 2: 0.84, 3: 0.80}, {0: 0.75, 1: 0.78, 2: 0.77, 3: 0.79}
    found = over_folds(left, right, test_share=0.0)
    assert found is not None
    plain = stats.ttest_rel(list(left.values()), list(right.values()))
    assert found.p == pytest.approx(plain.pvalue)
    low, high = plain.confidence_interval()
    assert (found.low, found.high, found.units) == (pytest.approx(low), pytest.approx(high), 4)
    corrected = over_folds(left, right, test_share=1 / 9)
    assert corrected is not None and corrected.p > found.p and corrected.mean == found.mean


def test_shared_training_rows_widen_the_interval_as_nadeau_and_bengio_say() -> None:
    left, right = dict(enumerate((0.80, 0.84, 0.79, 0.85, 0.81, 0.83, 0.80, 0.82, 0.84, 0.82))), dict.fromkeys(range(10), 0.80)
    plain, corrected = (over_folds(left, right, test_share=share) for share in (0.0, 1 / 9))
    assert plain is not None and corrected is not None and plain.low is not None and corrected.low is not None
    assert (corrected.mean - corrected.low) / (plain.mean - plain.low) == pytest.approx(((1 / 10 + 1 / 9) / (1 / 10)) ** 0.5)
    assert plain.p < 0.05 / 2 < corrected.p < 0.1 and not corrected.sure


def test_too_few_folds_and_equal_differences_give_no_verdict() -> None:
    assert over_folds({0: 1.0, 1: 0.5}, {0: 0.0, 1: 0.5}, test_share=0.1) is None
    for left in ({0: 0.5, 1: 0.6, 2: 0.7}, {0: 0.6, 1: 0.7, 2: 0.8}):  # the second differs by 0.1 everywhere, but for what floats make of it
        assert over_folds(left, {0: 0.5, 1: 0.6, 2: 0.7}, test_share=0.1) is None


def test_mcnemar_counts_only_rows_on_which_the_two_disagree() -> None:
    left = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0, "e": 1.0, "f": 1.0}
    right = {"a": 0.0, "b": 0.0, "c": 0.0, "d": 1.0, "e": 1.0, "x": 1.0}
    found = over_rows(left, right)
    assert (found.units, found.mean) == (4, pytest.approx(0.4))
    assert found.p == pytest.approx(2 * (1 + 4) / 2**4)
    assert over_rows({"a": 1.0}, {"a": 1.0}).p == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_calibration_error() -> None:
    assert calibration_error([0.8] * 10, [True] * 8 + [False] * 2, bins=1) == pytest.approx(0.0)
    assert calibration_error([1.0, 1.0, 0.5, 0.5], [False, False, True, False], bins=2) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="no predictions"):
        calibration_error([], [])
