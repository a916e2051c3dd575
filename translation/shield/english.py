"""English units: marks, dates, times, amounts, ordinals, centuries, codes and names in an English text.

English is read as CLDR's `en` (that of the United States): 5/3/2015 is the third of May.
Misses: numbers in words ("five hundred men"), "seven thirty" without am or pm, a version number ("3.1" is read as a decimal) unless
the word version stands before it, weights in pounds (a number and a word), a British 5/3/2015.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from translation.marks import marks
from translation.shield.amounts import amounts
from translation.shield.dates import dates
from translation.shield.proper_names import proper_names
from translation.shield.times import times
from translation.shield.unit import KINDS, Ordinal, Period, Unit

DIGIT = re.compile(r"\d")
ORDINAL = re.compile(r"(?<![\w.,])(\d{1,4}|\d{1,3},\d{3})(?:st|nd|rd|th)(?![\w])", re.IGNORECASE)
CENTURY = re.compile(r"(?:\b(in)\s)?\bthe\s(\d{1,2})(?:st|nd|rd|th)\scentury(?![\w-])", re.IGNORECASE)
DECADE = re.compile(r"(?:\b(in)\s)?\bthe\s([12]\d\d0)['’]?s(?![\w-])", re.IGNORECASE)
CODE = re.compile(
    r"""(?<![\w&]) [A-Z]&[A-Z]\s\d{2,4} (?![\w.,]\d|\w)                    # S&P 500
    | \b(?:FTSE|DAX|CAC|Dow|Nasdaq|NASDAQ|Nikkei|Stoxx|STOXX|OMX|Russell)(?:\s(?:Small|Mid))?\s\d{2,4}\b(?![.,]\d)
    | (?<![\w-])401\s?\(?k\)?(?!\w)
    | (?<![\w.,/:-]) \d+(?:[./:]\d+){2,} (?![\w/:])                        # 1.2.3, 10.0.0.1
    | (?<![\w.,/:-]) \d+(?:-\d+){2,} (?!\w)                                # 555-123-4567, 2015-03-05
    | (?<![\w.,/:-]) \d{2,}-(?:0\d+|\d{2,}) (?![\w-]|[.,]\d)               # 2023-00417, 77-48213; see _is_code
    | (?<![\w.,/:-]) \+?\d+/\d+ (?![\w/])                                  # 24/7
    | (?<![\w.,/:-]) \d{1,2}:[0-5]\d(?::[0-5]\d)? (?![\w:])                # 7:30 with nothing that says it is a time
    | \b[vV]ersions?\s\d+(?:\.\d+)*\b(?![.,]\d)
    | (?<![\w.,-]) (?:[A-Z][A-Za-z]{0,7}-\d\w*|\d+-[A-Z]{1,3}) (?![^\W_]|[.,]\d)   # F-16, COVID-19, 10-K
    """,
    re.VERBOSE,
)
MIXED = re.compile(r"(?<![\w.,-])(?:\d+[^\W\d_]\w*|[^\W\d_]+\d\w*)(?![^\W_]|[.,]\d)")  # Q3, 3D, 10kg
PAIR = re.compile(r"(\d{2,})-(\d{2,})")
VERSION = re.compile(r"[vV]ersions?\s")


def units(text: str, kinds: Collection[str] = KINDS, *, given: Iterable[str] = ()) -> list[Unit]:
    """The units of these kinds, in order; none overlaps another, and of two that would the kind decides that comes first (marks, given, dates ...).

    `given`: stretches that the caller knows to stand for themselves, such as the values of a span field.
    """
    found = list(_marks(text)) if "mark" in kinds else []
    found += [unit for unit in _given(text, given) if _free(unit, found)] if "given" in kinds else []
    for kind, find in _FINDERS:
        for unit in find(text) if kind in kinds else ():
            if _free(unit, found) or _free(unit := unit.bare(), found):
                found.append(unit)
    return sorted(found, key=lambda unit: unit.start)


def _free(unit: Unit, found: list[Unit]) -> bool:
    return all(unit.end <= other.start or unit.start >= other.end for other in found)


def _marks(text: str) -> Iterator[Unit]:
    yield from (Unit("mark", start, start + len(mark), mark) for _, mark, start in marks(text))


def _given(text: str, given: Iterable[str]) -> Iterator[Unit]:
    for name in sorted({name for name in given if name.strip()}, key=lambda name: (-len(name), name)):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield Unit("given", *match.span(), match.group())


def _ordinals(text: str) -> Iterator[Unit]:
    for match in ORDINAL.finditer(text) if DIGIT.search(text) else ():
        yield Unit("ordinal", *match.span(), match.group(), Ordinal(int(match.group(1).replace(",", ""))))


def _periods(text: str) -> Iterator[Unit]:
    if not DIGIT.search(text):
        return
    for pattern, century in ((CENTURY, True), (DECADE, False)):
        for match in pattern.finditer(text):
            value, lead = int(match.group(2)), (match.group(1) or "").casefold()
            if not century or value > 1:
                core = match.start() + (len(match.group(1)) + 1 if match.group(1) else 0)
                yield Unit("period", *match.span(), match.group(), Period(value, century), lead, core)


def _codes(text: str) -> Iterator[Unit]:
    for match in CODE.finditer(text) if DIGIT.search(text) else ():
        if (pair := PAIR.fullmatch(match.group())) and not _is_code(*pair.groups()):
            continue
        start = found.end() if (found := VERSION.match(text, match.start())) else match.start()
        yield Unit("code", start, match.end(), text[start : match.end()])


def _is_code(first: str, second: str) -> bool:
    """Whether "77-48213" is no range: its second part begins with a nought or is by far the longer, or the first is the greater (but 1990-95)."""
    year = len(first) == 4 and first[:2] in ("18", "19", "20") and len(second) == 2
    return second.startswith("0") or len(second) > len(first) + 1 or (int(first) > int(second) and not year)


def _mixed(text: str) -> Iterator[Unit]:
    for match in MIXED.finditer(text) if DIGIT.search(text) else ():
        yield Unit("code", *match.span(), match.group())


_FINDERS: tuple[tuple[str, Callable[[str], Iterable[Unit]]], ...] = (
    ("date", dates),
    ("time", times),
    ("period", _periods),
    ("code", _codes),
    ("amount", amounts),
    ("ordinal", _ordinals),
    ("code", _mixed),
    ("name", proper_names),
)
