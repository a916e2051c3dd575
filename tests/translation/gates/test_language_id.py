"""language_id: a table of texts, with some it is known to miss; human text of the language and of its neighbours; the same answer always."""

import pytest

from templates import language
from templates.language import Language
from tests.gold import neighbours, pairs
from translation.gates import language_id

SV = language.load("sv")
DANISH = "Virksomheden regner med, at salget stiger kraftigt i løbet af det næste år."
TABLE = [  # source, target, words judged, likeliest language, decision
    ("x", "Företaget räknar med att försäljningen ökar kraftigt under nästa år.", 10, "sv", "keep"),
    ("x", "The company expects sales to increase considerably during the next year.", 11, "en", "refuse"),
    ("x", "Das Unternehmen rechnet damit, dass der Umsatz im nächsten Jahr deutlich steigt.", 12, "de", "refuse"),
    ("x", DANISH, 13, "da", "refuse"),
    ("x", "Selskapet regner ikke med at salget øker kraftig i løpet av neste år.", 13, "no", "refuse"),
    ("x", "The company expects more sales", 5, "en", "refuse"),
    ("x", "Das Unternehmen rechnet damit", 4, "de", "refuse"),
    ("x", "Selskapet øker ikke mye i år", 6, "no", "mark"),  # four to seven words: a neighbour is family
    ("x", "Bussen blir kanske sen.", 4, "no", "mark"),  # known false alarm: Swedish made of words that Norwegian has too
    ("x", "Shares rise", 2, "en", "keep"),  # known to miss: too short to judge
    ("x", "Aktierna stiger because the demand is strong i år och nästa år igen", 13, "sv", "keep"),  # known to miss: a span in English (see copy)
    ("x", "$AAPL http://t.co/abc @joe #buy 12.5", 0, "", "keep"),
    ("Royal Dutch Shell and Marks Spencer fell", "Royal Dutch Shell och Marks Spencer föll kraftigt i handeln", 5, "sv", "keep"),  # names are left out
]


def decided(found):
    settings = language_id.Settings()
    return "keep" if language_id.accept(found, settings) else "mark" if language_id.doubtful(found, settings) else "refuse"


@pytest.mark.parametrize(("source", "target", "words", "likeliest", "decision"), TABLE)
def test_table(source, target, words, likeliest, decision):
    found = language_id.score(source, target, SV)
    assert (found.words, found.likeliest, decided(found)) == (words, likeliest, decision)


def test_langdetect_is_asked_only_about_doubtful_texts_of_some_length_and_can_save_one():
    sure, short = language_id.score("x", TABLE[0][1], SV), language_id.score("x", "Shares rise", SV)
    assert sure.second is None and short.second is None
    doubtful = language_id.Score(9, 0.1, 0.95, 0.0, "no", 0.9, True)
    assert decided(doubtful) == "mark"
    assert decided(language_id.Score(9, 0.1, 0.95, 0.0, "no", 0.2, True)) == "refuse"


def test_the_same_text_always_gets_the_same_answer():
    text = "Kurs sale, handel og stock: en mix af language"
    assert len({language_id.score("x", text, SV) for _ in range(20)}) == 1


def test_norwegian_bokmal_goes_by_the_name_that_the_identifiers_have_for_it():
    bokmal = Language("nb", "Norwegian Bokmål", mistaken_for=("da", "sv"))
    found = language_id.score("x", TABLE[4][1], bokmal)
    assert found.known and decided(found) == "keep"
    assert decided(language_id.score("x", TABLE[0][1], bokmal)) == "refuse"


def test_a_language_the_identifier_does_not_know_is_only_asked_whether_it_is_english():
    cornish = Language("kw", "Cornish")
    found = language_id.score("x", "Yma an chi ma yn kres an dre, hag ev yw koth ha teg.", cornish)
    assert not found.known and decided(found) == "keep"
    assert decided(language_id.score("x", TABLE[1][1], cornish)) == "refuse"


def test_reasons():
    settings = language_id.Settings()
    assert language_id.reason(language_id.score("x", TABLE[1][1], SV), settings) == "English (probability 1.00)"
    assert language_id.reason(language_id.score("x", DANISH, SV), settings).startswith("looks like da (probability of the target 0.0")


@pytest.mark.real
def test_neighbours_are_told_from_the_language_and_the_language_is_left_alone():
    for code in ("nb", "da", "de"):
        caught = [decided(language_id.score("x", text, SV)) != "keep" for text in neighbours(code)[::3]]
        assert sum(caught) >= 0.95 * len(caught), code
    human = [decided(language_id.score(source, target, SV)) for source, target in pairs("lines")[::5]]
    assert human.count("refuse") <= 0.005 * len(human) and human.count("mark") <= 0.01 * len(human)


def test_text_without_blanks_is_judged_too():
    chinese = Language("zh", "Chinese", script="Hans")
    for target, decision in (("公司预计明年的销售额将大幅增长。", "keep"), ("เขาคาดว่ายอดขายจะเพิ่มขึ้นอย่างมากในปีหน้า", "refuse"), ("很好", "keep")):
        found = language_id.score("x", target, chinese)
        assert (language_id.judged(found, language_id.Settings()), decided(found)) == (len(target) > 4, decision)
