"""Candidate: the weights of this moment, made into what would ship, scored on dev, and published if they are the best so far."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sacrebleu
from torch import Tensor
from transformers import MarianConfig

from templates.store import digest, write_json
from translation.training import export
from translation.training.card import Card
from translation.training.checkpoint import Progress
from translation.translators import ctranslate2
from translation.translators.ctranslate2 import CTranslate2

BEST = "best.json"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dev:
    """Pairs (source, reference) of one language that training never saw, under a name."""

    name: str
    target: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What stays the same from evaluation to evaluation. `pieces`: folder of the tokenizer; `out`: where the best goes; `share`: of the corpus."""

    work: Path
    out: Path
    pieces: Path
    config: MarianConfig
    source: str
    targets: tuple[str, ...]
    dev: tuple[Dev, ...]
    card: Card
    placeholders: bool
    markers: bool
    share: float = 1.0
    threads: int = 1

    def evaluate(self, weights: Mapping[str, Tensor], progress: Progress) -> float:
        """Mean chrF2 over the dev sets, greedy. A better one than that in `out` takes its place there."""
        original, converted = self.work / "original", self.work / "candidate"
        learnt: dict[str, Any] = {
            "source": self.source,
            "targets": self.targets,
            "placeholders": self.placeholders,
            "markers": self.markers,
            "share": self.share,
        }
        export.save(weights, self.config, original, pieces=self.pieces)
        export.convert(original, converted, **learnt)
        scores = {dev.name: self._score(converted, dev) for dev in self.dev}
        mean = sum(score.score for score in scores.values()) / len(scores)
        told = {name: score.score for name, score in scores.items()}
        logger.info("step %d: dev chrF2 %.2f (%s)", progress.step, mean, ", ".join(f"{name} {value:.1f}" for name, value in told.items()))
        if mean > self._best():
            self._keep(original)
            texts = self.card.texts(progress, told, signature=str(next(iter(scores.values())).signature), size=_bytes(converted))
            export.convert(self.work / "best", self.out, texts=texts, **learnt)
            write_json(self.work / BEST, {"step": progress.step, "minutes": progress.minutes, "chrf2": mean, "dev": told, "of": self._dev_digest()})
        return mean

    def _score(self, folder: Path, dev: Dev) -> _Score:
        settings = ctranslate2.Settings(model=str(folder), threads=self.threads, beam_size=1)
        engine = CTranslate2(folder, ctranslate2.verify(folder), settings, target=dev.target)
        said = [output.text for output in engine.translate([source for source, _ in dev.pairs])]
        metric = sacrebleu.CHRF()
        found = metric.corpus_score(said, [[reference for _, reference in dev.pairs]])
        return _Score(found.score, str(metric.get_signature()))

    def _best(self) -> float:
        """The score of what is published, if it was made on the same dev sets and still stands there."""
        try:
            best = json.loads((self.work / BEST).read_text(encoding="utf-8"))
            return float(best["chrf2"]) if best["of"] == self._dev_digest() and (self.out / ctranslate2.MANIFEST).is_file() else -1.0
        except (OSError, ValueError, KeyError, TypeError):
            return -1.0

    def _dev_digest(self) -> str:
        return digest([[dev.name, dev.target, dev.pairs] for dev in self.dev])

    def _keep(self, original: Path) -> None:
        best = self.work / "best"
        shutil.rmtree(best, ignore_errors=True)
        original.rename(best)


@dataclass(frozen=True, slots=True)
class _Score:
    score: float
    signature: str


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
