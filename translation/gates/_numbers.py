"""Numbers as people write them, each with every value that it may stand for.

"1,234.5", "1 234,5" and "1.234,5" are one number; "£1.2bn" and "1,2 miljarder pund" are one amount; "8th century" may become
"700-talet" and "3 pm" "15". Words for numbers are read too, but nothing demands that they stay words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from translation.gates._number_words import SCALES, WORDS
from translation.locale_facts import facts

SPACE = "[ \u00a0\u202f\u2009]"
FIGURE = re.compile(  # groups of three by blanks, by marks, or one figure with at most one mark: a date such as 1999.12.31 falls into its parts
    rf"(?<!\d)(?:\d{{1,3}}(?:{SPACE}\d{{3}})+(?:[.,]\d+)?(?!\d)|\d{{1,3}}(?:[.,'’]\d{{3}})+(?:[.,]\d+)?(?![.,:]?\d)|(?<!\d[.,:])\d+[.,:]\d+(?![.,:]?\d)|(?<=[\s$£€])\.\d+|\d+)"
)
DIGIT = re.compile(r"\d")
ARABIC = str.maketrans("\u066b\u066c", ",.")  # decimal and grouping mark
AFTER = re.compile(rf"(?:{SPACE}|-)?(?:de{SPACE})?([^\W\d_]+)")
CENTURY = re.compile(r"(?:st|nd|rd|th)?(?:-| and | to |–|\s)*(?:\d+(?:st|nd|rd|th)\s*)?centur", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
MEASURED = re.compile("(?:och|og|und)?(?:år|jahr|dag|dygn|døgn|tag|mån|mon|veck|uke|uge|woch|tim|minut|sekund|tid|procent|prosent|prozent)")
IDEOGRAPH = "\u2e80"  # scripts without blanks begin here
DECADE = ("ties", "talet", "tallet")  # "the thirties" is the 1930s


@dataclass(frozen=True, slots=True)
class Number:
    """`written` as it stands from `start` to `end`, every value it may have, and whether the other side must hold it (figures: yes)."""

    written: str
    values: frozenset[Decimal]
    start: int
    end: int
    required: bool


@lru_cache(maxsize=4096)
def _figure(text: str, *, point: bool) -> frozenset[Decimal]:
    """The values of one written figure. English groups by comma and points by full stop; elsewhere both ways are open."""
    text = re.sub(f"{SPACE}|['’]", "", text).replace(":", ".")
    text = f"0{text}" if text[0] == "." else text
    marks = [char for char in text if char in ".,"]
    if not marks:
        return frozenset((Decimal(text),))
    parts = re.split("[.,]", text)
    grouped = all(len(part) == 3 for part in parts[1:]) and 0 < len(parts[0]) <= 3 and parts[0] != "0"
    joined = Decimal("".join(parts))
    if len(set(marks)) > 1:  # the last mark is the decimal one
        return frozenset((Decimal("".join(parts[:-1]) + "." + parts[-1]),))
    if len(marks) > 1:
        return frozenset((joined,))
    pointed = Decimal(".".join(parts))
    if point:
        return frozenset((joined if marks == [","] and grouped else pointed,))
    return frozenset((joined, pointed) if grouped else (pointed,))


@cache
def _words(code: str) -> dict[str, Decimal]:
    """Word -> value, with twenty-five as the languages build it: tens before units, or units + "og"/"und" + tens. Months count too."""
    plain = {word: Decimal(value) for word, _, value in (item.partition("/") for item in WORDS.get(code, "").split())}
    units = {word: value for word, value in plain.items() if 0 < value < 10}
    tens = {word: value for word, value in plain.items() if value in range(20, 100, 10)}
    built = {
        form: ten + unit
        for ten_word, ten in tens.items()
        for word, unit in units.items()
        for form in (ten_word + word, f"{word}og{ten_word}", f"{word}und{ten_word}")
    }
    return {word: Decimal(month) for word, month in facts(code).months.items()} | built | plain


@cache
def _powers(code: str) -> dict[str, tuple[int, ...]]:
    """Scale word -> powers of ten: what CLDR gives for the language, what is written everywhere, and thousand as a word of the language."""
    own = facts(code).scales
    large = {word: len(str(value)) - 1 for word, value in _words(code).items() if value >= 1000 and value == 10 ** (len(str(value)) - 1)}
    return {word: tuple(dict.fromkeys(table[word] for table in (own, SCALES, large) if word in table)) for word in {*own, *SCALES, *large}}


def _scale(text: str, end: int, code: str) -> tuple[set[int], int]:
    """(powers of ten that may be meant by the words after `end`, where they end); "mil milions" is a thousand million."""
    table, powers = _powers(code), {0}
    for _ in range(2):
        found = AFTER.match(text, end)
        if found is None:
            break
        word = found.group(1).casefold()
        if word not in table and word[0] >= IDEOGRAPH:
            word = next((word[:size] for size in (2, 1) if word[:size] in table), word)  # "万美元"
        if word not in table:
            break
        powers = {power + more for power in powers for more in table[word]} | ({0} if len(word) == 1 and word.isascii() else set())  # "5 m"
        end = found.start(1) + len(word)
    return powers, end


def _extra(text: str, value: Decimal, start: int, end: int) -> set[Decimal]:
    """Other values that an English figure may rightly take: 3 pm is 15, the 8th century the 700s, the 1920s the 20s, '15 is 2015."""
    after = text[end : end + 24].casefold().lstrip()
    if after.startswith(("pm", "p.m")) and value < 12:
        return {value + 12}
    if after.startswith(("am", "a.m")) and 12 <= value < 13:
        return {value - 12}
    if CENTURY.match(after) and 1 < value < 30:
        return {(value - 1) * 100, (value - 1) * 100 % 1000}
    if after.startswith(("s", "'s", "’s")) and 1000 <= value < 2100:
        return {value % 100}
    if text[start - 1 : start] in ("'", "’", "‘") and end == start + 2:
        return {2000 + value, 1900 + value}
    return set()


def figures(text: str, code: str) -> list[Number]:
    """Every number in figures, with its scale."""
    if not DIGIT.search(text):
        return []
    found, point = [], facts(code).point
    text = text.translate(ARABIC) if "\u066b" in text or "\u066c" in text else text
    for match in FIGURE.finditer(text):
        plain = _figure(match.group(), point=point)
        powers, end = _scale(text, match.end(), code)
        values = {value * 10**power for value in plain for power in powers}
        if code == "en" and powers == {0}:
            values |= {more for value in plain for more in _extra(text, value, match.start(), match.end())}
        found.append(Number(text[match.start() : end], frozenset(values), match.start(), end, True))
    return found


def _first(word: str, table: dict[str, Decimal]) -> Decimal | None:
    """The number that begins a compound of measure: "treårig" is 3."""
    ends = [found.start() for found in MEASURED.finditer(word)]
    return next((table[word[:end]] for end in ends if word[:end] in table), None)


@lru_cache(maxsize=65536)
def _value(word: str, code: str) -> Decimal | None:
    table = _words(code)
    return table[word] if word in table else _first(word, table)


def in_words(text: str, code: str) -> list[Number]:
    """Every number in words, with its scale: "två miljoner" is 2 and 2,000,000. None of them must stay."""
    found, before = [], Decimal(0)
    for match in WORD.finditer(text):
        word = match.group().casefold()
        value = _value(word, code)
        if value is None:
            before = Decimal(0)
            continue
        powers, end = _scale(text, match.end(), code)
        values = {value} | {value * 10**power for power in powers} | ({before + value} if before >= 20 > value else set())
        values |= {1900 + value} if word.endswith(DECADE) else set()
        if code == "en":
            values |= {more for one in tuple(values) for more in _extra(text, one, match.start(), match.end())}
        found.append(Number(match.group(), frozenset(values), match.start(), end, False))
        before = value
    return found


def pair(ours: Sequence[Number], theirs: Sequence[Number]) -> tuple[list[tuple[Number, Number]], list[Number], list[Number]]:
    """Numbers that share a value, the least ambiguous first and near ones in order; then what is left on each side."""
    pairs, left, right = [], [], sorted(theirs, key=_clarity)
    for number in sorted(ours, key=_clarity):
        mate = next((other for other in right if other.values & number.values and (other.required or number.required)), None)
        if mate is None:
            left.append(number)
        else:
            right.remove(mate)
            pairs.append((number, mate))
    return pairs, left, right


def _clarity(number: Number) -> tuple[bool, int, int]:
    return not number.required, len(number.values), number.start


def compared(source: str, target: str, code: str) -> tuple[list[tuple[Number, Number]], list[Number], list[Number]]:
    """(pairs, figures only in the English source, figures only in the target); words are read only where figures do not pair."""
    here, there = figures(source, "en"), figures(target, code)
    if not here and not there:
        return [], [], []
    pairs, left, right = pair(here, there)
    if left or right:
        more, left, right = pair([*left, *in_words(source, "en")], [*right, *in_words(target, code)])
        pairs += more
    return pairs, [number for number in left if number.required], [number for number in right if number.required]


TENS = tuple(map(Decimal, range(20, 100, 10)))


@cache
def _cardinals() -> re.Pattern[str]:
    """English words for numbers from three on that are nothing else."""
    words = [
        word
        for word, value in _words("en").items()
        if 3 <= value < 100 and not word.endswith(("th", "ies", "third", "dozen")) and word not in facts("en").months
    ]
    endings = "|".join(sorted({word[1:] for word in words}, key=len, reverse=True))
    first = "".join({letter for word in words for letter in (word[0], word[0].upper())})
    return re.compile(rf"\b[{first}](?:{endings})\b")


def changed_words(source: str, target: str, code: str) -> list[str]:
    """Numbers in words that have no like in the target, where it has others in words that have none in the source."""
    if code not in WORDS or code == "en" or not _cardinals().search(source):
        return []
    here, months = in_words(source, "en") + figures(source, "en"), facts(code).months
    there = [number for number in in_words(target, code) if number.written.casefold() not in months and min(number.values) >= 3]
    values = {value for number in here for value in number.values}
    theirs = {value for number in [*there, *figures(target, code)] for value in number.values}
    gone = [word for word in _cardinals().findall(source) if (values_of := _values_of(word)) and not values_of & theirs]
    return gone if any(not number.values & values for number in there) else []


def _values_of(word: str) -> set[Decimal]:
    """What the word may stand for beside others: "twenty" in "twenty-five"; nothing for "tour", which the pattern lets through."""
    value = _words("en").get(word.casefold())
    return set() if value is None else {value, *(value + unit for unit in range(1, 10))} if value >= 20 else {value, *(ten + value for ten in TENS)}
