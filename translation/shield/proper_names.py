"""Proper names in an English text that stand in another language as they are.

A name is what the gate takes for one (translation/names.py), but for countries, cities that the target calls otherwise (as CLDR calls
their time zones: Copenhagen), peoples and general acronyms (CEO). Names side by side are one.
Misses: names that are English words too (Apple, Shell), also where they begin a sentence; a person's name that is written otherwise
elsewhere (a pope's, a king's). Takes a misspelt first word for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError

from templates.language import ENGLISH
from translation.locale_facts import facts
from translation.names import names, openers
from translation.shield.unit import Unit

_GENERAL = """ceo cfo coo cto gdp ipo vat who hiv dna rna un eu uk usa us nato imf ecb opec gmt est pst cet utc fed faq diy suv suvs etf etfs eps bbc nasa
    covid roi yoy qoq ebit ebitda pmi cpi ngo ngos aids pc pcs tv dvd cd usb pdf html url asap rsvp am pm q1 q2 q3 q4 h1 h2 christmas easter ramadan
    internet bible koran quran allah jesus christ moses monday tuesday wednesday thursday friday saturday sunday"""
STAYS = frozenset(("nato", "imf", "ecb", "opec", "bbc", "nasa", "usb", "pdf", "html", "dvd"))
NOT = frozenset(_GENERAL.split()) - STAYS
_MORE = """cologne munich geneva gothenburg venice florence milan naples turin antwerp ghent krakow seville genoa nuremberg hanover danube rhine nile
    britain england scotland catalonia crimea mediterranean adriatic aegean baltic caspian balkans caucasus siberia bavaria saxony silesia tuscany sicily
    sardinia normandy brittany flanders prussia bohemia moravia transylvania antilles eurasia scandinavia lapland alps carpathians pyrenees sahara
    islam byzantium phoenicia babylon carthage troy thebes plato aristotle socrates homer columbus"""
ELSEWHERE = frozenset(_MORE.split())  # places, and people of long ago, that most languages have a form of their own for
COMPOUND = re.compile(r"-[a-z].*$")  # "Tripoli-based"
OF_PEOPLE = ("ian", "ians", "eans", "ites", "ese", "ish", "ists", "ism")


def proper_names(text: str) -> Iterator[Unit]:
    """Each run of names, without a genitive's ending."""
    if text.isupper() or text.islower():
        return
    wanted = {bare for name in (*names(text)[0], *openers(text)) if _stays(bare := COMPOUND.sub("", name))}
    if not wanted:
        return
    either = "|".join(re.escape(name) for name in sorted(wanted, key=len, reverse=True))
    for match in re.finditer(rf"(?<![\w$@#])(?:{either})(?:\s(?:{either}))*(?!\w)", text):
        yield Unit("name", *match.span(), match.group())


def _stays(name: str) -> bool:
    plain = name.casefold().replace(".", "")
    if len(plain) < 2 or plain in NOT or plain.endswith(OF_PEOPLE) or any(char.isdigit() for char in name):
        return False
    return not any(part in _places() or part in ELSEWHERE for part in re.split(r"[-\s]", plain))


@cache
def _places() -> frozenset[str]:
    return frozenset(word for name in facts(ENGLISH).regions for word in name.split())


@cache
def renamed(code: str) -> frozenset[str]:
    """Cities by their English names that the language writes otherwise: Copenhagen is Köpenhamn."""
    try:
        english, theirs = Locale.parse(ENGLISH).time_zones, Locale.parse(code.replace("-", "_")).time_zones
    except (UnknownLocaleError, ValueError):
        return frozenset()
    called = {english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "): known.get("city") for zone, known in theirs.items()}
    return frozenset(name for name, city in called.items() if city and city != name)
