"""agreement: a table of measurements, with one fault it is known to miss."""

import pytest

from templates import language
from translation.gates import agreement

SV = language.load("sv")
TABLE = [
    (64.0, "The shares rose again today.", True, False),
    (12.0, "The shares rose again today.", False, True),
    (6.0, "The shares rose again today.", False, False),
    (6.0, "OK then", True, False),  # too short to say
    (93.0, "The shares did not rise today.", True, False),  # known to miss: a lost negation is three letters
]


@pytest.mark.parametrize(("found", "source", "accepted", "doubtful"), TABLE)
def test_table(found, source, accepted, doubtful):
    score, settings = agreement.score(found, source, "x", SV), agreement.Settings()
    assert agreement.accept(score, settings) is accepted
    assert accepted or agreement.doubtful(score, settings) is doubtful


def test_the_reason_names_number_and_limit():
    settings = agreement.Settings()
    assert agreement.reason(agreement.score(6.04, "The shares rose again.", "x", SV), settings) == "chrF2 6.0 with the second engine's translation (limit 14)"
