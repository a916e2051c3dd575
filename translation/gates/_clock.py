"""Times in words, as a language's [carry] table says them: "3.30" may become "halv fyra", "7:45" "kvart i åtta"."""

from __future__ import annotations

import re

from templates.language import Carry, Language

TIME = re.compile(r"(\d{1,2})[.:](\d\d)")


def spoken(written: str, text: str, language: Language) -> tuple[int, int] | None:
    """Where the text says a time written in figures in words; None where it does not."""
    found = TIME.fullmatch(written)
    return place_of(int(found.group(1)), int(found.group(2)), text, language) if found is not None else None


def place_of(hour: int, minute: int, text: str, language: Language) -> tuple[int, int] | None:
    """Where the text says this time in words."""
    if not language.carry.times or hour > 23 or minute > 59:
        return None
    lower = text.lower()
    patterns = (rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase in _phrases(hour, minute, language.carry) if phrase.lower() in lower)
    return next((found.span() for pattern in patterns if (found := re.search(pattern, text, re.IGNORECASE))), None)


def _phrases(hour: int, minute: int, carry: Carry) -> list[str]:
    patterns = [*carry.times.get(str(minute), ()), *carry.times.get("past", ()), *carry.times.get("to", ())]
    this, after = _names(hour, carry), _names(hour + 1, carry)
    past, left = _names(minute, carry), _names(60 - minute, carry)
    return [
        pattern.format(hour=one, next=next_one, minute=gone, left=rest)
        for pattern in patterns
        for one, next_one, gone, rest in ((one, two, gone, rest) for one in this for two in after for gone in past for rest in left)
    ]


def _names(number: int, carry: Carry) -> list[str]:
    """The words for a number below 60, on the clock of twelve too; the figures themselves where there are none."""
    found = [str(number)]
    for one in {number, number - 12, number % 12 or 12} if number <= 24 else {number}:
        if 0 <= one < len(carry.numbers):
            found += carry.numbers[one].split("/")
        elif 20 <= one < 100 and len(carry.tens) > one // 10 - 2:
            tens = carry.tens[one // 10 - 2].split("/")
            ones = carry.numbers[one % 10].split("/") if one % 10 and len(carry.numbers) > one % 10 else []
            found += [joined.format(tens=ten, ones=unit) for joined in carry.joined for ten in tens for unit in ones] or tens
    return found
