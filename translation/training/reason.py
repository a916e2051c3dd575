"""Reason: why a line of parallel text is not trained on; exactly one for each line that is left out."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Found by the readers (the first seven), or by the cleaning, in the order in which it asks."""

    DAMAGED = "damaged file"  # counted once for a file that ends early; what stands before the damage is used
    ENCODING = "not UTF-8"
    LONG_LINE = "line too long"
    ONE_COLUMN = "one column"
    COLUMNS = "more than two columns"
    UNPAIRED = "no line beside it"
    OTHER_LANGUAGE = "language not there"
    CONTROL = "control characters"
    MARKUP = "markup"
    STAND_IN = "stand-ins"
    EMPTY = "empty"
    SHORT = "too short"
    LONG = "too long"
    RATIO = "length ratio"
    LETTERS = "few letters"
    SCRIPT = "script"
    COPY = "copy"
    NUMBERS = "numbers"
    KEPT_OUT = "kept out"
    DUPLICATE = "duplicate"
    LANGUAGE = "language"
