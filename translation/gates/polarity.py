"""polarity: does the translation deny where the source denies?

Score: the words of denial in the source (not, never, no, nobody, without ...) and in the target. Marked where the source denies and
the target holds no such word. The target's words stand in the language's file, [gate.polarity]; without them there is no opinion.
Misses: a denial that was added; one of two that was dropped; a source whose sense is negative without such a word ("fails to").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from templates.language import ENGLISH, Language
from translation.gates._denials import denials
from translation.gates._pieces import pieces

NAME = "polarity"
SCOPE = "text"


@dataclass(frozen=True, slots=True)
class Settings:
    """`words`: the language's words of denial, in lower case; one that ends in "*" is the beginning of a word.

    Swedish: of 4,670 human translations 17 (0.4 %) are marked; of 589 with one denial dropped 79 % are found.
    """

    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Words of denial in the source and how many in the target; `known` is False where the language has no list."""

    source: tuple[str, ...]
    target: int
    known: bool


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    written = "|".join(re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)


def score(source: str, target: str, language: Language) -> Score:
    """Count on both sides; the words are those of the language's own file."""
    words = tuple(language.gate.get(NAME, {}).get("words", ()))
    if not words or language.code == ENGLISH:
        return Score((), 0, False)
    denied = denials(source)
    return Score(denied, len(_pattern(words).findall(target)) if denied else 0, True)


def judged(score: Score, settings: Settings) -> bool:
    """True where the source denies and the language has a list."""
    return score.known and bool(score.source)


def accept(score: Score, settings: Settings) -> bool:
    """True where the target denies too."""
    return not judged(score, settings) or score.target > 0


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"{', '.join(score.source)} in the source, no word of denial in the target"


def suspicion(score: Score) -> float:
    """Denials of the source beyond those of the target; 0 without an opinion."""
    return float(max(0, len(score.source) - score.target))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return "a denial in the target where the source has one" if settings.words else "off: the language's file has no words of denial"


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The words of denial in the source."""
    return pieces(source, score.source), []
