"""addition: a table of measurements, with one fault it is known to miss."""

import pytest

from templates import language
from translation.gates import addition

SV = language.load("sv")
SHORT = "The shares rose again today."
TABLE = [
    (-4.0, "Aktierna steg igen i dag.", True, False),
    (2.0, "Aktierna steg igen i dag, och det var bra.", False, True),
    (9.0, "Aktierna steg igen i dag, och barnen letade efter grodor i vassen.", False, False),
    (-2.5, "Aktierna steg inte igen i dag.", True, False),  # known to miss: one added word
]


@pytest.mark.parametrize(("found", "target", "accepted", "doubtful"), TABLE)
def test_table(found, target, accepted, doubtful):
    score, settings = addition.score(found, SHORT, target, SV), addition.Settings()
    assert addition.accept(score, settings) is accepted
    assert accepted or addition.doubtful(score, settings) is doubtful


def test_the_reason_names_number_and_limit():
    score = addition.score(9.0, SHORT, "x", SV)
    limit = addition.Settings().near[0]
    assert addition.reason(score, addition.Settings()) == f"a stretch of it seems to be about something else (log-odds 9.00, limit {limit:.2f})"


def test_the_rule_names_every_band():
    assert "up to 8 words" in addition.threshold(addition.Settings()) and "above" in addition.threshold(addition.Settings())
