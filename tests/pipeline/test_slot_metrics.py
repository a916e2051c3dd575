"""slot_metrics: against seqeval on random spans, by hand, and NeMo's dialect with its peculiarities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import metrics
from pipeline.outcome import Prediction
from pipeline.slot_metrics import counts, exact, nemo_slots, slot_interval, slot_scores, span_f1, spans, tags
from templates.slots import Slot, parse_markup


def prediction(gold: str, guess: str, *, label: str = "a", predicted: str = "a") -> Prediction:
    said, wanted = parse_markup(gold)
    same, found = parse_markup(guess)
    assert said == same
    return Prediction(gold, label, predicted, 0.5, said, wanted, found)


def test_tags_by_hand() -> None:
    said, slots = parse_markup("wake me at [time : five am] [time : sharp] on [date : monday]s, [person : mary]/[person : ann]")
    assert tags(said, slots) == ["O", "O", "O", "B-time", "I-time", "B-time", "O", "B-date", "B-person"]  # a word belongs to the first slot in it
    assert spans(said, slots)[1] == ("time", 5, 5)
    assert tags("", ()) == []


def test_scores_by_hand() -> None:
    rows = [
        prediction("at [time : five am] [date : today]", "at [time : five] am [date : today]"),
        prediction("play [person : mary]", "play [person : mary]"),
        prediction("what is new", "what is [date : new]"),
        prediction("hello there", "hello there", predicted="b"),
    ]
    assert counts(rows).tolist() == [[1, 2, 2], [1, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert slot_scores(rows) == {"span_f1": pytest.approx(2 * 2 / (4 + 3)), "exact_match": 0.25}
    assert [exact(row) for row in rows] == [False, True, False, False]


def test_no_span_anywhere_is_an_f1_of_zero_as_in_seqeval() -> None:
    assert span_f1([prediction("hello", "hello")]) == 0.0
    assert slot_interval([prediction("hello", "hello")], metric="span_f1") == (0.0, 0.0)


WORDS = [f"w{number}" for number in range(6)]


@st.composite
def some_slots(draw: st.DrawFn) -> tuple[Slot, ...]:
    """Any slots over six words, also neighbours of one type."""
    found, word = [], 0
    while word < 6:
        size = draw(st.integers(0, 3))
        if size:
            end = min(6, word + size)
            found.append(Slot(draw(st.sampled_from(["a", "b", "a-b", "a_b"])), " ".join(WORDS[word:end]), 3 * word))
            word = end
        else:
            word += 1
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(some_slots(), some_slots()), min_size=1, max_size=6))
def test_counts_give_the_number_that_seqeval_gives(pairs: list[tuple[tuple[Slot, ...], tuple[Slot, ...]]]) -> None:
    rows = [Prediction(str(number), "a", "a", 1.0, " ".join(WORDS), gold, guess) for number, (gold, guess) in enumerate(pairs)]
    right, guessed, wanted = counts(rows).sum(axis=0)
    assert span_f1(rows) == pytest.approx(2 * right / (guessed + wanted) if guessed + wanted else 0.0)
    assert all(exact(row) == (row.slots == row.predicted_slots) for row in rows)


def test_intervals_hold_the_mean_and_exact_match_is_the_bootstrap_of_accuracy() -> None:
    rows = [prediction("at [time : five am]", "at [time : five am]"), prediction("at [time : five am]", "at [time : five] am")] * 40
    low, high = slot_interval(rows, metric="span_f1")
    assert 0.3 < low < span_f1(rows) == 0.5 < high < 0.7
    marks = [str(exact(row)) for row in rows]
    assert slot_interval(rows, metric="exact_match") == metrics.interval(["True"] * 80, marks, labels=("True", "False"), metric="accuracy")
    with pytest.raises(ValueError, match="no interval for metric 'bleu'; there are span_f1, exact_match"):
        slot_interval(rows, metric="bleu")


def test_the_dialect_of_nemo() -> None:
    none = [prediction("a", "a")] * 83 + [prediction("a [x : b]", "a b")] * 117
    assert nemo_slots(none) == {"precision": 0.415, "recall": 0.415, "f1": pytest.approx(0.415), "joint_goal_accuracy": 0.415}  # always "None"
    assert slot_scores(none)["span_f1"] == 0.0
    twice = prediction("[x : b] and [x : b]", "[x : b] and b")
    assert nemo_slots([twice])["f1"] == 1.0  # a set: said twice counts once
    assert span_f1([twice]) == pytest.approx(2 / 3)
    moved = prediction("[x : b] and b", "b and [x : b]")
    assert (nemo_slots([moved])["f1"], span_f1([moved])) == (1.0, 0.0)  # where it stands does not count
    comma = prediction("[x : b, c] d", "[x : b,] c d")
    assert nemo_slots([comma])["precision"] == 0.0
    comma = prediction("[x : b, c] [x : d]", "[x : b, c] d")
    assert nemo_slots([comma])["recall"] == pytest.approx(2 / 3)  # "x(b" and "c)" count as two
    mean = nemo_slots([prediction("[x : b] [y : c]", "[x : b] c"), prediction("[x : b] c", "[x : b] [y : c]")])
    assert np.allclose([mean["precision"], mean["recall"], mean["f1"]], [0.75, 0.75, 0.75])
    assert nemo_slots([prediction("[x : b]", "[y : b]")])["f1"] == 0.0
