"""Lower case: names in an English text without capitals, as people speak to an assistant: call jennifer, songs by oasis, ford stock.

A word that simplemma's English dictionary has with a capital only, or not at all, is a name (or is spelt as nobody translates it); a few
turns of phrase are followed by a name whatever its words.
Misses: a name that is an English word elsewhere ("text grace"); a misspelt word stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import simplemma

from templates.language import ENGLISH
from translation.english_words import COMMON
from translation.locale_facts import facts
from translation.names import TITLES, is_people
from translation.rules import number
from translation.shield.english_classes import CLOSED, FIRST_NAMES, ORDERS, ROLES

WORD = re.compile(r"(?<![\w@#$.'’/:-])[a-z][a-z]{2,}(?:-[a-z]{3,})?(?=['’]s\b|(?![\w@'’/:-]|\.\w))")
ENDINGS = ("s", "ing", "ed", "er", "nt", "ly", "ll", "re", "ve", "d", "y", "less", "ness")
STEM = 4  # letters of a word before such an ending
_NO = """pm am fm tv dvd okay yep yeap yeah uhh umm hmm hey wow lol haha gonna wanna gotta oclock thats whats hows wheres whos lets ist
    monday tuesday wednesday thursday friday saturday sunday christmas easter ramadan internet bible god usa ceo gdp sms rsvp etc"""
NO_NAMES = frozenset(_NO.split())
TITLE = r"[a-z][\w'’]*(?:\s[a-z][\w'’]*){0,4}?"
END = r"(?=\s*[.?!]?$|\s(?:at|on|from|for|in|to|please|again|now|next|after|before|tonight|and)\b)"
HEAR = r"play|hear|listen to|put on"
PHRASES = (
    re.compile(rf"\b(?:{HEAR}|start|queue)\s(?:the\s(?:song|album|track|book|audiobook)\s)?(?P<title>{TITLE})\sby\s(?:the\s)?(?P<by>{TITLE}){END}"),
    re.compile(rf"\b(?:{HEAR}|read|find|buy|songs?|music|albums?|books?|novel|something|anything)\s(?:.{{0,40}}\s)?by\s(?:the\s)?(?P<by>{TITLE}){END}"),
    re.compile(
        r"\b(?:stocks?|shares?)(?:\s(?:prices?|value|quote))?\s(?:of|for|in)\s(?P<by>[a-z][\w'’]*(?:\s[a-z][\w'’]*)?)"
        r"(?=\s*[.?!]?$|\s(?:today|now|right now|at|on|doing)\b)"
    ),
    re.compile(r"\b(?:is|are|my|of|for|about|buy|sell|check|does|did|how['’]?s)\s(?P<by>[a-z]+)['’]?s?\s(?:stock|shares)\b"),
    re.compile(rf"\b(?:{HEAR}|tune (?:in )?to|turn on|start|station)\s(?P<by>[a-z]+(?:\s[a-z]+)?\s(?:fm|am))\b"),
)
BEFORE = re.compile(r"(?:\b(?:from|to|with|by|for|of|is|was|are|call|text|email|message|phone|ring|about|and|meet|contact|did|does|s)\s)$")
SURNAME = re.compile(
    r"\s(?P<name>[a-z]{3,})(?=['’]s\b|\s*[.?!]?$|\s(?:at|on|from|for|in|to|please|that|about|and|lives?|said|saying|is|was|has|born|die|died|married|works?"
    r"|like)\b)"
)
_NOUNS = """today tonight tomorrow yesterday please soon again regarding birthday phone email emails address number song songs music album movie movies
    film show stock stocks share shares price weather time playlist podcast radio station news traffic train trains ticket tickets flight
    flights restaurant hotel store shop cafe coffee pizza service app account game games post page status photo photos cinema beach city
    airport street road park university school"""
NO_SURNAMES = frozenset(_NOUNS.split())  # what follows a name without being a part of it
CONTACT = re.compile(
    r"\b(?:call|text|message|e-?mail|phone|ring|ask|tell|remind|invite|mail|dial|facetime|skype|from|with|meet|contact|did|does|has|is)"
    r"\s(?P<name>[a-z]{2,})"
    r"(?=['’]s\b|\s*[.?!,]?$|\s(?:that|to|about|on|at|if|whether|when|and|for|in|from|a|my|reply|replied|called|answer|text|texted|send|sent|emailed|say|said"
    r"|today|tonight|tomorrow|please|[A-Za-z]+day)\b|\s\d)"
)
_ANY = "some something anything music songs song any more another latest new all the a my me best hits albums"
OPEN = frozenset(_ANY.split())  # what is no title


def lower_case(text: str) -> Iterator[tuple[int, int]]:
    """Where each such name stands, those of phrases first."""
    for phrase in PHRASES:
        for match in phrase.finditer(text):
            for name, found in match.groupdict().items():
                words = found.split() if found else []
                if words and not OPEN & set(words[:2]) and not all(word in CLOSED or word in COMMON for word in words) and _may_be(name, words):
                    yield match.span(name)
    yield from (match.span("name") for match in CONTACT.finditer(text) if match["name"] in FIRST_NAMES)
    run: tuple[int, int] | None = None
    for match in WORD.finditer(text):
        if not _is_name(match.group()):
            continue
        if run is not None and text[run[1] : match.start()] == " ":
            run = run[0], match.end()
            continue
        if run is not None:
            yield _with_surname(text, run)
        run = match.span()
    if run is not None:
        yield _with_surname(text, run)


def _with_surname(text: str, run: tuple[int, int]) -> tuple[int, int]:
    """With an English word after a single name where both end what a preposition or the text began: "from george brown", "how old is brad pitt"."""
    start, end = run
    after = SURNAME.match(text, end)
    if after is None or " " in text[start:end] or not BEFORE.search(text[:start]):
        return run
    word = after["name"]
    other = word in COMMON or word in CLOSED or word in ORDERS or word in ROLES or word in NO_SURNAMES or word.endswith(("ing", "ly", "ed", "day"))
    return run if other else (start, after.end("name"))


def _may_be(name: str, words: list[str]) -> bool:
    """Whether what follows "by" or stands before it can be a name; "by fifty percent" is none."""
    return (words[0] not in CLOSED or name == "title") and not any(number([word])[0] or word in ("percent", "per") for word in words[:2])


@lru_cache(maxsize=65536)
def _is_name(word: str) -> bool:
    if word in COMMON or word in CLOSED or word in NO_NAMES or word in TITLES or word in ORDERS or word in ROLES or is_people(word):
        return False
    known = facts(ENGLISH)
    if word in known.months or word.rstrip("s") in known.days or word in known.regions or word in known.languages.values():
        return False
    if simplemma.is_known(word, ENGLISH):
        return not simplemma.lemmatize(word, ENGLISH).islower()
    stems = (word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) >= STEM)
    return not re.search(r"(.)\1\1", word) and not any(map(_is_plain, stems))


def _is_plain(word: str) -> bool:
    return len(word) > 2 and simplemma.is_known(word, ENGLISH) and simplemma.lemmatize(word, ENGLISH).islower()
