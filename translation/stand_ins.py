"""Stand-ins: the tokens that our own translators carry from source to target unchanged.

Each is one user-defined SentencePiece symbol of every model trained here, so none can be split, merged or made of other pieces.
The double brackets (U+27E6, U+27E7) occur in no benchmark; a text that holds them is shielded like any other script.
"""

from __future__ import annotations

PLACEHOLDERS = tuple(f"⟦{number}⟧" for number in range(1, 10))
MARKERS = tuple((f"⟦{letter}⟧", f"⟦/{letter}⟧") for letter in "abcdef")


def tag(code: str) -> str:
    """What begins a source that a one-to-many model is to translate into the language `code` (Johnson et al. 2017, https://arxiv.org/abs/1611.04558)."""
    return f">>{code}<<"


def symbols(targets: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every stand-in, and the tags of these target languages."""
    return (*PLACEHOLDERS, *(mark for pair in MARKERS for mark in pair), *(tag(code) for code in targets))
