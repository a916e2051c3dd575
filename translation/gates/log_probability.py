"""log_probability: is this a translation of this source at all, in the eyes of the model that translates?

Score: how much more the model's log-probabilities of the translation's tokens, force-decoded, look like those of a translation than of a
text about something else, in nats per token (`whole` in translation/detachment.py, negated): above 0 rather a translation. Below `far`
it is not accepted, below `near` it is marked; both by the words of the source. There is no opinion without a measurement.
Misses: one wrong word in a sound sentence; what the model itself gets wrong with confidence; a free human translation is sometimes marked.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language
from translation.gates import _bands

NAME = "log_probability"
SCOPE = "evidence"
SIGN = -1  # times a limit: the suspicion from which it refuses


@dataclass(frozen=True, slots=True)
class Settings:
    """`bands`: the most words of every band but the last; `far`, `near`: the least nats per token in each.

    Set by `lingraft calibrate` with 2 % false alarms and 4 % marks on 1,205 pairs of the first halves of tatoeba_test, lines and sweden_facts, weighted
    to the lengths of FIQA and Assistant, under the shipped English-Swedish model. Of 1,206 others 1.3 % fall below `near`.
    """

    bands: tuple[int, ...] = (8, 16)
    far: tuple[float, ...] = (-1.26, -0.85, -0.60)
    near: tuple[float, ...] = (-0.43, -0.27, -0.42)

    def __post_init__(self) -> None:
        _bands.check(self.bands, self.far, self.near)


@dataclass(frozen=True, slots=True)
class Score:
    """Nats per token for its being a translation, and the words of the source."""

    nats: float
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
    """True at and above `near`."""
    return score.nats >= _bands.of(score.words, settings.bands, settings.near)


def doubtful(score: Score, settings: Settings) -> bool:
    """Between the two limits."""
    return score.nats >= _bands.of(score.words, settings.bands, settings.far)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    limit = _bands.of(score.words, settings.bands, settings.near)
    return f"{score.nats:.2f} nats per token for being a translation of this source (limit {limit:.2f})"


def suspicion(score: Score) -> float:
    """The nats, turned round."""
    return -score.nats


def threshold(settings: Settings) -> str:
    """The rule in words."""
    near, far = _bands.words(settings.bands, settings.near), _bands.words(settings.bands, settings.far)
    return f"nats per token at least {near}; quarantined only below {far}"
