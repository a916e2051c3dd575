"""Values: an English slot value before it is translated: what is asked to find it, and the names in it."""

from __future__ import annotations

import re

import simplemma

from templates.language import ENGLISH
from templates.slots import Slot
from translation.rules import words

Asked = tuple[str, tuple[str, ...]]  # an English text, and the values in it that are shielded from translation

CARRIERS = ("the {}", "a {}", "my {}")
DETERMINERS = ("the", "a", "an", "my", "your", "our", "this", "that", "every", "each", "next", "last", "some", "any")
LEADING = frozenset((*DETERMINERS, "at", "on", "in", "to", "for", "from", "of", "with", "by", "about"))
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "april", "june", "july", "august", "september", "october", "november", "december")
CALENDAR = frozenset(("am", "pm", *DAYS, *(f"{day}s" for day in DAYS), *MONTHS))  # capitals without being names


def is_led(value: str) -> bool:
    """Whether the value begins with an article, a preposition or the like, which then belongs to it."""
    return any(word in LEADING for word in words(value)[:1])


def bare(value: str) -> str:
    """The value without the articles, prepositions and the like that it begins with."""
    left = value.split()
    while left and left[0].casefold() in LEADING:
        left = left[1:]
    return " ".join(left)


def alone(slot: Slot, source: str) -> list[Asked]:
    """The value by itself."""
    return [(slot.value, ())]


def phrases(slot: Slot, source: str) -> list[Asked]:
    """The value after the words before it and after articles; if it begins with such words itself, the value without them."""
    if is_led(slot.value):
        return [(bare(slot.value), ())] if bare(slot.value) else []
    before = source[: slot.start].split()
    own = [" ".join([*before[-many:], slot.value]) for many in (1, 2) if len(before) >= many and all(word.casefold() in LEADING for word in before[-many:])]
    return [(one, ()) for one in dict.fromkeys([*own, *(carrier.format(slot.value) for carrier in CARRIERS)])]


def is_spelt(value: str) -> bool:
    """Whether the value is spelt out letter by letter ("i. b. m."), which no language may translate."""
    return len(words(value)) > 1 and all(len(word) == 1 and word.isalpha() for word in words(value))


def names_in(value: str) -> tuple[str, ...]:
    """The words of the value that are proper names or in no dictionary: "detroit", "wemo", but not "lamp" or "monday".

    simplemma writes the lemma of a proper name with a capital. Misses: names that are plain words too ("mike", "pizza hut").
    """
    if is_spelt(value):
        return words(value)
    plain = (re.sub(r"['’]s?$", "", word) for word in words(value) if word != "i")
    return tuple(word for word in plain if word.isalpha() and word not in CALENDAR and (not simplemma.is_known(word, ENGLISH) or _is_name(word)))


def _is_name(word: str) -> bool:
    """Whether the lemma has a capital; that of "me" has, being "I"."""
    lemma = simplemma.lemmatize(word, ENGLISH)
    return lemma[:1].isupper() and lemma[:2].casefold() == word[:2]
