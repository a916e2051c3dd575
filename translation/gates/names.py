"""names: do the names of the source stand in the translation?

Score: the names of the source, those not found, and the words with a capital in the target that nothing in the source explains. A
name is a word with a capital that begins no sentence and is no English word, month, weekday, people or language; a genitive, an
ending, another spelling (Moscow, Moskva) and the country's name in the language (CLDR) keep it. Names that all vanish while others
appear were swapped; any other missing name is only marked: organisations, places and titles are rightly translated.
Misses: a name that is an English word too (Apple, Shell), one that begins the sentence, one of several names swapped for another of
the same row; has no opinion where the language is not written in Latin letters.
"""

from __future__ import annotations

from dataclasses import dataclass

from templates.language import Language
from translation.gates._names import capitalised, folded, is_kept, names
from translation.gates._pieces import pieces

NAME = "names"
SCOPE = "text"

LATIN = "Latn"


@dataclass(frozen=True, slots=True)
class Settings:
    """`swapped_least`: names that must all be gone for a refusal; fewer are doubtful."""

    swapped_least: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """How many names the source has; those not found; the target's unexplained words with a capital."""

    names: int
    lost: tuple[str, ...]
    new: tuple[str, ...]


def score(source: str, target: str, language: Language) -> Score:
    """Look for every name of the source in the target."""
    wanted = names(source) if language.script == LATIN else []
    if not wanted:
        return Score(0, (), ())
    text = folded(target)
    gone = [name for name in wanted if folded(name) not in text]
    if gone:
        theirs = [word for word, first in capitalised(target) if not first]
        words = frozenset(map(folded, theirs)) | frozenset(map(folded, target.split()))
        gone = [name for name in gone if not is_kept(name, words, text, language.code)]
    if not gone:
        return Score(len(wanted), (), ())
    ours = folded(source)
    new = [word for word in dict.fromkeys(theirs) if folded(word)[: max(3, len(word) // 2)] not in ours]
    return Score(len(wanted), tuple(gone), tuple(new))


def judged(score: Score, settings: Settings) -> bool:
    """False for sources without names."""
    return score.names > 0


def accept(score: Score, settings: Settings) -> bool:
    """True where every name was found, and where none stands in the place of those that were not."""
    return not score.lost or not score.new


def doubtful(score: Score, settings: Settings) -> bool:
    """True unless all names vanished and as many appeared."""
    return len(score.lost) < max(score.names, settings.swapped_least) or len(score.new) < len(score.lost)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"{', '.join(score.lost)} -> missing, {', '.join(score.new)} not in the source"


def suspicion(score: Score) -> float:
    """The share of names not found, and how many words stand in their place."""
    return len(score.lost) / score.names * (1 + min(len(score.new), len(score.lost))) if score.names else 0.0


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"no name replaced; at least {settings.swapped_least} and all of them replaced: refused"


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The missing names in the source, the new ones in the target."""
    return pieces(source, score.lost), pieces(target, score.new)
