"""Behaviour: does what must survive a translation survive it? Hand-written English sentences, each with its pieces, after CheckList.

Ribeiro et al. 2020, https://aclanthology.org/2020.acl-main.442: minimum functionality tests by capability. What counts as kept is derived
by the gate's readers of numbers, dates and currencies, which know the locale of every language; marks and names must stand letter by letter;
clock times are read as clock_time says. A column named after a language lists what else is right there.
Misses: everything beside the pieces; a piece that stands in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from templates.language import Language
from templates.records import read_text
from templates.refusal import Refusal, did_you_mean
from translation.gates import numbers
from translation.gates._numbers import figures, in_words
from translation.shares import Share
from translation.training import clock_time

SUITE = Path(__file__).with_name("behaviour.en.tsv")
MARKS = ("ticker", "user", "tag", "url", "email", "placeholder", "code")
FIGURES = ("number", "percent", "currency", "date", "unit", "range")
TIMES = ("time", "half past", "quarter", "minutes")
KINDS = (*FIGURES, *TIMES, *MARKS, "name")
STYLES = ("finance", "assistant")
COLUMNS = ("style", "sentence", "kept")
DIGITS = re.compile(r"\d")
GENITIVE = ("ticker", "user", "tag")  # may carry one: "$AAPL:s", "@joes"


@dataclass(frozen=True, slots=True)
class Piece:
    """What must survive. `accepted`: language code -> further forms that are right there."""

    kind: str
    text: str
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the suite."""

    style: str
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that did not survive, and what the translator said."""

    kind: str
    style: str
    piece: str
    source: str
    output: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Shares of pieces kept or rightly localised, over all and by kind and style."""

    sentences: int
    share: Share
    by_kind: Mapping[str, Share]
    by_style: Mapping[str, Share]
    failures: tuple[Failure, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; kinds without a piece are left out."""
        told = {name: {key: _told(share) for key, share in shares.items()} for name, shares in (("by_kind", self.by_kind), ("by_style", self.by_style))}
        return {"sentences": self.sentences, **_told(self.share), **told, "failures": [asdict(one) for one in self.failures]}


def _told(share: Share) -> dict[str, Any]:
    return {"pieces": share.of, "kept": share.hits, "share": round(share.value, 4)}


def measure(translate: Callable[[Sequence[str]], Sequence[str]], language: Language, *, suite: Sequence[Sentence] | None = None) -> Behaviour:
    """Translate the suite into the language and look for every piece."""
    sentences = load() if suite is None else suite
    outputs = translate([one.text for one in sentences])
    asked = [(one, piece, output, kept(piece, one.text, output, language)) for one, output in zip(sentences, outputs, strict=True) for piece in one.pieces]
    failures = tuple(Failure(piece.kind, one.style, piece.text, one.text, output) for one, piece, output, fine in asked if not fine)
    kinds = {kind: [fine for _, piece, _, fine in asked if piece.kind == kind] for kind in KINDS}
    styles = {style: [fine for one, _, _, fine in asked if one.style == style] for style in STYLES}
    by_kind, by_style = ({name: Share(sum(found), len(found)) for name, found in groups.items() if found} for groups in (kinds, styles))
    return Behaviour(len(sentences), Share(len(asked) - len(failures), len(asked)), by_kind, by_style, failures)


def kept(piece: Piece, source: str, output: str, language: Language) -> bool:
    """Whether the output holds the piece as it is, in the language's own form, or as the suite says."""
    if any(_stands(form, output) for form in piece.accepted.get(language.code, ())):
        return True
    if piece.kind in MARKS:
        return _copies(piece, output) >= _copies(piece, source)
    if piece.kind == "name":
        return _named(piece.text, output)
    if piece.kind in TIMES:
        time = clock_time.parse(piece.text)
        return time is not None and clock_time.says(time, output, language)
    if not DIGITS.search(piece.text):
        return _in_words(piece.text, output, language)
    score = numbers.score(_capitals(piece.text), output, language)
    return not score.lost and not any(doubt.startswith(("number", "sign", "date")) for doubt in score.doubts)


def _stands(form: str, output: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(form.casefold())}(?!\w)", output.casefold()) is not None


def _copies(piece: Piece, text: str) -> int:
    ending = "(?::?s)?" if piece.kind in GENITIVE else ""
    return len(re.findall(rf"(?<![\w@#$]){re.escape(piece.text)}{ending}(?!\w)", text))


def _named(name: str, output: str) -> bool:
    """Letter by letter, with or without a genitive; in another case too, for the assistant's texts have none."""
    bare = re.sub(r"['’]s$", "", name)
    return any(_stands(form, output) for form in (name, bare, f"{bare}s", f"{bare}:s"))


def _in_words(piece: str, output: str, language: Language) -> bool:
    """A weekday, "tomorrow", or a number in words: as the language's [carry] table says it, else by what it is worth."""
    forms = [form for form in language.carry.words.get(piece.casefold(), ()) if form]
    if any(_stands(form, output) for form in forms):
        return True
    if wanted := [number.values for number in in_words(piece, "en")]:
        found = [number.values for number in (*in_words(output, language.code), *figures(output, language.code))]
        whole = max(value for values in wanted for value in values)  # "forty-five" is read as 40 and as 5 or 45
        return any(whole in values for values in found)
    score = numbers.score(_capitals(piece), output, language)
    return not forms and not score.lost and not score.doubts


def _capitals(piece: str) -> str:
    """Months and weekdays as the gate's reader expects them: "march 3" -> "March 3"."""
    return re.sub(r"\b[a-z]{3,}", lambda word: word.group().capitalize() if word.group() in _calendar() else word.group(), piece)


@cache
def _calendar() -> frozenset[str]:
    months = "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"
    return frozenset(f"{months} monday tuesday wednesday thursday friday saturday sunday".split())


@cache
def load(path: Path = SUITE) -> tuple[Sentence, ...]:
    """Read a suite: `style<TAB>sentence<TAB>kind:piece | kind:piece`, then a column for each language: `piece = form / form | ...`."""
    lines = [line.split("\t") for line in read_text(path).splitlines() if line.strip()]
    head = lines[0] if lines else []
    if tuple(head[: len(COLUMNS)]) != COLUMNS:
        raise Refusal(f"{path}, line 1: the columns are {', '.join(head) or 'none'}; they must begin with {', '.join(COLUMNS)}.")
    return tuple(_sentence(cells, head[len(COLUMNS) :], where=f"{path}, line {number}") for number, cells in enumerate(lines[1:], start=2))


def _sentence(cells: Sequence[str], languages: Sequence[str], *, where: str) -> Sentence:
    style, text, pieces, *more = [*cells, *[""] * (len(COLUMNS) + len(languages) - len(cells))]
    if style not in STYLES:
        raise Refusal(f"{where}: style {style!r} is unknown; use {' or '.join(STYLES)}.{did_you_mean(style, STYLES)}")
    accepted = {code: _forms(cell, where=where) for code, cell in zip(languages, more, strict=True)}
    found = []
    for entry in pieces.split(" | "):
        kind, _, piece = entry.partition(":")
        if kind not in KINDS or piece not in text or not piece:
            raise Refusal(f"{where}: {entry!r} is no kind:piece of the sentence; kinds are {', '.join(KINDS)}.{did_you_mean(kind, KINDS)}")
        found.append(Piece(kind, piece, {code: forms[piece] for code, forms in accepted.items() if piece in forms}))
    strangers = {piece for forms in accepted.values() for piece in forms} - {one.text for one in found}
    if strangers:
        raise Refusal(f"{where}: {min(strangers)!r} has forms in a language but is no piece; add it to the pieces.")
    return Sentence(style, text, tuple(found))


def _forms(cell: str, *, where: str) -> dict[str, tuple[str, ...]]:
    forms: dict[str, tuple[str, ...]] = {}
    for entry in cell.split(" | ") if cell.strip() else ():
        piece, parted, listed = entry.partition(" = ")
        if not parted:
            raise Refusal(f"{where}: {entry!r} names no forms; write piece = form / form.")
        forms[piece.strip()] = tuple(form.strip() for form in listed.split(" / "))
    return forms
