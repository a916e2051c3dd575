"""Styles: a pair as a spoken command is transcribed: lower case, no punctuation, apostrophes kept ("what's the time in new york")."""

from __future__ import annotations

import re
from dataclasses import replace

from translation.training.pair import Pair

LONGEST = 90  # characters: nobody says more to an assistant
_MARKS = re.compile(r"(?<!\d)[^\w\s'’%€$£-]|[^\w\s'’%€$£-](?!\d)|(?<!\w)[-'’]|[-'’](?!\w)|_")  # within a number they stay: 2.5, 12:30


def lowered(pair: Pair) -> Pair | None:
    """The pair in that style; None where it is too long for it, nothing would change, or nothing would be left."""
    if len(pair.source) > LONGEST or len(pair.target) > LONGEST:
        return None
    source, target = _lowered(pair.source), _lowered(pair.target)
    if not source or not target or (source, target) == (pair.source, pair.target):
        return None
    return replace(pair, source=source, target=target)


def _lowered(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text.lower().replace("’", "'")).split())
