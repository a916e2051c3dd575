"""truncation: a table of pairs, with some it is known to miss; human translations whole and cut in half."""

import pytest

from templates import language
from templates.language import Language, Length
from tests.gold import pairs
from translation.gates import truncation

SV = language.load("sv")
SOURCE = "The shares of the company rose again today because of strong demand."
WHOLE = "Bolagets aktier steg igen i dag på grund av stark efterfrågan."
TABLE = [  # source, target, closing mark gone, hanging end, decision
    (SOURCE, WHOLE, False, "", "keep"),
    (SOURCE, "Bolagets aktier steg igen i dag", True, "", "refuse"),
    (SOURCE, "Bolagets aktier steg igen i", True, "", "refuse"),
    (SOURCE, WHOLE.rstrip("."), True, "", "mark"),  # only the mark is gone
    (SOURCE.rstrip("."), "Bolagets aktier steg igen i dag eftersom", False, "eftersom", "refuse"),
    (SOURCE.rstrip("."), "Bolagets aktier steg igen i dag,", False, ",", "refuse"),
    ("What I want to know most of all is what the", "Vad jag allra mest vill veta är vad som är den", False, "", "keep"),  # the source hangs too
    ("i don't know where i am", "jag vet inte var jag är", False, "", "keep"),  # the source ends so too
    ("he called her 'the old blackmouth'", "han kallade henne för gamla sottrut", False, "", "keep"),  # an apostrophe closes nothing
    ("Who is he talking about?", "Vem pratar han om?", False, "", "keep"),
    ("They are your friends, not mine.", "De är dina vänner, inte mina.", False, "", "keep"),  # closed, so it may end so
    ("Look at this:", "Se här:", False, "", "keep"),
    ("Good morning all!", "God morgon alla", True, "", "keep"),  # under four words: exempt
    (SOURCE, "Bolagets aktier steg igen i dag.", False, "", "mark"),  # cut, and closed again
    (SOURCE.rstrip("."), "Bolagets aktier steg igen i dag", False, "", "mark"),  # no mark to lose, and an ordinary last word
    (SOURCE, "Bolagets aktier steg igen på grund av efterfrågan.", False, "", "keep"),  # known to miss: a third is gone
]


def decided(found):
    settings = truncation.Settings()
    return "keep" if truncation.accept(found, settings) else "mark" if truncation.doubtful(found, settings) else "refuse"


@pytest.mark.parametrize(("source", "target", "unclosed", "hanging", "decision"), TABLE)
def test_table(source, target, unclosed, hanging, decision):
    found = truncation.score(source, target, SV)
    assert (found.unclosed, found.hanging, decided(found)) == (unclosed, hanging, decision)


def test_a_language_without_open_words_is_judged_by_marks_and_length():
    unknown = Language("xx", "Test", length=Length(long=(0.5, 2.0)))
    target = "Bolagets aktier steg igen i dag på börsen eftersom"
    assert decided(truncation.score(SOURCE.rstrip("."), target, unknown)) == "keep"
    assert decided(truncation.score(SOURCE, target, unknown)) == "refuse"


def test_the_last_word_is_pointed_at_and_the_reason_names_it():
    target = "Bolagets aktier steg igen i dag eftersom "
    found = truncation.score(SOURCE, target, SV)
    ((start, end),) = truncation.spans(SOURCE, target, found)[1]
    assert target[start:end] == "eftersom"
    assert truncation.reason(found, truncation.Settings()) == "it ends on 'eftersom', the closing mark is missing, 62 % of the expected length"
    assert truncation.spans(SOURCE, WHOLE, truncation.score(SOURCE, WHOLE, SV)) == ((), ())


@pytest.mark.real
def test_halves_are_caught_and_whole_translations_are_not():
    human = [pair for pair in pairs("sweden_facts") if len(pair[0].split()) > 3 and len(pair[1].split()) > 3]
    assert sum(decided(truncation.score(*pair, SV)) == "refuse" for pair in human) <= 0.005 * len(human)
    closed = [(source, " ".join(target.split()[: len(target.split()) // 2])) for source, target in human if source.endswith(".")]
    assert sum(decided(truncation.score(*pair, SV)) == "refuse" for pair in closed) >= 0.97 * len(closed)


@pytest.mark.parametrize(
    ("source", "target"), [("The shares rose sharply today.", "आज शेयर तेजी से बढ़े।"), ("Did the shares rise sharply today?", "هل ارتفعت الأسهم بشدة اليوم؟")]
)
def test_every_script_closes_in_its_own_way(source, target):
    unknown = Language("xx", "Test", length=Length(long=(0.5, 2.0)))
    assert decided(truncation.score(source, target, unknown)) == "keep"
    assert decided(truncation.score(source, target[:-1], unknown)) != "keep"
