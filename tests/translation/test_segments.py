"""Cutting loses nothing and cuts where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.translation.texts import TEXTS
from translation.segments import LONGEST, split


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
        ("wait...what? ok... Sold.", ["wait...what?", "ok...", "Sold."]),
        ("stole my tweet. really would", ["stole my tweet.", "really would"]),
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
