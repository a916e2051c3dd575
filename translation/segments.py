"""Segments: cut a text into sentences and put it back exactly; shield what must not be translated.

The source is English (that is what every benchmark here starts from), so everything outside Latin script counts as a mark to
be kept. Rules rather than a trained splitter: a missed cut costs little, a wrong one costs the sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count, pairwise

SHIELDING = 1  # part of the translation memory's key: raise it whenever what reaches the engine changes for the same text
LONGEST = 240  # characters in a segment: below 256 positions even if every letter is a token of its own

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
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


_MARK = re.compile(
    r"""(?:https?://|www\.)[^\s"<>]*[^\s"<>.,;:!?)'\]]      # URL, without the sentence's punctuation
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                           # e-mail
    | (?<![\w.])(?:[a-z0-9-]+\.)+(?:com|co|org|net|io|ly|me|gov|edu|uk)(?:/[^\s"<>]*[^\s"<>.,;:!?)'\]])?(?![\w.])
    | (?<![\w$])\$[A-Za-z]{1,6}(?:[._-][A-Za-z]{1,2})?(?!\w) # $TICKER
    | (?<!\w)[@\#]\w+                                        # @user, #tag
    | \b[A-Z]{3,}:[A-Z][A-Z.]{0,5}\b                         # NYSE:BA
    | \{[^{}\s]*\} | <\|[^|<>]*\|> | \[\[[^\[\]]*\]\]        # what looks like a template
    | [^\s\x20-\x7e\xa0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u214f]+  # emoji, other scripts
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?<![\w.,])[-+]?[$£€]?\d+(?:[.,]\d+)*(?:%|[KkMmBb]n?\b)?(?!\w)")
_DIGITS = re.compile(r"\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:[.,]\d+)*(?!\d)|\d+(?:[.,]\d+)*")


def speaks(text: str) -> bool:
    """Whether there is anything to translate: a letter outside the marks. Engines invent words for " ", "-" or "7"."""
    return any(letter.isalpha() for letter in _MARK.sub(" ", text))


def numbers(text: str) -> Counter[str]:
    """The numbers outside the marks by their digits, whatever separates them: 1,234.5 and 1 234,5 are equal."""
    return Counter(re.sub(r"\D", "", found) for found in _DIGITS.findall(_MARK.sub(" ", text)))


def shieldable_numbers(text: str) -> Counter[str]:
    """Those numbers that `shield(numbers=True)` keeps; "2nd" and "Q3" are words."""
    return Counter(re.sub(r"\D", "", found) for found in _NUMBER.findall(_MARK.sub(" ", text)))


@dataclass(frozen=True, slots=True)
class StandIn:
    """X1 for an original. `glued`: the original touches a word on that side ("rise😀now"), its stand-in got a blank there."""

    name: str
    original: str
    glued_left: bool
    glued_right: bool


@dataclass(frozen=True, slots=True)
class Shielded:
    """A sentence ready for the engine: `text` goes through it, `before` and `after` stay as they are.

    `kept` are the stand-ins in `text` in order; `parts` is the same text cut around the shielded pieces, by turns to be
    translated and to be kept. `shouted`: all capitals, sent in lower case.
    """

    before: str
    text: str
    after: str
    kept: tuple[StandIn, ...]
    parts: tuple[str, ...]
    shouted: bool

    def restore(self, output: str) -> str | None:
        """The engine's output with everything back in its place; None if a stand-in was lost, doubled or glued to a word."""
        if self.shouted:
            output = output.upper()
        if self.kept:
            by_name = {stand_in.name: stand_in for stand_in in self.kept}
            pieces = re.split(rf"(?<!\w)({'|'.join(by_name)})(?!\w)", output)
            if sorted(pieces[1::2]) != sorted(stand_in.name for stand_in in self.kept):
                return None
            if any(name in piece for piece in pieces[::2] for name in by_name):
                return None
            for place in range(1, len(pieces), 2):
                stand_in = by_name[pieces[place]]
                pieces[place] = stand_in.original
                pieces[place - 1] = pieces[place - 1].removesuffix(" ") if stand_in.glued_left else pieces[place - 1]
                pieces[place + 1] = pieces[place + 1].removeprefix(" ") if stand_in.glued_right else pieces[place + 1]
            output = "".join(pieces)
        return self.before + output + self.after


def shield(text: str, names: Iterable[str] = (), *, with_numbers: bool = False) -> Shielded:
    """Marks at either end are cut off; marks, `names` and (if asked) numbers inside give way to X1, X2 ...

    Of sixteen stand-ins tried on the shipped model (which saw none in training) X1, T1 and %1 survive best, and cutting marks
    off the ends is better still: translation/models/en-sv/card.md has the figures.
    """
    spans = _spans(text, names, with_numbers)
    marks = [found.span() for found in _MARK.finditer(text)]
    start, end = 0, len(text)
    for left, right in marks:
        if not any(letter.isalnum() for letter in text[start:left]):
            start = right
    for left, right in reversed(marks):
        if left >= start and not any(letter.isalnum() for letter in text[right:end]):
            end = left
    start += re.match(r"[^\w$£€+-]*", text[start:end]).end()  # type: ignore[union-attr]
    end = start + len(text[start:end].rstrip())
    parts, place = [], start
    for left, right in spans:
        if start <= left and right <= end:
            parts += [text[place:left], text[left:right]]
            place = right
    parts.append(text[place:end])
    return _assemble(text[:start], parts, text[end:])


def _spans(text: str, names: Iterable[str], with_numbers: bool) -> list[tuple[int, int]]:
    found = [match.span() for match in _MARK.finditer(text)]
    patterns = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(set(names), key=lambda name: (-len(name), name)) if name.strip()]
    for pattern in [*patterns, *([_NUMBER.pattern] if with_numbers else [])]:
        for match in re.finditer(pattern, text):
            if all(match.end() <= left or match.start() >= right for left, right in found):
                found.append(match.span())
    return sorted(found)


def _assemble(before: str, parts: list[str], after: str) -> Shielded:
    prose = " ".join(parts[0::2])
    shouted = prose.isupper() and len(re.findall(r"[^\W\d_]{2,}", prose)) >= 3 and prose.lower().upper() == prose
    pieces = [part.lower() for part in parts[0::2]] if shouted else parts[0::2]
    if shouted and pieces[0]:
        pieces[0] = pieces[0][0].upper() + pieces[0][1:]
    fresh = (name for name in (f"X{number}" for number in count(1)) if name.casefold() not in prose.casefold())
    kept: list[StandIn] = []
    names: dict[tuple[str, bool, bool], str] = {}
    text = pieces[0]
    for original, piece in zip(parts[1::2], pieces[1:], strict=True):
        glue = bool(re.search(r"\w$", text)), bool(re.match(r"\w", piece))
        if (original, *glue) not in names:
            names[original, *glue] = next(fresh)
        kept.append(StandIn(names[original, *glue], original, *glue))
        text += " " * glue[0] + kept[-1].name + " " * glue[1] + piece
    return Shielded(before, text, after, tuple(kept), tuple(parts), shouted)
