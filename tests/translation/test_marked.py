"""An utterance with markers through an engine: spans come back where they belong, and what lost a marker does not come back at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pytest

from templates import language
from translation.engine import Output
from translation.marked import Asked, Marked, translate_marked
from translation.shield.shielding import Placeholders

SHIELDING = Placeholders(language.load("en"), language.load("sv"))


def through(text: str, *values: str, say: Callable[[str], str] = lambda text: text, truncated: bool = False) -> tuple[Marked | None, list[str]]:
    """The text with markers around these values, through an engine that answers `say`; and what it was asked."""
    heard: list[str] = []

    def ask(texts: Iterable[str]) -> Mapping[str, Output]:
        heard.extend(texts)
        return {one: Output(say(one), -0.1, truncated) for one in heard}

    asked: Asked = (text, tuple((text.index(value), text.index(value) + len(value)) for value in values))
    return translate_marked([asked], shielding=SHIELDING, ask=ask).get(asked), heard


def spans(found: Marked | None) -> dict[int, str]:
    assert found is not None
    return {number: found.text[slice(*span)] for number, span in sorted(found.spans.items())}


def test_spans_come_back_in_their_new_order() -> None:
    found, heard = through("play jazz in the kitchen", "jazz", "the kitchen", say=lambda _: "i⟦b⟧ köket⟦/b⟧ spela⟦a⟧ jazz⟦/a⟧")
    assert heard == ["play⟦a⟧ jazz⟦/a⟧ in⟦b⟧ the kitchen⟦/b⟧"]
    assert found is not None and found.text == "i köket spela jazz"
    assert spans(found) == {0: "jazz", 1: "köket"}


def test_what_is_shielded_stays_shielded_and_counts_in_the_offsets() -> None:
    found, heard = through("@bob buy 20 apples at 5 am. Call the bank now", "apples", "the bank")
    assert heard == ["buy ⟦1⟧⟦a⟧ apples⟦/a⟧ ⟦2⟧.", "Call⟦a⟧ the bank⟦/a⟧ now"]
    assert found is not None and found.text.startswith("@bob buy 20 apples klockan 5. Call the bank")
    assert spans(found) == {0: "apples", 1: "the bank"}


def test_a_shielded_value_may_stand_between_markers() -> None:
    found, _ = through("send it to @anna today please", "@anna", "today")
    assert spans(found) == {0: "@anna", 1: "today"}


def test_a_span_that_cuts_a_shielded_piece_is_left_out_and_the_others_are_not() -> None:
    found, heard = through("wake me at 5 am in the car", "5 am", "the car")
    assert "⟦a⟧ the car⟦/a⟧" in heard[0]
    assert spans(found) == {1: "the car"}
    assert through("wake me at 5 am", "5 am") == (None, [])


def test_a_seventh_span_has_no_marker() -> None:
    found, _ = through("ab cd ef gh ij kl mn op", *["ab", "cd", "ef", "gh", "ij", "kl", "mn"])
    assert list(spans(found)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("answer", ["spela jazz", "spela⟦a⟧ jazz", "spela⟦b⟧ jazz⟦/b⟧", "⟦a⟧ spela⟦/a⟧⟦a⟧ jazz⟦/a⟧", "spela⟦a⟧⟦/a⟧"])
def test_a_lost_or_doubled_marker_is_no_answer(answer: str) -> None:
    assert through("play jazz now", "jazz", say=lambda _: answer)[0] is None


def test_a_cut_answer_and_a_text_in_another_form_are_none() -> None:
    assert through("play jazz now", "jazz", truncated=True)[0] is None
    assert through("cafe\u0301 jazz now", "jazz") == (None, [])
