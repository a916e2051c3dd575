"""empty: a table of pairs, with one it is known to miss."""

import pytest

from templates import language
from translation.gates import empty

SV = language.load("sv")
TABLE = [
    ("Shares rise", "Aktierna stiger", (10, 14, False), True),
    ("Shares rise", "", (10, 0, True), False),
    ("Shares rise", " \u00a0\n", (10, 0, True), False),
    ("Shares rise", "...", (10, 0, False), False),
    ("!!!", "!", (0, 0, False), True),
    ("!!!", " ", (0, 0, True), False),
    ("Shares rise again on strong demand", "a", (29, 1, False), True),  # known to miss: one stray letter
]


@pytest.mark.parametrize(("source", "target", "expected", "accepted"), TABLE)
def test_table(source, target, expected, accepted):
    found = empty.score(source, target, SV)
    assert found == empty.Score(*expected)
    assert empty.accept(found, empty.Settings()) is accepted


def test_the_limit_moves_without_scoring_again():
    found = empty.score("Shares rise again", "a", SV)
    assert empty.accept(found, empty.Settings())
    assert not empty.accept(found, empty.Settings(least=2))
    assert "1 letters or digits for 15" in empty.reason(found, empty.Settings(least=2))
