"""Pairs as spoken commands are transcribed."""

import pytest

from translation.training.pair import Pair
from translation.training.styles import lowered


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Wake me up at nine, please!", "wake me up at nine please"),
        ("What's the time in New York?", "what's the time in new york"),
        ("I’m here.", "i'm here"),
        ("“Stop”, he said – twice…", "stop he said twice"),
        ("It fell by 2.5 % (or 3,000).", "it fell by 2.5 % or 3,000"),
        ("Meet at 12:30.", "meet at 12:30"),
        ("A well-known 'fact'", "a well-known fact"),
        ("It's 5.", "it's 5"),
    ],
)
def test_lowered(text: str, spoken: str) -> None:
    assert lowered(Pair(text, "Ja!", "x")) == Pair(spoken, "ja", "x")


def test_what_gets_no_such_copy() -> None:
    assert lowered(Pair("wake me up", "väck mig", "x")) is None
    assert lowered(Pair("...", "Ja!", "x")) is None
    assert lowered(Pair("Go " * 40, "Gå", "x")) is None
