"""addition: does the translation say something that its source does not, such as a clause about something else?

Score: the log-odds that a stretch of it was added, from the force-decoded log-probabilities of its tokens and from how much longer it is
than its source (`stretch` in translation/detachment.py); of several sentences the worst. Above `far` it is not accepted, above `near`
it is marked; both by the words of the source. There is no opinion without a measurement.
Misses: an added word or two; an addition that the source makes probable; a clause in place of another.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language
from translation.gates import _bands

NAME = "addition"
SCOPE = "evidence"
SIGN = 1  # times a limit: the suspicion from which it refuses


@dataclass(frozen=True, slots=True)
class Settings:
    """`bands`: the most words of every band but the last; `far`, `near`: the most log-odds in each.

    Set by `lingraft calibrate` with 2 % false alarms and 4 % marks on 1,205 pairs of the first halves of tatoeba_test, lines and sweden_facts, weighted
    to the lengths of FIQA and Assistant, under the shipped English-Swedish model. Of 1,206 others 1.7 % are above `near`.
    """

    bands: tuple[int, ...] = (8, 16)
    far: tuple[float, ...] = (3.86, 3.77, 5.88)
    near: tuple[float, ...] = (1.60, 1.57, 2.06)

    def __post_init__(self) -> None:
        _bands.check(self.bands, self.far, self.near)


@dataclass(frozen=True, slots=True)
class Score:
    """The log-odds of an addition, and the words of the source."""

    log_odds: float
    words: int


def score(found: float, source: str, target: str, language: Language) -> Score:
    """Keep what was measured beside the words that choose its limit."""
    return Score(round(found, 4), len(source.split()))


def judged(score: Score, settings: Settings) -> bool:
    """Always: what was not measured has no score."""
    return True


def group(score: Score, settings: Settings) -> int:
    """Which of the limits is meant: by the words of the source."""
    return _bands.band(score.words, settings.bands)


def accept(score: Score, settings: Settings) -> bool:
    """True up to `near`."""
    return score.log_odds <= _bands.of(score.words, settings.bands, settings.near)


def doubtful(score: Score, settings: Settings) -> bool:
    """Between the two limits."""
    return score.log_odds <= _bands.of(score.words, settings.bands, settings.far)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    limit = _bands.of(score.words, settings.bands, settings.near)
    return f"a stretch of it seems to be about something else (log-odds {score.log_odds:.2f}, limit {limit:.2f})"


def suspicion(score: Score) -> float:
    """The log-odds."""
    return score.log_odds


def threshold(settings: Settings) -> str:
    """The rule in words."""
    near, far = _bands.words(settings.bands, settings.near), _bands.words(settings.bands, settings.far)
    return f"log-odds of an addition at most {near}; quarantined only above {far}"
