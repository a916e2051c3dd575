"""Cutting loses nothing and cuts where sentences end; shielding loses nothing either."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from translation.segments import LONGEST, numbers, shield, shieldable_numbers, speaks, split

WORDS = [
    "Hello. ",
    "U.S. ",
    "$AAPL ",
    "http://x.co/a?b=c, ",
    "\n",
    "\r\n",
    " ",
    "😀",
    "X1 ",
    "{answer}",
    "5% ",
    "TO THE MOON ",
    "x" * 300,
    "@me",
    "é",
    "\x00",
    "...",
]
PIECES = st.sampled_from(WORDS)
TEXTS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS, st.integers(1, 50))
@settings(deadline=None, max_examples=300)
@example("", 5)
@example(" \n ", 5)
@example("\ud800 lone surrogate", 5)
def test_joining_the_pieces_gives_the_text(text: str, longest: int) -> None:
    pieces = split(text, longest=longest)
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(len(piece) <= longest for piece in pieces if not piece.isspace())
    assert all(piece == piece.strip() for piece in pieces if not piece.isspace())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sales rose. Profit fell.", ["Sales rose.", "Profit fell."]),
        ("The U.S. market fell. It rose.", ["The U.S. market fell.", "It rose."]),
        ("Apple Inc. Rises. Good!", ["Apple Inc. Rises.", "Good!"]),
        ("1. Buy low. 2. Sell high.", ["1. Buy low.", "2. Sell high."]),
        ("Tesco vs. Asda. J. P. Morgan won.", ["Tesco vs. Asda.", "J. P. Morgan won."]),
        ("It closed at 52.50. Then it fell.", ["It closed at 52.50.", "Then it fell."]),
        ("Founded in 2015. It grew.", ["Founded in 2015.", "It grew."]),
        ("Is he No. 1? Oh no. Yes!", ["Is he No. 1?", "Oh no.", "Yes!"]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        ("wait...what? ok... Sold.", ["wait...what? ok...", "Sold."]),
        ("First line\nsecond line\r\n\r\nThird", ["First line", "second line", "Third"]),
        ("Up 5%?! Wow", ["Up 5%?!", "Wow"]),
    ],
)
def test_sentences_end_where_they_should(text: str, sentences: list[str]) -> None:
    assert [piece for piece in split(text) if not piece.isspace()] == sentences


def test_a_long_sentence_is_cut_at_clauses_or_blanks() -> None:
    text = "the bank, which had lost, " * 400
    pieces = [piece for piece in split(text) if not piece.isspace()]
    assert max(map(len, pieces)) <= LONGEST
    assert all(piece.endswith(",") for piece in pieces)
    words = [piece for piece in split("word " * 2000) if not piece.isspace()]
    assert set(" ".join(words).split()) == {"word"}


MUTE = ["", " ", "-", "7", "+5% $104.80", "😀👩‍💻", "$AAPL", "http://stks.co/a @me #up", "…!?", "日本語", "{answer}", "<|VIRTUAL_PROMPT_0|>", "a@b.se"]


@pytest.mark.parametrize("text", MUTE)
def test_what_says_nothing_is_not_translated(text: str) -> None:
    assert not speaks(text)


@pytest.mark.parametrize("text", ["a", "buy $AAPL", "5 men", "Å!"])
def test_what_says_something_is(text: str) -> None:
    assert speaks(text)


@given(TEXTS, st.lists(st.sampled_from(["Hello", "U.S.", "x", "MOON", "THE MOON", ""]), max_size=3), st.booleans())
@settings(deadline=None, max_examples=300)
@example("X1 likes $AAPL and X2", ["X1"], True)
@example("BUY THE ß MOON", [], False)
@example("rise\U0001f680now \U0001f600{a}{b} on", [], False)
def test_an_engine_that_changes_nothing_gives_the_text_back(text: str, names: list[str], with_numbers: bool) -> None:
    plan = shield(text, names, with_numbers=with_numbers)
    assert plan.restore(plan.text) == text
    assert plan.before + "".join(plan.parts) + plan.after == text


def test_marks_at_the_ends_are_cut_off_and_inner_ones_stand_in() -> None:
    plan = shield('"$AAPL wants lower than $TSLA, says @joe: http://stks.co/a" #sell')
    assert plan.before == '"$AAPL '
    assert plan.text == "wants lower than X1, says"
    assert plan.restore("vill lägre än X1, säger") == '"$AAPL vill lägre än $TSLA, säger @joe: http://stks.co/a" #sell'


@pytest.mark.parametrize("output", ["vill lägre", "X1 X1", "X1a", "x1", "X11", ""])
def test_a_lost_doubled_or_glued_stand_in_is_noticed(output: str) -> None:
    assert shield("wants $AAPL lower").restore(output) is None


def test_equal_marks_share_a_stand_in_and_no_stand_in_occurs_in_the_text() -> None:
    plan = shield("the x1 beats $A and $B and $A again")
    assert plan.text == "the x1 beats X2 and X3 and X2 again"
    assert plan.restore("X3 X2 X2") == "$B $A $A"


def test_an_original_that_looks_like_a_stand_in_is_not_replaced_again() -> None:
    assert shield("sell #X2 and then $X now").restore("X2 X1 såld") == "$X #X2 såld"


def test_names_stand_in_as_whole_words_and_the_longest_first() -> None:
    plan = shield("Royal Mail's rival Royal beats Royalty", ["Royal", "Royal Mail"])
    assert plan.text == "X1's rival X2 beats Royalty"


def test_capitals_go_in_lower_case_and_come_back() -> None:
    plan = shield("TESCO SELLS $AAPL TO HSBC NOW", ["HSBC"])
    assert plan.text == "Tesco sells X1 to X2 now"
    assert plan.restore("Tesco säljer X1 till X2 nu") == "TESCO SÄLJER $AAPL TILL HSBC NU"
    assert shield("IBM UP").text == "IBM UP"


def test_numbers_are_kept_when_asked() -> None:
    plan = shield("up 5% to $4.98bn, then 1,234 men", with_numbers=True)
    assert plan.text == "up X1 to X2, then X3 men"
    assert numbers("1,234.5 and 5%") == numbers("1 234,5 och 5 %")
    assert shieldable_numbers("2nd Q3 5%") == {"5": 1}
