"""marks: do links, e-mail addresses, $TICKERS, @users, #tags, placeholders and markup stand exactly as in the source?

Score: the marks of the source that are missing and those that are new, each with its kind, as multisets: a mark that stood twice must
stand twice. Only a genitive may be glued on ("@joe's" -> "@joes", "$AAPL:s"). A stand-in of the shield (X1) that came through is
new. Major, not critical: the row is unusable, but a wrong tag spoils one row, while critical is for what spoils a set unseen.
Misses: marks that changed places ("$AAPL beats $MSFT" turned round), a mark put into the wrong sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from templates.language import Language
from translation.gates._pieces import pieces
from translation.marks import marks, may_hold

NAME = "marks"
SCOPE = "field"

STAND_IN = re.compile(r"(?<![\w-])X\d{1,2}(?!\w)")


@dataclass(frozen=True, slots=True)
class Settings:
    """`most`: marks that may be lost or added before a text is refused. On 4,670 human translations none is."""

    most: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Marks in the source; those lost and those added, as "ticker $AAPL"."""

    marks: int
    lost: tuple[str, ...]
    added: tuple[str, ...]


def score(source: str, target: str, language: Language) -> Score:
    """Compare the marks; the language plays no part."""
    if not may_hold(source) and not may_hold(target):
        return Score(0, (), _stand_ins(source, target))
    ours, theirs = (Counter(f"{kind} {mark}" for kind, mark, _ in marks(text)) for text in (source, target))
    lost, added = ours - theirs, theirs - ours
    for mark in list(lost):
        glued = min(lost[mark], added[f"{mark}s"])
        lost[mark] -= glued
        added[f"{mark}s"] -= glued
    return Score(ours.total(), tuple((+lost).elements()), (*(+added).elements(), *_stand_ins(source, target)))


def _stand_ins(source: str, target: str) -> tuple[str, ...]:
    if "X" not in target:
        return ()
    return tuple(f"stand-in {name}" for name in (Counter(STAND_IN.findall(target)) - Counter(STAND_IN.findall(source))).elements())


def judged(score: Score, settings: Settings) -> bool:
    """False where neither side holds a mark."""
    return score.marks > 0 or bool(score.added)


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


def spans(source: str, target: str, score: Score) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The lost marks in the source, the added ones in the target."""
    return pieces(source, (mark.partition(" ")[2] for mark in score.lost)), pieces(target, (mark.partition(" ")[2] for mark in score.added))
