"""Known names: listed companies, brands, bands and people whose names are made of English words, so that no dictionary tells them from prose.

known_names.en.tsv, by hand from the members of large share indices (FTSE 350, S&P 500, the continent's, Asia's) and from what a voice
assistant is asked for; a single word that begins sentences in other senses as often (Next, Orange) is left out. Letter by letter as they are
written; those that are `spoken` of also in lower case, where the whole text is.
Misses: whoever is younger than the list, or smaller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from templates.records import read_text

FILE = Path(__file__).with_name("known_names.en.tsv")


def known_names(text: str) -> Iterator[tuple[int, int]]:
    """Where one of them stands."""
    return (match.span() for match in _pattern(lower=text.islower()).finditer(text))


@cache
def listed(*, spoken: bool = False) -> tuple[str, ...]:
    """All names, or only those that are spoken of, the longest first."""
    rows = [line.split("\t") for line in read_text(FILE).splitlines()[1:] if line.strip()]
    return tuple(sorted((name for name, _, also in rows if also or not spoken), key=lambda name: (-len(name), name)))


@cache
def _pattern(*, lower: bool) -> re.Pattern[str]:
    names = [name.lower() for name in listed(spoken=True)] if lower else listed()
    return re.compile(rf"(?<![\w@#$-])(?:{'|'.join(map(re.escape, names))})(?!\w)")
