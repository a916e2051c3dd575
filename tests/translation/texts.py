"""Texts for properties of what cuts and shields: any characters, and pieces that mean something to it."""

from __future__ import annotations

from hypothesis import strategies as st

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
