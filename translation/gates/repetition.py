"""repetition: does the translation repeat a span that the source does not repeat?

Score: the most copies of one span of up to four words (or of 3 to 100 characters inside a word) standing in a row, and the words of that
span; and by how much the most frequent n-gram of words, n = 1 to 4, is more frequent than the source's. After the detectors measured
on annotated machine translations by Guerreiro et al. 2023, https://aclanthology.org/2023.eacl-main.75, and the RepetitionFilter of
OpusFilter (Aulamo et al. 2020, https://aclanthology.org/2020.acl-demos.20): a span said three times in a row, two or more words said
twice in a row or a 4-gram too many are refused, one word said twice or a shorter n-gram too many marks the text.
Misses: a repetition in other words; one that the source has too, elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from templates.language import Language

NAME = "repetition"
SCOPE = "text"

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]{3,}")
INSIDE = re.compile(r"(.{3,100}?)\1{2,}")
LONGEST = 4  # words of a span, and n of the n-grams; what is longer repeats a 4-gram too


@dataclass(frozen=True, slots=True)
class Settings:
    """`copies_most`: of a span in a row, more are refused. `more_most`: how much more frequent the top 1-, 2-, 3-, 4-gram may be than the
    source's before a text is marked; a fourth of them too many refuses it.

    Of 4,670 human translations into Swedish (first half of the Tatoeba test set, LinES, Swedish public information) 0.15 % are refused and
    0.6 % marked. Three or more bigrams, or two 4-grams, beyond the source's are right in 96 to 100 % of annotated machine translations.
    """

    copies_most: int = 2
    more_most: tuple[int, ...] = (3, 1, 0, 0)

    def __post_init__(self) -> None:
        if len(self.more_most) != 4:
            raise ValueError(f"more_most is a limit for each n from 1 to 4, found {len(self.more_most)}")


@dataclass(frozen=True, slots=True)
class Score:
    """Copies in a row beyond the source's own and the words of the span (1 and 0 without); for n = 1 to 4, occurrences of the top
    n-gram beyond those of the source's."""

    copies: int
    words: int
    more: tuple[int, ...]


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _in_a_row(words: list[str]) -> tuple[int, int, int]:
    """(copies, words of the span, where the first begins) of the span that is said most often in a row; (1, 0, 0) without one."""
    best = 1, 0, 0
    if len(set(words)) == len(words):
        return best
    for size in range(1, LONGEST + 1):
        run = 0
        for index in range(len(words) - size):
            run = run + 1 if words[index] == words[index + size] else 0
            if run and run % size == 0 and (run // size + 1, size) > best[:2]:
                best = run // size + 1, size, index + size - run - size + 1
    return best


def _inside(words: list[str]) -> int:
    """Copies of a span inside one word, 1 without."""
    found = (INSIDE.search(word) for word in words if len(word) >= 9)
    return max((len(hit.group()) // len(hit.group(1)) for hit in found if hit), default=1)


def _top(words: list[str], n: int) -> int:
    """Occurrences of the most frequent n-gram, at least 1."""
    grams = list(zip(*(words[start:] for start in range(n)), strict=False)) if n > 1 else words
    return max(Counter(grams).values()) if len(set(grams)) < len(grams) else 1


def score(source: str, target: str, language: Language) -> Score:
    """Count on both sides; the language plays no part."""
    theirs = _words(target)
    inside = _inside(theirs)
    if len(set(theirs)) == len(theirs) and inside == 1:
        return Score(1, 0, (0,) * LONGEST)
    ours = _words(source)
    copies, size, _ = _in_a_row(theirs)
    copies, size = max((copies, size), (inside, 1 if inside > 1 else 0))
    allowed = max(_in_a_row(ours)[0], _inside(ours))
    if copies <= allowed:
        copies, size = 1, 0
    return Score(copies, size, tuple(_top(theirs, n) - _top(ours, n) for n in range(1, LONGEST + 1)))


def judged(score: Score, settings: Settings) -> bool:
    """True: no text is exempt."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where nothing stands twice in a row and no n-gram too often."""
    return score.copies == 1 and all(more <= most for more, most in zip(score.more, settings.more_most, strict=True))


def doubtful(score: Score, settings: Settings) -> bool:
    """True for one word said twice, and for n-grams shorter than the longest."""
    return score.more[-1] <= settings.more_most[-1] and score.copies <= settings.copies_most and (score.copies == 1 or score.words == 1)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    found = [f"{score.words} word{'s' * (score.words > 1)} {score.copies} times in a row"] if score.copies > 1 else []
    much = [(n, more) for n, (more, most) in enumerate(zip(score.more, settings.more_most, strict=True), start=1) if more > most]
    found += [f"the same {much[-1][0]}-gram {much[-1][1]} times more than any in the source"] if much else []
    return "; ".join(found)


def suspicion(score: Score) -> float:
    """Words repeated in a row, or the excess of the top n-grams if that is larger."""
    return float(max((score.copies - 1) * score.words, sum(score.more), 0))


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The copies in a row, or every occurrence of the longest n-gram that the target repeats."""
    found = list(WORD.finditer(target.lower()))
    if len(target.lower()) != len(target):  # a letter grew in lower case: no position is sure
        return (), ()
    words = [hit.group() for hit in found]
    copies, size, first = _in_a_row(words)
    if score.copies > 1 and copies > 1:
        return (), ((found[first].start(), found[first + copies * size - 1].end()),)
    for n in range(LONGEST, 0, -1):
        grams = Counter(tuple(words[index : index + n]) for index in range(len(words) - n + 1))
        gram, times = grams.most_common(1)[0] if grams else ((), 1)
        if times > 1 and score.more[n - 1] > 0:
            starts = [index for index in range(len(words) - n + 1) if tuple(words[index : index + n]) == gram]
            return (), tuple((found[index].start(), found[index + n - 1].end()) for index in starts)
    inside = ((hit.start(), INSIDE.search(hit.group())) for hit in found)
    return (), tuple((start + piece.start(), start + piece.end()) for start, piece in inside if piece)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return (
        f"no span of 2 or more words twice in a row, none more than {settings.copies_most} times, no {LONGEST}-gram more often than in the source "
        f"by over {settings.more_most[-1]}; marked: one word twice, 1-, 2- or 3-grams by over {', '.join(map(str, settings.more_most[:-1]))}"
    )
