"""Places: countries, parts of the world, cities and languages in an English text that another language may call otherwise.

CLDR knows countries and parts of the world (its territories), languages ("into Danish", where no noun follows) and cities that stand for a
time zone; a language's file names other cities in `[write] cities`. In lower case only a word that is no other English word is a place:
"turkey" is none, "sweden" is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import simplemma
from babel.core import get_global

from templates.language import ENGLISH, Language
from translation.locale_facts import locale
from translation.shield.unit import Place, Unit

ENDING = re.compile(r"\s(?:SAR(?:\s.*)?|\(.*\))$")
FORMER = {"turkey": "TR", "czech republic": "CZ", "britain": "GB", "great britain": "GB", "holland": "NL", "burma": "MM", "ivory coast": "CI"}
TONGUE = re.compile(r"\b(?:in|into|to|from|speak|speaks|learn)\s(?P<name>[A-Za-z]{4,})(?=\s*[.?!,]|\s*$)", re.IGNORECASE)
RATHER_NOT = frozenset(("turkey", "iceland", "victoria", "phoenix"))  # food, a shop, people, a bird: places only after IN
IN = re.compile(r"\b(?:in|to|from|for|of|near|into|across|with|outside|around|and|over|between)\s(?:the\s)?$", re.IGNORECASE)
PART_OF_NAME = re.compile(r"\s[A-Z][a-z]|\s&\s[A-Z]")
WORD = re.compile(r"[^\W\d_]+")
CONTINENTS = ("Africa", "America", "Asia", "Australia", "Europe")  # of time zones; the other zones are islands and seas
SHORTEST = 4  # letters; shorter ones (US, EU, UK) are known to every translator
NOT = frozenset((
    "world", "unknown region", "unknown city", "outlying oceania", "pseudo-accents", "pseudo-bidi",  # no places
    "georgia", "jordan", "jersey", "chad", "midway", "center", "faroe", "canary", "reunion", "guinea",  # other places, people and things too
))  # fmt: skip


def places(text: str, language: Language, *, titled: bool = False) -> Iterator[Unit]:
    """Every place that the language has a name for; outside a headline in Title Case (`titled`) not as a part of another name, as in "Iceland Foods"."""
    known, begins, pattern = _finder(language.code, tuple(language.write.cities))
    for match in () if begins.isdisjoint(WORD.findall(text.casefold())) else pattern.finditer(text):
        name = match.group().casefold()
        if (name in RATHER_NOT and not IN.search(text[: match.start()])) or (not titled and PART_OF_NAME.match(text, match.end())):
            continue
        if match.group()[0].isupper() or (text.islower() and " " in name) or (text[match.start()].islower() and _only_place(name)):
            yield Unit("place", *match.span(), match.group(), known[name])
    for match in TONGUE.finditer(text):
        if (name := match["name"].casefold()) in (spoken := _tongues(language.code)):
            yield Unit("place", *match.span("name"), match["name"], spoken[name])


@cache
def _finder(code: str, cities: tuple[str, ...]) -> tuple[dict[str, Place], frozenset[str], re.Pattern[str]]:
    """What is known by name in lower case, what word each begins with, and the pattern that finds any of it, the longest first."""
    known = _known(code) | {name.casefold(): Place("cities", name) for name in cities}
    names = sorted(known, key=lambda name: (-len(name), name))
    return known, frozenset(WORD.findall(name)[0] for name in names), re.compile(rf"(?<![\w@#$-])(?:{'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)


@cache
def _only_place(name: str) -> bool:
    return not simplemma.is_known(name, ENGLISH) or not simplemma.lemmatize(name, ENGLISH).islower()


@cache
def _known(code: str) -> dict[str, Place]:
    """English name in lower case -> where CLDR has the language's."""
    english, theirs = locale(ENGLISH), locale(code)
    if english is None or theirs is None or code == ENGLISH:
        return {}
    found = {_city(zone, ENGLISH).casefold(): Place("time_zones", zone) for zone in get_global("zone_territories") if zone.partition("/")[0] in CONTINENTS}
    found |= {
        ENDING.sub("", name).replace("&", "and").casefold(): Place("territories", key) for key, name in english.territories.items() if key in theirs.territories
    }
    found |= {name: Place("territories", key) for name, key in FORMER.items()}
    return {name: place for name, place in found.items() if len(name) >= SHORTEST and name not in NOT}


@cache
def _tongues(code: str) -> dict[str, Place]:
    english, theirs = locale(ENGLISH), locale(code)
    if english is None or theirs is None:
        return {}
    return {name.casefold(): Place("languages", key) for key, name in english.languages.items() if len(key) == 2 and key in theirs.languages}


@cache
def cities() -> frozenset[str]:
    """The cities that CLDR knows time zones by, in lower case."""
    return frozenset(_city(zone, ENGLISH).casefold() for zone in get_global("zone_territories") if zone.partition("/")[0] in CONTINENTS)


def _city(zone: str, code: str) -> str:
    known = locale(code)
    listed = known.time_zones.get(zone, {}) if known is not None else {}
    return str(listed.get("city") or zone.rpartition("/")[2].replace("_", " "))


def called(place: Place, language: Language) -> str:
    """What the language calls it; the English name where CLDR knows no other."""
    theirs = locale(language.code)
    if place.table == "cities":
        return language.write.cities[place.key]
    if theirs is None:
        return ""
    if place.table == "languages":
        return str(theirs.languages[place.key])
    return _city(place.key, language.code) if place.table == "time_zones" else ENDING.sub("", str(theirs.territories[place.key]))
