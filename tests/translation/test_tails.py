"""tails: a limit leaves its share above, the next row counted; small groups share one limit; too few rows have none."""

import pytest

from translation import tails

RISING = [(float(value), 1.0) for value in range(100)]


@pytest.mark.parametrize(("share", "limit"), [(0.01, 99), (0.02, 98), (0.1, 90), (0.5, 50)])
def test_a_limit_leaves_its_share_above_with_the_next_row(share, limit):
    assert tails.beyond(RISING, share) == limit
    assert sum(value > limit for value, _ in RISING) + 1 <= share * 101


def test_too_few_rows_have_no_limit():
    assert tails.beyond(RISING, 0.009) is None
    assert tails.limits({"a": RISING[:49]}, 0.5) == {} == tails.limits({"a": RISING}, 0.009)


def test_a_heavy_row_counts_as_much_as_it_weighs():
    assert tails.beyond([*RISING[:-1], (99.0, 30.0)], 0.25) == 99.0
    assert tails.beyond([*RISING[:-1], (99.0, 3.0)], 0.1) < 99


def test_small_groups_lie_over_one_another():
    wide = [(10 + 5 * value, weight) for value, weight in RISING]
    found = tails.limits({"narrow": RISING, "wide": wide, "few": RISING[:10]}, 0.008)
    assert set(found) == {"narrow", "wide"}
    assert found["narrow"] == 99 and found["wide"] == pytest.approx(10 + 5 * 99)
