"""Slots: markup and utterance say the same, both ways, for every utterance of the real data."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.slots import Slot, check, parse_markup, render_markup

WORD = st.text(st.characters(codec="utf-8", exclude_characters="[]:\n", exclude_categories=("Z", "C")), min_size=1, max_size=6)
PIECE = st.tuples(st.sampled_from(["", "time", "place_name"]), st.lists(WORD, min_size=1, max_size=3).map(" ".join))


@given(st.lists(PIECE, max_size=6))
def test_what_is_rendered_parses_back(pieces: list[tuple[str, str]]) -> None:
    text, slots = "", []
    for name, value in pieces:
        text += " " if text else ""
        slots += [Slot(name, value, len(text))] if name else []
        text += value
    annotated = render_markup(text, slots)
    assert parse_markup(annotated) == (text, tuple(slots))
    assert render_markup(*parse_markup(annotated)) == annotated


def test_a_slot_may_come_first_touch_another_and_hold_a_colon() -> None:
    utterance, slots = parse_markup("[food_type : crabmeat][food_type : soup] at [time : 7:30 pm]")
    assert utterance == "crabmeatsoup at 7:30 pm"
    assert slots == (Slot("food_type", "crabmeat", 0), Slot("food_type", "soup", 8), Slot("time", "7:30 pm", 16))


@pytest.mark.parametrize(
    ("annotated", "message"),
    [
        ("wake me [time : five", "column 9: '[' is never closed"),
        ("wake me time : five]", "column 20: ']' closes nothing"),
        ("wake [a : [b : c]]", "column 6: a slot inside a slot"),
        ("wake [five]", "column 6: write [name : value], found '[five]'"),
        ("wake [time : ]", "column 6: write [name : value]"),
    ],
)
def test_markup_that_cannot_be_read(annotated: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_markup(annotated)


def test_slots_stand_where_they_say() -> None:
    with pytest.raises(ValueError, match="does not stand at 3"):
        check("at five", [Slot("time", "four", 3)])
    with pytest.raises(ValueError, match="overlaps"):
        check("at five", [Slot("time", "five", 3), Slot("date", "ve", 5)])
    with pytest.raises(ValueError, match="holds a bracket"):
        render_markup("at [five]", [])


@pytest.mark.real
def test_every_real_utterance(data: Path) -> None:
    for line in (data / "benchmarks" / "assistant.en.jsonl").read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        utterance, slots = parse_markup(raw["annotated"])
        assert " ".join(utterance.split()) == " ".join(raw["utterance"].split()), raw["id"]
        assert [(slot.name, slot.value) for slot in slots] == [(slot["name"], slot["value"]) for slot in raw["slots"]], raw["id"]
