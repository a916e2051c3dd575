"""label_fidelity: a table of preferences, with one it is known to miss."""

import pytest

from templates import language
from translation.gates import label_fidelity

CA = language.load("ca")
TABLE = [
    (2.5, True),
    (0.0, True),
    (-0.9, True),  # known to miss: it reads another label, but hardly prefers it
    (-1.1, False),
]


@pytest.mark.parametrize(("found", "accepted"), TABLE)
def test_table(found: float, accepted: bool) -> None:
    score = label_fidelity.score(found, "x", "y", CA)
    assert label_fidelity.accept(score, label_fidelity.Settings()) is accepted
    assert label_fidelity.doubtful(score, label_fidelity.Settings())
    assert label_fidelity.suspicion(score) == -found


def test_words() -> None:
    score = label_fidelity.score(-1.5, "x", "y", CA)
    assert label_fidelity.reason(score, label_fidelity.Settings()) == "there and back it reads like another label, by 1.50 nats (limit 1)"
    assert label_fidelity.threshold(label_fidelity.Settings()) == "marked where another label is preferred there and back by more than 1 nats"
