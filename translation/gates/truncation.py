"""truncation: was the translation cut off before its end?

Score: what speaks for a cut: the closing mark of the source (an apostrophe alone is none) is gone; the text ends on a comma or an opening mark, or on a
word after which something must follow (a, the, and); and its length as a share of what is expected, the middle of the language's range
(`language.bounds`). A sign of a cut in a text clearly shorter than expected is refused; a sign in a longer one is marked, and so is a
text much shorter than expected without any sign. Sources under four words are exempt, and such as are short altogether from the last.
Misses: a cut that leaves a closing mark and more than two thirds of the text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from templates.language import ENGLISH, Language
from translation.gates._open_words import CLOSING, OPEN, OPEN_END

NAME = "truncation"
SCOPE = "text"
CALIBRATED = {"sign_least": (1.3, 0.5), "cut_least": (1.0, 0.4)}

HANGING = tuple(",([{«“&+/")  # nothing ends with these
LAST = re.compile(r"(?<![^\W\d_])([^\W\d_]+)\W*$")
TAIL = 40  # characters that hold the last word, if it is one of those listed
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """`least_words`: shorter sources are exempt. `cut_least`: the share of the expected length from which a sign of a cut is only
    marked; `sign_least`: from which it means nothing. `short_least`: shares below it are marked without a sign, in sources of
    `long_words` or more.

    Of 4,543 human translations into Swedish (first half of the Tatoeba test set, LinES, Swedish public information) 0.6 % have
    a sign of a cut, 0.1 % are refused and 1.8 % marked; of the same cut in half 96 % are refused and 2 % marked, with the full stop put back
    74 % are marked (length_ratio refuses most of these).
    """

    least_words: int = 4
    cut_least: float = 0.8
    sign_least: float = 1.1
    short_least: float = 0.65
    long_words: int = 8


@dataclass(frozen=True, slots=True)
class Score:
    """Words of the source; share of the expected length; the closing mark is gone; the hanging end ("" where there is none)."""

    words: int
    share: float
    unclosed: bool
    hanging: str


def _hanging(text: str, code: str) -> str:
    """The open word or mark at the end, "" where the text may end so."""
    if text.endswith(OPEN_END):
        return ""
    if text.endswith(HANGING):
        return text[-1]
    found = LAST.search(text[-TAIL:])
    word = found.group(1) if found else ""
    return word if word.islower() and word in OPEN.get(code, NONE) else ""


def score(source: str, target: str, language: Language) -> Score:
    """Look at the ends of both and measure."""
    ours, theirs = source.strip(), target.strip()
    least, most = language.bounds(source)
    share = len(theirs) / (len(ours) * math.sqrt(least * most)) if ours else 1.0
    unclosed = ours.rstrip("'’ ").endswith(CLOSING) and not theirs.endswith(OPEN_END)
    hanging = "" if _hanging(ours, ENGLISH) else _hanging(theirs, language.code)
    return Score(len(ours.split()), round(share, 4), unclosed, hanging)


def judged(score: Score, settings: Settings) -> bool:
    """False for sources too short to say."""
    return score.words >= settings.least_words


def accept(score: Score, settings: Settings) -> bool:
    """True where nothing speaks for a cut, and for sources too short to say."""
    if not judged(score, settings):
        return True
    short = score.words >= settings.long_words and score.share < settings.short_least
    return not short and not (_has_sign(score) and score.share < settings.sign_least)


def _has_sign(score: Score) -> bool:
    return score.unclosed or bool(score.hanging)


def doubtful(score: Score, settings: Settings) -> bool:
    """True without a sign of a cut, and where the text is about as long as expected."""
    return not _has_sign(score) or score.share >= settings.cut_least


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    signs = [f"it ends on {score.hanging!r}"] if score.hanging else []
    signs += ["the closing mark is missing"] if score.unclosed else []
    return ", ".join([*signs, f"{100 * score.share:.0f} % of the expected length"])


def suspicion(score: Score) -> float:
    """Share of the expected length that is missing, and one half for each sign of a cut."""
    return max(0.0, 1 - score.share) + (score.unclosed + bool(score.hanging)) / 2


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The last word of the target, where the end itself is a sign."""
    end = len(target.rstrip())
    start = max(target.rfind(" ", 0, end), target.rfind("\n", 0, end)) + 1
    return (), ((start, end),) if end and _has_sign(score) else ()


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"no missing closing mark or hanging end below {settings.cut_least:g} of the expected length, marked up to {settings.sign_least:g}; "
        f"marked below {settings.short_least:g} in sources of {settings.long_words} words; sources under {settings.least_words} words exempt"
    )
