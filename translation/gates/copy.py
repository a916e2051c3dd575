"""copy: was the text left untranslated, whole or in large part?

Score: the likeness of source and target, 2 x longest common subsequence / letters of both, on casefolded letters (bit-parallel,
Crochemore et al. 2001, https://doi.org/10.1016/S0020-0190(01)00182-X); it is never below the similarity by edit distance. And how
many of the source's ordinary English words still stand in the target, and how many of them in the longest untranslated span: words in
a row, names among them, that stand in a row in the source too. Accepted below all limits, and wherever the source holds nothing to
translate: no more than two words, or names, tickers and numbers only; a short span is only marked. Critical: a copy is no translation.
Misses: English that was rewritten instead of copied (see language_id), and a half-English text whose words are rare ones
in Title Case.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from templates.language import ENGLISH, Language
from translation.english_words import COMMON
from translation.gates._dictionary import lists

NAME = "copy"
SCOPE = "text"
PROSE = True
CALIBRATED = {"alike_most": (0.5, 1.0), "left_most": (0.2, 1.0)}

MARK = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]+@\S+\.\w+|[$@#]\w+")
FORMS = frozenset(("plc", "inc", "ltd", "corp", "co", "llc", "group", "company", "holdings", "international"))  # parts of company names
OFTEN = 16  # places of one word that are looked at: a word said thousands of times must not cost their square
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """`alike_most`: OpusFilter's default for LongestCommonSubstring and Similarity (0.9). The others are this project's.

    On 4,670 human translations into Swedish the largest share of ordinary English words left is 0.33; 0.5 leaves room for quoted
    titles. Sources with fewer ordinary words than `left_words` are judged by likeness alone. Words left that
    the target's language has too ("professor", "hamster") only mark, and so do fewer than `own_least` others. `span_most`: ordinary words in an
    untranslated span; more are marked (0.1 % of the same translations, quoted titles all of them), and above `span_worst` refused (none).
    """

    alike_most: float = 0.9
    left_most: float = 0.5
    left_words: int = 4
    own_least: int = 3
    span_most: int = 2
    span_worst: int = 4


@dataclass(frozen=True, slots=True)
class Score:
    """Likeness 0-1; ordinary English words in the source, how many of them stand in the target, and how many in the longest span that
    stands in both; words of any kind; how many of those left the target's dictionary has too."""

    alike: float
    ordinary: int
    left: int
    span: int
    words: int
    shared: int = 0


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


@lru_cache(maxsize=1 << 16)
def _is_ordinary(word: str) -> bool:
    """On the list of common English words, or in lower case and in the English dictionary, so no name, also of a text in small letters."""
    plain = word.casefold().replace("’", "'")
    return len(plain) > 1 and plain not in FORMS and (plain in COMMON or (word.islower() and lists(plain.partition("'")[0], ENGLISH)))


def _found(text: str) -> list[re.Match[str]]:
    """The words outside links, tickers, mentions and tags; those are blanked out, so that places stay."""
    return list(WORD.finditer(MARK.sub(lambda mark: " " * len(mark.group()), text)))


def _ordinary(words: Iterable[re.Match[str]]) -> Counter[str]:
    return Counter(word.group().casefold().replace("’", "'") for word in words if _is_ordinary(word.group()))


def source_tokens_left(source: str, target: str) -> float:
    """Share 0-1 of the source's ordinary English words that stand in the target; 0 where it has none.

    Words that both languages share count too: human Swedish translations keep 1-2 %.
    """
    return share_left([(source, target)])


@lru_cache(maxsize=1 << 15)
def _left(source: str, target: str) -> tuple[int, int]:
    ours = _ordinary(_found(source))
    return (ours & _ordinary(_found(target))).total(), ours.total()


def share_left(pairs: Iterable[tuple[str, str]]) -> float:
    """The same share over many (source, target) pairs together, every word counting once."""
    left = whole = 0
    for source, target in pairs:
        there, here = _left(source, target)
        left, whole = left + there, whole + here
    return left / whole if whole else 0.0


def _span(ours: Sequence[re.Match[str]], theirs: Sequence[re.Match[str]]) -> tuple[int, int, int, int]:
    """(ordinary words, words, where it begins in the source, in the target) of the span in both with the most ordinary words."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(theirs):
        places[word.group().casefold()].append(index)
    best, before = (0, 0, 0, 0), dict[int, tuple[int, int]]()
    for index, word in enumerate(ours):
        here = {}
        for place in places.get(word.group().casefold(), ())[:OFTEN]:
            ordinary, words = before.get(place - 1, (0, 0))
            here[place] = ordinary + _is_ordinary(word.group()), words + 1
            if here[place][0] > best[0]:
                best = *here[place], index - words, place - words
        before = here
    return best


def score(source: str, target: str, language: Language) -> Score:
    """Compare letters and words; the language tells which words both have."""
    ours, theirs = ("".join(filter(str.isalpha, text.casefold())) for text in (source, target))
    both = len(ours) + len(theirs)
    alike = 2 * _common_length(ours, theirs) / both if both else 0.0
    here, there = _found(source), _found(target)
    ordinary = _ordinary(here)
    both_have = ordinary & _ordinary(there)
    left, shared = both_have.total(), sum(count for word, count in both_have.items() if lists(word, language.code))
    return Score(round(alike, 3), ordinary.total(), left, _span(here, there)[0] if left else 0, len(here), shared)


def judged(score: Score, settings: Settings) -> bool:
    """False where the source holds nothing to translate."""
    return score.words > 2 and score.ordinary > 0


def accept(score: Score, settings: Settings) -> bool:
    """True where the text was translated or needed no translation."""
    if not judged(score, settings):
        return True
    left = score.left / score.ordinary if score.ordinary >= settings.left_words and score.left > score.shared else 0.0
    return score.alike < settings.alike_most and left < settings.left_most and score.span <= settings.span_most


def doubtful(score: Score, settings: Settings) -> bool:
    """True where only a short span was left, few words that are not the target's too, and where a likeness is that of names: "Harry laughed." """
    own = score.left - (score.shared if score.span <= settings.span_most else 0)
    if score.alike >= settings.alike_most:
        return not score.left or (not own and score.left > 1)
    few = own < settings.own_least or own < settings.left_most * score.ordinary
    return few and score.span <= settings.span_worst


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    if score.alike >= settings.alike_most:
        return f"untranslated ({100 * score.alike:.0f} % of the letters are the source's)"
    span = f", {score.span} of them in a row" if score.span > settings.span_most else ""
    return f"{score.left} of {score.ordinary} ordinary English words left{span}"


def suspicion(score: Score) -> float:
    """The likeness, or the share of ordinary words left if that is larger."""
    return max(score.alike, score.left / score.ordinary if score.ordinary else 0.0)


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The untranslated span on both sides; of a text that is untranslated as a whole, every ordinary word left."""
    here, there = _found(source), _found(target)
    _, words, ours, theirs = _span(here, there)
    if words > 1:
        return ((here[ours].start(), here[ours + words - 1].end()),), ((there[theirs].start(), there[theirs + words - 1].end()),)
    both = {word.group().casefold() for word in here} & {word.group().casefold() for word in there if _is_ordinary(word.group())}
    return tuple(word.span() for word in here if word.group().casefold() in both), tuple(word.span() for word in there if word.group().casefold() in both)


def threshold(settings: Settings) -> str:
    """The rule in words."""
    share = f"{100 * settings.left_most:.0f} % of at least {settings.left_words} ordinary English words left"
    span = f"a span of more than {settings.span_most} of them is marked, of more than {settings.span_worst} refused"
    return f"likeness below {settings.alike_most:.2f}, and fewer than {share}; {span}"
