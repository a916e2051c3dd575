"""empty: does the translation say anything at all?

Score: letters and digits in source and in target. Accepted when the target holds some wherever the source does, and is not
blank otherwise. Critical: an engine that answers with nothing has not answered.
Misses: a target that is one letter or a stray word; see length_ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language

NAME = "empty"
SCOPE = "field"


@dataclass(frozen=True, slots=True)
class Settings:
    """`least`: letters and digits a target needs where its source has any. 1: only nothing is empty."""

    least: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """Letters and digits on each side; `blank`: the target holds nothing but white space."""

    source: int
    target: int
    blank: bool


def score(source: str, target: str, language: Language) -> Score:
    """Count letters and digits; the language plays no part."""
    return Score(sum(map(str.isalnum, source)), sum(map(str.isalnum, target)), not target.strip())


def judged(score: Score, settings: Settings) -> bool:
    """True: no text is exempt."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where the target says something."""
    return not score.blank and score.target >= min(score.source, settings.least)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return "nothing but white space" if score.blank else f"{score.target} letters or digits for {score.source} in the source"


def suspicion(score: Score) -> float:
    """1 for nothing at all, else 0."""
    return float(score.blank or score.target < min(score.source, 1))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"at least {settings.least} letter or digit where the source has any"
