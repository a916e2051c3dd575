"""Measure: a mean over trials with a 95 % interval that says how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from pipeline import metrics, slot_metrics
from pipeline.outcome import Prediction

FEWEST = 3  # trials or folds before their spread is used
METRICS = {"accuracy": "accuracy", "macro_f1": "macro-F1", "span_f1": "span F1", "exact_match": "exact"}  # name -> as shown


@dataclass(frozen=True, slots=True)
class Measure:
    """A ratio 0-1. `low` and `high` are the 95 % interval, `how` says over what: "rows", "folds" or "trials", `units` how many. `deviation`: the
    standard deviation over folds or trials, None where there are too few."""

    mean: float
    low: float
    high: float
    how: str
    units: int
    deviation: float | None = None


def measure(trials: Sequence[tuple[int, Sequence[Prediction]]], *, labels: Sequence[str], metric: str) -> Measure:
    """Mean of `metric` (accuracy, macro_f1, span_f1 or exact_match) over trials, each (fold, its predictions), with an interval.

    From three folds on: t-interval over the fold means (the seeds of one fold share its rows, so they count once) or, if that is wider,
    bootstrap over the test rows of all folds together: folds that share out their labels evenly may differ less than rows do. With three
    or more trials on fewer folds: t-interval over trials, or the bootstrap over test rows, trial by trial, bounds averaged, if that is
    wider, since trials that share their test rows cannot show how much those matter. Below that: the bootstrap alone. All miss
    that training parts overlap between folds (Bengio and Grandvalet 2004, https://www.jmlr.org/papers/v5/grandvalet04a.html).
    """
    scores = np.array([_score(predictions, labels=labels, metric=metric) for _, predictions in trials])
    by_fold: dict[int, list[float]] = {}
    for (fold, _), score in zip(trials, scores, strict=True):
        by_fold.setdefault(fold, []).append(float(score))
    mean = float(scores.mean())
    if len(by_fold) >= FEWEST:
        rows = _rows(mean, _pooled(trials), labels=labels, metric=metric)
        spread = _spread(mean, np.array([np.mean(values) for values in by_fold.values()]), how="folds")
    else:
        rows = _rows(mean, [predictions for _, predictions in trials], labels=labels, metric=metric)
        if len(trials) < FEWEST:
            return rows
        spread = _spread(mean, scores, how="trials")
    return spread if spread.high - spread.low >= rows.high - rows.low else replace(rows, deviation=spread.deviation)


def _pooled(trials: Sequence[tuple[int, Sequence[Prediction]]]) -> list[list[Prediction]]:
    """The predictions of all folds together, once for each trial that every fold has."""
    by_fold: dict[int, list[Sequence[Prediction]]] = {}
    for fold, predictions in trials:
        by_fold.setdefault(fold, []).append(predictions)
    return [[item for predictions in layer for item in predictions] for layer in zip(*by_fold.values(), strict=False)]


def _score(predictions: Sequence[Prediction], *, labels: Sequence[str], metric: str) -> float:
    if metric in slot_metrics.METRICS:
        return slot_metrics.slot_scores(predictions)[metric]
    gold, predicted = [item.label for item in predictions], [item.predicted for item in predictions]
    return metrics.classification(gold, predicted, labels=labels)[metric]


def _spread(mean: float, values: NDArray[np.float64], *, how: str) -> Measure:
    deviation = float(values.std(ddof=1))
    half = float(t.ppf(0.975, len(values) - 1)) * deviation / float(np.sqrt(len(values)))
    return Measure(mean, max(0.0, mean - half), min(1.0, mean + half), how, len(values), deviation)


def _rows(mean: float, parts: Sequence[Sequence[Prediction]], *, labels: Sequence[str], metric: str) -> Measure:
    """Bounds by bootstrap as far from `mean` as they are from each part's own score."""
    bounds = np.array([_interval(predictions, labels=labels, metric=metric) for predictions in parts])
    own = np.array([_score(predictions, labels=labels, metric=metric) for predictions in parts])
    low, high = mean + (bounds - own[:, None]).mean(axis=0)
    rows = len({item.id for predictions in parts for item in predictions})
    return Measure(mean, max(0.0, min(float(low), mean)), min(1.0, max(float(high), mean)), "rows", rows)


def _interval(predictions: Sequence[Prediction], *, labels: Sequence[str], metric: str) -> tuple[float, float]:
    if metric in slot_metrics.METRICS:
        return slot_metrics.slot_interval(predictions, metric=metric)
    return metrics.interval([item.label for item in predictions], [item.predicted for item in predictions], labels=labels, metric=metric)


def paired_difference(left: Mapping[str, float], right: Mapping[str, float], *, resamples: int = 2000) -> Measure:
    """Mean of left - right over the row ids both hold, with a paired percentile bootstrap over those rows; -1 to 1."""
    ids = [name for name in left if name in right]
    gaps = np.array([left[name] - right[name] for name in ids])
    draws = np.random.default_rng(0).integers(0, len(gaps), size=(resamples, len(gaps)))
    low, high = np.quantile(gaps[draws].mean(axis=1), [0.025, 0.975])
    return Measure(float(gaps.mean()), float(low), float(high), "rows", len(ids))
