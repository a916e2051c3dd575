"""Segments: cut a text into sentences and put it back exactly.

Where sentences end sentencex says (https://github.com/wikimedia/sentencex). Every line break ends one too, a list's number stays with its
item, and a sentence longer than a model's positions is cut at clauses or blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise

import sentencex

from templates.language import ENGLISH

LONGEST = 240  # characters in a segment: below 256 positions even if every letter is a token of its own

_LINE = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CLAUSE = re.compile(r"[,;:–—](?=\s)")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def split(text: str, *, longest: int = LONGEST) -> list[str]:
    """Sentences and the blanks between them, in order; joined without anything between they are the text again.

    No piece is longer than `longest` characters, blanks aside; no sentence begins or ends with a blank.
    """
    pieces: list[str] = []
    for line in _cut(text, [place for found in _LINE.finditer(text) for place in found.span()]):
        for sentence in _cut(line, _sentence_ends(line)):
            for part in _shorten(sentence, longest):
                pieces.extend(_bare(part))
    return pieces


def _cut(text: str, places: Iterable[int]) -> list[str]:
    borders = [0, *places, len(text)]
    return [text[start:end] for start, end in pairwise(borders) if start < end]


def _bare(part: str) -> list[str]:
    inner = part.strip()
    if not inner:
        return [part]
    start = part.index(inner)
    return [piece for piece in (part[:start], inner, part[start + len(inner) :]) if piece]


def _sentence_ends(line: str) -> list[int]:
    """Where sentences end; a piece without a letter ("2. ") goes with the next."""
    parts = sentencex.segment(ENGLISH, _SURROGATE.sub("?", line))
    ends = list(accumulate(map(len, parts)))
    if not ends or ends[-1] != len(line):
        return []
    return [end for end, part in zip(ends, parts, strict=True) if any(letter.isalpha() for letter in part)]


def _shorten(sentence: str, longest: int) -> list[str]:
    parts: list[str] = []
    while len(sentence.rstrip()) > longest:
        window = sentence[: longest + 1]
        marks = [found.end() for found in _CLAUSE.finditer(window) if found.end() >= longest // 3]
        blanks = [place for place in range(1, len(window)) if window[place].isspace() and window[:place].strip()]
        cut = marks[-1] if marks else blanks[-1] if blanks else longest
        parts.append(sentence[:cut])
        sentence = sentence[cut:]
    return [*parts, sentence]
