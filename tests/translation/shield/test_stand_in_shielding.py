"""Stand-ins X1, X2 ...: nothing is lost by them, whatever the text, and what the engine loses is noticed."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.translation.texts import TEXTS
from translation.shield.kept import numbers, shieldable_numbers, speaks
from translation.shield.shielding import StandIns

plan = StandIns().plan


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
    ready = plan(text, names, with_numbers=with_numbers)
    assert ready.restore(ready.text) == text
    assert ready.before + "".join(ready.parts) + ready.after == text


def test_marks_at_the_ends_are_cut_off_and_inner_ones_stand_in() -> None:
    ready = plan('"$AAPL wants lower than $TSLA, says @joe: http://stks.co/a" #sell')
    assert ready.before == '"$AAPL '
    assert ready.text == "wants lower than X1, says"
    assert ready.restore("vill lägre än X1, säger") == '"$AAPL vill lägre än $TSLA, säger @joe: http://stks.co/a" #sell'


@pytest.mark.parametrize("output", ["vill lägre", "X1 X1", "X1a", "x1", "X11", ""])
def test_a_lost_doubled_or_glued_stand_in_is_noticed(output: str) -> None:
    assert plan("wants $AAPL lower").restore(output) is None


def test_equal_marks_share_a_stand_in_and_no_stand_in_occurs_in_the_text() -> None:
    ready = plan("the x1 beats $A and $B and $A again")
    assert ready.text == "the x1 beats X2 and X3 and X2 again"
    assert ready.restore("X3 X2 X2") == "$B $A $A"


def test_an_original_that_looks_like_a_stand_in_is_not_replaced_again() -> None:
    assert plan("sell #X2 and then $X now").restore("X2 X1 såld") == "$X #X2 såld"


def test_names_stand_in_as_whole_words_and_the_longest_first() -> None:
    ready = plan("Royal Mail's rival Royal beats Royalty", ["Royal", "Royal Mail"])
    assert ready.text == "X1's rival X2 beats Royalty"


def test_capitals_go_in_lower_case_and_come_back() -> None:
    ready = plan("TESCO SELLS $AAPL TO HSBC NOW", ["HSBC"])
    assert ready.text == "Tesco sells X1 to X2 now"
    assert ready.restore("Tesco säljer X1 till X2 nu") == "TESCO SÄLJER $AAPL TILL HSBC NU"
    assert plan("IBM UP").text == "IBM UP"


def test_numbers_are_kept_when_asked() -> None:
    ready = plan("up 5% to $4.98bn, then 1,234 men", with_numbers=True)
    assert ready.text == "up X1 to X2, then X3 men"
    assert numbers("1,234.5 and 5%") == numbers("1 234,5 och 5 %")
    assert shieldable_numbers("2nd Q3 5%") == {"5": 1}
