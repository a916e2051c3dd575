"""Aligned: a sentence in two languages with the links between its words, and which tokens its words are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

AT_ONCE = 4_000
Span = tuple[int, int]  # characters


@dataclass(frozen=True, slots=True)
class Aligned:
    """`known` in the language the GPT reads, `new` in the one it is to read; spans of the words of either; `links`: (known word, new word) that say
    the same, `sure` those of them that both directions of the aligner found."""

    known: str
    new: str
    known_words: tuple[Span, ...]
    new_words: tuple[Span, ...]
    links: frozenset[tuple[int, int]]
    sure: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in token ids; `words[w]`: places of the tokens of word w, which may be none."""

    ids: tuple[int, ...]
    words: tuple[tuple[int, ...], ...]


def cut(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], words: Sequence[Sequence[Span]]) -> Iterator[Cut]:
    """Each text in tokens; a token belongs to the word in which its first character stands that is no blank."""
    for start in range(0, len(texts), AT_ONCE):
        some = list(texts[start : start + AT_ONCE])
        read = tokenizer(some, add_special_tokens=False, return_offsets_mapping=True)
        for text, spans, ids, offsets in zip(some, words[start : start + AT_ONCE], read["input_ids"], read["offset_mapping"], strict=True):
            yield Cut(tuple(ids), _of_words(text, spans, offsets))


def _of_words(text: str, spans: Sequence[Span], offsets: Sequence[Span]) -> tuple[tuple[int, ...], ...]:
    places: list[list[int]] = [[] for _ in spans]
    word = 0
    for place, (start, end) in enumerate(offsets):
        first = next((letter for letter in range(start, end) if not text[letter].isspace()), end)
        while word < len(spans) and spans[word][1] <= first:
            word += 1
        if word < len(spans) and spans[word][0] <= first < end:
            places[word].append(place)
    return tuple(map(tuple, places))
