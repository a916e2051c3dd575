"""agreement: would a second engine have said something like it?

Score: chrF2 (0-100) between the translation and a second engine's of the same text (Popović 2015, https://aclanthology.org/W15-3049).
Below `far` it is not accepted, below `near` it is marked. Sources under `least_words` words are exempt: two sound translations of
"OK then" may share no letter. Without a second engine there is no opinion.
Misses: what both engines get wrong alike; a fault of a few letters, such as a lost negation.
"""

from __future__ import annotations

from dataclasses import dataclass

from translation.gates._nearness import Score, accept, judged, score, suspicion

__all__ = ["NAME", "SCOPE", "Score", "Settings", "accept", "doubtful", "judged", "reason", "score", "suspicion", "threshold"]
NAME = "agreement"
SCOPE = "evidence"


@dataclass(frozen=True, slots=True)
class Settings:
    """`far`, `near`: the least chrF2.

    Of 335 human translations (first half of tatoeba_test, lines, sweden_facts) against the shipped engine's 0.3 % have less than 9 and
    3 % less than 14; of other rows' translations of like length 13 and 48 %. Free human wording sets these limits: between two
    engines chrF2 is higher, and a study that compares engines may raise them.
    """

    least_words: int = 4
    far: float = 9.0
    near: float = 14.0


def doubtful(score: Score, settings: Settings) -> bool:
    """Between the two limits."""
    return score.chrf >= settings.far


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"chrF2 {score.chrf:.1f} with the second engine's translation (limit {settings.near:g})"


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"chrF2 with the second engine at least {settings.near:g}, quarantined only below {settings.far:g}; sources under {settings.least_words} words exempt"
    )
