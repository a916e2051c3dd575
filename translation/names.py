"""Names in an English text, and whether a translation still holds one: by its spelling, inflected, respelt, or as CLDR translates it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache

import simplemma
from babel.languages import get_official_languages

from templates.language import ENGLISH
from translation.english_words import COMMON
from translation.locale_facts import facts

WORD = re.compile(r"(?<![^\W_])(?:[A-Z\u00c0-\u00de\u0100-\u024f]|[a-z]{1,3}[A-Z])[\w&]*(?:[.-][^\W_][\w&]*|['’](?!s\b)[^\W\d_]+)*")
START = re.compile(r"(?:^\s*|[.!?:…•|–—]\s*|[\"“”»«‘(\[]\s*|\s-+\s*)[\"“”»«‘'(\[]*$")
TITLES = frozenset((
    "mr", "mrs", "ms", "dr", "sir", "lord", "lady", "prof", "professor", "st", "saint", "king", "queen", "president", "uncle", "aunt", "captain",
    "general", "am", "pm", "ok", "i", "god", "tv", "us", "uk", "un", "eu",
))  # fmt: skip
AFTER = re.compile(r"(?:['’]s)?[ -]([A-Z][\w&]*)")
OF_PEOPLE = ("es", "ian", "ians", "ean", "eans", "an", "ans", "ese", "i", "is", "ic")
LETTERS = (("ph", "f"), ("th", "t"), ("ch", "k"), ("ck", "k"), ("sh", "s"), ("sch", "s"), ("tch", "k"))
SINGLE = str.maketrans(
    {"c": "k", "q": "k", "z": "s", "w": "v", "y": "i", "j": "i", "ø": "o", "æ": "a", "ß": "s", "đ": "d", "ł": "l", "’": "", "'": "", ".": "", "-": ""}
)
OPENER = 4  # letters; shorter ones at the start of a sentence are as often interjections
SHORT = 4  # letters: a name this short stands inside other words by chance
ALIKE = 0.75


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """The word without accents, with letters that languages exchange made equal, doubled ones single: Moscow and Moskva begin alike."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))
    for many, one in LETTERS:
        plain = plain.replace(many, one)
    return re.sub(r"(.)\1+", r"\1", plain.translate(SINGLE))


@lru_cache(maxsize=65536)
def _kind(word: str) -> str:
    """What an English word with a capital is: a "name"; a "word" that may be used as one; or "none": a month, a people, a title ..."""
    plain, known = word.casefold().replace(".", ""), facts(ENGLISH)
    if plain in COMMON or plain in TITLES or plain in known.months or plain.rstrip("s") in known.days or plain in _tongues() or len(plain) < 2:
        return "none"
    if word.startswith(("I'", "I’")) or (is_people(plain) and plain not in _places()):
        return "none"
    parts = plain.split("-")
    if all(part in COMMON or _is_plain(part, ENGLISH) for part in parts):
        return "word" if len(parts) == 1 else "none"
    return "name" if len(plain) > 2 else "word"


@lru_cache(maxsize=65536)
def is_people(plain: str) -> bool:
    """Whether an English word in lower case is a people, a language or what belongs to them: "finnish", "americans"."""
    if plain in _tongues() or (plain.endswith(("ish", "ishman")) and simplemma.is_known(plain, ENGLISH)):
        return True
    return plain.endswith(OF_PEOPLE) and plain not in facts(ENGLISH).regions and plain[: max(4, len(plain) - 3)] in _beginnings()


def openers(text: str) -> Iterator[str]:
    """Words that begin a sentence and are in no English dictionary: more likely names than not, though nothing says so but that."""
    for match in WORD.finditer(text):
        word = match.group()
        if len(word) >= OPENER and START.search(text[: match.start()]) and _kind(word) == "name" and not re.search(r"(.)\1\1", word.casefold()):
            yield word


@cache
def _places() -> frozenset[str]:
    return frozenset(word for name in facts(ENGLISH).regions for word in name.split())


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(place[:size] for place in _places() for size in range(4, len(place)))


@cache
def _tongues() -> frozenset[str]:
    return frozenset(facts(ENGLISH).languages.values())


def _is_plain(word: str, code: str) -> bool:
    """Whether it is in the language's dictionary in lower case; False in a language without one."""
    try:
        return simplemma.is_known(word, code) and simplemma.lemmatize(word, code).islower()
    except ValueError:
        return False


@lru_cache(maxsize=65536)
def is_foreign(word: str, code: str) -> bool:
    """Whether a capitalised word of the translation looks like a name there."""
    return len(word) > 2 and not all(_is_plain(part, code) for part in re.split(r"[^\w]", word.casefold()) if part)


@lru_cache(maxsize=16384)
def _is_spelt_so(word: str) -> bool:
    """CamelCase or capitals: a name even where it begins a sentence."""
    return len(word) > 1 and any(char.isupper() for char in word[1:])


def capitalised(text: str) -> list[tuple[str, bool]]:
    """(word, whether it begins a sentence) of every word with a capital."""
    return [(word, is_sentence_start(text, match.start())) for match in WORD.finditer(text) if (word := match.group()).lower() != word]


def is_sentence_start(text: str, start: int) -> bool:
    """Whether what stands at `start` begins a sentence, a clause or a quotation."""
    if start > 1 and text[start - 1] == " " and (text[start - 2].isalnum() or text[start - 2] == ","):
        return False
    return START.search(text[max(0, start - 6) : start]) is not None


def names(text: str) -> tuple[list[str], list[str]]:
    """(names, English words that may be used as names) of an English text, each once, in order.

    Such a word stands alone ("said Foster"): among others with a capital ("Middle East") it may well be translated. None where everything
    is in capitals; no words where most have one: a headline in Title Case.
    """
    if text.isupper():
        return [], []
    found = capitalised(text)
    kinds = {word: _kind(word) for word, first in found if not first or _is_spelt_so(word)}
    sure = [word for word, kind in kinds.items() if kind == "name"]
    if len(sure) == len(kinds) or 2 * len(found) > len(text.split()):
        return sure, []
    return sure, [word for word, kind in kinds.items() if kind == "word" and _stands_alone(word, text)]


def _stands_alone(word: str, text: str) -> bool:
    """Whether each word next to it has no capital, or is a title or a name: "Harry Potter"."""
    start = text.index(word)
    before = WORD.findall(text[:start]) if text[:start].endswith((" ", "-")) and (text[:start].split() or [""])[-1][:1].isupper() else []
    after = AFTER.match(text, start + len(word))
    near = [*before[-1:], *(after.groups() if after else ())]
    return all(part.casefold() in TITLES or _kind(part) == "name" for part in near)


@cache
def _translated(code: str) -> dict[str, tuple[str, ...]]:
    """English country -> the folded beginnings of its name in the language, and of the language that is spoken there alone."""
    ours, theirs, spoken = facts(ENGLISH).countries, facts(code).countries, facts(code).languages
    return {
        name: (_stem(folded(theirs[key])), *(_stem(folded(spoken[one])) for one in get_official_languages(key)[:1] if one in spoken and one != ENGLISH))
        for key, name in ours.items()
        if key in theirs
    }


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


def is_kept(name: str, words: frozenset[str], text: str, code: str) -> bool:
    """Whether the name stands among the folded `words` of the translation or in its folded `text`."""
    parts = name.split("-")
    if len(parts) > 1 and all(is_kept(part, words, text, code) for part in parts):
        return True
    plain = folded(name)
    if (plain in text if len(plain) > SHORT else any(word.startswith(plain) for word in words)) or any(
        stem in text for stem in _translated(code).get(name.casefold(), ())
    ):
        return True
    stem = plain[: max(SHORT, -(-3 * len(plain) // 5))]
    if (len(stem) > SHORT and stem in text) or (len(plain) >= SHORT and any(word.startswith(stem) for word in words)):
        return True
    return len(plain) > 5 and any(word[:1] == plain[:1] and SequenceMatcher(None, plain, word).ratio() >= ALIKE for word in words)


def stands(name: str, text: str) -> bool:
    """Whether the name stands in the text as it is, at the beginning of a word; quick."""
    place = text.find(name)
    while place > 0 and text[place - 1].isalnum():
        place = text.find(name, place + 1)
    return place >= 0
