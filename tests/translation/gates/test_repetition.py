"""repetition: a table of pairs, with one it is known to miss; human translations as they are and with something said again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import language
from tests.gold import pairs
from translation.gates import repetition

SV = language.load("sv")
TABLE = [  # source, target, copies in a row, words of the span, n-grams more than in the source, decision
    ("The shares rose today.", "Aktierna steg i dag.", 1, 0, (0, 0, 0, 0), "keep"),
    ("The shares rose today.", "Aktierna steg steg i dag.", 2, 1, (1, 0, 0, 0), "mark"),
    ("The shares rose today.", "Aktierna steg, steg, steg i dag.", 3, 1, (2, 1, 0, 0), "refuse"),
    ("The shares rose today.", "Aktierna steg i dag, i dag.", 2, 2, (1, 1, 0, 0), "refuse"),
    ("The shares rose today.", "Aktierna steg i dag. Aktierna steg i dag.", 2, 4, (1, 1, 1, 1), "refuse"),
    ("No, no, no, he said.", "Nej, nej, nej, sade han.", 1, 0, (0, 0, 0, 0), "keep"),  # the source repeats too
    ("Very good.", "Mycket mycket mycket bra.", 3, 1, (2, 1, 0, 0), "refuse"),
    ("He laughed.", "Han skrattade hahahahahahaha.", 3, 1, (0, 0, 0, 0), "refuse"),  # inside a word
    ("Each filter you apply is added to those you use.", "Varje filter som du anger läggs till de filter som du använder.", 1, 0, (0, 1, 1, 0), "mark"),
    ("The shares rose today.", "Aktierna steg i dag, ja de gick upp i dag, ja de steg.", 1, 0, (1, 1, 1, 1), "refuse"),
    ("A, b.", "I, o.", 1, 0, (0, 0, 0, 0), "keep"),
    ("", "", 1, 0, (0, 0, 0, 0), "keep"),
    ("The shares rose today.", "Aktierna steg i dag, och kurserna gick uppåt.", 1, 0, (0, 0, 0, 0), "keep"),  # known to miss: said again in other words
]


def decided(found):
    settings = repetition.Settings()
    return "keep" if repetition.accept(found, settings) else "mark" if repetition.doubtful(found, settings) else "refuse"


@pytest.mark.parametrize(("source", "target", "copies", "words", "more", "decision"), TABLE)
def test_table(source, target, copies, words, more, decision):
    found = repetition.score(source, target, SV)
    assert (found.copies, found.words, found.more, decided(found)) == (copies, words, more, decision)


@pytest.mark.parametrize(
    ("target", "pieces"),
    [
        ("Aktierna steg steg i dag.", ["steg steg"]),
        ("Aktierna steg i dag, i dag.", ["i dag, i dag"]),
        ("De filter som du anger är filter som du har.", ["filter som du", "filter som du"]),
        ("Han skrattade hahahahahahaha.", ["hahahahahaha"]),
        ("Aktierna steg i dag.", []),
    ],
)
def test_what_is_repeated_is_pointed_at(target, pieces):
    ours, theirs = repetition.spans("x", target, repetition.score("x", target, SV))
    assert (ours, [target[start:end] for start, end in theirs]) == ((), pieces)


def test_reasons():
    settings = repetition.Settings()
    assert repetition.reason(repetition.score("x", "i dag, i dag.", SV), settings) == "2 words 2 times in a row"
    assert "the same 4-gram 1 times more than any in the source" in repetition.reason(repetition.score("x", TABLE[9][1], SV), settings)


@given(st.lists(st.sampled_from(["alfa", "beta", "gamma", "delta", "epsilon"]), unique=True, min_size=2, max_size=4), st.integers(2, 5))
def test_a_span_of_words_said_again_is_refused_wherever_it_stands(span, times):
    text = " ".join(["Detta", "är", *span * times, "och", "slut"])
    found = repetition.score("Something else altogether.", text, SV)
    assert decided(found) == "refuse"
    assert (found.copies, found.words) == (times, len(span))


@pytest.mark.real
def test_planted_repetitions_are_caught_and_human_translations_are_not():
    human = pairs("sweden_facts")[::2]
    assert sum(decided(repetition.score(*pair, SV)) == "refuse" for pair in human) <= 0.005 * len(human)
    for again in (lambda words: words + words, lambda words: words + words[-3:] * 2, lambda words: words[:2] + words[1:2] * 2 + words[2:]):
        spoilt = [(source, " ".join(again(target.split()))) for source, target in human if len(target.split()) > 3]
        assert sum(decided(repetition.score(*pair, SV)) != "keep" for pair in spoilt) >= 0.97 * len(spoilt)
