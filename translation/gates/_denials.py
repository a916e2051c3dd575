"""Denials in English: the words that deny, and where they deny nothing."""

from __future__ import annotations

import re

DENIES = re.compile(r"\b(?:not|never|nothing|nobody|nowhere|neither|nor|cannot|without|none|no|no-one)\b|n['’]t\b", re.IGNORECASE)
NO_DENIAL = re.compile(  # emphasis, a polite question, a tag, a number, or what other languages say without denying
    r"""\bnot\s(?:only|just|merely|simply|least|until|to\smention|yet|un\w+|(?:too\s|a\s|so\s)?bad)\b
    | \b(?:why|if|whether\sor|or|as)\snot\b | \bcan(?:['’]t|not)\s(?:help|but)\b | n['’]t\s(?:you|it|he|she|we|they|I|that|there)\b
    | \bdon['’]t\sworry\b | \bnever\s?mind\b | ^\W*no\b(?=\W) | \bnothing\s(?:but|like)\b | \bnone\sthe\sless\b | \bnone\sof\syour\b
    | \bno[.\s-]*\d | \bno\s(?:end|doubt|matter|wonder|later\sthan|longer\sthan|sooner|less|more\sthan|fewer)\b
    | \bno\s?one\s(?:\w+\s){0,3}(?:except|but)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def denials(text: str) -> tuple[str, ...]:
    """The words of an English text that deny."""
    return tuple(DENIES.findall(NO_DENIAL.sub(" ", text))) if DENIES.search(text) else ()
