"""copy: was the text left untranslated, whole or in large part?

Score: the likeness of source and target, 2 x longest common subsequence / letters of both, on casefolded letters (bit-parallel,
Crochemore et al. 2001, https://doi.org/10.1016/S0020-0190(01)00182-X); it is never below the similarity by edit distance. And how
many of the source's ordinary English words still stand in the target. Accepted below both limits, and wherever the source holds
nothing to translate: no more than two words, or names, tickers and numbers only. Critical: a copy is no translation.
Misses: English that was rewritten instead of copied (see language_id), and a half-English text whose words are rare ones
in Title Case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from templates.language import Language
from translation.gates._english_words import COMMON

NAME = "copy"
SCOPE = "text"
CALIBRATED = {"alike_most": (0.5, 1.0), "left_most": (0.2, 1.0)}

MARK = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+\.\w+|[$@#]\w+")
FORMS = frozenset(("plc", "inc", "ltd", "corp", "co", "llc", "group", "company", "holdings", "international"))  # parts of company names
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """`alike_most`: OpusFilter's default for LongestCommonSubstring and Similarity (0.9). The others are this project's.

    On 4,670 human translations into Swedish the largest share of ordinary English words left is 0.33; 0.5 leaves room for quoted
    titles. Sources with fewer ordinary words than `left_words` are judged by likeness alone.
    """

    alike_most: float = 0.9
    left_most: float = 0.5
    left_words: int = 4


@dataclass(frozen=True, slots=True)
class Score:
    """Likeness 0-1; ordinary English words in the source, and how many of them stand in the target; words of any kind."""

    alike: float
    ordinary: int
    left: int
    words: int


def _common_length(left: str, right: str) -> int:
    """Length of the longest common subsequence; one big integer holds a whole column of the table."""
    places: dict[str, int] = {}
    for index, char in enumerate(left):
        places[char] = places.get(char, 0) | 1 << index
    full = (1 << len(left)) - 1
    row = full
    for char in right:
        match = places.get(char, 0) & row
        row = (row + match | row - match) & full
    return len(left) - row.bit_count()


def _ordinary(text: str) -> Counter[str]:
    """The words that are no names: in lower case, or on the list of common English words."""
    words = (word.replace("’", "'") for word in WORD.findall(MARK.sub(" ", text)))
    return Counter(plain for word in words if len(plain := word.casefold()) > 1 and plain not in FORMS and (word.islower() or plain in COMMON))


def source_tokens_left(source: str, target: str) -> float:
    """Share 0-1 of the source's ordinary English words that stand in the target; 0 where it has none.

    Words that both languages share count too: human Swedish translations keep 1-2 %.
    """
    return share_left([(source, target)])


def share_left(pairs: Iterable[tuple[str, str]]) -> float:
    """The same share over many (source, target) pairs together, every word counting once."""
    left = whole = 0
    for source, target in pairs:
        ours = _ordinary(source)
        left, whole = left + (ours & _ordinary(target)).total(), whole + ours.total()
    return left / whole if whole else 0.0


def score(source: str, target: str, language: Language) -> Score:
    """Compare letters and words; the language plays no part."""
    ours, theirs = ("".join(filter(str.isalpha, text.casefold())) for text in (source, target))
    both = len(ours) + len(theirs)
    alike = 2 * _common_length(ours, theirs) / both if both else 0.0
    ordinary = _ordinary(source)
    return Score(round(alike, 3), ordinary.total(), (ordinary & _ordinary(target)).total(), len(WORD.findall(MARK.sub(" ", source))))


def judged(score: Score, settings: Settings) -> bool:
    """False where the source holds nothing to translate."""
    return score.words > 2 and score.ordinary > 0


def accept(score: Score, settings: Settings) -> bool:
    """True where the text was translated or needed no translation."""
    if not judged(score, settings):
        return True
    left = score.left / score.ordinary if score.ordinary >= settings.left_words else 0.0
    return score.alike < settings.alike_most and left < settings.left_most


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    if score.alike >= settings.alike_most:
        return f"untranslated ({100 * score.alike:.0f} % of the letters are the source's)"
    return f"{score.left} of {score.ordinary} ordinary English words left"


def suspicion(score: Score) -> float:
    """The likeness, or the share of ordinary words left if that is larger."""
    return max(score.alike, score.left / score.ordinary if score.ordinary else 0.0)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    share = f"{100 * settings.left_most:.0f} % of at least {settings.left_words} ordinary English words left"
    return f"likeness below {settings.alike_most:.2f}, and fewer than {share}"
