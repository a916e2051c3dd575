"""Spans: carry a value that occurs in the text (a company, a place) into the translated text.

The value is looked up, never translated alone: "Shire" by itself becomes a Swedish county.
Misses: a name that is rightly inflected or has a name of its own in the target language is copied from the source.
"""

from __future__ import annotations

import re
from typing import Literal

How = Literal["exact", "casefold", "copied"]


def carry(value: str, *, source: str, translated: str) -> tuple[str, How]:
    """The value as it stands in the translated text, and how it was found; "copied" if it is not there.

    It must be a whole word there, but for the genitive s that Swedish glues on ("Teslas"), or a part of a word if the source
    has it so ("CompaniesAB InBev").
    """
    pattern = rf"(?<!\w){re.escape(value)}(?=s?(?!\w))"
    if re.search(pattern, source) is None and value in source:
        pattern = re.escape(value)
    if re.search(pattern, translated):
        return value, "exact"
    other_case = re.search(pattern, translated, re.IGNORECASE)
    return (other_case.group(), "casefold") if other_case else (value, "copied")
