"""polarity: a table of pairs, with some it is known to miss; off without a list."""

from dataclasses import replace

import pytest

from templates import language
from translation.gates import polarity

SV = language.load("sv")
TABLE = [  # source, target, accepted
    ("I am not a prophet.", "Jag är ingen profet.", True),
    ("I am not a prophet.", "Jag är en profet.", False),
    ("It doesn't work.", "Det fungerar.", False),
    ("Nobody came.", "Alla kom.", False),
    ("He left without me.", "Han gick utan mig.", True),
    ("Not only that, it rose.", "Dessutom steg det.", True),
    ("Why not try?", "Försök!", True),
    ("You know him, don't you?", "Du känner honom, eller hur?", True),
    ("Amendment No 4", "Ändringsförslag 4", True),
    ("That is impossible.", "Det är möjligt.", True),  # known to miss: a denial inside a word
    ("He came.", "Han kom inte.", True),  # known to miss: a denial that was added
    ("He did not say no.", "Han sade inte ja.", True),  # known to miss: one of two
    ("That's not true, there's no hope.", "Det är falskt, allt hopp är ute.", False),  # known false alarm
]


@pytest.mark.parametrize(("source", "target", "accepted"), TABLE)
def test_table(source: str, target: str, accepted: bool) -> None:
    found = polarity.score(source, target, SV)
    assert polarity.accept(found, polarity.Settings()) is accepted
    assert (polarity.suspicion(found) > 0) is (not accepted or target == "Han sade inte ja.")


def test_reason_and_places() -> None:
    found = polarity.score("He never came.", "Han kom.", SV)
    assert polarity.reason(found, polarity.Settings()) == "never in the source, no word of denial in the target"
    assert polarity.spans("He never came.", "Han kom.", found) == ([(3, 8)], [])


def test_off_without_a_list() -> None:
    other = replace(SV, gate={})
    assert not polarity.judged(polarity.score("I am not here.", "Jag är här.", other), polarity.Settings())
    assert polarity.threshold(polarity.Settings()).startswith("off")
