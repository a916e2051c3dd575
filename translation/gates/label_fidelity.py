"""label_fidelity: would a reader of the translation still give the row its label?

Score: in nats, by how much a TF-IDF classifier trained on the English rows prefers the row's label to the next best, when it reads the
target translated back (translation/fidelity.py); below 0 it reads another label. Only rows whose English it reads rightly without having
been trained on them have an opinion. Below `near` a row is marked, never refused: the classifier is weak and the reverse engine is too.
The share of rows that keep their label there and back, class by class, stands beside the labels in the report.
Misses: rows whose English the classifier misreads; a label that hangs on one of several names in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language

NAME = "label_fidelity"
SCOPE = "evidence"


@dataclass(frozen=True, slots=True)
class Settings:
    """`near`: the least preference for the row's label, in nats; above `-near` for another the row is marked."""

    near: float = -1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The preference for the row's label, in nats."""

    nats: float


def score(found: float, source: str, target: str, language: Language) -> Score:
    """Keep what was measured."""
    return Score(round(found, 4))


def judged(score: Score, settings: Settings) -> bool:
    """Always: what was not measured has no score."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True at and above `near`."""
    return score.nats >= settings.near


def doubtful(score: Score, settings: Settings) -> bool:
    """Always: it never refuses a row."""
    return True


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"there and back it reads like another label, by {-score.nats:.2f} nats (limit {-settings.near:g})"


def suspicion(score: Score) -> float:
    """The preference, turned round."""
    return -score.nats


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"marked where another label is preferred there and back by more than {-settings.near:g} nats"
