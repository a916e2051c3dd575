"""kept_marks: are numbers, percentages, currencies, tickers, mentions, tags, links and addresses still there?

Score: what was lost and what was added. Links, e-mail addresses, $TICKERS, @users and #tags must stand exactly; numbers must have the
same value however they are written (1,234.5 = 1 234,5 = 1.234,5; £1.2bn = 1,2 miljarder pund), a number of the source may become a
word and a word a number; a percentage stays one; the currency of an amount is named. Accepted when nothing is lost or added.
Misses: a changed sign ("-3 %" for "+3 %"), two numbers that changed places, a quantity rightly converted (miles to kilometres).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from templates.language import ENGLISH, Language
from translation.gates._numbers import Number, figures, in_words

NAME = "kept_marks"
SCOPE = "field"

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"”]+[\w/=]")
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w")
TICKER = re.compile(r"\$[A-Za-z]{1,6}(?:[.-][A-Z])?(?![A-Za-z])")
MENTION = re.compile(r"@\w+")
TAG = re.compile(r"#\w*[^\W\d]\w*")
KINDS = (("link", LINK), ("address", ADDRESS), ("ticker", TICKER), ("mention", MENTION), ("tag", TAG))
PERCENT = re.compile(r"\s*-?(?:%|percent|per\s*cent|pct|pc\b|procent|prosent|prozent)", re.IGNORECASE)
CURRENCIES = {
    "USD": r"(?:US|U\.S\.)?\$(?=\s?\.?\d)|\bUSD\b|dollar|\bbucks?\b",
    "GBP": r"£(?=\s?\.?\d)|\bGBP\b|pund|pound|sterling|\bstg\b",
    "EUR": r"€|\bEUR\b|\beuros?\b",
    "JPY": r"¥|\bJPY\b|\byen\b",
    "SEK": r"\bSEK\b|\bkr\b|kronor|kronas?\b|kroner",
}
NAMED = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in CURRENCIES.items()}


@dataclass(frozen=True, slots=True)
class Settings:
    """`most`: marks that may be lost or added before a text is refused."""

    most: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Marks in the source; those lost and those added, as "number 12"."""

    marks: int
    lost: tuple[str, ...]
    added: tuple[str, ...]


def _exact(text: str) -> tuple[Counter[str], str]:
    """The marks that must stand exactly, and the text without them."""
    found: Counter[str] = Counter()
    for kind, pattern in KINDS:
        found.update(f"{kind} {mark}" for mark in pattern.findall(text))
        text = pattern.sub(" \u2020 ", text)
    return found, text


def _pair(ours: list[Number], theirs: list[Number]) -> tuple[list[Number], list[Number]]:
    """What is left on each side after pairing numbers that share a value, the least ambiguous first."""
    left, right = [], sorted(theirs, key=lambda number: (not number.required, len(number.values)))
    for number in sorted(ours, key=lambda number: (not number.required, len(number.values))):
        mate = next((other for other in right if other.values & number.values and (other.required or number.required)), None)
        if mate is None:
            left.append(number)
        else:
            right.remove(mate)
    return [number for number in left if number.required], [number for number in right if number.required]


def _percentages(text: str, numbers: Iterable[Number]) -> int:
    return sum(PERCENT.match(text, number.end) is not None for number in numbers)


def score(source: str, target: str, language: Language) -> Score:
    """Find the marks on both sides and pair them."""
    (ours, plain), (theirs, rendered) = _exact(source), _exact(target)
    lost, added = list((ours - theirs).elements()), list((theirs - ours).elements())
    code = language.code
    here = figures(plain, ENGLISH)
    there = figures(rendered, code)
    gone, new = _pair(here + in_words(plain, ENGLISH), there + in_words(rendered, code))
    lost += [f"number {number.written.strip()}" for number in gone]
    added += [f"number {number.written.strip()}" for number in new]
    if not gone and not new:  # with the numbers in place, their units can be compared
        share, kept = _percentages(plain, here), len(PERCENT.findall(rendered))
        lost += ["percent"] if share and not kept else []
        added += ["percent"] if not len(PERCENT.findall(plain)) and _percentages(rendered, there) else []
        if here:
            named = {unit: (bool(pattern.search(plain)), bool(pattern.search(rendered))) for unit, pattern in NAMED.items()}
            lost += [f"currency {unit}" for unit, (was, now) in named.items() if was and not now]
            added += [f"currency {unit}" for unit, (was, now) in named.items() if now and not was]
    return Score(ours.total() + len(here), tuple(lost), tuple(added))


def judged(score: Score, settings: Settings) -> bool:
    """True: no text is exempt."""
    return True


def accept(score: Score, settings: Settings) -> bool:
    """True where no more is lost or added than allowed."""
    return len(score.lost) + len(score.added) <= settings.most


def reason(score: Score, settings: Settings) -> str:
    """Why it was not accepted, in words."""
    return ", ".join([*(f"{mark} -> missing" for mark in score.lost), *(f"{mark} not in the source" for mark in score.added)])


def suspicion(score: Score) -> float:
    """Marks lost or added."""
    return float(len(score.lost) + len(score.added))


def threshold(settings: Settings) -> str:
    """The rule in words."""
    return f"at most {settings.most} marks lost or added" if settings.most else "no mark lost or added"
