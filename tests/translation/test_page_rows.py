"""page_rows: text cut into marked pieces, and JSON that cannot leave its <script>."""

import json
import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation.gate_report import Row
from translation.page_rows import _part, block, number, pieces, visible

TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates too
ROW = Row("1", "a", {"text": "the source"}, {"text": "a translation of some length"}, {}, (), (), (), "keep")


def test_visible_leaves_plain_text_alone():
    assert visible("åäö\n\t– €") == "åäö\n\t– €"
    assert visible("a\u200bb\x85") == "a[U+200B]b[U+0085]"
    assert visible("\U0001f469\u200d\U0001f4bb so\u00adft") == "\U0001f469\u200d\U0001f4bb so\u00adft"
    assert visible("a\u2028b\ud800") == "a[U+2028]b[U+D800]"


@given(TEXT, st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=5))
def test_pieces_lose_nothing_and_mark_exactly_the_spans(text, spans):
    cut = pieces(text, spans)
    cut = [cut] if isinstance(cut, str) else cut
    assert "".join(cut) == visible(text)
    marked = {at for start, end in spans for at in range(max(start, 0), min(end, len(text)))}
    assert "".join(cut[1::2]) == "".join(visible(text[at]) for at in sorted(marked))
    assert "".join(cut[0::2]) == "".join(visible(text[at]) for at in range(len(text)) if at not in marked)


def test_pieces_count_code_points_and_join_what_touches():
    assert pieces("\U0001f600 Bolaget", [(2, 5), (4, 9)]) == ["\U0001f600 ", "Bolaget", ""]
    assert pieces("abcdef", [(4, 5), (0, 2), (2, 3)]) == ["", "abc", "d", "e", "f"]
    assert pieces("abc", [(2, 2), (5, 9)]) == "abc"


@given(st.recursive(TEXT | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8))
def test_a_block_holds_its_value_and_no_sign_that_ends_it(value):
    made = block(value)
    assert json.loads(made) == value
    assert not set("<>&\u2028\u2029") & set(made)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), (math.nan, None), (0.123456, 0.1235), (12345.6, 12350.0), (math.inf, sys.float_info.max), (-math.inf, -sys.float_info.max)],
)
def test_numbers_that_json_can_hold(value, expected):
    assert number(value) == expected


def test_parts_of_scores_in_words():
    assert [_part(value, ROW) for value in (True, False, 3, 0.5, None, [], ["a\x00"], "short")] == ["yes", "no", 3, 0.5, None, "none", '["a\\u0000"]', "short"]
    assert _part("a translation of some length", ROW) == "(the translation)"
    assert _part("a translation of some length", replace(ROW, target={})) == "a translation of some length"
