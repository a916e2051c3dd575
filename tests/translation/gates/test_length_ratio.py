"""length_ratio: a table of pairs, with one it is known to miss."""

import pytest

from templates.language import Language, Length
from translation.gates import length_ratio

LANGUAGE = Language("xx", "Test", length=Length(short=(0.5, 2.0), long=(0.6, 1.5)))
TABLE = [
    ("The shares rose again today.", "Aktierna steg igen i dag.", 0.8929, "keep"),
    ("The shares rose again today.", "Aktierna steg", 0.4643, "mark"),  # not far outside
    ("The shares rose again today.", "Aktierna", 0.2857, "refuse"),
    ("The shares rose again today.", "Aktierna steg igen i", 0.7143, "keep"),  # known to miss: inside the range, cut off (see truncation)
    ("The shares rose again today", "Aktierna steg igen i dag, och i går, och dagen dessförinnan också", 2.4074, "refuse"),
    ("The shares of the whole company rose once again today.", "A" * 55 + " och " + "A" * 30 + ".", 1.6852, "mark"),  # the long band is narrower
    ("OK then", "Visst, det går mycket bra för min del", 5.2857, "keep"),  # under four words: exempt
    ("   ", "", 1.0, "keep"),
    ("", "something", 9.0, "keep"),  # an empty source has no words; the check called empty is for this
    ("The shares rose again today.", "Katten sover på min soffa.", 0.9286, "keep"),  # known to miss: about something else
]


@pytest.mark.parametrize(("source", "target", "ratio", "decision"), TABLE)
def test_table(source, target, ratio, decision):
    found, settings = length_ratio.score(source, target, LANGUAGE), length_ratio.Settings()
    assert found.ratio == ratio
    assert ("keep" if length_ratio.accept(found, settings) else "mark" if length_ratio.doubtful(found, settings) else "refuse") == decision


def test_reasons_name_the_side_and_the_limit():
    settings = length_ratio.Settings()
    short = length_ratio.reason(length_ratio.score("The shares rose again today.", "Aktierna steg", LANGUAGE), settings)
    assert short == "0.46 characters per source character, too short (limit 0.50)"
    long = length_ratio.reason(length_ratio.score("The shares rose today", "A" * 90, LANGUAGE), settings)
    assert long == "4.29 characters per source character, too long (limit 2.00)"


def test_suspicion_is_least_in_the_middle_of_the_range():
    ratios = [length_ratio.suspicion(length_ratio.Score(ratio, 5, 0.5, 2.0)) for ratio in (0.0, 0.5, 1.0, 2.0, 4.0)]
    assert ratios == [10.0, 1.0, 0.0, 1.0, 2.0]
