"""Marks that stand in any language as they are: links, addresses, $TICKERS, @users, #tags, placeholders, markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

KINDS = {
    "placeholder": r"\$?\{\{[^{}]*\}\}|\$?\{[^{}\s]*\}|(?<!\d)(?<!\d[ \u00a0\u202f])%(?:\(\w+\)|\d+\$)?[sdif](?!\w)"
    r"|<\|[^|<>]*\|>|\[\[[^\[\]]*\]\]|\u27e6[^\u27e6\u27e7]*\u27e7",
    "markup": r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>",
    "link": r"(?:https?://|www\.)[^\s<>\"”]+[\w/=]",
    "address": r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w",
    "ticker": r"(?<![\w$])\$[A-Za-z]{1,6}(?:[.-][A-Z])?(?![A-Za-z])",
    "mention": r"(?<!\w)@\w*[^\W\d]\w*",
    "tag": r"(?<!\w)#\w*[^\W\d]\w*",
}
ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
FIRST = re.compile(r"[{%<\[\u27e6@#$]|://|www")  # no mark does without one of these
COVER = "\u2020"


def may_hold(text: str) -> bool:
    """Whether the text can hold a mark at all; quick."""
    return FIRST.search(text) is not None


def marks(text: str) -> Iterator[tuple[str, str, int]]:
    """(kind, mark, where it starts), in order."""
    if may_hold(text):
        for found in ANY.finditer(text):
            yield str(found.lastgroup), found.group(), found.start()


def covered(text: str) -> str:
    """The text with every mark replaced by as many daggers, so that places stay what they were."""
    return ANY.sub(lambda found: COVER * len(found.group()), text) if may_hold(text) else text


def without(text: str) -> str:
    """The text without its marks."""
    return ANY.sub(" ", text) if may_hold(text) else text
