"""Shielded: a sentence with stand-ins for the pieces that must survive, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from translation import markers
from translation.shield.headlines import lowered
from translation.shield.kept import MARK

LOOP = re.compile(r"\b([^\W\d_]{2,})(?:\s+\1\b){2,}|\b([^\W\d_]{5,})\s+\2\b", re.IGNORECASE)  # a word three times in a row, a long one twice
TWICE = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)  # a source that says a word twice may mean it
WORDY = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands in for an original, and what is put back for it (the original itself, or how the target language writes it).

    `glued`: the original touches a word on that side ("rise😀now"), its stand-in got a blank there.
    """

    name: str
    original: str
    glued_left: bool
    glued_right: bool
    back: tuple[str, ...] = ()

    def said(self, before: str) -> str:
        """What is put back after `before`, which may say the beginning already: "klockan" before "klockan 17"."""
        best = self.back[0] if self.back else self.original
        _, _, rest = best.partition(" ")
        leads = {lead.casefold() for lead, _, other in (one.partition(" ") for one in self.back) if other == rest and lead.rstrip(".").isalpha()}
        before = markers.without(before)
        return rest if rest and before.split() and before.split()[-1].casefold() in leads else best


@dataclass(frozen=True, slots=True)
class Shielded:
    """A sentence ready for the engine: `text` goes through it, `before` and `after` stay as they are.

    `kept` are the stand-ins in `text` in order; `parts` is the same text cut around the shielded pieces, by turns to be
    translated and to be kept. `shouted`: all capitals, sent in lower case. `worded`: stand-ins are words, and nothing may touch them.
    """

    before: str
    text: str
    after: str
    kept: tuple[StandIn, ...]
    parts: tuple[str, ...]
    shouted: bool
    worded: bool = True

    def marked(self, spans: Sequence[markers.Span]) -> Shielded | None:
        """The same with markers around these spans of the sentence; None where one would cut what is shielded, or go through capitals."""
        where: dict[int, tuple[int, int]] = {}  # offset in the sentence -> in the text, as an end and as a start
        place, done = len(self.before), 0
        for number, part in enumerate(self.parts):
            stand_in = self.kept[number // 2] if number % 2 else None
            if stand_in is None:
                where |= {place + step: (done + step, done + step) for step in range(1, len(part))}
            size = len(part) if stand_in is None else stand_in.glued_left + len(stand_in.name) + stand_in.glued_right
            start = done + (stand_in is not None and stand_in.glued_left)
            where[place] = where.get(place, (start, start))[0], start
            place, done = place + len(part), done + size
            end = done - (stand_in is not None and stand_in.glued_right)
            where[place] = end, done
        if self.shouted or done != len(self.text) or any(start not in where or end not in where for start, end in spans):
            return None
        return replace(self, text=markers.insert(self.text, [(where[start][1], where[end][0]) for start, end in spans]))

    def restore(self, output: str) -> str | None:
        """The engine's output with everything back in its place; None if a stand-in was lost, doubled or glued to a word.

        A word that a model of ours says three times in a row, or a long one twice, is left once, unless the source says one so.
        """
        if self.shouted:
            output = output.upper()
        if not self.worded and LOOP.search(output) and not TWICE.search("".join(self.parts)):
            output = LOOP.sub(lambda found: found[1] or found[2], output)
        if self.kept:
            by_name = {stand_in.name: stand_in for stand_in in self.kept}
            either = "|".join(map(re.escape, by_name))
            pieces = re.split(rf"(?<!\w)({either})(?!\w)" if self.worded else f"({either})", output)
            if sorted(pieces[1::2]) != sorted(stand_in.name for stand_in in self.kept):
                return None
            if any(name in piece for piece in pieces[::2] for name in by_name):
                return None
            output = self._joined(pieces, by_name)
        return self.before + output + self.after

    def _joined(self, pieces: list[str], by_name: dict[str, StandIn]) -> str:
        for place in range(1, len(pieces), 2):
            stand_in = by_name[pieces[place]]
            left = pieces[place - 1].removesuffix(" ") if stand_in.glued_left else pieces[place - 1]
            said = self.spoken(stand_in, "".join(pieces[: place - 1]) + left)
            right = pieces[place + 1].removeprefix(" ") if stand_in.glued_right else pieces[place + 1]
            if not self.worded and said[-1:] in "sSxz" and re.match(r"s(?!\w)", right):
                right = right[1:]  # a genitive's s, which a name that ends in one does without
            elif not self.worded and said[-1:].isdigit() and re.match(r"s(?!\w)", right):
                right = f":{right}"  # a genitive of a figure
            pieces[place - 1 : place + 2] = left, said, right
        return "".join(pieces)

    def spoken(self, stand_in: StandIn, before: str) -> str:
        """What is put back after `before`: in capitals where all is, with one where it begins a sentence that began with one."""
        said = stand_in.said(before)
        if said == stand_in.original:
            return said
        if self.shouted:
            return said.upper()
        first = re.search(r"[^\W_]", "".join(self.parts))
        begins = not re.search(r"\w", self.before + before) and first is not None and not first.group().islower()
        return said[:1].upper() + said[1:] if begins else said


def assemble(
    before: str,
    parts: Sequence[str],
    after: str,
    *,
    names: Iterable[str],
    backs: Sequence[tuple[str, ...]] = (),
    worded: bool = True,
    titled: bool = False,
) -> Shielded:
    """`parts` are by turns to be translated and to be kept; the latter get the next of `names` (equal ones the same if `worded`).

    `backs`: what may be put back for each. Names that occur in the text are passed over. `titled`: a headline in Title Case, sent in
    sentence case.
    """
    prose = " ".join(parts[0::2])
    shouted = prose.isupper() and len(WORDY.findall(prose)) >= 3 and prose.lower().upper() == prose
    pieces = [part.lower() if shouted else lowered(part) if titled else part for part in parts[0::2]]
    if pieces[0] and (shouted or (titled and not re.search(r"\w", before))):
        pieces[0] = pieces[0][0].upper() + pieces[0][1:]
    fresh = (name for name in names if name.casefold() not in prose.casefold())
    kept: list[StandIn] = []
    known: dict[tuple[str, bool, bool, int], str] = {}
    text = pieces[0]
    for place, (original, piece) in enumerate(zip(parts[1::2], pieces[1:], strict=True)):
        glue = bool(re.search(r"\w$", text)), bool(re.match(r"\w", piece))
        key = (original, *glue, 0 if worded else place)
        if key not in known:
            known[key] = next(fresh)
        kept.append(StandIn(known[key], original, *glue, backs[place] if backs else ()))
        text += " " * glue[0] + kept[-1].name + " " * glue[1] + piece
    return Shielded(before, text, after, tuple(kept), tuple(parts), shouted, worded)


def bounds(text: str) -> tuple[int, int]:
    """What is left of the text when the marks at either end are cut off."""
    marks = [found.span() for found in MARK.finditer(text)]
    start, end = 0, len(text)
    for left, right in marks:
        if not any(letter.isalnum() for letter in text[start:left]):
            start = right
    for left, right in reversed(marks):
        if left >= start and not any(letter.isalnum() for letter in text[right:end]):
            end = left
    return start, end


def cut(text: str, spans: Iterable[tuple[int, int]], start: int, end: int) -> tuple[list[str], list[tuple[int, int]]]:
    """(parts from `start` to `end`, by turns prose and kept; the spans that lie inside)."""
    parts, place, inside = [], start, []
    for left, right in spans:
        if start <= left and right <= end:
            parts += [text[place:left], text[left:right]]
            inside.append((left, right))
            place = right
    return [*parts, text[place:end]], inside
