"""length_ratio: is the translation implausibly short or long?

Score: characters in target / characters in source, white space around them left out. Accepted inside the language's own range for
sources of that length (`language.bounds`), which its file calibrates on human translations; a ratio outside the range, but not `far`
outside, is only marked. Sources under four words are exempt: "OK" and "Visst, det går bra" may be the same message.
Misses: a fluent sentence of the right length about something else; a half of a sentence left out where the other half grew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from templates.language import Language

NAME = "length_ratio"
SCOPE = "text"


@dataclass(frozen=True, slots=True)
class Settings:
    """`least_words`: shorter sources are exempt. `far`: how many times over or under the range a ratio must be to be refused.

    The range leaves out one human translation in a hundred (see the language's file); of 4,543 into Swedish (first half of the Tatoeba
    test set, LinES, Swedish public information) 0.2 % are 1.15 times outside it.
    """

    least_words: int = 4
    far: float = 1.15

    def __post_init__(self) -> None:
        if self.far < 1:
            raise ValueError(f"far is a factor of at least 1, found {self.far:g}")


@dataclass(frozen=True, slots=True)
class Score:
    """The ratio, the words of the source, and the language's range for such a source."""

    ratio: float
    words: int
    least: float
    most: float


def score(source: str, target: str, language: Language) -> Score:
    """Measure; an empty source has ratio 1 if the target is empty too, otherwise the target's length."""
    ours, theirs = source.strip(), target.strip()
    ratio = len(theirs) / len(ours) if ours else (1.0 if not theirs else float(len(theirs)))
    least, most = language.bounds(source)
    return Score(round(ratio, 4), len(ours.split()), least, most)


def judged(score: Score, settings: Settings) -> bool:
    """False for sources too short to say."""
    return score.words >= settings.least_words


def accept(score: Score, settings: Settings) -> bool:
    """True inside the range, and for sources too short to say."""
    return not judged(score, settings) or score.least <= score.ratio <= score.most


def doubtful(score: Score, settings: Settings) -> bool:
    """True where the ratio is not far outside the range."""
    return score.least / settings.far <= score.ratio <= score.most * settings.far


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    if score.ratio > score.most:
        return f"{score.ratio:.2f} characters per source character, too long (limit {score.most:.2f})"
    return f"{score.ratio:.2f} characters per source character, too short (limit {score.least:.2f})"


def suspicion(score: Score) -> float:
    """Distance of the ratio from the middle of the range, in octaves."""
    return abs(math.log2(score.ratio / math.sqrt(score.least * score.most))) if score.ratio else 10.0


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"inside the language's range of characters per source character, marked if at most {settings.far:g} times outside it; sources "
        f"under {settings.least_words} words exempt"
    )
