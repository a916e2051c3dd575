"""tfidf: TF-IDF of words and word pairs with logistic regression (scikit-learn): what a day's work without a GPT gives."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from pipeline.answering import Answering
from pipeline.tunable import Training
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from templates.store import write_json


@dataclass(frozen=True, slots=True)
class Settings:
    """`strength`: inverse regularisation C. Balanced class weights, since the benchmark is not. The field values are joined,
    so the target is seen as words; which words stand near it is not."""

    strength: float = 10.0
    longest: int = 2

    def __post_init__(self) -> None:
        if self.strength <= 0 or self.longest < 1:
            raise ValueError(f"strength ({self.strength:g}) must be above 0, longest ({self.longest}) at least 1")


def build(answering: Answering, settings: Settings, *, seed: int) -> Tfidf:
    """Nothing counted yet."""
    return Tfidf(answering.task.verbalizer.labels, settings)


class Tfidf:
    """A Tunable that fits in `prepare`; the loop has nothing left to train."""

    training: Training | None = None

    def __init__(self, labels: Sequence[str], settings: Settings) -> None:
        self.labels = tuple(labels)
        self.settings = settings
        self.vectoriser = self._vectoriser()
        self.weights = np.zeros((len(self.labels), 0))
        self.bias = np.zeros(len(self.labels))

    def _vectoriser(self, vocabulary: dict[str, int] | None = None) -> TfidfVectorizer:
        return TfidfVectorizer(ngram_range=(1, self.settings.longest), sublinear_tf=True, vocabulary=vocabulary)

    @property
    def stored_parameters(self) -> int:
        """Weights, bias and document frequencies."""
        return self.weights.size + self.bias.size + self.weights.shape[1]

    def prepare(self, train: Sequence[Record], *, seed: int, ahead: Sequence[Record] = ()) -> None:
        """Fit on the training part. Labels it lacks keep the lowest score; with one label only that label is ever given."""
        self.vectoriser = self._vectoriser()
        texts = [self._text(record) for record in train]
        if not any(map(self.vectoriser.build_analyzer(), texts)):
            raise Refusal(f"tfidf: the {len(train)} training texts hold no word of two letters or more; take another method for them.")
        features = self.vectoriser.fit_transform(texts)
        self.weights = np.zeros((len(self.labels), features.shape[1]))
        self.bias = np.full(len(self.labels), -30.0)
        present = sorted({self.labels.index(record.label) for record in train})
        if len(present) == 1:
            self.bias[present[0]] = 0.0
            return
        model = LogisticRegression(C=self.settings.strength, class_weight="balanced", max_iter=1000)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The number of unique classes is greater than 50%")  # 64 intents, few rows
            model.fit(features, [self.labels.index(record.label) for record in train])
        two = len(present) == 2
        self.weights[present] = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if two else model.coef_
        self.bias[present] = np.concatenate([-model.intercept_ / 2, model.intercept_ / 2]) if two else model.intercept_

    def _text(self, record: Record) -> str:
        return " ".join(record.fields.values())

    def parameters(self) -> list[nn.Parameter]:
        """None for the loop."""
        return []

    def batches(self, records: Sequence[Record], generator: np.random.Generator) -> Iterator[list[int]]:
        """Never asked: nothing trains."""
        return iter(())

    def loss(self, records: Sequence[Record]) -> Tensor:
        """Cross-entropy."""
        gold = torch.tensor([self.labels.index(record.label) for record in records])
        return nn.functional.cross_entropy(self.scores(records), gold)

    def weight(self, records: Sequence[Record]) -> int:
        """One label each."""
        return len(records)

    def scores(self, records: Sequence[Record]) -> Float[Tensor, "N C"]:
        """Log-odds of the labels."""
        features = self.vectoriser.transform([self._text(record) for record in records])
        return torch.from_numpy(features @ self.weights.T + self.bias).float()

    def slots(self, records: Sequence[Record], labels: Sequence[str]) -> list[tuple[Slot, ...]]:
        """None: a classifier of whole texts names no spans."""
        return [()] * len(records)

    def save(self, folder: Path) -> None:
        """Words as JSON, numbers as safetensors."""
        write_json(folder / "tfidf.json", {word: int(place) for word, place in self.vectoriser.vocabulary_.items()})
        save_file({"idf": self.vectoriser.idf_, "weights": self.weights, "bias": self.bias}, folder / "tfidf.safetensors")

    def load(self, folder: Path) -> None:
        """Read them back."""
        self.vectoriser = self._vectoriser(json.loads((folder / "tfidf.json").read_text(encoding="utf-8")))
        stored = load_file(folder / "tfidf.safetensors")
        self.vectoriser.idf_ = stored["idf"]
        self.weights, self.bias = stored["weights"], stored["bias"]
