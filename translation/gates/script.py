"""script: is the text written in the language's script?

Score: letters of the target, and which of them are in a foreign script: in none that the language is written in (`language.script`, an
ISO 15924 code) and not standing in the source. Accepted by the share of letters in the expected scripts; a few foreign letters in an
otherwise sound text only mark it. Scripts are told by the Unicode names of the letters.
Misses: a wrong language in the right script (see language_id); letters of two scripts that look alike and both belong to the language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from templates.language import Language

NAME = "script"
SCOPE = "field"

SCRIPTS: Mapping[str, tuple[str, ...]] = {  # ISO 15924 -> how the Unicode names of its letters begin
    "Latn": ("LATIN", "FULLWIDTH LATIN"),
    "Cyrl": ("CYRILLIC",),
    "Grek": ("GREEK",),
    "Arab": ("ARABIC",),
    "Hebr": ("HEBREW",),
    "Deva": ("DEVANAGARI",),
    "Beng": ("BENGALI",),
    "Taml": ("TAMIL",),
    "Telu": ("TELUGU",),
    "Thai": ("THAI",),
    "Geor": ("GEORGIAN",),
    "Armn": ("ARMENIAN",),
    "Ethi": ("ETHIOPIC",),
    "Hans": ("CJK", "IDEOGRAPHIC"),
    "Hant": ("CJK", "IDEOGRAPHIC"),
    "Jpan": ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA"),
    "Kore": ("HANGUL", "CJK", "IDEOGRAPHIC"),
}
NEUTRAL = ("MODIFIER", "FEMININE", "MASCULINE", "MICRO", "DOUBLE-STRUCK", "SCRIPT", "PLANCK", "MATHEMATICAL")  # letters by category, marks by use


@dataclass(frozen=True, slots=True)
class Settings:
    """`share_least`: of the letters in the expected scripts, below it a text is refused (OpusFilter asks for 1.0, which leaves no room
    for a stray symbol). `most`: foreign letters a sound text may hold unmarked.

    Of 4,670 human translations into Swedish (first half of the Tatoeba test set, LinES, Swedish public information) none holds one.
    """

    share_least: float = 0.95
    most: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Letters of the target; the foreign ones that the source lacks; `known`: the language's script is in the list above."""

    letters: int
    foreign: str
    known: bool


@cache
def _is_foreign(letter: str, script: str) -> bool:
    name = unicodedata.name(letter, "")
    return not name.startswith((*SCRIPTS[script], *NEUTRAL))


def _foreign(source: str, target: str, script: str) -> str:
    if target.isascii() and script == "Latn":
        return ""
    there, found = source.casefold(), ""
    for alike, run in groupby(target, key=lambda letter: letter.isalpha() and _is_foreign(letter, script)):
        piece = "".join(run) if alike else ""
        found += "" if piece.casefold() in there else "".join(letter for letter in piece if letter not in source)
    return found


def score(source: str, target: str, language: Language) -> Score:
    """Count the letters; in a language not written in Latin letters, Latin ones that stand in the source (names, tickers) are no fault."""
    known = language.script in SCRIPTS
    return Score(sum(map(str.isalpha, target)), _foreign(source, target, language.script) if known else "", known)


def judged(score: Score, settings: Settings) -> bool:
    """False without letters, or where the script is none of the known ones."""
    return score.known and score.letters > 0


def accept(score: Score, settings: Settings) -> bool:
    """True where the letters are the language's."""
    return not judged(score, settings) or len(score.foreign) <= settings.most


def doubtful(score: Score, settings: Settings) -> bool:
    """True where most letters are the language's."""
    return len(score.foreign) <= (1 - settings.share_least) * score.letters


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    sample = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in dict.fromkeys(score.foreign[:3]))
    return f"{len(score.foreign)} of {score.letters} letters in a foreign script: {sample}"


def suspicion(score: Score) -> float:
    """Share of foreign letters."""
    return len(score.foreign) / score.letters if score.letters else 0.0


def spans(source: str, target: str, score: Score) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The foreign letters, those side by side as one piece."""
    foreign = set(score.foreign)
    if not foreign:
        return (), ()
    return (), tuple(found.span() for found in re.finditer(f"[{re.escape(''.join(sorted(foreign)))}]+", target))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    share = f"at least {100 * settings.share_least:g} % of the letters in the language's script"
    return f"{share}; marked if more than {settings.most} are of another and not in the source"
