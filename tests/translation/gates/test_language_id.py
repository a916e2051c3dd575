"""language_id: a table of texts, with some it is known to miss; the same text always gets the same answer."""

import pytest

from templates import language
from templates.language import Language
from translation.gates import language_id

SV = language.load("sv")
TABLE = [  # source, target, words judged, target language, English, accepted
    ("x", "Företaget räknar med att försäljningen ökar kraftigt under nästa år.", 10, True, False, True),
    ("x", "The company expects sales to increase considerably during the next year.", 11, False, True, False),
    ("x", "Das Unternehmen rechnet damit, dass der Umsatz im nächsten Jahr deutlich steigt.", 12, False, False, False),
    ("x", "The company expects more sales", 5, False, True, False),  # medium: surely English
    ("x", "Das Unternehmen rechnet damit", 4, False, False, True),  # known to miss: medium, wrong, not English
    ("x", "Shares rise", 2, False, False, True),  # known to miss: too short to judge
    ("x", "Virksomheden regner med, at salget stiger kraftigt i løbet af det næste år.", 13, True, False, True),  # known to miss: Danish
    ("x", "$AAPL http://t.co/abc @joe #buy 12.5", 0, False, False, True),
    (
        "Royal Dutch Shell and Marks Spencer fell",
        "Royal Dutch Shell och Marks Spencer föll kraftigt under gårdagen i handeln",
        7,
        True,
        False,
        True,
    ),  # names are left out
]


@pytest.mark.parametrize(("source", "target", "words", "swedish", "english", "accepted"), TABLE)
def test_table(source, target, words, swedish, english, accepted):
    found = language_id.score(source, target, SV)
    assert found.words == words
    assert (words >= 4 and found.target >= 0.8, found.words >= 4 and found.english >= 0.9) == (swedish, english)
    assert language_id.accept(found, language_id.Settings()) is accepted


def test_the_same_text_always_gets_the_same_answer():
    text = "Kurs sale, handel og stock: en mix af language"
    assert len({language_id.score("x", text, SV) for _ in range(20)}) == 1


def test_a_language_the_detector_does_not_know_is_only_asked_whether_it_is_english():
    faroese = Language("fo", "Faroese")
    settings = language_id.Settings()
    found = language_id.score("x", "Fyritøkan væntar, at sølan økist nógv næsta árið í øllum londum.", faroese)
    assert not found.known
    assert language_id.accept(found, settings)
    assert not language_id.accept(language_id.score("x", "The company expects its sales to grow a lot during the next year.", faroese), settings)


def test_reasons():
    settings = language_id.Settings()
    assert language_id.reason(language_id.score("x", TABLE[1][1], SV), settings) == "English (probability 1.00)"
    assert language_id.reason(language_id.score("x", TABLE[2][1], SV), settings).startswith("not the target language (probability 0.0")
