"""Unit: a stretch of an English text that a translator is not asked about, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

KINDS = ("mark", "given", "date", "time", "amount", "ordinal", "period", "code", "name")
WATCHED = ("month", "weekday", "moment", "count", "place")  # kinds that a translator says itself first, and is relieved of where it did not


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as English writes it ("1,234.5"), or two for a range; times ten to `power`; a percentage or an amount of money.

    `percent`: "%", "word" or "". `currency`: a symbol, an ISO code, or a subunit (cent, pence); `coded`: it was written as its code.
    """

    low: str
    high: str = ""
    sign: str = ""
    power: int = 0
    percent: str = ""
    currency: str = ""
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """An hour of the day; of twelve where `half` (am, pm) is empty. `minute` -1: none was given. `spelt`: said in words."""

    hour: int
    minute: int = -1
    half: str = ""
    spelt: bool = False
    until: "Time | None" = None


@dataclass(frozen=True, slots=True)
class Date:
    """A day; `year` 0: none was given. `figures`: written as 5/3/2015. `spelt`: the day in words ("march fifth")."""

    day: int
    month: int
    year: int = 0
    figures: bool = False
    spelt: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A century (its number) or a decade (its first year)."""

    value: int
    century: bool


@dataclass(frozen=True, slots=True)
class Ordinal:
    """2nd, 45th."""

    value: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month (1 to 12) without a day; `year` 0: none was given."""

    month: int
    year: int = 0


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 for Monday."""

    day: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or an hour that has a name, by the English word, a key of `[carry] words`: "tomorrow", "noon"."""

    word: str


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number below 100 said in words."""

    value: int


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a part of the world, a city or a language: a key of CLDR's `table`, or of the table `cities` of the language's file."""

    table: str
    key: str


Meaning: TypeAlias = Amount | Time | Date | Period | Ordinal | Month | Weekday | Moment | Count | Place | None


@dataclass(frozen=True, slots=True)
class Unit:
    """From `start` to `end` of the English text; `lead` is the word that it begins with ("at", "on", "in"; "" for none), `core` where the rest starts.

    Without a `meaning` it stands in any language as it is.
    """

    kind: str
    start: int
    end: int
    written: str
    meaning: Meaning = None
    lead: str = ""
    core: int = 0

    def bare(self) -> Unit:
        """The unit without the word it begins with."""
        return replace(self, start=self.core, written=self.written[self.core - self.start :], lead="", core=self.core) if self.lead else self
