"""log_probability: a table of measurements, with one fault it is known to miss."""

import pytest

from templates import language
from templates.refusal import Refusal
from templates.settings import read_settings
from translation.gates import log_probability

SV = language.load("sv")
SHORT, LONG = "The shares rose again today.", "The shares of the old bank rose again today " + "after strong sales in every country " * 2 + "."
TABLE = [
    (0.9, SHORT, "Aktierna steg igen i dag.", True, False),
    (-0.5, SHORT, "Papperen gick åter upp.", False, True),  # freely said: marked
    (-1.4, SHORT, "Katten sover på soffan.", False, False),
    (-0.4, LONG, "Aktierna i den gamla banken steg igen i dag efter stark försäljning överallt.", True, False),  # another band
    (-0.9, LONG, "Barnen sprang ner till sjön och letade efter grodor i vassen hela dagen.", False, False),
    (0.6, SHORT, "Aktierna sjönk igen i dag.", True, False),  # known to miss: one wrong word in a sound sentence
]


@pytest.mark.parametrize(("found", "source", "target", "accepted", "doubtful"), TABLE)
def test_table(found, source, target, accepted, doubtful):
    score, settings = log_probability.score(found, source, target, SV), log_probability.Settings()
    assert log_probability.accept(score, settings) is accepted
    assert accepted or log_probability.doubtful(score, settings) is doubtful


def test_the_reason_names_number_and_limit():
    score = log_probability.score(-1.4, SHORT, "x", SV)
    limit = log_probability.Settings().near[0]
    assert log_probability.reason(score, log_probability.Settings()) == f"-1.40 nats per token for being a translation of this source (limit {limit:.2f})"


def test_every_band_needs_its_limit():
    with pytest.raises(Refusal, match="2 bands need 3 limits"):
        read_settings(log_probability.Settings, {"near": [0.1]}, where="study, [gate] log_probability")
