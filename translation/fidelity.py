"""fidelity: does a text still speak for its label? A TF-IDF classifier of the English rows reads other texts in their place.

TF-IDF of words and pairs of words with logistic regression (scikit-learn), cross-fitted: each row is read by a classifier that was trained
on other groups of rows only. It is judged by what it says of the row's own English first: where it errs there, it has no say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

FOLDS = 5
LEAST_ROWS = 10  # of a label; rarer ones are no part of the classifier
WORD = r"(?u)\b\w+(?:['’]\w+)?\b"  # "don't" is one word


def preferences(texts: Sequence[str], labels: Sequence[str], groups: Sequence[str], read: Mapping[int, str]) -> dict[int, float]:
    """Row -> log p(its label) - log p(the likeliest other), in nats, for the text in `read`, where the row's own text gives its label the
    highest probability. `groups`: rows of one are never trained on for one another. Empty with fewer than two labels of ten rows."""
    count = {label: labels.count(label) for label in set(labels)}
    rows = [row for row, label in enumerate(labels) if count[label] >= LEAST_ROWS]
    if len({labels[row] for row in rows}) < 2 or len({groups[row] for row in rows}) < FOLDS:
        return {}
    own, wanted, apart = np.array([texts[row] for row in rows]), np.array([labels[row] for row in rows]), np.array([groups[row] for row in rows])
    found: dict[int, float] = {}
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(own, wanted, apart):
        if len(set(wanted[train])) < 2:
            continue
        model = _fitted(own[train], wanted[train])
        known = [place for place in test if rows[place] in read and wanted[place] in model.classes_]
        if not known:
            continue
        said = _margins(model, own[known], wanted[known])
        back = _margins(model, np.array([read[rows[place]] for place in known]), wanted[known])
        found |= {rows[place]: float(there) for place, here, there in zip(known, said, back, strict=True) if here > 0}
    return found


def _fitted(texts: NDArray[np.str_], labels: NDArray[np.str_]) -> Pipeline:
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=WORD), LogisticRegression(C=10.0, max_iter=1000))
    return model.fit(texts, labels)


def _margins(model: Pipeline, texts: NDArray[np.str_], labels: NDArray[np.str_]) -> NDArray[np.float64]:
    said = model.predict_log_proba(texts)
    place = np.searchsorted(model.classes_, labels)
    rows = np.arange(len(texts))
    own = said[rows, place].copy()
    said[rows, place] = -np.inf
    return np.asarray(own - said.max(axis=1))
