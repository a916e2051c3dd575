"""casing: are capitals where a reader expects them?

Score: capitals in the source; capitals and letters that have a case in the target; the share of capitals among them on both sides; words
of the target with a capital after a small letter that the source does not hold. Accepted unless a source with capitals became a text
without any, a text became capitals throughout, or capitals stand inside several words.
Misses: a single name in small letters; a title that lost the capitals of its words, as Swedish and Catalan titles should.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from templates.language import Language

NAME = "casing"
SCOPE = "text"

WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """`letters_least`: shorter targets are not judged. `capitals_most`: their share in a target whose source has less. `inside_most`: words
    with a capital after a small letter. In 4,670 human translations into Swedish (first half of the Tatoeba test set, LinES, public
    information) these mark 0.2 %.
    """

    letters_least: int = 8
    capitals_most: float = 0.6
    inside_most: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """`capitals` and `letters` with a case, source and target; `inside`: words of the target with a capital after a small letter;
    `figure`: the target begins with a figure, after which no capital is due.
    """

    capitals: tuple[int, int]
    letters: tuple[int, int]
    inside: tuple[str, ...]
    figure: bool


def _cased(text: str) -> tuple[int, int]:
    capitals = sum(map(str.isupper, text))
    return capitals, capitals + sum(map(str.islower, text))


def _figure(text: str) -> bool:
    return next((char.isdigit() for char in text if char.isalnum()), False)


def _inside(text: str) -> list[str]:
    mixed = [word for word in WORD.findall(text) if any(map(str.isupper, word[1:]))]
    return [word for word in mixed if any(left.islower() and right.isupper() for left, right in pairwise(word))]


def score(source: str, target: str, language: Language) -> Score:
    """Count on both sides; the language plays no part."""
    (ours, all_ours), (theirs, all_theirs) = _cased(source), _cased(target)
    known = set(WORD.findall(source))
    return Score((ours, theirs), (all_ours, all_theirs), tuple(word for word in _inside(target) if word not in known), _figure(target))


def judged(score: Score, settings: Settings) -> bool:
    """False for targets with few letters, or none that have a case."""
    return score.letters[1] >= settings.letters_least


def _problem(score: Score, settings: Settings) -> str:
    (ours, theirs), (all_ours, all_theirs) = score.capitals, score.letters
    if ours and not theirs and not score.figure:
        return "no capital, the source has some"
    if all_ours and theirs / all_theirs > settings.capitals_most >= ours / all_ours:
        return f"{100 * theirs / all_theirs:.0f} % of the letters are capitals, {100 * ours / all_ours:.0f} % in the source"
    return f"capitals inside words ({', '.join(score.inside[:3])})" if len(score.inside) > settings.inside_most else ""


def accept(score: Score, settings: Settings) -> bool:
    """True where capitals look as in the source."""
    return not judged(score, settings) or not _problem(score, settings)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return _problem(score, settings)


def suspicion(score: Score) -> float:
    """Distance of the shares of capitals, 1 where all were lost, plus the words with one inside."""
    (ours, theirs), (all_ours, all_theirs) = score.capitals, score.letters
    if ours and not theirs and not score.figure:
        return 1.0
    return abs(theirs / max(all_theirs, 1) - ours / max(all_ours, 1)) + len(score.inside)


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The words with a capital inside."""
    odd = set(score.inside)
    return (), tuple(found.span() for found in WORD.finditer(target) if found.group() in odd)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    most = f"at most {100 * settings.capitals_most:g} % capitals unless the source has more"
    return f"some capital where the source has one; {most}; at most {settings.inside_most} word with a capital after a small letter"
