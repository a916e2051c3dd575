"""Card: what a trained translator is made of, how it was trained and how well it does, in words; and whom its training text asks to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from translation.training import facts
from translation.training.checkpoint import Progress
from translation.training.facts import Facts
from translation.training.loop import Settings
from translation.training.shape import Shape

CARD, ATTRIBUTION = "card.md", "ATTRIBUTION.txt"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known before training: corpora (target language -> facts), shape, settings, the counts of Tokens, pieces, weights;
    `earlier`: corpora that the weights saw before these (see lineage)."""

    source: str
    corpora: Mapping[str, Facts]
    shape: Shape
    settings: Settings
    counts: Mapping[str, object]
    pieces: int
    weights: int
    earlier: tuple[Facts, ...] = ()

    def texts(self, progress: Progress, scores: Mapping[str, float], *, signature: str, size: int) -> dict[str, str]:
        """File name -> text, for the folder of the translator."""
        attribution = "\n".join(facts.attributions(one) for one in (*self.corpora.values(), *self.earlier))
        lines = [*self._what(size), *self._data(), *self._training(progress), *_scores(scores, signature)]
        return {CARD: "\n".join(lines) + "\n", ATTRIBUTION: attribution}

    def _what(self, size: int) -> list[str]:
        shape = self.shape
        return [
            f"# {self.source}-{'-'.join(self.corpora)}: a translator trained by lingraft",
            "",
            f"Marian architecture: {shape.encoder_layers} encoder and {shape.decoder_layers} decoder layers, width {shape.width}, feed-forward "
            f"{shape.feed_forward}, {shape.heads} heads, dropout {shape.dropout:g}, {self.weights:,} weights; one SentencePiece unigram vocabulary of "
            f"{self.pieces:,} pieces with byte fallback for both sides. CTranslate2 int8, {size / 1e6:.1f} MB; `manifest.json` has the digest of every file.",
        ]

    def _data(self) -> list[str]:
        lines = ["", "## Trained on", ""]
        for code, corpus in self.corpora.items():
            used = [origin for origin in corpus.origins if origin.written]
            lines += [
                f"{corpus.pairs:,} pairs of {corpus.source} and {corpus.target} (copies counted), for translation into {code}; corpus `{corpus.digest[:16]}`.",
                "",
                "| source | pairs | written | licence |",
                "|---|---:|---:|---|",
                *(f"| {origin.name} | {origin.kept:,} | {origin.written:,} | {origin.licence} |" for origin in used),
                "",
            ]
            if corpus.left_out:
                lines += ["Left out for their licence: " + ", ".join(f"{name} ({licence})" for name, licence in corpus.left_out.items()) + ".", ""]
        for corpus in self.earlier:
            lines += [f"Before that the weights saw {corpus.pairs:,} pairs of {corpus.source} and {corpus.target}; corpus `{corpus.digest[:16]}`.", ""]
        counts = ", ".join(f"{str(name).replace('_', ' ')} {value:,}" for name, value in self.counts.items() if isinstance(value, int))
        return [*lines, f"Of these: {counts}. Whom the licences ask to name stands in {ATTRIBUTION}."]

    def _training(self, progress: Progress) -> list[str]:
        settings = ", ".join(f"{name} {value}" for name, value in asdict(self.settings).items())
        return [
            "",
            "## Training",
            "",
            f"{progress.step:,} steps, {progress.tokens:,} target tokens, {progress.epoch + 1} epochs begun, {progress.minutes:.0f} minutes"
            f"{', the learning rate falling at the end' if progress.falling else ''}; the weights are a running average.",
            "",
            f"Settings: {settings}.",
        ]


def _scores(scores: Mapping[str, float], signature: str) -> list[str]:
    rows = [f"| {name} | {score:.1f} |" for name, score in scores.items()]
    return ["", "## Dev", "", f"chrF2 of the int8 model, greedy (`{signature}`):", "", "| set | chrF2 |", "|---|---:|", *rows]
