"""ending: does the model that translates find that the translation may end where it ends?

Score: log-odds that it was cut off, from the log-probability of its end mark, force-decoded after the source (of several sentences the
least), and from its length as a share of what is expected (the middle of `language.bounds`): WEIGHTS. They are rounded from logistic
regressions on the first halves of tatoeba_test, lines and sweden_facts, as they are and in small letters without marks, against the same
cut in half, under the shipped English-Swedish model; fitted with one of the three left out, AUROC is 0.96-0.999, of the end mark alone
0.95-0.999. A text that ends without a closing mark is judged by the words of its source, since the model waits for a mark more often in
long ones; one that ends with a mark has a limit of its own. Above `far` it is not accepted, above `near` it is marked. There is no
opinion without a measurement.
Misses: a cut after a whole clause; a word or two lost; of long sentences without any mark, as nobody writes them, every tenth cut in half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from templates.language import Language
from translation.gates import _bands
from translation.gates._open_words import OPEN_END

NAME = "ending"
SCOPE = "evidence"
SIGN = 1  # times a limit: the suspicion from which it refuses

WEIGHTS = (-4.0, -0.8, -4.5)  # intercept, log-probability of the end mark, log of the share of the expected length
LEAST = -12.0  # log-probabilities below count as this


@dataclass(frozen=True, slots=True)
class Settings:
    """`least_words`: shorter sources are exempt. `bands`: the most words of every band but the last; `far`, `near`: the most log-odds in
    each band without a closing mark, and, last, with one.

    Of 1,000 human translations (first halves of tatoeba_test, lines and sweden_facts) 0.4 to 1.5 % are above near, of the same in small letters
    without marks 0.4, 0 and 2.4 %; hardly any above far. Cut in half, 92 to 99 % of the latter are found, of the former 84 to 94 % where a
    full stop is put back, and without it nearly all.
    """

    least_words: int = 3
    bands: tuple[int, ...] = (8, 16)
    far: tuple[float, ...] = (3.5, 5.0, 6.0, 0.5)
    near: tuple[float, ...] = (1.0, 3.2, 4.3, -1.2)

    def __post_init__(self) -> None:
        _bands.check(self.bands, self.far[:-1], self.near[:-1])


@dataclass(frozen=True, slots=True)
class Score:
    """The log-odds of a cut; whether the target ends with a closing mark; the words of the source."""

    log_odds: float
    closed: bool
    words: int


def score(found: float, source: str, target: str, language: Language) -> Score:
    """Weigh what was measured against the length."""
    ours, theirs = source.strip(), target.strip()
    share = max(len(theirs), 1) / (max(len(ours), 1) * math.sqrt(math.prod(language.bounds(source))))
    odds = WEIGHTS[0] + WEIGHTS[1] * max(found, LEAST) + WEIGHTS[2] * math.log(share)
    return Score(round(odds, 4), theirs.endswith(OPEN_END), len(source.split()))


def judged(score: Score, settings: Settings) -> bool:
    """False for sources too short to say."""
    return score.words >= settings.least_words


def group(score: Score, settings: Settings) -> int:
    """Which of the limits is meant: by the words of the source, the last for texts with a closing mark."""
    return len(settings.bands) + 1 if score.closed else _bands.band(score.words, settings.bands)


def accept(score: Score, settings: Settings) -> bool:
    """True up to the near limit, and for sources too short to say."""
    return not judged(score, settings) or score.log_odds <= settings.near[group(score, settings)]


def doubtful(score: Score, settings: Settings) -> bool:
    """Between the two limits."""
    return score.log_odds <= settings.far[group(score, settings)]


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"it seems to be cut off (log-odds {score.log_odds:.2f}, limit {settings.near[group(score, settings)]:.2f})"


def suspicion(score: Score) -> float:
    """The log-odds."""
    return score.log_odds


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The last word of the target."""
    end = len(target.rstrip())
    start = len(target[:end].rpartition(" ")[0])
    return (), ((start + (start > 0), end),) if end else ()


def threshold(settings: Settings) -> str:
    """The rule in words."""
    near, far = _bands.words(settings.bands, settings.near[:-1]), _bands.words(settings.bands, settings.far[:-1])
    closed = f"with one at most {settings.near[-1]:g}; quarantined only above {far}, and {settings.far[-1]:g}"
    return f"log-odds of a cut without a closing mark at most {near}, {closed}; sources under {settings.least_words} words exempt"
