"""invented_words: does the translation hold words that its language does not have?

Score: the words of the target that stand in no dictionary of the language (simplemma's, its compounds, and hunspell's where the system
has one), and how many words were looked up: those in lower case of at least four letters, outside links, tickers and tags, that neither
stand in the source nor begin like one of its words, as names and learned words do. Minor: a dictionary is never complete.
Misses: an invented word that is a possible compound ("bankhund"), that begins like the English one, or that is in capitals; a real word in
the wrong place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from templates.language import Language
from translation.english_words import COMMON
from translation.gates._dictionary import LONGEST, forms, lists, used
from translation.names import folded

NAME = "invented_words"
SCOPE = "text"

MARK = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S*@\S+|[$#]\w+|(?<!\S)\S*\d\S*|(?<!\S)\S*[^\W\d_]\.[^\W\d_]\S*")
WORD = re.compile(r"[^\W\d_]+")
ACRONYM = 3  # letters at most, of a word of the source that a compound may begin with: "xmldata", "kyutbildning"
SHARED = 4  # first letters that a name, its forms and compounds and a learned word share with the source


@dataclass(frozen=True, slots=True)
class Settings:
    """`letters_least`: shorter words are not looked up. `most`: unknown words that a text may hold.

    Of 57,306 words in lower case in 4,670 human translations into Swedish (first half of the Tatoeba test set, LinES, Swedish public
    information) simplemma lists 98.6 %; 0.9 % of the translations hold a word that is unknown also as a compound and to hunspell-sv.
    """

    letters_least: int = 4
    most: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Words looked up; the unknown ones; the dictionaries used ("" where there is none, and then no opinion)."""

    words: int
    unknown: tuple[str, ...]
    used: str


def _is_from(word: str, starts: frozenset[str]) -> bool:
    """A short word of the source, or one that begins like one of its words: "Londons", "facebookgrupp", "chassid" for "Chassidic", also
    as another language spells it: "jalta" for "yalta"."""
    return word[:SHARED] in starts or word[:ACRONYM] in starts or folded(word)[:SHARED] in starts


def _is_compound(word: str, starts: frozenset[str], code: str) -> bool:
    """A word of the language after an acronym of two letters."""
    return word[: ACRONYM - 1] in starts and len(word) > 2 * ACRONYM and (lists(word[ACRONYM - 1 :], code) or forms(word[ACRONYM - 1 :], code))


def _starts(source: str) -> frozenset[str]:
    words = {word for word in WORD.findall(source.lower()) if len(word) > ACRONYM or word not in COMMON}
    return frozenset(start for word in words for start in (word[:SHARED], folded(word)[:SHARED]) if len(start) > 1)


def score(source: str, target: str, language: Language) -> Score:
    """Look up the target's words."""
    name = used(language.code)
    if not name:
        return Score(0, (), "")
    text = MARK.sub(" ", target)
    words = {word for word in WORD.findall(text) if word.islower() and len(word) > 1}
    unknown = [word for word in words if not lists(word, language.code)]
    if unknown:
        starts = _starts(source)
        unknown = [word for word in unknown if not (_is_from(word, starts) or forms(word, language.code) or _is_compound(word, starts, language.code))]
    return Score(len(words), tuple(sorted(unknown, key=text.find)), name)


def _counted(score: Score, settings: Settings) -> tuple[str, ...]:
    return tuple(word for word in score.unknown if len(word) >= settings.letters_least)


def judged(score: Score, settings: Settings) -> bool:
    """False without a dictionary or without words in lower case."""
    return bool(score.used) and score.words > 0


def accept(score: Score, settings: Settings) -> bool:
    """True where every word is known."""
    return len(_counted(score, settings)) <= settings.most


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return f"in no dictionary ({score.used}): {', '.join(word[:LONGEST] for word in _counted(score, settings)[:5])}"


def suspicion(score: Score) -> float:
    """Share of unknown words."""
    return len(score.unknown) / score.words if score.words else 0.0


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The unknown words."""
    unknown = set(score.unknown)
    return (), tuple(found.span() for found in WORD.finditer(target) if found.group() in unknown)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"at most {settings.most} words of {settings.letters_least} or more letters that are in no dictionary and not in the source"
