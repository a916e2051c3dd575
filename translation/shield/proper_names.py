"""Proper names in an English text that stand in another language as they are.

A name is what is listed (known_names.py), what the gate takes for one (translation/names.py), but for countries, peoples and general
acronyms (CEO), and what its capitals or its place in a spoken phrase tell (capitals.py, lower_case.py). Names side by side are one.
Misses: a person's name that is written otherwise elsewhere (a pope's, a king's). Takes a misspelt first word for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from templates.language import ENGLISH
from translation.locale_facts import facts
from translation.marks import without
from translation.names import names, openers
from translation.shield.capitals import capitals
from translation.shield.headlines import is_titled
from translation.shield.known_names import known_names
from translation.shield.lower_case import lower_case
from translation.shield.unit import Unit

_GENERAL = """ceo cfo coo cto gdp ipo vat who hiv dna rna un eu uk usa us nato imf ecb opec gmt est pst cet utc fed faq diy suv suvs etf etfs eps bbc nasa
    covid roi yoy qoq ebit ebitda pmi cpi ngo ngos aids pc pcs tv dvd cd usb pdf html url asap rsvp am pm q1 q2 q3 q4 h1 h2 christmas easter ramadan
    imo imho lol btw fyi omg wtf eod xmas internet bible koran quran allah jesus christ moses monday tuesday wednesday thursday friday saturday sunday"""
STAYS = frozenset(("nato", "imf", "ecb", "opec", "bbc", "nasa", "usb", "pdf", "html", "dvd"))
NOT = frozenset(_GENERAL.split()) - STAYS
_MORE = """cologne munich geneva gothenburg venice florence milan naples turin antwerp ghent krakow seville genoa nuremberg hanover danube rhine nile
    britain england scotland catalonia crimea mediterranean adriatic aegean baltic caspian balkans caucasus siberia bavaria saxony silesia tuscany sicily
    sardinia normandy brittany flanders prussia bohemia moravia transylvania antilles eurasia scandinavia lapland alps carpathians pyrenees sahara
    islam byzantium phoenicia babylon carthage troy thebes plato aristotle socrates homer columbus"""
ELSEWHERE = frozenset(_MORE.split())  # places, and people of long ago, that most languages have a form of their own for
COMPOUND = re.compile(r"-[a-z].*$")  # "Tripoli-based"
CONTRACTED = re.compile(r"['’](?:ll|d|ve|re|m|t)$")
OF_PEOPLE = ("ian", "ians", "eans", "ites", "ese", "ish", "ists", "ism")


def proper_names(text: str) -> Iterator[Unit]:
    """Each run of names, without a genitive's ending, the longest first."""
    if text.isupper():
        return
    bare = without(text)
    spans = [*known_names(text), *(lower_case(text) if bare.islower() else (*_known(text), *_unknown(text)))]
    taken: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= left or start >= right for left, right in taken):
            taken.append((start, end))
            yield Unit("name", start, end, text[start:end])


def _known(text: str) -> Iterator[tuple[int, int]]:
    """English words that are names, but for a single one that languages have a form of their own for."""
    for start, end in capitals(text, titled=is_titled(text)):
        name = text[start:end]
        if " " in name or not (name.casefold() in ELSEWHERE or name.casefold() in facts(ENGLISH).regions or name.endswith(OF_PEOPLE)):
            yield start, end


def _unknown(text: str) -> Iterator[tuple[int, int]]:
    """Words that are in no English dictionary, several side by side as one."""
    wanted = {bare for name in (*names(text)[0], *openers(text)) if _stays(bare := COMPOUND.sub("", name))}
    if not wanted:
        return
    either = "|".join(re.escape(name) for name in sorted(wanted, key=len, reverse=True))
    for match in re.finditer(rf"(?<![\w$@#])(?:{either})(?:\s(?:{either}))*(?!\w)", text):
        yield match.span()


def _stays(name: str) -> bool:
    plain = name.casefold().replace(".", "")
    if len(plain) < 2 or CONTRACTED.search(plain) or plain in NOT or plain.endswith(OF_PEOPLE) or any(char.isdigit() for char in name):
        return False
    return not any(part in _places() or part in ELSEWHERE for part in re.split(r"[-\s]", plain))


@cache
def _places() -> frozenset[str]:
    return frozenset(word for name in facts(ENGLISH).regions for word in name.split())
