"""Figures in a text that is not English, as CLDR says that its language writes them: 1 234,5 in Swedish; 5 %; nothing that is inflected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from translation.locale_facts import locale
from translation.shield.figures import BLANKS
from translation.shield.unit import Amount, Unit


def abroad(text: str, code: str) -> Iterator[Unit]:
    """Numbers and percentages in figures, read into the English way of writing them. Nothing for a language that CLDR does not know."""
    pattern = _pattern(code)
    for match in pattern.finditer(text) if pattern is not None else ():
        whole = re.sub(r"\D", "", match["whole"])
        grouped = f"{int(whole):,}" if len(whole) < len(match["whole"]) else whole
        low = f"{grouped}.{match['rest']}" if match["rest"] else grouped
        yield Unit("amount", *match.span(), match.group(), Amount(low, percent="%" if match["percent"] else ""))


@cache
def _pattern(code: str) -> re.Pattern[str] | None:
    known = locale(code)
    if known is None:
        return None
    marks = known.number_symbols.get("latn", {})
    group, point = BLANKS.sub(" ", marks.get("group", ",")), re.escape(marks.get("decimal", "."))
    blank = "[ \u00a0\u202f]" if group == " " else re.escape(group)
    return re.compile(
        rf"(?<![\w$£€])(?<!\d[.,:/ –-])(?P<whole>\d{{1,3}}(?:{blank}\d{{3}})+(?!\d)|\d+)(?:{point}(?P<rest>\d+))?"
        r"(?P<percent>[ \u00a0\u202f]?%)?(?![^\W_]|[.,:/]\w|[–-]\d)"
    )
