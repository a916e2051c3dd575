"""Metrics of slots: micro-F1 of spans by seqeval, exact match, and NeMo's own slot F1 for comparison. Ratios 0-1.

Nakayama 2018, https://github.com/chakki-works/seqeval, in its default mode (as conlleval), on BIO tags over the words of the
utterance as split at blanks, as in MASSIVE (FitzGerald et al. 2022, https://arxiv.org/abs/2204.08582) but for neighbouring slots
of one type, which stay two here and melt into one there. A word belongs to the first slot that touches it. What to know of
seqeval: the F1 is 0 where neither side has a single span, not 1; texts without slots count only by what is wrongly found in
them; and it pools spans over all texts, so a text with many slots weighs more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from seqeval.metrics import f1_score

from pipeline.outcome import Prediction
from templates.slots import Slot

METRICS = ("span_f1", "exact_match")
Span = tuple[str, int, int]  # name, first word, last word


def spans(text: str, slots: Sequence[Slot]) -> tuple[Span, ...]:
    """The slots as spans of words, in order."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    taken, found = -1, []
    for slot in slots:
        touched = [number for number, (start, end) in enumerate(words) if start < slot.end and slot.start < end and number > taken]
        if touched:
            taken = touched[-1]
            found.append((slot.name, touched[0], taken))
    return tuple(found)


def tags(text: str, slots: Sequence[Slot]) -> list[str]:
    """One BIO tag a word."""
    out = ["O"] * len(text.split())
    for name, first, last in spans(text, slots):
        out[first : last + 1] = [f"B-{name}", *[f"I-{name}"] * (last - first)]
    return out


def span_f1(predictions: Sequence[Prediction]) -> float:
    """Micro-F1 of spans: name, first and last word must all be right."""
    gold = [tags(item.text, item.slots) for item in predictions]
    guess = [tags(item.text, item.predicted_slots) for item in predictions]
    return float(f1_score(gold, guess, average="micro", zero_division=0))


def exact(item: Prediction) -> bool:
    """Whether the label and all slots are right, word for word."""
    return item.label == item.predicted and spans(item.text, item.slots) == spans(item.text, item.predicted_slots)


def slot_scores(predictions: Sequence[Prediction]) -> dict[str, float]:
    """span_f1 and exact_match."""
    return {"span_f1": span_f1(predictions), "exact_match": float(np.mean([exact(item) for item in predictions]))}


def counts(predictions: Sequence[Prediction]) -> NDArray[np.int64]:
    """[N, 3]: spans found rightly, spans predicted, spans in gold, of each text."""
    rows = []
    for item in predictions:
        gold, guess = set(spans(item.text, item.slots)), set(spans(item.text, item.predicted_slots))
        rows.append((len(gold & guess), len(guess), len(gold)))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def slot_interval(predictions: Sequence[Prediction], *, metric: str, resamples: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval over texts, as metrics.interval. F1 is worked out from counts, the same number as seqeval's."""
    if metric not in METRICS:
        raise ValueError(f"no interval for metric {metric!r}; there are {', '.join(METRICS)}")
    rows = np.array([[exact(item)] for item in predictions], dtype=np.int64) if metric == "exact_match" else counts(predictions)
    kinds, often = np.unique(rows, axis=0, return_counts=True)
    sums = np.random.default_rng(seed).multinomial(len(rows), often / len(rows), size=resamples) @ kinds  # texts alike are drawn together
    if metric == "exact_match":
        values = sums[:, 0] / len(rows)
    else:
        right, guessed, wanted = sums.T
        values = np.divide(2.0 * right, guessed + wanted, out=np.zeros(resamples), where=guessed + wanted > 0)
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def nemo_slots(predictions: Sequence[Prediction]) -> dict[str, float]:
    """precision, recall, f1 and joint_goal_accuracy as NeMo's dialogue metrics work them out; not comparable with span_f1.

    NVIDIA NeMo 1.x, nemo/collections/nlp/metrics/dialogue_metrics.py. Each text's slots are a set of strings `name(value)`, cut
    out of one line at ", ", or the one string "None"; precision and recall are averaged over texts and the F1 is that of the
    averages. So a text without slots scores 1 for "None", a slot said twice counts once, where a value stands does not count,
    and a value that holds ", " falls apart.
    """
    found = []
    for item in predictions:
        gold, guess = _nemo_line(item.slots), _nemo_line(item.predicted_slots)
        right = len(gold & guess)
        found.append((right / len(guess), right / len(gold), gold == guess))
    precision, recall, joint = (float(value) for value in np.mean(found, axis=0))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "joint_goal_accuracy": joint}


def _nemo_line(slots: Sequence[Slot]) -> set[str]:
    return set((", ".join(f"{slot.name}({slot.value})" for slot in slots) or "None").split(", "))
