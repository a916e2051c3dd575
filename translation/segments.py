"""Segments: cut a text into sentences and put it back exactly.

Rules rather than a trained splitter: a missed cut costs little, a wrong one costs the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

LONGEST = 240  # characters in a segment: below 256 positions even if every letter is a token of its own

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s)")
_LINE = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CLAUSE = re.compile(r"[,;:–—](?=\s)")
_SHORTENED = """
    mr mrs ms dr prof sr jr gen sen rep gov hon rev capt col sgt vs etc inc ltd corp plc bros dept est approx vol fig eq ca cf e.g i.e a.m p.m u.s u.k
    jan feb apr jun jul aug sep sept oct nov dec mon tue wed thu fri avg mln bln bn pct q yr yrs incl
    """
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_ALSO_WORDS = frozenset({"no", "nos", "co", "min", "max", "mar", "sun", "sat", "ex", "st", "al"})  # abbreviations if capitalised or before a number


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
    ends: list[int] = []
    for found in _END.finditer(line):
        after = line[found.end() :].lstrip()
        if not after or after[0].islower():
            continue
        before = line[ends[-1] if ends else 0 : found.start()]
        if found.group().startswith(".") and found.group().strip("\"'”’»)]") == "." and _goes_on(before, after):
            continue
        ends.append(found.end())
    return ends


def _goes_on(before: str, after: str) -> bool:
    """Whether a full stop between these two ends no sentence: abbreviation, initial, or the number of a list item."""
    word = before.split()[-1] if before.split() else ""
    plain = word.strip("\"'“‘«([").casefold()
    if before.strip() == word and word.isdigit():
        return True
    if plain in _ALSO_WORDS:
        return after[0].isdigit() or (word[:1].isupper() and before.strip() != word)
    return plain in _ABBREVIATIONS or bool(re.fullmatch(r"(?:[a-z]\.)*[a-z]", plain))


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
