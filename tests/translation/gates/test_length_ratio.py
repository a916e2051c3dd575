"""length_ratio: a table of pairs, with one it is known to miss."""

import pytest

from templates.language import Language, Length
from translation.gates import length_ratio

LANGUAGE = Language("xx", "Test", length=Length(short=(0.5, 2.0), long=(0.6, 1.5)))
TABLE = [
    ("The shares rose again today.", "Aktierna steg igen i dag.", 0.8929, True),
    ("The shares rose again today.", "Aktierna steg", 0.4643, False),
    ("The shares rose again today.", "Aktierna steg igen i", 0.7143, False),  # inside the range, but cut before the full stop
    ("The shares rose again today.", "Aktierna steg igen.", 0.6786, True),
    ("The shares rose again today", "Aktierna steg igen i dag, och i går, och dagen dessförinnan också", 2.4074, False),
    ("The shares of the whole company rose once again today.", "A" * 60 + " och " + "A" * 30 + ".", 1.7778, False),  # the long band is narrower
    ("OK then", "Visst, det går mycket bra för min del", 5.2857, True),  # under four words: exempt
    ("   ", "", 1.0, True),
    ("", "something", 9.0, True),  # an empty source has no words; the check called empty is for this
    ("The shares rose again today.", "Katten sover på min soffa.", 0.9286, True),  # known to miss: about something else
]


@pytest.mark.parametrize(("source", "target", "ratio", "accepted"), TABLE)
def test_table(source, target, ratio, accepted):
    found = length_ratio.score(source, target, LANGUAGE)
    assert found.ratio == ratio
    assert length_ratio.accept(found, length_ratio.Settings()) is accepted


def test_reasons_name_the_side_and_the_limit():
    settings = length_ratio.Settings()
    short = length_ratio.reason(length_ratio.score("The shares rose again today.", "Aktierna steg", LANGUAGE), settings)
    assert short == "0.46 characters per source character, too short (limit 0.80) and the closing punctuation is missing"
    long = length_ratio.reason(length_ratio.score("The shares rose today", "A" * 90, LANGUAGE), settings)
    assert long == "4.29 characters per source character, too long (limit 2.00)"
