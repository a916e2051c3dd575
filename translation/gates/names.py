"""names: do the names of the source stand in the translation?

Score: the names of the source, those not found, and the words with a capital in the target that nothing in the source explains. A
name is a word with a capital that begins no sentence and is no English word, month, weekday, people or language; a genitive, an
ending, another spelling (Moscow, Moskva) and the country's name in the language (CLDR) keep it. Names that all vanish while others
appear were swapped; any other missing name is only marked: organisations, places and titles are rightly translated.
Misses: a name that is an English word too (Apple, Shell) in Title Case or among other such words, one that begins the sentence, a name
of the same row in the place of another, two-letter acronyms (EU); has no opinion where the language is not written in Latin letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from templates.language import Language
from translation.gates._pieces import pieces
from translation.marks import without
from translation.names import capitalised, folded, is_foreign, is_kept, names, stands

NAME = "names"
SCOPE = "text"

LATIN = "Latn"
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """`new_least`: words with a capital in the place of the missing ones before a text is marked.

    With 1, on 4,670 human translations into Swedish 37 are marked and 4 refused; of 657 with one name swapped for another 88 % are
    found.
    """

    new_least: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """How many names the source has; those not found; English words used as names not found; the target's capitals that nothing
    explains, and those among them that its dictionary does not know."""

    names: int
    lost: tuple[str, ...]
    lost_words: tuple[str, ...]
    new: tuple[str, ...]
    strange: tuple[str, ...]


def score(source: str, target: str, language: Language) -> Score:
    """Look for every name of the source in the target."""
    source, target = without(source), without(target)
    wanted, words = names(source) if language.script == LATIN else ([], [])
    count = len(wanted) + len(words)
    if not count:
        return Score(0, (), (), (), ())
    missing = [name for name in (*wanted, *words) if not stands(name, target)]
    if not missing:
        return Score(count, (), (), (), ())
    text = folded(target)
    theirs = [word for word, first in capitalised(target) if not first]
    forms = frozenset(map(folded, (*theirs, *WORD.findall(target))))
    gone = [name for name in missing if not is_kept(name, forms, text, language.code)]
    if not gone:
        return Score(count, (), (), (), ())
    ours = {folded(word)[:3] for word in source.split()}
    new = [word for word in dict.fromkeys(theirs) if folded(word)[:3] not in ours]
    lost, lost_words = tuple(name for name in gone if name in wanted), tuple(name for name in gone if name in words)
    return Score(count, lost, lost_words, tuple(new), tuple(word for word in new if is_foreign(word, language.code)))


def judged(score: Score, settings: Settings) -> bool:
    """False for sources without names."""
    return score.names > 0


def accept(score: Score, settings: Settings) -> bool:
    """True unless a name is missing and another stands there; where an English word is, a word that no dictionary knows."""
    return not (score.lost and len(score.new) >= settings.new_least) and not (score.lost_words and len(score.strange) >= settings.new_least)


def doubtful(score: Score, settings: Settings) -> bool:
    """True unless all names vanished and as many that no dictionary knows appeared."""
    return not score.lost or len(score.lost) + len(score.lost_words) < score.names or len(score.strange) < score.names


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"{', '.join((*score.lost, *score.lost_words))} -> missing, {', '.join(score.new)} not in the source"


def suspicion(score: Score) -> float:
    """The share of names not found, and how many others stand in their place."""
    gone = len(score.lost) + len(score.lost_words) / 2
    return gone / score.names * (0.5 + min(len(score.new), gone)) if score.names else 0.0


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"no name missing where {settings.new_least} or more new ones stand; refused where all were replaced"


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The missing names in the source, the new ones in the target."""
    return pieces(source, (*score.lost, *score.lost_words)), pieces(target, score.new)
