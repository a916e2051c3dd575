"""round_trip: a table of measurements, with what it is known to miss; it ranks, and marks only where somebody set a limit."""

import pytest

from templates import language
from translation.gates import round_trip

CA = language.load("ca")
TABLE = [
    (64.0, "The shares rose again today.", True),
    (12.0, "The shares rose again today.", False),
    (12.0, "OK then", True),  # too short to say
    (100.0, "The shares rose again today.", True),  # known to miss: a copy comes back whole
]


@pytest.mark.parametrize(("found", "source", "accepted"), TABLE)
def test_table(found: float, source: str, accepted: bool) -> None:
    score = round_trip.score(found, source, "x", CA)
    assert round_trip.accept(score, round_trip.Settings(near=30)) is accepted
    assert round_trip.accept(score, round_trip.Settings())  # as shipped
    assert round_trip.doubtful(score, round_trip.Settings(near=30))
    assert round_trip.suspicion(score) == 100 - found


def test_words() -> None:
    score = round_trip.score(12.04, "The shares rose again.", "x", CA)
    assert round_trip.reason(score, round_trip.Settings(near=30)) == "chrF2 12.0 of the source with its way there and back (limit 30)"
    assert round_trip.threshold(round_trip.Settings()).startswith("only ranks rows")
    with pytest.raises(ValueError, match="found 101"):
        round_trip.Settings(near=101)
