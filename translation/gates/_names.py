"""Names in an English text, and whether a translation still holds one: by its spelling, inflected, respelt, or as CLDR translates it."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache, lru_cache

import simplemma

from translation.gates._english_words import COMMON
from translation.gates._locale import facts

WORD = re.compile(r"[^\W\d_][\w&]*(?:[.-][^\W_][\w&]*|['’](?!s\b)[^\W\d_]+)*")
START = re.compile(r"(?:^|[.!?:…•|–—]\s*|[\"“”»«‘(\[]\s*|\s-+\s*)[\"“”»«‘'(\[]*$")
TITLES = frozenset(("mr", "mrs", "ms", "dr", "sir", "lord", "lady", "prof", "st", "saint", "king", "queen", "president", "am", "pm", "ok", "i", "god", "tv", "us", "uk", "un", "eu"))
OF_PEOPLE = ("ish", "ese", "ian", "ians", "ean", "eans", "an", "ans", "ic", "ism", "ist", "ists", "men", "man", "ity", "er", "ers")
LETTERS = (("ph", "f"), ("th", "t"), ("ch", "k"), ("ck", "k"), ("sh", "s"), ("sch", "s"), ("tch", "k"))
SINGLE = str.maketrans({"c": "k", "q": "k", "z": "s", "w": "v", "y": "i", "j": "i", "ø": "o", "æ": "a", "ß": "s", "đ": "d", "ł": "l", "’": "", "'": "", ".": "", "-": ""})
ALIKE = 0.75


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """The word without accents, with letters that languages exchange made equal, doubled ones single: Moscow and Moskva begin alike."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))
    for many, one in LETTERS:
        plain = plain.replace(many, one)
    return re.sub(r"(.)\1+", r"\1", plain.translate(SINGLE))


@lru_cache(maxsize=65536)
def _is_word(word: str) -> bool:
    """Whether the word, in lower case, is an English word, a month, a weekday, a people or a language rather than a name."""
    plain, known = word.casefold(), facts("en")
    if plain in COMMON or plain in TITLES or plain in known.months or plain.rstrip("s") in known.days or plain in known.languages.values():
        return True
    if plain.endswith(OF_PEOPLE) and simplemma.is_known(plain, "en"):
        return True
    lemma = simplemma.lemmatize(plain, "en")
    return simplemma.is_known(plain, "en") and not lemma[:1].isupper()


@lru_cache(maxsize=16384)
def _is_spelt_so(word: str) -> bool:
    """CamelCase or capitals: a name even where it begins a sentence."""
    return len(word) > 1 and any(char.isupper() for char in word[1:])


def capitalised(text: str) -> list[tuple[str, bool]]:
    """(word, whether it begins a sentence) of every word with a capital."""
    return [(word, START.search(text[max(0, match.start() - 6) : match.start()]) is not None) for match in WORD.finditer(text) if (word := match.group()).lower() != word]


def names(text: str) -> list[str]:
    """The names of an English text, each once, in order; none where everything is in capitals."""
    if text.isupper():
        return []
    found = [word for word, first in capitalised(text) if (not first or _is_spelt_so(word)) and len(word) > 1 and not _is_word(word)]
    return list(dict.fromkeys(found))


@cache
def _translated(code: str) -> dict[str, str]:
    """English country -> the folded beginning of its name in the language."""
    ours, theirs = facts("en").countries, facts(code).countries
    return {name: _stem(folded(theirs[key])) for key, name in ours.items() if key in theirs}


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


def is_kept(name: str, words: frozenset[str], text: str, code: str) -> bool:
    """Whether the name stands among the folded `words` of the translation or in its folded `text`."""
    plain = folded(name)
    if plain in text or (country := _translated(code).get(name.casefold(), "")) and country in text:
        return True
    stem = plain[: max(4, -(-3 * len(plain) // 5))]
    if len(plain) > 3 and any(word.startswith(stem) for word in words):
        return True
    return len(plain) > 5 and any(word[:1] == plain[:1] and SequenceMatcher(None, plain, word).ratio() >= ALIKE for word in words)
