"""The candidate that comes back best is chosen; forms are confirmed; no two labels share a word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from translation import label_words
from translation.engine import Output
from translation.label_words import Choice


class Phrasebook:
    """A translator of whole texts that were written down; anything else comes back as it is."""

    fingerprint = "0" * 64

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = said

    def translate(self, texts: Sequence[str]) -> list[Output]:
        return [Output(self.said.get(text, text), math.nan, False) for text in texts]


FRENCH = {
    "check calendar": "calendrier des échecs",
    "Answer: check calendar.": "Réponse : calendrier des échecs.",
    "It is check calendar.": "C'est calendrier des échecs.",
    "to check calendar": "pour vérifier le calendrier",
    **{f"Answer: {word}.": f"Réponse : {word}." for word in label_words.PROBES},
    **{f"It is {word}.": f"C'est {word}." for word in label_words.PROBES},
    "to X1": "à X1",
    "to open": "pour ouvrir",
    "to help": "pour aider",
}
ENGLISH = {"calendrier des échecs": "calendar of chess", "vérifier le calendrier": "check the calendar"}


def test_the_carrier_whose_candidate_comes_back_wins() -> None:
    (choice,) = label_words.choose(["check calendar"], "fr", translator=Phrasebook(FRENCH), back=Phrasebook(ENGLISH))
    assert (choice.text, choice.match, choice.doubts) == ("vérifier le calendrier", 1.0, ())
    assert choice.others == ("calendrier des échecs",)


def test_without_a_way_back_the_carriers_vote_and_say_so() -> None:
    (choice,) = label_words.choose(["check calendar"], "fr", translator=Phrasebook(FRENCH), back=None)
    assert choice.text == "calendrier des échecs"
    assert choice.doubts == ("or 'vérifier le calendrier'",)


def test_the_name_of_a_thing_is_not_asked_for_as_an_action() -> None:
    (choice,) = label_words.choose(["check calendar"], "fr", translator=Phrasebook(FRENCH), back=Phrasebook(ENGLISH), things=True)
    assert choice.text == "calendrier des échecs"
    assert choice.doubts == ("comes back as 'calendar of chess'",)


def test_what_stays_english_is_doubted() -> None:
    (choice,) = label_words.choose(["brighten"], "ca", translator=Phrasebook({}), back=Phrasebook({}))
    assert (choice.text, choice.doubts) == ("brighten", ("the same as in English",))


def test_an_added_capital_and_full_stop_go() -> None:
    (choice,) = label_words.choose(["negative"], "sv", translator=Phrasebook({"negative": "Negativ."}), back=None)
    assert choice.text == "negativ"


@pytest.mark.parametrize(
    ("source", "back", "match"),
    [
        ("check calendar", "check the calendars", 1.0),
        ("color", "colour", 1.0),
        ("tell joke", "say joke", 0.5),
        ("stop", "unemployed person", 0.0),
        ("play music", "play musician", 0.5),
        ("none", "", 0.0),
    ],
)
def test_overlap_of_lemmas(source: str, back: str, match: float) -> None:
    assert label_words.overlap(source, back) == pytest.approx(match)


def test_variants_are_forms_that_come_back_to_the_word() -> None:
    found = label_words.variants(["positiv", "negativ", "stock price", "blorp"], "sv")
    assert found == {"positiv": ("positiva", "positivt"), "negativ": ("negativa", "negativt")}
    assert label_words.variants(["positiu", "comprovar"], "ca") == {"positiu": ("positius", "positiva"), "comprovar": ()}  # a verb has too many
    assert label_words.variants(["positive"], "zz") == {}


def choice(source: str, text: str, *others: str, match: float = 1.0) -> Choice:
    return Choice(source, text, source, match, others)


def test_clashes_are_parted_by_an_alternative_or_left_in_english() -> None:
    given = {
        "weather": choice("weather", "temps", match=0.5),
        "time": choice("time", "temps", "hora"),
        "clock": choice("clock", "hora", "rellotge", match=0.7),
        "date": choice("date", "data"),
    }
    parted = label_words.part(given, closed=True)
    assert list(parted) == list(given)
    assert {label: made.text for label, made in parted.items()} == {"time": "temps", "weather": "weather", "clock": "hora", "date": "data"}
    assert parted["weather"].doubts == ("'temps' collides with the word of time: left in English",)
    given["clock"] = choice("clock", "temps", "hora", match=0.7)
    assert label_words.part(given, closed=True)["clock"].text == "hora"


def test_one_word_may_begin_another_only_where_a_mark_closes_it() -> None:
    given = {"a": choice("play", "jugar"), "b": choice("play game", "jugar joc", "joc", match=0.9)}
    assert label_words.part(given, closed=True)["b"].text == "jugar joc"
    assert label_words.part(given, closed=False)["b"].text == "joc"
