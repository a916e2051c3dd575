"""Translator: what every engine in `translators/` offers, Scorer: what some offer besides, and Output, one translated text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from templates.language import Language


@dataclass(frozen=True, slots=True)
class Output:
    """One translation.

    `score` is the length-normalised log-probability (<= 0, nan if the engine has none); `truncated` says that the input
    did not fit or the output was cut at the longest allowed length, so that part of the text is missing.
    """

    text: str
    score: float
    truncated: bool


class Translator(Protocol):
    """One engine with fixed model, decoding settings and languages.

    `fingerprint` (64 hex digits) covers engine name, content of the model, decoding settings and language codes: equal
    fingerprints mean equal translations, so thread counts and batch sizes are no part of it. Its module may offer
    `variants(settings) -> Mapping[str, Settings]`: rungs of the retry ladder that are other settings of the same engine.
    """

    fingerprint: str

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """One output a text, in the same order. Texts are sentences without line breaks; none is blank."""
        ...


def carries(translator: Translator) -> tuple[Language, Language] | None:
    """(source, target) of an engine that was trained to carry `stand_ins.PLACEHOLDERS`: its attribute `between`; None of every other."""
    return getattr(translator, "between", None)


def marks(translator: Translator) -> bool:
    """Whether it was trained to carry `stand_ins.MARKERS`: its attribute `markers`."""
    return bool(getattr(translator, "markers", False))


@runtime_checkable
class Scorer(Protocol):
    """An engine that can also say how probable it finds a translation made by somebody else (force-decoding).

    Numbers are natural logarithms (<= 0), rounded to four digits: those beyond depend on what else is in the batch. Settings of the
    search (beam width and so on) do not enter. Texts beyond the model's positions count as far as they reach. An empty source is
    allowed: what is then measured is how probable the target is by itself. No target may be blank.
    """

    fingerprint: str

    def token_log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[tuple[float, ...]]:
        """Of each pair, in the same order, the log-probability of every token of the target; the last is its end mark."""
        ...

    def log_probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """Their means: natural log-probability per target token, the end mark included."""
        ...


def scored_by(translator: Translator) -> str:
    """What its log-probabilities depend on, in 64 hex digits: its attribute `scoring`, which leaves out settings of the search, else its
    fingerprint; "" where it is no Scorer."""
    return str(getattr(translator, "scoring", translator.fingerprint)) if isinstance(translator, Scorer) else ""
