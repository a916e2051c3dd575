"""attention: a phrase is what was written from it, in one stretch; the shipped engine looks at the word that it translates."""

from __future__ import annotations

import numpy as np
import pytest

from templates import language
from translation.attention import Attention, Attentive, projected
from translation.translators import ctranslate2, identity

SOURCE = ((0, 3), (4, 8), (9, 12))  # three words
TARGET = ((0, 2), (2, 5), (6, 9), (10, 13), (14, 17))  # the first two tokens are one word
WORDS = ((0, 5), (6, 9), (10, 13), (14, 17))


def attention(*rows: tuple[float, float, float]) -> Attention:
    return Attention(np.array(rows, dtype=np.float32), SOURCE, TARGET)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([(1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)], (1, 3), id="two words of one"),
        pytest.param([(0.2, 0.8, 0), (0.7, 0, 0.3), (1, 0, 0), (1, 0, 0), (0, 0, 1)], (0, 1), id="a word's first token tells"),
        pytest.param([(1, 0, 0), (1, 0, 0), (0, 1, 0), (0.7, 0.3, 0), (0, 0.9, 0.1)], (1, 4), id="one word between"),
        pytest.param([(0, 1, 0), (0, 1, 0), (1, 0, 0), (1, 0, 0), (0, 1, 0)], None, id="two words between: it falls apart"),
        pytest.param([(1, 0, 0), (1, 0, 0), (0.7, 0.3, 0), (1, 0, 0), (0, 0, 1)], None, id="never enough"),
        pytest.param([(0, 0, 0)] * 5, None, id="it looked at the end mark only"),
        pytest.param([(0.02, 0.06, 0.01)] * 5, None, id="it looked at the end mark for the most part"),
    ],
)
def test_projected(rows: list[tuple[float, float, float]], expected: tuple[int, int] | None) -> None:
    assert projected(attention(*rows), (4, 8), WORDS) == expected


def test_a_span_beyond_what_the_engine_read_has_no_words() -> None:
    assert projected(attention(*[(1.0, 0.0, 0.0)] * 5), (20, 25), WORDS) is None


def test_the_shipped_engine_looks_at_what_it_translates() -> None:
    english, swedish = language.load("en"), language.load("sv")
    engine = ctranslate2.build(ctranslate2.Settings(), source=english, target=swedish)
    assert isinstance(engine, Attentive)
    assert not isinstance(identity.build(identity.Settings(), source=english, target=swedish), Attentive)
    sources, targets = ["set an alarm for tomorrow", "turn off the lamp"], ["ställ ett alarm för imorgon", "stäng av lampan"]
    found = engine.attention(sources, targets)
    for source, target, ours, theirs, one in zip(sources, targets, ("alarm", "lamp"), ("alarm", "lampan"), found, strict=True):
        assert one.weights.shape == (len(one.target), len(one.source))
        assert float(one.weights.sum(1).max()) <= 1.001
        assert (one.source[0][0], one.source[-1][1]) == (0, len(source))
        assert (one.target[0][0], one.target[-1][1]) == (0, len(target))
        place = projected(one, (source.index(ours), source.index(ours) + len(ours)), [(target.index(theirs), target.index(theirs) + len(theirs))])
        assert place == (0, 1)
    alone = engine.attention(sources[1:], targets[1:])[0]
    assert np.allclose(alone.weights, found[1].weights, atol=0.05)  # rounded to int8, what else is in the batch shows
    assert engine.attention([], []) == []


def test_texts_without_an_end() -> None:
    engine = ctranslate2.build(ctranslate2.Settings(), source=language.load("en"), target=language.load("sv"))
    long = "buy milk and " * 200
    found = engine.attention(["", "", "milk", long, "what is 日 😀 worth"], ["", "mjölk", "", "köp mjölk och " * 200, "vad är 日 😀 värt"])
    assert [one.weights.shape == (len(one.target), len(one.source)) for one in found] == [True] * 5
    assert (len(found[0].target), len(found[1].source), len(found[2].target)) == (0, 0, 0)
    assert len(found[3].source) < 300
    word = found[4].target[[start for start, _ in found[4].target].index(6)]
    assert word[0] < word[1]  # a character written byte by byte: each byte stands where the character does
    assert [span for span in found[4].source if span[0] == span[1]] == []
