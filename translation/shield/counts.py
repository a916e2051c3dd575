"""Counts: whole numbers from two to ninety-nine that an English text says in words: eighteen, forty-five, sixty four.

"One" is as often a pronoun or an article, so it is none. Misses: a hundred and more; "two" in "two-thirds" is no count either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from translation.rules import ENGLISH_NUMBERS, ENGLISH_TENS, number
from translation.shield.unit import Count, Unit

_UNITS, _TENS = "|".join(ENGLISH_NUMBERS[1:10]), "|".join(ENGLISH_TENS)
_WORDS = "|".join(sorted((*ENGLISH_NUMBERS[2:], *ENGLISH_TENS), key=len, reverse=True))
COUNT = re.compile(
    rf"(?<![\w.-])(?:(?:{_TENS})[\s-](?:{_UNITS})|{_WORDS})(?![\w-]|['’]s|\s(?:hundred|thousand|million|billion|trillion|past|after|to\s(?:{_WORDS})|o'?clock)\b)",
    re.IGNORECASE,
)


def counts(text: str) -> Iterator[Unit]:
    """Every such number, but for one in a row of them: a time, a telephone number, a sum."""
    found = list(COUNT.finditer(text))
    for place, match in enumerate(found):
        before = found[place - 1].end() if place else -2
        after = found[place + 1].start() if place + 1 < len(found) else len(text) + 2
        if match.start() - before > 1 and after - match.end() > 1:
            yield Unit("count", *match.span(), match.group(), Count(number(re.split(r"[\s-]", match.group().casefold()))[1]))
