"""Markers: the paired stand-ins around phrases of a text, put in and read out.

An opening marker stands before the blank before its phrase and a closing one right after the phrase, "at⟦a⟧ five am⟦/a⟧ please": so a text
without its markers is the text again, and a tokenizer cuts every word as it would without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from translation.stand_ins import MARKERS

Span = tuple[int, int]

_MARK = re.compile("|".join(re.escape(mark) for pair in MARKERS for mark in pair))
_OPENING = {opening: place for place, (opening, _) in enumerate(MARKERS)}
_CLOSING = {closing: place for place, (_, closing) in enumerate(MARKERS)}


def insert(text: str, spans: Sequence[Span]) -> str:
    """The text with the first marker pair around the first span, the second around the second; spans do not overlap and come in any order."""
    placed = [(end, 0, MARKERS[place][1]) for place, (_, end) in enumerate(spans)]
    placed += [(start - (text[start - 1 : start] == " "), 1, MARKERS[place][0] + " " * (start == 0)) for place, (start, _) in enumerate(spans)]
    parts, done = [], 0
    for where, _, mark in sorted(placed):
        parts += [text[done:where], mark]
        done = where
    return "".join([*parts, text[done:]])


def without(text: str) -> str:
    """The text with every marker taken out, in pairs or not."""
    return _MARK.sub("", text) if "⟦" in text else text


def read(text: str) -> tuple[str, dict[int, Span]] | None:
    """The text without its markers, and by place in the order of `insert` the span of every phrase, blanks at its ends left out.

    None if a marker came twice or without its partner, or phrases are empty or overlap.
    """
    found: dict[int, Span] = {}
    opened: tuple[int, int] | None = None
    parts, done, length = [], 0, 0
    for match in _MARK.finditer(text):
        piece = text[done : match.start()]
        parts.append(piece)
        length += len(piece)
        done = match.end()
        if match.group() in _OPENING:
            place = _OPENING[match.group()]
            if opened is not None or place in found:
                return None
            opened = place, length
            if length == 0 and text[done : done + 1] == " ":
                done += 1
        else:
            place = _CLOSING[match.group()]
            if opened is None or opened[0] != place:
                return None
            found[place] = opened[1], length
            opened = None
    if opened is not None:
        return None
    plain = "".join([*parts, text[done:]])
    bare = {place: _bare(plain, *span) for place, span in found.items()}
    return (plain, bare) if all(start < end for start, end in bare.values()) else None


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
