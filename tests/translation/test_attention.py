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
        pytest.param([(0.2, 0.8, 0), (0, 0.7, 0.3), (1, 0, 0), (1, 0, 0), (0, 0, 1)], (0, 1), id="a word's tokens count together"),
        pytest.param([(1, 0, 0), (1, 0, 0), (0, 1, 0), (0.6, 0.4, 0), (0, 0.9, 0.1)], (1, 4), id="one word between"),
        pytest.param([(0, 1, 0), (0, 1, 0), (1, 0, 0), (1, 0, 0), (0, 1, 0)], None, id="two words between: it falls apart"),
        pytest.param([(1, 0, 0), (1, 0, 0), (0.6, 0.4, 0), (1, 0, 0), (0, 0, 1)], None, id="never more than half"),
        pytest.param([(0, 0, 0)] * 5, None, id="it looked at the end mark only"),
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
