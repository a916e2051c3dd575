"""structure: is it the same record, with sound text in every field?

Score: what differs. Accepted when nothing does: the id, label, group and English fields are the source's, every field of the
benchmark is there and no other, the text is in Unicode NFC, holds no control character, no unknown-token mark, no broken
encoding ("Ã¥" for "å") and no question mark in the place of a letter that the source does not hold, and the engine did not flag it
as truncated. Critical.
Misses: a label that is the source's but no longer fits the translated text; letters that a wrong encoding dropped or made others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from templates.benchmark import Record

NAME = "structure"
SCOPE = "record"

BROKEN = re.compile(r"[ÃÂ][\u0080-\u00bf]|â[\u0080\u20ac]|[√├][^\s\d]|\ufffd|\u2047|<unk>")  # UTF-8 as Latin-1, CP1252, Mac Roman or CP850
LOST = re.compile(r"(?:(?<!\S)|(?<=[^\W\d_]))\?(?=[^\W\d_])")  # what an encoding without the letter writes: in none of 52,000 human translations
LINK = re.compile(r"(?<!\S)\S*(?:://|www\.|[/&=])\S*")


@dataclass(frozen=True, slots=True)
class Settings:
    """`flags`: marks of the engine that make a record unusable."""

    flags: tuple[str, ...] = ("truncated",)


@dataclass(frozen=True, slots=True)
class Score:
    """What differs, one phrase each, and the flags the engine set."""

    differs: tuple[str, ...]
    flags: tuple[str, ...]


def _text(name: str, source: str, target: str) -> list[str]:
    found = []
    if not unicodedata.is_normalized("NFC", target):
        found.append(f"{name} is not in Unicode NFC")
    controls = {char for char in ("" if target.isprintable() else target) if unicodedata.category(char) in ("Cc", "Cs", "Co") and char not in source}
    if controls:
        found.append(f"{name} holds control character {', '.join(f'U+{ord(char):04X}' for char in sorted(controls))}")
    broken = BROKEN.search(target)
    if broken and broken.group() not in source:
        found.append(f"{name} holds broken characters ({broken.group()})")
    if "?" in target and len(LOST.findall(LINK.sub(" ", target))) > len(LOST.findall(LINK.sub(" ", source))):
        found.append(f"{name} holds a question mark in the place of a letter")
    return found


def score(source: Record, target: Record, fields: Collection[str]) -> Score:
    """Compare the records and look through the text of every field of the benchmark."""
    differs = [
        f"{what} is {ours!r}, in the source {theirs!r}"
        for what, ours, theirs in (("id", target.id, source.id), ("label", target.label, source.label), ("group", target.group, source.group))
        if ours != theirs
    ]
    if target.source is not None and dict(target.source) != dict(source.fields):
        differs.append("its English fields are not the source's")
    differs += [f"field {name} is missing" for name in fields if name not in target.fields]
    differs += [f"field {name} is unknown" for name in target.fields if name not in fields]
    for name in fields:
        if name in target.fields:
            differs += _text(name, source.fields.get(name, ""), target.fields[name])
    return Score(tuple(differs), target.flags)


def judged(score: Score, settings: Settings) -> bool:
    """True: no record is exempt."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where nothing differs and no flag forbids it."""
    return not score.differs and not set(score.flags) & set(settings.flags)


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return "; ".join([*score.differs, *(flag for flag in score.flags if flag in settings.flags)])


def suspicion(score: Score) -> float:
    """Differences and flags."""
    return float(len(score.differs) + len(score.flags))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"same id, label, group and fields; sound Unicode; not flagged {' or '.join(settings.flags) or 'at all'}"
