"""Marks: faults of what must come through as it is: figures, signs, per cent, tickers, links, placeholders; and how to put them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from babel.numbers import format_decimal

from templates.language import ENGLISH
from translation.faults.pool import Pool
from translation.faults.prose import Planted, close_of
from translation.gold import Pair
from translation.locale_facts import locale

FIGURE = re.compile(r"(?<![\w$@#/.,{%=?&-])\d+(?:[.,]\d+)*(?![\w/])")
PERCENT = re.compile(r"(?<=\d)\s*(?:%|procent|prosent|prozent|percent|per cent|por ciento|per cento)(?!\w)", re.IGNORECASE)
ENGLISH_PERCENT = re.compile(r"(?<=\d)\s*(?:%|percent|per cent)(?!\w)", re.IGNORECASE)
SIGN = re.compile(r"(?<![\w\d.,)-])[+\-\u2212](?=\d)")
TICKER = re.compile(r"\$[A-Za-z]{1,6}(?:\.[A-Z])?(?!\w)")
LINK = re.compile(r"(?:https?://|www\.)\S*[\w/]")
PLACEHOLDER = re.compile(r"\{\{?\s?\w+\s?\}\}?|%(?:\d\$)?[sd]|%\(\w+\)s|\$\{\w+\}")

TICKERS = ("$AAPL", "$TSLA", "$BRK.B", "$F", "$GOOG", "$NFLX", "$ERIC", "$spy", "$amzn", "$VOLV.B")
LINKS = (
    "https://example.com/news/2024/05/shares-rise",
    "http://t.co/aB3xK9qLmZ",
    "www.example.org/report.pdf",
    "https://www.example.se/sok?q=bank&page=2",
    "https://stks.co/f1Xz",
    "http://example.com",
)
PLACEHOLDERS = ("{name}", "{0}", "%s", "%1$s", "%(count)s", "{{ user }}", "${amount}", "%d", "{target}")


def _put(pair: Pair, mark: tuple[str, str], shapes: Sequence[str], rng: Random) -> Pair:
    """Both sides with their form of the mark: `{text}` is the text, `{body}` the text up to its closing mark, which is `{end}`."""
    shape = rng.choice(shapes)
    sides = []
    for text, written in zip((pair.source, pair.target), mark, strict=True):
        place = close_of(text)
        values = {"{text}": text, "{body}": text[:place], "{end}": text[place:], "{mark}": written}
        sides.append(re.sub("|".join(map(re.escape, values)), lambda found, values=values: values[found.group()], shape))  # type: ignore[misc]
    return Pair(sides[0], sides[1])


def _signed(rng: Random, code: str, *, percent: bool) -> tuple[str, str]:
    """A figure as English and as the target language writes it."""
    value = rng.choice((rng.randint(2, 99), rng.randint(101, 999_999), rng.randint(11, 999) / 10))
    sign = rng.choice(("", "+", "-")) if percent else ""
    ours, theirs = (format_decimal(value, locale=locale(one) or one) for one in (ENGLISH, code))
    if not percent:
        return ours, theirs
    space = "" if code == ENGLISH else rng.choice((" ", "\u00a0"))
    return f"{sign}{ours}%", f"{sign}{theirs}{space}%"


def with_number(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """A figure at the end in brackets, after a dash, or before the text."""
    return _put(pair, _signed(rng, pool.code, percent=False), ("{body} ({mark}){end}", "{text} – {mark}", "{mark}: {text}"), rng)


def with_percent(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """A percentage, with a sign or without."""
    return _put(pair, _signed(rng, pool.code, percent=True), ("{body} ({mark}){end}", "{text} {mark}", "{mark}: {text}"), rng)


def with_ticker(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """A ticker before, after, or in brackets."""
    mark = rng.choice(TICKERS)
    return _put(pair, (mark, mark), ("{mark} {text}", "{text} {mark}", "{body} ({mark}){end}", "{mark}: {text}"), rng)


def with_link(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """A link before, after, or in brackets."""
    mark = rng.choice(LINKS)
    return _put(pair, (mark, mark), ("{text} {mark}", "{mark} {text}", "{body} ({mark}){end}", "{body}: {mark}"), rng)


def with_placeholder(pair: Pair, pool: Pool, rng: Random) -> Pair:
    """A placeholder as programs fill it, of several kinds."""
    mark = rng.choice(PLACEHOLDERS)
    return _put(pair, (mark, mark), ("{mark}: {text}", "{text} {mark}", "{body} ({mark}){end}", "{body} – {mark}{end}"), rng)


def _swap(form: str, pair: Pair, found: re.Match[str], put: str) -> Planted | None:
    target = pair.target[: found.start()] + put + pair.target[found.end() :]
    if not put:  # nor is what stood around it
        target = re.sub(r"\s+(?=[.,!?])|^\s*:\s*|\s*[:–]\s*$", "", re.sub(r"\s*\(\s*\)", "", target))
    target = re.sub(r" {2,}", " ", target).strip()
    return (form, Pair(pair.source, target)) if target and target != pair.target else None


def _one(pattern: re.Pattern[str], pair: Pair, rng: Random, *, shared: bool) -> re.Match[str] | None:
    """A match in the target; `shared`: that stands in the source too."""
    there = [found for found in pattern.finditer(pair.target) if not shared or found.group() in pair.source]
    return rng.choice(there) if there else None


def number_changed(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A digit becomes another, is lost, is doubled, or two change places; the source has figures too."""
    found = _one(FIGURE, pair, rng, shared=False)
    if found is None or not FIGURE.search(pair.source):
        return None
    text = found.group()
    places = [place for place, char in enumerate(text) if char.isdigit()]
    form = rng.choice(("other digit", "digit lost", "digit doubled", "digits swapped"))
    place = rng.choice(places)
    if form == "other digit":
        other = rng.choice([digit for digit in "123456789" if digit != text[place]])
        return _swap(form, pair, found, text[:place] + other + text[place + 1 :])
    if text[place] == "0":
        return None
    if form == "digit doubled":
        return _swap(form, pair, found, text[:place] + text[place] + text[place:])
    if form == "digit lost":
        shorter = text[:place] + text[place + 1 :]
        return _swap(form, pair, found, shorter) if re.fullmatch(r"\d+(?:[.,]\d+)*", shorter) else None
    if place + 1 >= len(text) or not text[place + 1].isdigit() or text[place + 1] == text[place]:
        return None
    return _swap(form, pair, found, text[:place] + text[place + 1] + text[place] + text[place + 2 :])


def sign_or_percent_lost(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """The sign of a figure is lost or turned, or its per cent is lost, where the source has the same."""
    form = rng.choice(("percent lost", "sign lost", "sign turned"))
    pattern, theirs = (PERCENT, ENGLISH_PERCENT) if form == "percent lost" else (SIGN, SIGN)
    found = _one(pattern, pair, rng, shared=False)
    if found is None or not theirs.search(pair.source):
        return None
    return _swap(form, pair, found, ("-" if found.group() == "+" else "+") if form == "sign turned" else "")


def ticker_lost(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A ticker is dropped, loses its dollar, or becomes another one."""
    found = _one(TICKER, pair, rng, shared=True)
    if found is None:
        return None
    form = rng.choice(("dropped", "dollar lost", "other ticker"))
    other = rng.choice([ticker for ticker in TICKERS if ticker != found.group()])
    return _swap(form, pair, found, {"dropped": "", "dollar lost": found.group()[1:], "other ticker": other}[form])


def url_lost(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A link is dropped, broken by a blank, or loses its last letters."""
    found = _one(LINK, pair, rng, shared=True)
    if found is None:
        return None
    form, link = rng.choice(("dropped", "blank", "end lost")), found.group()
    place = link.rfind("/") if link.count("/") > 2 else link.rfind(".")
    return _swap(form, pair, found, {"dropped": "", "blank": f"{link[:place]} {link[place:]}", "end lost": link[:-3]}[form])


def placeholder_broken(pair: Pair, pool: Pool, rng: Random) -> Planted | None:
    """A placeholder is dropped, gets a blank inside, loses a part of its marks, or its name is changed as if translated."""
    found = _one(PLACEHOLDER, pair, rng, shared=True)
    if found is None:
        return None
    mark = found.group()
    named = re.search(r"[A-Za-z]{3,}", mark)
    form = rng.choice(("dropped", "blank", "mark lost", "renamed"))
    if form == "renamed":
        return _swap(form, pair, found, mark.replace(named.group(), f"{named.group()[::-1]}en")) if named else None
    return _swap(form, pair, found, {"dropped": "", "blank": f"{mark[0]} {mark[1:]}", "mark lost": mark[1:] if mark[0] != "%" else mark[:-1]}[form])
