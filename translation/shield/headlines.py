"""Headlines: English in Title Case, as no other language here writes, is sent to the translator in sentence case, for it knows no other.

Names, months and whatever is no English word keep their capitals. Misses: a name of English words ("Virgin Money"), which loses them.
"""

from __future__ import annotations

import re
from functools import lru_cache

import simplemma

from templates.language import ENGLISH
from translation.english_words import COMMON
from translation.locale_facts import facts
from translation.marks import without
from translation.names import is_people
from translation.shield.english_classes import CLOSED
from translation.shield.places import cities

WORD = re.compile(r"(?<![\w@#$&])[A-Za-z]+(?:['’][a-z]+)?(?:-[A-Za-z]+)*(?![\w&])")
SHORT = 4  # letters: shorter words may stay in lower case in a headline, and so may prepositions
LEAST = 2  # words that count
SHARE = 0.85  # of those have a capital


def is_titled(text: str) -> bool:
    """Whether the plain words of the text begin with capitals."""
    words = [word for word in WORD.findall(without(text)) if len(word) >= SHORT and not word.isupper()]
    words = [word for word in words if word[0].isupper() or word not in CLOSED]
    words = [word for word in words if word[0].islower() or _is_plain(word.casefold())]
    return len(words) >= LEAST and not text.isupper() and sum(word[0].isupper() for word in words) >= SHARE * len(words)


def lowered(text: str) -> str:
    """The text with its plain words in lower case."""
    return WORD.sub(lambda match: match.group().lower() if _is_to_lower(match.group()) else match.group(), text)


def _is_to_lower(word: str) -> bool:
    if word.isupper() and word != "A":
        return False
    return not word.startswith(("I'", "I’")) and all(_is_plain(part) for part in re.split(r"-|['’]s$", word.casefold()) if part)


@lru_cache(maxsize=65536)
def _is_plain(word: str) -> bool:
    """Whether it is an English word and neither a month, a day, a people nor a place."""
    known, bare = facts(ENGLISH), re.sub(r"['’]s$", "", word)
    if (bare in known.months and bare != "may") or bare.rstrip("s") in known.days or bare in known.regions or bare in cities() or is_people(bare):
        return False
    return bare in COMMON or (simplemma.is_known(bare, ENGLISH) and simplemma.lemmatize(bare, ENGLISH).islower())
