"""Metrics of classification. Ratios 0-1; macro-F1 is the mean over the labels that occur or are predicted, so that a label a fold lacks says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

Scores = dict[str, float]


def classification(gold: Sequence[str], predicted: Sequence[str], *, labels: Sequence[str]) -> Scores:
    """accuracy and macro_f1 (a label that neither occurs nor is predicted is left out, as scikit-learn does unasked)."""
    there = {*gold, *predicted}
    return {
        "accuracy": float(accuracy_score(gold, predicted)),
        "macro_f1": float(f1_score(gold, predicted, labels=[label for label in labels if label in there], average="macro", zero_division=0.0)),
    }


def interval(gold: Sequence[str], predicted: Sequence[str], *, labels: Sequence[str], metric: str, resamples: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of `metric` over test rows (Efron 1979, https://doi.org/10.1214/aos/1176344552).

    Misses what rows share: several targets of one headline are drawn apart.
    """
    pairs = dict(sorted(Counter(zip(gold, predicted, strict=True)).items()))
    counts = np.array(list(pairs.values()))
    draws = np.random.default_rng(seed).multinomial(len(gold), counts / len(gold), size=resamples)  # rows alike are drawn together
    if metric == "accuracy":
        values = draws[:, [true == guess for true, guess in pairs]].sum(axis=1) / len(gold)
    elif metric == "macro_f1":
        f1, there = np.zeros(resamples), np.zeros(resamples)
        for label in labels:
            true, guessed = (np.array([pair[side] == label for pair in pairs]) for side in (0, 1))
            hits = draws[:, true & guessed].sum(axis=1)
            size = draws[:, true].sum(axis=1) + draws[:, guessed].sum(axis=1)
            f1 += np.divide(2 * hits, size, out=np.zeros(resamples), where=size > 0)
            there += size > 0
        values = f1 / there
    else:
        raise ValueError(f"no interval for metric {metric!r}; there are accuracy, macro_f1")
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
