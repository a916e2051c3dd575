"""Marked: an utterance goes through an engine with markers around its slots, and comes back with markers around what they became.

Mark-then-translate, for engines that learnt to carry markers (engine.marks); all others lose them
(https://github.com/OpenNMT/CTranslate2/issues/1798). Sentence by sentence, with the same shielding as the plain text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from translation import markers, segments
from translation.engine import Output
from translation.markers import Span
from translation.shield.kept import speaks
from translation.shield.shielded import Shielded
from translation.shield.shielding import Shielding
from translation.stand_ins import MARKERS

Asked = tuple[str, tuple[Span, ...]]  # a text and the spans in it that are marked


@dataclass(frozen=True, slots=True)
class Marked:
    """The translation without its markers, and by number where in it the spans that were asked for came to lie.

    A span that no marker can be put around is missing: one across two sentences, one that cuts a shielded piece, a seventh.
    """

    text: str
    spans: Mapping[int, Span]


Mark = Callable[[Sequence[Asked]], Mapping[Asked, Marked]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence of the text, or blanks between two: which of the text's spans lie in it, and how it goes through the engine."""

    text: str
    numbers: tuple[int, ...]
    plan: Shielded | None


def translate_marked(asked: Sequence[Asked], *, shielding: Shielding, ask: Callable[[Iterable[str]], Mapping[str, Output]]) -> dict[Asked, Marked]:
    """What came back with all its markers in pairs; what lost or doubled one is left out, as is a text around none of whose spans one can stand."""
    plans = {one: pieces for one in dict.fromkeys(asked) if (pieces := _pieces(one, shielding)) is not None}
    said = ask(piece.plan.text for pieces in plans.values() for piece in pieces if piece.plan is not None and speaks(markers.without(piece.plan.text)))
    found = {}
    for one, pieces in plans.items():
        joined = _joined(pieces, said)
        if joined is not None:
            found[one] = joined
    return found


def _pieces(asked: Asked, shielding: Shielding) -> list[_Piece] | None:
    text, spans = asked
    if unicodedata.normalize("NFC", text) != text:
        return None
    pieces, start, left = [], 0, len(MARKERS)
    for piece in (part for sentence in segments.split(text) for part in shielding.cut(sentence)):
        end = start + len(piece)
        plan = shielding.plan(piece) if piece.strip() else None
        inside = {number: (first - start, last - start) for number, (first, last) in enumerate(spans) if start <= first and last <= end}
        numbers = tuple(number for number, span in inside.items() if plan is not None and plan.marked([span]) is not None)[:left]
        if plan is not None and numbers:
            plan = plan.marked([inside[number] for number in numbers])
        left -= len(numbers)
        pieces.append(_Piece(piece, numbers, plan))
        start = end
    return pieces if any(piece.numbers for piece in pieces) else None


def _joined(pieces: Sequence[_Piece], said: Mapping[str, Output]) -> Marked | None:
    text, spans = "", dict[int, Span]()
    for piece in pieces:
        if piece.plan is None:
            text += piece.text
            continue
        output = said.get(piece.plan.text)
        restored = piece.plan.restore(piece.plan.text if output is None else output.text)
        read = None if restored is None or (output is not None and output.truncated) else markers.read(restored)
        if read is None or sorted(read[1]) != list(range(len(piece.numbers))):
            return None
        plain, found = read
        spans |= {piece.numbers[place]: (len(text) + start, len(text) + end) for place, (start, end) in found.items()}
        text += plain
    return Marked(text, spans)
