"""Numbers as people write them, each with every value that it may stand for.

"1,234.5", "1 234,5" and "1.234,5" are one number; "£1.2bn" and "1,2 miljarder pund" are one amount; "8th century" may become
"700-talet" and "3 pm" "15". Words for numbers are read too, but nothing demands that they stay words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from translation.gates._number_words import SCALES, WORDS

LONG_SCALE = {"nb", "nn", "da", "de"}  # where "billion" is a word of the language, it is a million millions
LETTERS = {"k", "m", "b"}  # as a unit or an initial these may also mean nothing: "5 m"
SPACE = "[ \u00a0\u202f\u2009]"
FIGURE = re.compile(  # groups of three by blanks, by marks, or one figure with at most one mark: a date such as 1999.12.31 falls into its parts
    rf"(?<!\d)(?:\d{{1,3}}(?:{SPACE}\d{{3}})+(?:[.,]\d+)?(?!\d)|\d{{1,3}}(?:[.,'’]\d{{3}})+(?:[.,]\d+)?(?![.,:]?\d)|(?<!\d[.,:])\d+[.,:]\d+(?![.,:]?\d)|(?<=[\s$£€])\.\d+|\d+)"
)
AFTER = re.compile(rf"(?:{SPACE}|-)?([^\W\d_]+)")
CENTURY = re.compile(r"(?:st|nd|rd|th)?(?:-| and | to |–|\s)*(?:\d+(?:st|nd|rd|th)\s*)?centur", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
MEASURED = re.compile("(?:och|og|und)?(?:år|jahr|dag|dygn|døgn|tag|mån|mon|veck|uke|uge|woch|tim|minut|sekund|tid|procent|prosent|prozent)")
DECADE = ("ties", "talet", "tallet")  # "the thirties" is the 1930s


@dataclass(frozen=True, slots=True)
class Number:
    """`written` as it stands, `end` where it ends, every value it may have, and whether the other side must hold it (figures: yes)."""

    written: str
    values: frozenset[Decimal]
    end: int
    required: bool


def _figure(text: str, *, english: bool) -> set[Decimal]:
    """The values of one written figure. English groups by comma and points by full stop; elsewhere both ways are open."""
    text = re.sub(f"{SPACE}|['’]", "", text).replace(":", ".")
    text = f"0{text}" if text[0] == "." else text
    marks = [char for char in text if char in ".,"]
    if not marks:
        return {Decimal(text)}
    parts = re.split("[.,]", text)
    grouped = all(len(part) == 3 for part in parts[1:]) and 0 < len(parts[0]) <= 3 and parts[0] != "0"
    joined = Decimal("".join(parts))
    if len(set(marks)) > 1:  # the last mark is the decimal one
        return {Decimal("".join(parts[:-1]) + "." + parts[-1])}
    if len(marks) > 1:
        return {joined}
    pointed = Decimal(".".join(parts))
    if english:
        return {joined} if marks == [","] and grouped else {pointed}
    return {joined, pointed} if grouped else {pointed}


@cache
def _words(code: str) -> dict[str, Decimal]:
    """Word -> value, with twenty-five as the languages build it: tens before units, or units + "og"/"und" + tens."""
    plain = {word: Decimal(value) for word, _, value in (item.partition("/") for item in WORDS.get(code, "").split())}
    units = {word: value for word, value in plain.items() if 0 < value < 10}
    tens = {word: value for word, value in plain.items() if value in range(20, 100, 10)}
    built = {
        form: ten + unit
        for ten_word, ten in tens.items()
        for word, unit in units.items()
        for form in (ten_word + word, f"{word}og{ten_word}", f"{word}und{ten_word}")
    }
    return built | plain


def _scale(text: str, end: int, code: str) -> tuple[int, bool, int]:
    """(power of ten after position `end`, may it be meant otherwise, where its word ends); 0 without one."""
    found = AFTER.match(text, end)
    word = found.group(1).casefold() if found else ""
    power = {"billion": 12, "trillion": 18}.get(word, 0) if code in LONG_SCALE else {"billion": 9, "billions": 9, "trillion": 12}.get(word, 0)
    power = power or SCALES.get(word, 0)
    return power, word in LETTERS, found.end() if found and power else end


def _extra(text: str, value: Decimal, start: int, end: int) -> set[Decimal]:
    """Other values that an English figure may rightly take: 3 pm is 15, the 8th century the 700s, the 1920s the 20s, '15 is 2015."""
    after = text[end : end + 24].casefold().lstrip()
    if after.startswith(("pm", "p.m")) and value < 12:
        return {value + 12, (value * 100 + 1200) / 100}
    if after.startswith(("am", "a.m")) and value == 12:
        return {Decimal(0)}
    if CENTURY.match(after) and 1 < value < 30:
        return {(value - 1) * 100, (value - 1) * 100 % 1000}
    if after.startswith(("s", "'s", "’s")) and 1000 <= value < 2100:
        return {value % 100}
    if text[start - 1 : start] in ("'", "’", "‘") and end == start + 2:
        return {2000 + value, 1900 + value}
    return set()


def figures(text: str, code: str) -> list[Number]:
    """Every number in figures, with its scale."""
    found, english = [], code == "en"
    for match in FIGURE.finditer(text):
        values = _figure(match.group(), english=english)
        power, vague, end = _scale(text, match.end(), code)
        if power:
            values = {value * 10**power for value in values} | (values if vague else set())
        elif english:
            values |= {more for value in values for more in _extra(text, value, match.start(), match.end())}
        found.append(Number(text[match.start() : end], frozenset(values), end, True))
    return found


def _first(word: str, table: dict[str, Decimal]) -> Decimal | None:
    """The number that begins a compound of measure: "treårig" is 3."""
    ends = [found.start() for found in MEASURED.finditer(word)]
    return next((table[word[:end]] for end in ends if word[:end] in table), None)


def in_words(text: str, code: str) -> list[Number]:
    """Every number in words, with its scale: "två miljoner" is 2 and 2,000,000. None of them must stay."""
    table, found, before = _words(code), [], Decimal(0)
    for match in WORD.finditer(text):
        word = match.group().casefold()
        value = table.get(word) if word in table else _first(word, table)
        if value is None:
            before = Decimal(0)
            continue
        power, _, end = _scale(text, match.end(), code)
        values = {value, value * 10**power} | ({before + value} if before >= 20 > value else set())
        values |= {1900 + value} if word.endswith(DECADE) else set()
        if code == "en":
            values |= {more for one in tuple(values) for more in _extra(text, one, match.start(), match.end())}
        found.append(Number(match.group(), frozenset(values), end, False))
        before = value
    return found
