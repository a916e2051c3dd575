"""Placeholders: every number, time, name and mark goes as one, comes back as the target writes it, and what was lost is noticed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from templates import language
from translation.shield.shielding import Placeholders, StandIns, shielding_for
from translation.shield.unit import KINDS
from translation.stand_ins import PLACEHOLDERS
from translation.translators import ctranslate2

EN, SV = language.load("en"), language.load("sv")
SHIELD = Placeholders(EN, SV)
PIECES = st.sampled_from(["at 5 pm ", "$5M ", "$AAPL ", "12 ", "1,234.5 ", "SoftBank ", "rose ", "The ", "😀", "⟦1⟧", "on March 5, 2015. ", "U.S. ", "Q3, "])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join))


@given(TEXTS)
@settings(deadline=None, max_examples=300)
@example("2 0A1 1 1 1 1 1 1 1 1 1 1 1")
@example("\ud800 5 pm")
def test_nothing_is_lost_and_no_more_than_nine_go_at_once(text: str) -> None:
    pieces = SHIELD.cut(text)
    assert "".join(pieces) == text
    for piece in pieces:
        plan = SHIELD.plan(piece)
        assert len(plan.kept) <= len(PLACEHOLDERS)
        assert plan.before + "".join(plan.parts) + plan.after == piece
        assert plan.restore(plan.text) is not None
        assert [one.name for one in plan.kept] == [name for name in PLACEHOLDERS if name in plan.text]


def test_a_sentence_goes_bare_and_comes_back_in_swedish() -> None:
    plan = SHIELD.plan("$TSLA: SoftBank bought 1,200 shares of Inovio for $5.2bn at 5 pm on March 5, up 3.5% in Q3 http://x.co/a")
    assert plan.text == "⟦1⟧ bought ⟦2⟧ shares of ⟦3⟧ for ⟦4⟧ ⟦5⟧ ⟦6⟧, up ⟦7⟧ in ⟦8⟧"
    assert plan.before == "$TSLA: " and plan.after == " http://x.co/a"
    back = plan.restore("⟦1⟧ köpte ⟦5⟧ ⟦6⟧ ⟦2⟧ aktier i ⟦3⟧ för ⟦4⟧, upp ⟦7⟧ i ⟦8⟧")
    assert back == "$TSLA: SoftBank köpte klockan 17 den 5 mars 1 200 aktier i Inovio för 5,2 miljarder dollar, upp 3,5 % i Q3 http://x.co/a"


@pytest.mark.parametrize("output", ["köpte ⟦1⟧", "⟦1⟧ ⟦1⟧ ⟦2⟧", "", "⟦1⟧ ⟦3⟧", "⟦2⟧ och 1"])
def test_a_lost_doubled_or_invented_placeholder_is_noticed(output: str) -> None:
    assert SHIELD.plan("bought 5 of 7 today").restore(output) is None


@pytest.mark.parametrize(
    ("text", "output", "expected"),
    [
        ("Wake me at 5 pm", "Väck mig klockan ⟦1⟧", "Väck mig klockan 17"),  # said already
        ("Wake me at 5 pm", "Väck mig ⟦1⟧", "Väck mig klockan 17"),
        ("At 5 pm we left", "⟦1⟧ gick vi", "Klockan 17 gick vi"),  # begins a sentence
        ("at five pm wake me", "väck mig ⟦1⟧", "väck mig klockan fem på eftermiddagen"),
        ("buy SoftBank's shares", "köp ⟦1⟧s aktier", "köp SoftBanks aktier"),
        ("buy Lloyds's shares", "köp ⟦1⟧s aktier", "köp Lloyds aktier"),  # a genitive of a name in s
        ("a 70-year-old man", "en ⟦1⟧-årig man", "en 70-årig man"),
        ("We met on 5/3/2015.", "Vi träffades ⟦1⟧.", "Vi träffades 2015-05-03."),
        ("It ends at 7:30 p.m.", "Det slutar ⟦1⟧.", "Det slutar klockan 19:30."),  # the full stop is the sentence's
        ("THE BANK PAID $5M TO ALL", "Banken betalade ⟦1⟧ till alla", "BANKEN BETALADE 5 MILJONER DOLLAR TILL ALLA"),
        ("It had 5 men, then 5 more", "Den hade ⟦1⟧ män, sedan ⟦2⟧ till", "Den hade 5 män, sedan 5 till"),
    ],
)
def test_what_stands_around_it_counts(text: str, output: str, expected: str) -> None:
    assert SHIELD.plan(text).restore(output) == expected


def test_given_names_go_whole_and_as_they_are() -> None:
    plan = SHIELD.plan("Royal Mail and five pm", ["Royal Mail", "five pm"])
    assert plan.text == "⟦1⟧ and ⟦2⟧"
    assert plan.restore("⟦1⟧ och ⟦2⟧") == "Royal Mail och five pm"


def test_more_than_nine_are_cut_at_a_blank() -> None:
    text = "we sold " + ", ".join(str(number) for number in range(10, 35)) + " today"
    pieces = SHIELD.cut(text)
    assert "".join(pieces) == text
    assert [len(SHIELD.plan(piece).kept) for piece in pieces if piece.strip()] == [9, 9, 7]


def test_with_other_placeholders_where_something_was_lost() -> None:
    text = "SoftBank bought 5 shares"
    again = SHIELD.again(text, (), None)
    assert again is not None and again.text == "⟦4⟧ bought ⟦5⟧ shares"
    assert again.restore("⟦4⟧ köpte ⟦5⟧ aktier") == "SoftBank köpte 5 aktier"
    assert SHIELD.again(text, (), "SoftBank köpte") is None
    assert SHIELD.again("we bought shares", (), None) is None
    assert Placeholders(EN, SV, tuple(kind for kind in KINDS if kind != "name")).plan(text).text == "SoftBank bought ⟦1⟧ shares"


def test_a_headline_in_title_case_goes_in_sentence_case() -> None:
    plan = SHIELD.plan("SoftBank Names New Finance Chief As Sales Rise 5% In March")
    assert plan.text == "⟦1⟧ names new finance chief as sales rise ⟦2⟧ in March"
    assert SHIELD.plan("Shares Rise In London").text == "Shares rise in London"
    assert SHIELD.plan("$AAPL Shares Rise In London").text == "shares rise in London"


def test_an_address_goes_whole_and_a_figure_with_a_genitive_gets_a_colon() -> None:
    assert SHIELD.plan("open maps.example.org/route/9 on it").text == "open ⟦1⟧ on it"
    assert SHIELD.plan("$WGO's board met").text == "⟦1⟧'s board met"
    assert SHIELD.plan("see the Q3 profit").restore("se ⟦1⟧s vinst") == "se Q3:s vinst"


def test_from_another_language_only_what_needs_no_grammar() -> None:
    plan = Placeholders(SV, EN).plan("Köp $AAPL för 1 234,5 kronor i Q3 via @joe nu")
    assert plan.text == "Köp ⟦1⟧ för ⟦2⟧ kronor i ⟦3⟧ via ⟦4⟧ nu"
    assert plan.restore("Buy ⟦1⟧ for ⟦2⟧ kronor in ⟦3⟧ via ⟦4⟧ now") == "Buy $AAPL for 1,234.5 kronor in Q3 via @joe now"


def test_an_unknown_word_that_begins_a_sentence_is_a_name() -> None:
    assert SHIELD.plan("Volkswagen recalls cars. Outokumpu does not.").text == "⟦1⟧ recalls cars. ⟦2⟧ does not."
    assert SHIELD.plan("Shares fell. Tomorrow they rise. Soooo bad.").text == "Shares fell. Tomorrow they rise. Soooo bad."


def test_the_engine_says_what_it_carries(tmp_path: Path) -> None:
    """A model's manifest says whether it was taught to."""
    taught = ctranslate2.build(ctranslate2.Settings(), source=EN, target=SV)
    assert shielding_for(taught) == SHIELD
    assert not re.search(r"\d", re.sub("⟦.⟧", "", shielding_for(taught).plan("up 5% to 7 in 2015").text))
    shipped = ctranslate2.find("en-sv")
    for path in shipped.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / ctranslate2.MANIFEST).unlink()
    manifest = json.loads((shipped / ctranslate2.MANIFEST).read_text(encoding="utf-8"))
    (tmp_path / ctranslate2.MANIFEST).write_text(json.dumps(manifest | {"placeholders": False}), encoding="utf-8")
    assert isinstance(shielding_for(ctranslate2.build(ctranslate2.Settings(model=str(tmp_path)), source=EN, target=SV)), StandIns)


def test_a_loop_is_left_once_and_a_stutter_asked_again() -> None:
    plan = SHIELD.plan("the top 5 cars of SoftBank")
    assert plan.restore("över över över ⟦1⟧ bilar av ⟦2⟧") == "över 5 bilar av SoftBank"
    assert SHIELD.plan("a very very very long day").restore("en mycket mycket mycket lång dag") == "en mycket mycket mycket lång dag"
    assert SHIELD.plan("some deadly cars").restore("några dödliga dödliga bilar som som kör") == "några dödliga bilar som som kör"
    again = SHIELD.again("the top 5 cars", (), "de de översta 5 bilarna")
    assert again is not None and again.text == "the top ⟦4⟧ cars"
    assert SHIELD.again("it had had 5 cars", (), "den hade hade 5 bilar") is None
