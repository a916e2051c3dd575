"""Translator: what every engine in `translators/` offers, and Output, one translated text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Output:
    """One translation.

    `score` is the length-normalised log-probability (<= 0, nan if the engine has none); `truncated` says that the input
    did not fit or the output was cut at the longest allowed length, so that part of the text is missing.
    """

    text: str
    score: float
    truncated: bool


class Translator(Protocol):
    """One engine with fixed model, decoding settings and languages.

    `fingerprint` (64 hex digits) covers engine name, content of the model, decoding settings and language codes: equal
    fingerprints mean equal translations, so thread counts and batch sizes are no part of it.
    """

    fingerprint: str

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """One output a text, in the same order. Texts are sentences without line breaks; none is blank."""
        ...
