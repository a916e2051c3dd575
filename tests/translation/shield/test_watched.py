"""Months, weekdays, numbers in words and places: the translator says them itself; where it did not, CLDR and the language's file do."""

from __future__ import annotations

import pytest

from templates import language
from translation.locale_facts import facts
from translation.shield.shielding import Placeholders
from translation.shield.watched import missing, says, watched

EN, SV, CA = (language.load(code) for code in ("en", "sv", "ca"))
ES = language.Language("es", "Spanish")

FOUND = [
    ("biggest fall since July 2001", [("July 2001", "juli 2001")]),
    ("between January and March", [("January", "januari"), ("March", "mars")]),
    ("the first Friday in May", [("Friday", "fredag"), ("May", "maj")]),
    ("when is mothers day in may 2026", [("may 2026", "maj 2026")]),
    ("the Dec 2014 results", [("Dec 2014", "december 2014")]),
    ("Theresa May may march on", []),
    ("profits may rise as rebels march", []),
    ("I'm in cash until Wednesday's meeting", [("Wednesday", "onsdag")]),
    ("in eighteen months and forty-five days", [("eighteen", "arton"), ("forty-five", "fyrtiofem")]),
    ("turn it down to seventy percent", [("seventy", "sjuttio")]),
    ("sixty four divided by sixteen", [("sixty four", "sextiofyra"), ("sixteen", "sexton")]),
    ("two hundred people at half past seven", [("seven", "sju")]),
    ("dial five five zero", []),
    ("a plant in Gothenburg and one in Oman", [("Gothenburg", "Göteborg"), ("Oman", "Oman")]),
    ("how far is it from lisbon to new york", [("lisbon", "Lissabon"), ("new york", "new york")]),
    ("roast a turkey in china", []),  # in lower case another word
    ("say it in Danish", [("Danish", "danska")]),
    ("a Danish firm before midnight", [("midnight", "midnatt")]),
    ("what is on tonight and tomorrow morning", [("tonight", "i kväll")]),
    ("sales in Turkey and North America", [("Turkey", "Turkiet"), ("North America", "Nordamerika")]),
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_what_is_watched_and_how_swedish_says_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(unit.written, says(unit, SV)[0]) for unit in watched(text, SV)] == expected


def test_other_languages_say_it_by_cldr() -> None:
    text = "since July 2001, in August, on Monday in Germany"
    assert [says(unit, CA)[0] for unit in watched(text, CA)] == ["juliol del 2001", "agost", "dilluns", "Alemanya"]
    assert [says(unit, ES)[0] for unit in watched(text, ES)] == ["julio de 2001", "agosto", "lunes", "Alemania"]
    assert watched("eighteen months", ES) == []  # no table of numbers
    assert watched(text, language.Language("qqq", "Unknown")) == []


def test_a_language_that_was_asked_before_lends_its_months_to_no_other() -> None:
    expected = {"zh": ["八月", "星期一"], "ja": ["8月", "月曜日"], "fr": ["août", "lundi"], "nb": ["august", "mandag"]}
    for code, said in expected.items():
        asked = language.Language(code, code)
        assert [says(unit, asked)[0] for unit in watched("in August, on Monday", asked)] == said
    assert facts("fr").months["août"] == 8
    assert "10月" in facts("ja").months
    assert "10月" not in facts("fr").months


@pytest.mark.parametrize(
    ("text", "output", "unsaid"),
    [
        ("on Thursday in May", "på torsdagen i maj", []),
        ("on Thursday in May", "på torsdaga kanske", ["Thursday", "May"]),
        ("on Wednesday afternoon", "på onsdagsdag", ["Wednesday"]),
        ("since July 2001", "sedan juli 2001", []),
        ("since July 2001", "sedan juli 2010", ["July 2001"]),
        ("in eighteen months", "om 18 månader", []),
        ("in eighteen months", "i åtta månader", ["eighteen"]),
        ("Sweden's exports to Brazil", "Sveriges export till Brasilien", []),
        ("Sweden's exports to Brazil", "Sveriges export till Brasilis", ["Brazil"]),
    ],
)
def test_what_the_output_does_not_say_is_noticed(text: str, output: str, unsaid: list[str]) -> None:
    assert [unit.written for unit in missing(text, output, SV)] == unsaid


def test_only_what_was_not_said_is_taken_from_the_translator() -> None:
    shield = Placeholders(EN, SV)
    text = "It lost 5 shops in Oman between July 2001 and March"
    assert shield.plan(text).text == "It lost ⟦1⟧ shops in Oman between July ⟦2⟧ and March"
    again = shield.again(text, (), "Det förlorade 5 butiker ifallan mellan july 2001 och mars")
    assert again is not None and again.text == "It lost ⟦1⟧ shops in ⟦2⟧ between ⟦3⟧ and March"
    assert again.restore("Det förlorade ⟦1⟧ butiker i ⟦2⟧ mellan ⟦3⟧ och mars") == "Det förlorade 5 butiker i Oman mellan juli 2001 och mars"
    assert shield.again(text, (), "Det förlorade 5 butiker i Oman mellan juli 2001 och mars") is None
    assert shield.again("Two people at half past seven", (), "Två personer halv åtta") is None  # within a time
    assert Placeholders(SV, EN).again("Fem butiker i mars", (), "Shops") is None


NO_PLACES = [
    "Turkey breast is on sale",
    "Iceland to open 30 new stores",
    "Iceland Foods opens 30 stores",
    "shares of China Mobile rose",
    "Victoria Beckham arrived by train",
]


@pytest.mark.parametrize("text", NO_PLACES)
def test_a_place_is_none_inside_another_name_or_where_it_may_be_something_else(text: str) -> None:
    assert [unit for unit in watched(text, SV) if unit.kind == "place"] == []


def test_a_language_that_babel_hardly_knows_has_no_places_of_its_own() -> None:
    assert [unit.kind for unit in watched("in Germany on Monday", language.Language("tyv", "Tuvan"))] in ([], ["weekday"])
