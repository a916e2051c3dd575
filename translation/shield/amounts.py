"""Amounts in an English text: numbers in figures, with sign, range, scale, percent and currency."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translation.shield.unit import Amount, Unit

POWERS = {"thousand": 3, "k": 3, "million": 6, "mln": 6, "mn": 6, "m": 6, "billion": 9, "bln": 9, "bn": 9, "b": 9, "trillion": 12, "trn": 12, "tn": 12}
FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)(?!\d|[.,:/]\d)"
SYMBOL = r"(?:US|HK|NZ|A|C|S)?\$|[£€¥]|(?:USD|EUR|GBP|JPY|CHF|SEK|NOK|DKK|CAD|AUD|CNY|INR)\s"
NAMED = r"(?:US\s|U\.S\.\s)?dollars?|euros?|yen|cents?|pence|USD|EUR|GBP|JPY|CHF|SEK|NOK|DKK|CAD|AUD|CNY|INR"
LEFT = r"(?<![^\W_]|\$|\.)(?<!\d[.,:/–-])(?<!\d\s[-–]\s)"
RANGE = r"(?:\s?[-–]\s?(?P<second>[$£€¥])?(?P<high>" + FIGURE + r"))?"
SCALE = r"(?:[\s-]?(?P<scale>(?i:thousand|million|billion|trillion|mln|mn|bln|bn|trn|tn))|(?P<letter>[kKmMbB]))?(?![^\W_])"
MONEY = re.compile(rf"(?<![A-Za-z\d$])(?P<sign>(?<![^\s(])[+−–-])?(?P<symbol>{SYMBOL})\s?(?P<low>{FIGURE}){RANGE}{SCALE}")
OTHER = re.compile(
    rf"{LEFT}(?P<sign>(?<![^\s(])[+−–-])?(?P<low>{FIGURE}){RANGE}"
    rf"(?:(?:[\s-]?(?P<scale>(?i:thousand|million|billion|trillion|mln|bln|bn|trn))|(?P<letter>k|[MB]))?[\s-](?P<named>{NAMED})(?![\w-])"
    r"|(?P<tail>[$€£])(?![\w])"
    r"|(?P<pence>p)(?![^\W_])"
    r"|(?P<percent>\s?%|[\s-]percent\b|\sper\scent\b|\s?pct\b|pc\b)(?!\w)"
    r"|[\s-]?(?P<many>(?i:thousand|million|billion|trillion|mln|bln|bn|trn))[\s-](?P<pounds>pounds?|stg|sterling)(?![\w-])"
    r"|(?:[\s-]?(?P<scaled>(?i:thousand|million|billion|trillion|mln|bln|bn|trn))|(?P<letters>[kKMB]))(?![^\W_])"
    r"|(?![^\W_]))"
)
DIGIT = re.compile(r"\d")


def amounts(text: str) -> Iterator[Unit]:
    """Every amount; those with a currency before them first."""
    if not DIGIT.search(text):
        return
    taken = []
    for match in MONEY.finditer(text):
        taken.append(match.span())
        symbol = match["symbol"].strip()
        power = POWERS[(match["scale"] or match["letter"] or "").casefold()] if match["scale"] or match["letter"] else 0
        meaning = Amount(match["low"], match["high"] or "", match["sign"] or "", power, currency=symbol, coded=symbol.isalpha() and len(symbol) == 3)
        yield Unit("amount", *match.span(), match.group(), meaning)
    for match in OTHER.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        yield Unit("amount", *match.span(), match.group(), _meaning(match))


def _meaning(match: re.Match[str]) -> Amount:
    scale = (match["scale"] or match["letter"] or match["scaled"] or match["letters"] or match["many"] or "").casefold()
    percent = "" if match["percent"] is None else "word" if "cent" in match["percent"] else "%"
    named = match["named"] or ""
    coded = len(named) == 3 and named.isupper()
    currency = "pence" if match["pence"] else "£" if match["pounds"] else match["tail"] or (named if coded else _currency(named.casefold()))
    return Amount(match["low"], match["high"] or "", match["sign"] or "", POWERS.get(scale, 0), percent, currency, coded)


def _currency(named: str) -> str:
    if not named:
        return ""
    if named.startswith(("us ", "u.s.")):
        return "US$"
    return {"d": "$", "e": "€", "y": "¥", "c": "cent", "p": "pence"}[named[0]]
