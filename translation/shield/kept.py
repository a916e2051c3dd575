"""What was kept of a text (marks that no engine may see), whether anything is left to say, and its numbers by their digits.

The source is English (that is what every benchmark here starts from), so everything outside Latin script counts as a mark.
"""

from __future__ import annotations

import re
from collections import Counter

MARK = re.compile(
    r"""(?:https?://|www\.)[^\s"<>]*[^\s"<>.,;:!?)'\]]      # URL, without the sentence's punctuation
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                           # e-mail
    | (?<![\w.])(?:[a-z0-9-]+\.)+(?:com|co|org|net|io|ly|me|gov|edu|uk)(?:/[^\s"<>]*[^\s"<>.,;:!?)'\]])?(?![\w.])
    | (?<![\w$])\$[A-Za-z]{1,6}(?:[._-][A-Za-z]{1,2})?(?!\w) # $TICKER
    | (?<!\w)[@\#]\w+                                        # @user, #tag
    | \b[A-Z]{3,}:[A-Z][A-Z.]{0,5}\b                         # NYSE:BA
    | \{[^{}\s]*\} | <\|[^|<>]*\|> | \[\[[^\[\]]*\]\]        # what looks like a template
    | [^\s\x20-\x7e\xa0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u214f]+  # emoji, other scripts
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"(?<![\w.,])[-+]?[$£€]?\d+(?:[.,]\d+)*(?:%|[KkMmBb]n?\b)?(?!\w)")
DIGITS = re.compile(r"\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:[.,]\d+)*(?!\d)|\d+(?:[.,]\d+)*")


def speaks(text: str) -> bool:
    """Whether there is anything to translate: a letter outside the marks. Engines invent words for " ", "-" or "7"."""
    return any(letter.isalpha() for letter in MARK.sub(" ", text))


def numbers(text: str) -> Counter[str]:
    """The numbers outside the marks by their digits, whatever separates them: 1,234.5 and 1 234,5 are equal."""
    return Counter(re.sub(r"\D", "", found) for found in DIGITS.findall(MARK.sub(" ", text)))


def shieldable_numbers(text: str) -> Counter[str]:
    """Those numbers that stand-ins keep when asked; "2nd" and "Q3" are words."""
    return Counter(re.sub(r"\D", "", found) for found in NUMBER.findall(MARK.sub(" ", text)))
