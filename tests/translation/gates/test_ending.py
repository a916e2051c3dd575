"""ending: a table of measurements, with faults it is known to miss; the real model on sentences whole and cut in half."""

import pytest

from templates import language
from templates.refusal import Refusal
from templates.settings import read_settings
from tests.gold import pairs
from translation.gates import ending

SV = language.load("sv")
SHORT, LONG = "the shares rose again today", "the shares of the old bank rose again today after very strong sales in every single country of the region"
WHOLE, CUT = "aktierna steg igen i dag", "aktierna steg"
TABLE = [  # log-probability of the end mark, source, target, decision
    (-0.8, SHORT, WHOLE, "keep"),
    (-4.0, SHORT, WHOLE, "keep"),  # an unusual end of a text as long as expected
    (-1.8, SHORT, CUT, "mark"),
    (-8.0, SHORT, CUT, "refuse"),
    (-30.0, SHORT, WHOLE, "refuse"),
    (-6.5, LONG, "aktierna i den gamla banken steg igen i dag efter mycket stark försäljning i regionens alla länder", "keep"),  # long, without a mark
    (-9.0, LONG, "aktierna i den gamla banken steg igen i dag", "refuse"),
    (-0.1, "The shares rose again today.", "Aktierna steg igen i dag.", "keep"),
    (-1.0, "The shares rose again today.", "Aktierna steg.", "mark"),  # cut, and closed again
    (-3.0, "The shares rose again today.", "Aktierna steg.", "refuse"),
    (-9.0, "go on", "fort", "keep"),  # under three words: exempt
    (-0.1, "The shares rose again today, he said.", "Aktierna steg igen i dag.", "keep"),  # known to miss: a whole clause is left
    (-0.9, SHORT, "aktierna steg igen", "keep"),  # known to miss: the last word or two
]


def decided(found):
    settings = ending.Settings()
    return "keep" if ending.accept(found, settings) else "mark" if ending.doubtful(found, settings) else "refuse"


@pytest.mark.parametrize(("measured", "source", "target", "decision"), TABLE)
def test_table(measured, source, target, decision):
    assert decided(ending.score(measured, source, target, SV)) == decision


def test_the_reason_names_number_and_limit_and_the_last_word_is_pointed_at():
    found = ending.score(-8.0, SHORT, CUT, SV)
    assert ending.reason(found, ending.Settings()) == f"it seems to be cut off (log-odds {found.log_odds:.2f}, limit 1.00)"
    assert ending.spans(SHORT, CUT + " ", found) == ((), ((9, 13),))
    assert ending.spans(SHORT, "aktierna", found) == ((), ((0, 8),))
    assert "up to 8 words" in ending.threshold(ending.Settings()) and "above" in ending.threshold(ending.Settings())


def test_worse_measurements_are_never_judged_better():
    odds = [ending.score(measured, SHORT, WHOLE, SV).log_odds for measured in (0.0, -1.0, -5.0, -12.0, -40.0)]
    assert odds == sorted(odds) and odds[-2] == odds[-1]


def test_every_band_needs_its_limit():
    with pytest.raises(Refusal, match="2 bands need 3 limits, found"):
        read_settings(ending.Settings, {"near": [0.1, 0.2]}, where="study, [gate] ending")


@pytest.mark.real
def test_halves_of_utterances_are_caught_and_whole_ones_are_not():
    from translation import evidence
    from translation.gold import SHAPE, Pair, records
    from translation.translators import ctranslate2

    human = [(ours.lower().rstrip(".?!"), theirs.lower().rstrip(".?!")) for ours, theirs in pairs("tatoeba_test")[:250] if len(theirs.split()) > 3]
    halves = [(ours, " ".join(theirs.split()[: len(theirs.split()) // 2])) for ours, theirs in human]
    engine = ctranslate2.build(ctranslate2.Settings(), source=language.load("en"), target=SV)
    kept = []
    for texts in (human, halves):
        measured = evidence.gather(*records(Pair(*one) for one in texts), SHAPE, translator=engine)[ending.NAME]
        kept.append(sum(decided(ending.score(measured[str(place), "text"], *one, SV)) == "keep" for place, one in enumerate(texts)))
    assert kept[0] >= 0.97 * len(human)
    assert kept[1] <= 0.05 * len(halves)
