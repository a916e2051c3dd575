"""Capitals: names in an English sentence whose words are English words too: Standard Chartered, a shop of Costa, Marks & Spencer.

Inside a sentence that is no headline in Title Case a word with a capital is a name, unless it is a country, a people, a month, a role or one
of the things that languages have their own words for (a war, a court, an ocean). At its beginning it is one with the words after it, where
it neither orders something nor tells somebody's role, or where it does what firms do.
Misses: a firm whose name begins a sentence and is what sentences are about ("Gap falls"); "The" of a band; names in Title Case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import simplemma

from templates.language import ENGLISH
from translation.english_words import COMMON, FUNCTION
from translation.locale_facts import facts
from translation.names import WORD, is_people, is_sentence_start
from translation.shield.english_classes import ACTS, CLOSED, FIRMS, FIRST_NAMES, ORDERS, OWN_WORDS, ROLES

BETWEEN = re.compile(r"\s|\s&\s|\s(?:de|del|della|der|den|di|dos|du|la|van|von|y)(?:\s(?:la|der|den))?\s|-")
OF = re.compile(r"\sof\s(?:the\s)?")
PLAIN = re.compile(r"[^\W\d_]+")
AFTER = re.compile(r"(?:['’]s)?\s(?P<to>to\s)?(?P<verb>[A-Za-z]+)(?![\w'’])", re.IGNORECASE)
PRONOUN = re.compile(r"I(?:['’]|$)")
VERBS = frozenset(
    ["bought", "sold", "added", "covered", "locked", "loaded", "watching", "buying", "selling", "picked", "took", "made", "got", "went", "came", "saw", "said"]
)
SURE_FIRM = frozenset(
    [
        "group",
        "holding",
        "holdings",
        "plc",
        "inc",
        "corp",
        "ltd",
        "llc",
        "ag",
        "ab",
        "asa",
        "nv",
        "gmbh",
        "bancorp",
        "foods",
        "stores",
        "motors",
        "airlines",
        "airways",
        "pharma",
    ]
)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    first: bool

    @property
    def plain(self) -> str:
        return self.text.casefold().replace(".", "")


TITLE = re.compile(
    r"\b(?:wrote|writes|read|reads|watch|watched|watching|seen|saw|starred\sin|stars\sin|directed|movie|film|book|novel|song|album|called|series|musical|podcast|play"
    r"|playing|sang|sings|lyrics\sof|lyrics\sto)\s(?P<title>[A-Z][\w'’]*(?:\s(?:(?:and|the|of|in|a|to|for|on|with|at|is)\s)*[A-Z][\w'’]*)+)"
)


def capitals(text: str, *, titled: bool) -> Iterator[tuple[int, int]]:
    """Where each such name stands; in a headline in Title Case only what ends as the names of firms do."""
    if not titled:
        yield from (match.span("title") for match in TITLE.finditer(text))
    for run in _runs(text):
        kept = _titled(run, text) if titled else _trimmed(run, text)
        if kept and (titled or _is_name(kept, text)):
            yield kept[0].start, kept[-1].end


def _runs(text: str) -> Iterator[list[_Word]]:
    """Words with a capital and nothing between them but a blank, "&" or a particle."""
    run: list[_Word] = []
    for match in WORD.finditer(text):
        word = _Word(match.group(), *match.span(), is_sentence_start(text, match.start()))
        between = text[run[-1].end : word.start] if run else ""
        bank_of = bool(run) and run[-1].plain == "bank" and OF.fullmatch(between)
        if run and not bank_of and not (BETWEEN.fullmatch(between) and not word.first):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _trimmed(run: list[_Word], text: str) -> list[_Word]:
    """Without what stands before or after a name: articles, orders, roles, days, a people before a name that is no English word."""
    kept = list(run)
    while kept and _is_before(kept, text):
        kept = kept[1:]
    while kept and not _is_may(kept) and _is_after(kept):
        kept = kept[:-1]
    return kept


def _is_after(kept: list[_Word]) -> bool:
    last = kept[-1].plain
    return last in CLOSED or _is_calendar(last) or (len(kept) > 1 and last in ("ceo", "cfo", "coo", "chairman", "chief"))


def _is_may(kept: list[_Word]) -> bool:
    """Whether it is a person's name that ends as a month does: Theresa May."""
    return len(kept) == 2 and kept[1].text == "May" and kept[0].plain not in COMMON | ROLES


def _is_before(kept: list[_Word], text: str) -> bool:
    word, rest = kept[0], kept[1:]
    if rest and not word.first and word.plain in FIRST_NAMES and _is_new(rest[0].plain):
        return False  # Will Smith
    if word.plain in CLOSED or PRONOUN.match(word.text) or _is_calendar(word.plain) or (word.text.isupper() and word.plain in ROLES):
        return True
    if word.first and (word.plain in FUNCTION or word.plain in VERBS or (word.plain.endswith(("ing", "ed")) and word.plain not in FIRMS)):
        return True
    if not rest:
        return False
    new = _is_new(rest[0].plain)
    if OF.match(text, word.end):
        return False
    if word.plain in ROLES:
        return new or rest[0].plain in ROLES or (len(rest) > 1 and word.plain not in FIRMS)
    if word.first and word.plain in ORDERS:
        return new or rest[0].plain not in FIRMS
    return new and not is_people(rest[0].plain) and (is_people(word.plain) or (word.first and not _is_new(word.plain) and not _acts(kept[-1], text)))


def _acts(last: _Word, text: str) -> bool:
    """Whether after it stands what follows a firm's name in a headline: "to raise", "says", "'s", "profit"."""
    found = AFTER.match(text, last.end)
    if found is None:
        return False
    verb = found["verb"].casefold()
    if found["to"]:
        return verb in ACTS
    return verb in ("share", "shares", "stock", "profit", "plc") or (verb not in ACTS and simplemma.lemmatize(verb, ENGLISH) in ACTS)


def _is_name(kept: list[_Word], text: str) -> bool:
    words = [part for word in kept for part in PLAIN.findall(word.plain)]
    firm = len(kept) > 1 and any(part in SURE_FIRM for part in words[1:])
    if not firm and any(part in OWN_WORDS for part in words):
        return False
    if all(_is_elsewhere(part) for part in words):
        return False
    if len(kept) > 1:
        return _is_may(kept) or any(not _is_elsewhere(word.plain) for word in kept[1:]) or any(part in FIRMS for part in words)
    return _is_single(kept[0], text)


def _is_single(word: _Word, text: str) -> bool:
    plain = word.plain
    if len(plain) < 3 or "-" in plain or plain in COMMON or plain in ROLES or word.text.isupper() or plain.rstrip("s") in ROLES:
        return False
    if not word.first:
        return True
    if plain in ORDERS or not (found := AFTER.match(text, word.end)) or not _acts(word, text):
        return False
    return simplemma.lemmatize(plain, ENGLISH) == plain or found["verb"].endswith("s")  # a plural that "appoints" is none


def _titled(run: list[_Word], text: str) -> list[_Word]:
    """What is a name in a headline in Title Case: words before what firms are called or around "&", or one that begins it and does what firms do."""
    for place, (one, other) in enumerate(pairwise(run)):
        joined = text[one.end : other.start] == " & "
        if (joined and not {one.plain, other.plain} & COMMON) or (other.plain in FIRMS and _is_new(one.plain) and not _is_elsewhere(one.plain)):
            return run[place : place + 2]
    ends = [place for place, word in enumerate(run) if word.plain in SURE_FIRM]
    plain = [place for place, word in enumerate(run) if word.plain in COMMON or word.plain in ORDERS or word.plain in CLOSED]
    for end in ends:
        start = max([place + 1 for place in plain if place < end], default=0)
        if 0 < end - start <= 2:
            return run[start : end + 1]
    if re.match(r"\s(?:plc|inc|ab|ltd)\b", text[run[-1].end :]) and len(run) - 1 not in plain:
        return run[max([place + 1 for place in plain], default=0) :][-2:]
    return run[:1] if run[0].first and _is_single(run[0], text) and not _is_elsewhere(run[0].plain) else []


@lru_cache(maxsize=16384)
def _is_new(plain: str) -> bool:
    """Whether it is no English word but a name's."""
    return not simplemma.is_known(plain, ENGLISH) or not simplemma.lemmatize(plain, ENGLISH).islower()


def _is_calendar(plain: str) -> bool:
    known = facts(ENGLISH)
    return plain in known.months or plain.rstrip("s") in known.days


@lru_cache(maxsize=16384)
def _is_elsewhere(plain: str) -> bool:
    """Whether languages have a word of their own for it: a country, a people, a language, a day."""
    known = facts(ENGLISH)
    return plain in known.regions or is_people(plain) or _is_calendar(plain) or plain in known.languages.values()
