"""denial: is as much denied in the translation, translated back, as in the source?

Score: the words of denial (not, never, no, nobody, without ...) in the back-translation, less those in the source. It needs no words of the
target language and sees a denial that was added, which `polarity` does not. Marked, never refused, where a source that denies comes back
without any denial, or one that does not comes back with one. Without a reverse engine there is no opinion.
Misses: a denial that either engine turns into a word of its own ("not sure" into "unsure") is marked in vain; one of two that was dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language
from translation.gates._denials import denials
from translation.gates._pieces import pieces

NAME = "denial"
SCOPE = "evidence"


@dataclass(frozen=True, slots=True)
class Settings:
    """`added`: whether a denial that is only in the translation marks the row too."""

    added: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """Denials of the back-translation less those of the source, and those of the source."""

    more: int
    source: int


def score(found: float, source: str, target: str, language: Language) -> Score:
    """Keep what was measured beside the denials of the source."""
    return Score(round(found), len(denials(source)))


def judged(score: Score, settings: Settings) -> bool:
    """Always: what was not measured has no score."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where both deny or neither does."""
    if score.source:
        return score.source + score.more > 0
    return score.more <= 0 or not settings.added


def doubtful(score: Score, settings: Settings) -> bool:
    """Always: it never refuses a row."""
    return True


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return "the source denies, its way there and back does not" if score.source else "its way there and back denies, the source does not"


def suspicion(score: Score) -> float:
    """How many denials came or went."""
    return float(abs(score.more))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return "denies there and back where the source does" + (", and only there" if settings.added else "")


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The words of denial in the source."""
    return pieces(source, denials(source)), []
