"""round_trip: does the source come back when the translation is translated back?

Score: chrF2 (0-100, Popović 2015, https://aclanthology.org/W15-3049) between the source and the reverse engine's translation of the target.
It ranks rows for a reader and is no measure of quality: a free translation comes back in other words, and a copy comes back whole (Somers
2005, https://aclanthology.org/U05-1019). So it marks at most, and as shipped, with the limit 0, nothing. Without a reverse engine there is
no opinion. Sources under `least_words` words are exempt.
Misses: what the reverse engine mends; what both directions get wrong alike; a copy, which looks best of all.
"""

from __future__ import annotations

from dataclasses import dataclass

from translation.gates._nearness import Score, accept, judged, score, suspicion

__all__ = ["NAME", "SCOPE", "Score", "Settings", "accept", "doubtful", "judged", "reason", "score", "suspicion", "threshold"]
NAME = "round_trip"
SCOPE = "evidence"


@dataclass(frozen=True, slots=True)
class Settings:
    """`near`: the least chrF2; 0 marks no row."""

    least_words: int = 3
    near: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.near <= 100:
            raise ValueError(f"near is a chrF2 from 0 to 100, found {self.near:g}")


def doubtful(score: Score, settings: Settings) -> bool:
    """Always: it never refuses a row."""
    return True


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"chrF2 {score.chrf:.1f} of the source with its way there and back (limit {settings.near:g})"


def threshold(settings: Settings) -> str:
    """The rule in words."""
    rule = f"marked below chrF2 {settings.near:g} there and back" if settings.near else "only ranks rows by chrF2 there and back"
    return f"{rule}; sources under {settings.least_words} words exempt"
