"""Markers go in and come out without changing the text or the way it is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.translation.texts import TEXTS
from translation import markers
from translation.stand_ins import MARKERS

WORDS = some.lists(some.text("abcåäö7'-", min_size=1, max_size=6), min_size=1, max_size=9)


@given(WORDS, some.data())
def test_what_goes_in_comes_out(words: list[str], data: some.DataObject) -> None:
    text, starts, place = " ".join(words), [], 0
    for word in words:
        starts.append(place)
        place += len(word) + 1
    borders = data.draw(some.sets(some.integers(0, len(words)), max_size=2 * len(MARKERS)).map(sorted))
    spans = [(starts[first], starts[last - 1] + len(words[last - 1])) for first, last in zip(borders[0::2], borders[1::2], strict=False)]
    spans = data.draw(some.permutations(spans))
    assert markers.read(markers.insert(text, spans)) == (text, dict(enumerate(spans)))


@given(TEXTS)
def test_a_text_without_markers_is_what_it_was(text: str) -> None:
    if "⟦" not in text:
        assert markers.read(text) == (text, {})


def test_where_they_stand() -> None:
    assert markers.insert("wake me at five am, please", [(11, 18)]) == "wake me at⟦a⟧ five am⟦/a⟧, please"
    assert markers.insert("five am or (noon)", [(12, 16), (0, 7)]) == "⟦b⟧ five am⟦/b⟧ or (⟦a⟧noon⟦/a⟧)"
    assert markers.insert("one two", [(0, 3), (4, 7)]) == "⟦a⟧ one⟦/a⟧⟦b⟧ two⟦/b⟧"


@pytest.mark.parametrize(
    "text",
    ["⟦a⟧ fem", "fem⟦/a⟧", "⟦a⟧ fem⟦/b⟧", "⟦a⟧ fem⟦b⟧ sex⟦/a⟧ sju⟦/b⟧", "⟦a⟧ fem⟦/a⟧ och⟦a⟧ sex⟦/a⟧", "klockan⟦a⟧ ⟦/a⟧ på", "⟦/a⟧ fem⟦a⟧"],
)
def test_what_is_no_pair_is_not_read(text: str) -> None:
    assert markers.read(text) is None


def test_blanks_that_a_model_put_elsewhere_do_no_harm() -> None:
    assert markers.read("väck mig ⟦a⟧klockan fem ⟦/a⟧ tack") == ("väck mig klockan fem  tack", {0: (9, 20)})
