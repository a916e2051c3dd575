"""Verbalizer: label -> word, and every grammatical variant -> label.

The blank before an answer belongs to the word (" positive"), so prompt and answer are tokenised apart and the boundary
between them never moves. Variants (Swedish "positiva", "positivt") take the word's blank and count as the same label.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from templates.refusal import Refusal, did_you_mean


def plain(word: str) -> str:
    """The word without outer blanks, casefolded, NFC: the form in which words are compared."""
    return unicodedata.normalize("NFC", word.strip()).casefold()


@dataclass(frozen=True, slots=True)
class Verbalizer:
    """`words[label]` is the answer trained on; `variants[label]` are accepted for the same label."""

    words: Mapping[str, str]
    variants: Mapping[str, tuple[str, ...]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in their order."""
        return tuple(self.words)

    def candidates(self, label: str) -> tuple[str, ...]:
        """Every answer that stands for the label, the trained word first."""
        word = self.words[label]
        blank = word[: len(word) - len(word.lstrip())]
        return (word, *(blank + variant.strip() for variant in self.variants.get(label, ())))

    def label_of(self, answer: str) -> str | None:
        """The label an answer stands for, whatever its case and variant; None if it stands for none."""
        for label in self.labels:
            if plain(answer) in {plain(word) for word in self.candidates(label)}:
                return label
        return None


def build(labels: Sequence[str], words: Mapping[str, str], variants: Mapping[str, Sequence[str]], *, where: str, closed: bool = False) -> Verbalizer:
    """Check and build: a word for every label, none empty, none equal to another label's, none the beginning of one.

    With `closed` a mark follows every word (a slot's bracket), so that one may begin another."""
    for key in (*words, *variants):
        if key not in labels:
            raise Refusal(f"{where}: {key!r} is not a label; labels are {', '.join(labels)}.{did_you_mean(key, labels)}")
    for label in labels:
        if label not in words:
            raise Refusal(f"{where}: label {label!r} has no word; give one for each of {', '.join(labels)}.")
    made = Verbalizer({label: words[label] for label in labels}, {label: tuple(variants.get(label, ())) for label in labels})
    every = [(label, word) for label in labels for word in made.candidates(label)]
    for label, word in every:
        if not word.strip():
            raise Refusal(f"{where}: a word of label {label!r} is empty; write the word the model shall answer.")
    for index, (label, word) in enumerate(every):
        for other, second in every[index + 1 :]:
            if label == other:
                continue
            if plain(word) == plain(second):
                raise Refusal(f"{where}: {word!r} stands for both {label!r} and {other!r}; every label needs words of its own.")
            if not closed and (plain(word).startswith(plain(second)) or plain(second).startswith(plain(word))):
                raise Refusal(f"{where}: {word!r} ({label}) and {second!r} ({other}) collide, one begins the other; choose words that part earlier.")
    return made
