"""script: a table of pairs, with one it is known to miss."""

from dataclasses import replace

import pytest

from templates import language
from templates.language import Language
from translation.gates import script

SV, RU, XX = language.load("sv"), Language("ru", "Russian", script="Cyrl"), Language("xx", "Test", script="Xxxx")
LONG = "Det här är en text på svenska med ganska många bokstäver, alla utom en"
TABLE = [  # language, source, target, foreign letters, decision
    (SV, "The shares rose.", "Aktierna steg.", "", "keep"),
    (SV, "The shares rose.", "Акции выросли.", "Акциивыросли", "refuse"),
    (SV, "The shares rose.", "Акtierna steg.", "Ак", "refuse"),  # letters that look alike
    (SV, "The shares rose.", f"{LONG} я.", "я", "mark"),
    (SV, "The letter я is last.", f"{LONG}, я.", "", "keep"),  # the source has it too
    (SV, "The value is µ or β.", "Värdet är µ eller β.", "", "keep"),
    (SV, "The 1st of 2 Å.", "Den 1:a av 2 Å, nº 3 och ª.", "", "keep"),
    (SV, "12.5 %", "12,5 %", "", "keep"),  # no letters, no opinion
    (SV, "The shares rose.", "股价上涨了。", "股价上涨了", "refuse"),
    (RU, "Shares of Apple rose.", "Акции Apple выросли.", "", "keep"),
    (RU, "The shares rose.", "Aktierna steg.", "Aktintg", "refuse"),
    (XX, "The shares rose.", "Акции выросли.", "", "keep"),  # a script it does not know
    (SV, "The shares rose.", "Die Aktien stiegen.", "", "keep"),  # known to miss: the wrong language in the right script
]


@pytest.mark.parametrize(("lang", "source", "target", "foreign", "decision"), TABLE)
def test_table(lang, source, target, foreign, decision):
    found, settings = script.score(source, target, lang), script.Settings()
    assert found.foreign == foreign
    assert ("keep" if script.accept(found, settings) else "mark" if script.doubtful(found, settings) else "refuse") == decision


def test_foreign_letters_are_pointed_at_and_named():
    target = "Aktierna росли steg, ы!"
    found = script.score("x", target, SV)
    assert [target[start:end] for start, end in script.spans("x", target, found)[1]] == ["росли", "ы"]
    assert script.reason(found, script.Settings()) == "6 of 18 letters in a foreign script: р (U+0440), о (U+043E), с (U+0441)"


def test_marks_of_a_regular_expression_are_no_letters():
    assert script.spans("x", "a]b^c-d", script.score("x", "a]b^c-d", SV)) == ((), ())


def test_every_shipped_language_names_a_script_that_is_known():
    assert {language.load(code).script for code in language.codes()} <= set(script.SCRIPTS)


@pytest.mark.parametrize(
    ("script_of", "source", "target"),
    [("Jpan", "it rains at times", "時々雨が降ります"), ("Cyrl", "play bbc radio", "включи радио BBC"), ("Jpan", "turn on the tv", "TVをつけて")],
)
def test_marks_of_repetition_and_capitals_of_the_source_are_not_foreign(script_of, source, target):
    found = script.score(source, target, replace(SV, script=script_of))
    assert found.foreign == "" and script.accept(found, script.Settings())
