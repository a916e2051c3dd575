"""Amounts in an English text: numbers in figures, with sign, range, scale, percent and currency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from translation.shield.figures import named_currencies
from translation.shield.unit import Amount, Unit

POWERS = {"thousand": 3, "k": 3, "million": 6, "mln": 6, "mn": 6, "m": 6, "billion": 9, "bln": 9, "bn": 9, "b": 9, "trillion": 12, "trn": 12, "tn": 12}
FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)(?!\d|[.,:/]\d)"
SYMBOL = r"(?:US|HK|NZ|A|C|S)?\$|[£€¥]|(?:USD|EUR|GBP|JPY|CHF|SEK|NOK|DKK|CAD|AUD|CNY|INR)\s"
NAMED = r"(?:US\s|U\.S\.\s)?dollars?|euros?|cents?|pence|USD|EUR|GBP|JPY|CHF|SEK|NOK|DKK|CAD|AUD|CNY|INR"
ALSO_WORDS = ("won", "real", "reals", "rand", "pound", "pounds", "quid", "sterling", "stg", "egyptian pounds")  # a currency where a scale or money is said
LEFT = r"(?<![^\W_]|\$|\.)(?<!\d[.,:/–-])(?<!\d\s[-–]\s)"
RANGE = r"(?:\s?[-–]\s?(?P<second>[$£€¥])?(?P<high>" + FIGURE + r"))?"
SCALE = r"(?:[\s-]?(?P<scale>(?i:thousand|million|billion|trillion|mln|mn|bln|bn|trn|tn))|(?P<letter>[kKmMbB]))?(?![^\W_])"
MONEY = re.compile(rf"(?<![A-Za-z\d$])(?P<sign>(?<![^\s(])[+−–-])?(?P<symbol>{SYMBOL})\s?(?P<low>{FIGURE}){RANGE}{SCALE}")
MONEY_SAID = re.compile(
    r"\b(?:pa(?:y|ys|id|ying)|pric(?:e|es|ed)|costs?|bids?|offer(?:s|ed)?|budget|bank|transfer(?:s|red)?|send|sent|spen[dt]|worth|fees?|rent|wage|salary|bought"
    r"|buy|sold|sell|earn(?:s|ed)?|dividend|profit|sales|loan|dollars?|euros?|a\sshare|per\sshare)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"\b(?:shares?|stock|volume|turnover|profits?|sales|revenues?|earnings|loss(?:es)?|costs?|debt|customers|users|units|passengers|tonnes|barrels)\b"
    r"|[$£€%]|\dbn\b"
)
DIGIT = re.compile(r"\d")


@cache
def _other() -> re.Pattern[str]:
    """Amounts without a symbol before them."""
    listed = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(named_currencies(), key=len, reverse=True) if word not in ALSO_WORDS)
    scaled_only = "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(ALSO_WORDS, key=len, reverse=True))
    return re.compile(
        rf"{LEFT}(?P<sign>(?<![^\s(])[+−–-])?(?P<low>{FIGURE}){RANGE}"
        rf"(?:(?:[\s-]?(?P<scale>(?i:thousand|million|billion|trillion|mln|mn|bln|bn|trn))|(?P<letter>k|[mMB]))?[\s-](?P<named>{NAMED}|(?i:{listed}))(?![\w-])"
        r"|(?P<tail>[$€£])(?![\w])"
        r"|(?P<pence>p)(?![^\W_])"
        r"|(?P<percent>\s?%|[\s-]percent\b|\sper\scent\b|\s?pct\b|pc\b)(?!\w)"
        rf"|(?:[\s-]?(?P<many>(?i:thousand|million|billion|trillion|mln|mn|bln|bn|trn))|(?P<manyletter>[mMB]))?[\s-](?P<also>(?i:{scaled_only}))(?![\w-])"
        r"|(?:[\s-]?(?P<scaled>(?i:thousand|million|billion|trillion|mln|mn|bln|bn|trn))|(?P<letters>[kKmMB]))(?![^\W_])"
        r"|(?![^\W_]))"
    )


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
    for match in _other().finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        if match["letters"] in ("m", "M", "B") and not (match["sign"] or COUNTED.search(text)):
            continue  # metres, a bus, as likely
        if match["also"] and not (match["many"] or match["manyletter"] or MONEY_SAID.search(text)):
            yield Unit(
                "amount",
                match.start(),
                match.start("also") - 1,
                text[match.start() : match.start("also") - 1],
                Amount(match["low"], match["high"] or "", match["sign"] or ""),
            )
        else:
            yield Unit("amount", *match.span(), match.group(), _meaning(match))


def _meaning(match: re.Match[str]) -> Amount:
    scale = next((match[name] for name in ("scale", "letter", "scaled", "letters", "many", "manyletter") if match[name]), "").casefold()
    percent = "" if match["percent"] is None else "word" if "cent" in match["percent"] else "%"
    named = match["named"] or match["also"] or ""
    coded = len(named) == 3 and named.isupper()
    currency = "pence" if match["pence"] else match["tail"] or (named if coded else _currency(named.casefold()))
    return Amount(match["low"], match["high"] or "", match["sign"] or "", POWERS.get(scale, 0), percent, currency, coded)


def _currency(named: str) -> str:
    """The symbol where one is usual, else the name itself in lower case."""
    if named.startswith(("us ", "u.s.")):
        return "US$"
    if named in ("pound", "pounds", "stg", "sterling", "quid"):
        return "£"
    symbol = {"dollar": "$", "euro": "€", "cent": "cent", "pence": "pence"}.get(named.rstrip("s"))
    return symbol or " ".join(named.split())
