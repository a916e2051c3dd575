"""What checks by chrF2 between two texts share: the score, whom it says something of, and how rows are ranked by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from templates.language import Language


class Settings(Protocol):
    """What is asked of a check's settings here."""

    @property
    def least_words(self) -> int:
        """Sources with fewer words are exempt."""

    @property
    def near(self) -> float:
        """The least chrF2, 0-100."""


@dataclass(frozen=True, slots=True)
class Score:
    """chrF2 (0-100), and the words of the source."""

    chrf: float
    words: int


def score(found: float, source: str, target: str, language: Language) -> Score:
    """Keep what was measured beside the words of the source."""
    return Score(round(found, 2), len(source.split()))


def judged(score: Score, settings: Settings) -> bool:
    """False for sources too short to say."""
    return score.words >= settings.least_words


def accept(score: Score, settings: Settings) -> bool:
    """True at and above `near`, and for sources too short to say."""
    return not judged(score, settings) or score.chrf >= settings.near


def suspicion(score: Score) -> float:
    """How much is missing from 100."""
    return 100.0 - score.chrf
