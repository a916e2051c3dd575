"""Windows: stretches of whole words in a translated text, and which of them say a phrase: exactly, by lemma, as a compound, nearly.

Searching the text for the translated value is what Argos Translate does with tagged text; the tolerance for inflection follows
the lemma step of Chen et al. 2023 (EasyProject, https://arxiv.org/abs/2211.15613, section on fuzzy string matching). Offsets count
code points. Misses: a value said by another word (no synonyms are known), or spread over the sentence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import simplemma

from translation.rules import folded, word_in

NEAR = 0.8  # difflib ratio, 2 x letters in common / letters of both; on 60 references 0.7 took 2 of 8 wrongly, 0.85 missed a right one
SHORTEST = 4  # letters: below that everything is near everything
PART = 5  # letters a value needs to be found before or after a mere ending


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where its words stand. `folded`: the words as they are compared."""

    text: str
    places: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]

    def slice(self, start: int, end: int) -> str:
        """The text from word `start` up to, not including, word `end`."""
        return self.text[self.places[start][0] : self.places[end - 1][1]]


def text_of(text: str, around: tuple[str, ...] = ()) -> Text:
    """Cut a text into words; `around` is that of the text's language (see `rules.word_in`)."""
    found = list(word_in(around).finditer(text))
    return Text(text, tuple(one.span() for one in found), tuple(folded(one.group()) for one in found))


@cache
def can_lemmatise(code: str) -> bool:
    """Whether simplemma has data for the language."""
    try:
        simplemma.is_known("a", code)
    except ValueError:
        return False
    return True


@cache
def lemma(word: str, code: str) -> str:
    """The word's lemma, case folded; without a genitive s if simplemma does not know the word ("wemos")."""
    if can_lemmatise(code) and simplemma.is_known(word, code):
        return simplemma.lemmatize(word, code).casefold()
    return word.removesuffix("s").rstrip("'’") if len(word) > SHORTEST else word


def same(phrase: Sequence[str], text: Text) -> Iterator[tuple[int, int]]:
    """Where these very words stand."""
    size = len(phrase)
    for start in range(len(text.folded) - size + 1 if size else 0):
        if text.folded[start : start + size] == tuple(phrase):
            yield start, start + size


def inflected(phrase: Sequence[str], text: Text, code: str) -> Iterator[tuple[int, int]]:
    """Where words with the same lemmas stand."""
    lemmas = Text(text.text, text.places, tuple(lemma(word, code) for word in text.folded))
    yield from same([lemma(word, code) for word in phrase], lemmas)


def compounded(phrase: Sequence[str], text: Text, code: str) -> Iterator[tuple[int, int]]:
    """Whole words that the phrase, written together, begins or ends: "tåg" in "tågbiljett", "restaurang" in "restaurangens".

    What is left of the word must be a word, or at most an ending if the phrase is long enough.
    """
    joined = "".join(phrase)
    for place, word in enumerate(text.folded):
        for form in {word, lemma(word, code)} if SHORTEST - 1 <= len(joined) < len(word) else ():
            rests = [form.removeprefix(joined)] * form.startswith(joined) + [form.removesuffix(joined)] * form.endswith(joined)
            if any(_rest(rest, long=len(joined) >= PART, code=code) for rest in rests if rest):
                yield place, place + 1
                break


def _rest(rest: str, *, long: bool, code: str) -> bool:
    """Whether this may be the rest of a compound; the s that joins the parts is no part of them."""
    if long and (len(rest) < SHORTEST or not can_lemmatise(code)):
        return True
    return can_lemmatise(code) and any(
        len(form) >= SHORTEST - 1 and simplemma.is_known(form, code) for form in (rest, rest.removeprefix("s"), rest.removesuffix("s"))
    )


def near(phrase: Sequence[str], text: Text) -> Iterator[tuple[float, int, int]]:
    """Windows of as many words as the phrase, one fewer or one more, that are spelt nearly so, with the likeness, best first."""
    wanted = " ".join(phrase)
    if len(wanted) < SHORTEST:
        return
    found = []
    matcher = difflib.SequenceMatcher(None, b=wanted, autojunk=False)
    for size in range(max(1, len(phrase) - 1), len(phrase) + 2):
        for start in range(len(text.folded) - size + 1):
            matcher.set_seq1(" ".join(text.folded[start : start + size]))
            if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and (likeness := matcher.ratio()) >= NEAR:
                found.append((likeness, start, start + size))
    yield from sorted(found, key=lambda one: (-one[0], one[1], one[2]))


def framed(frame: Text, phrase: Sequence[str], text: Text) -> Iterator[tuple[int, int]]:
    """What stands in `text` where `phrase` stands in `frame`, another translation of the sentence: between the same neighbours.

    The word before (or the beginning) and the word after (or the end) must be the same in both.
    """
    places = list(same(phrase, frame))
    if len(places) != 1:
        return
    start, end = places[0]
    before, after = frame.folded[:start], frame.folded[end:]
    blocks = difflib.SequenceMatcher(None, (*before, "", *after), text.folded, autojunk=False).get_matching_blocks()
    partner = {block.a + step: block.b + step for block in blocks for step in range(block.size)}
    left = partner.get(start - 1) if before else -1
    right = partner.get(start + 1) if after else len(text.folded)
    if left is not None and right is not None and left + 1 < right:
        yield left + 1, right
