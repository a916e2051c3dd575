"""denial: a table of sources and what came back, with some it is known to miss."""

import pytest

from templates import language
from translation.gates import denial
from translation.gates._denials import denials

CA = language.load("ca")
TABLE = [  # source, there and back, accepted
    ("I am not a prophet.", "I am no prophet.", True),
    ("I am not a prophet.", "I am a prophet.", False),
    ("He came.", "He did not come.", False),
    ("It doesn't work, never did.", "It does not work.", True),  # known to miss: one of two
    ("Not only that, it rose.", "It rose as well.", True),
    ("I am not sure.", "I am unsure.", False),  # known false alarm
]


@pytest.mark.parametrize(("source", "back", "accepted"), TABLE)
def test_table(source: str, back: str, accepted: bool) -> None:
    found = denial.score(float(len(denials(back)) - len(denials(source))), source, "x", CA)
    assert denial.accept(found, denial.Settings()) is accepted
    assert denial.doubtful(found, denial.Settings())
    assert accepted or denial.suspicion(found) > 0


def test_an_added_denial_can_be_left_alone() -> None:
    found = denial.score(1.0, "He came.", "x", CA)
    assert not denial.accept(found, denial.Settings()) and denial.accept(found, denial.Settings(added=False))
    assert denial.threshold(denial.Settings(added=False)) != denial.threshold(denial.Settings())


def test_reason_and_places() -> None:
    lost, added = denial.score(-1.0, "He never came.", "x", CA), denial.score(1.0, "He came.", "x", CA)
    assert denial.reason(lost, denial.Settings()) == "the source denies, its way there and back does not"
    assert denial.reason(added, denial.Settings()) == "its way there and back denies, the source does not"
    assert denial.spans("He never came.", "x", lost) == ([(3, 8)], [])
