"""crosscheck_sheet: two translations of a text side by side for a bilingual reviewer who is not told which engine made which.

Sides and rows are shuffled by the seed; what hides behind them is kept in a key file apart from the sheet. Verdicts count as a sign
test (Dixon and Mood 1946, https://doi.org/10.1080/01621459.1946.10501898): ties are left out, and of several reviewers of a row the
majority counts. The share has a Wilson interval.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from templates.refusal import Refusal, did_you_mean
from templates.settings import read_settings
from templates.store import write_atomic
from translation.agreement import kappa
from translation.crosscheck import Crosscheck
from translation.review_sheet import KEY, as_text, cells_of, need_columns, need_new, same
from translation.shares import Share

HEAD = ("sheet", "row", "source", "one", "two")
OWN = ("better", "reviewer", "comment")
VERDICTS = ("one", "two", "same", "neither")
MEANT = {"better": "better (one, two, same: equally good, neither: equally bad)", "reviewer": "reviewer (your name)"}


@dataclass(frozen=True, slots=True)
class Blind:
    """One line of a sheet: two texts, and the engines that made them."""

    row: str
    source: str
    one: str
    two: str
    engine_one: str
    engine_two: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines in their order. `key` names the sheet and says nothing of the engines."""

    key: str
    language: str
    seed: int
    ours: str
    lines: tuple[Blind, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """What one reviewer said of one line: the engine preferred, or "same" or "neither"."""

    line: Blind
    reviewer: str
    verdict: str
    where: str

    @property
    def engine(self) -> str:
        """The engine that was preferred; empty for a tie."""
        return {"one": self.line.engine_one, "two": self.line.engine_two}.get(self.verdict, "")


@dataclass(frozen=True, slots=True)
class Preference:
    """Ours against another engine over reviewed rows. `share`: of the rows with a preference those that prefer ours; `p_value` of the
    sign test, 1.0 where nobody preferred anything. `first_side`: share of votes for the left text, which should be near a half."""

    engine: str
    rows: int
    ours: int
    theirs: int
    ties: int
    share: float | None
    interval95: tuple[float, float] | None
    p_value: float
    first_side: float | None


def blind(found: Crosscheck) -> Sheet:
    """A line for every row and other engine, where the two texts differ."""
    chance, lines = random.Random(f"{found.seed} {found.key} sides"), []
    for row in found.rows:
        for one in found.agreements:
            engines = [found.ours, one.engine]
            if row.said[found.ours].strip() != row.said[one.engine].strip():
                chance.shuffle(engines)
                lines.append((row.source, row.said[engines[0]], row.said[engines[1]], *engines))
    chance.shuffle(lines)
    return Sheet(found.key, found.language, found.seed, found.ours, tuple(Blind(str(number), *line) for number, line in enumerate(lines, start=1)))


def write(path: Path, sheet: Sheet) -> None:
    """Write a new sheet; the key is not in it."""
    need_new(path)
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow([MEANT.get(name, name) for name in (*HEAD, *OWN)])
    for line in sheet.lines:
        rows.writerow([as_text(cell) for cell in (sheet.key, line.row, line.source, line.one, line.two)] + [""] * len(OWN))
    write_atomic(path, out.getvalue().encode("utf-8-sig", "backslashreplace"))


def to_json(sheet: Sheet) -> dict[str, Any]:
    """The key file."""
    return asdict(sheet)


def from_json(raw: Mapping[str, Any], *, where: str) -> Sheet:
    """Read a key file back."""
    return read_settings(Sheet, raw, where=where)


def key_of(path: Path) -> str:
    """Which key a sheet belongs to; one sheet holds one."""
    keys: dict[str, int] = {}
    for line, cells in cells_of(path):
        need_columns(cells, (*HEAD, *OWN), where=f"{path}, line {line}")
        keys.setdefault(cells["sheet"].strip(), line)
    if len(keys) != 1 or not KEY.fullmatch(next(iter(keys), "")):
        raise Refusal(f"{path}: its column 'sheet' holds {', '.join(map(repr, keys)) or 'nothing'}; it must name one exported sheet on every line.")
    return next(iter(keys))


def read(path: Path, sheet: Sheet) -> list[Vote]:
    """The lines that somebody gave a verdict; a Refusal for the first that is not what was exported."""
    by_row, votes = {line.row: line for line in sheet.lines}, []
    for number, cells in cells_of(path):
        where = f"{path}, line {number}"
        line = by_row.get(cells["row"].strip())
        if line is None:
            raise Refusal(f"{where}: row {cells['row']!r} is not in sheet {sheet.key}; leave the rows as they were exported.")
        for name in ("source", "one", "two"):
            if not same(cells[name], getattr(line, name)):
                raise Refusal(f"{where}: {name} is {cells[name]!r}, and {getattr(line, name)!r} was exported; restore the cell.")
        verdict = cells["better"].strip().lower()
        if verdict and verdict not in VERDICTS:
            raise Refusal(f"{where}: verdict {cells['better']!r} is unknown; allowed are {', '.join(VERDICTS)}.{did_you_mean(verdict, VERDICTS)}")
        if verdict:
            votes.append(Vote(line, cells["reviewer"].strip() or path.stem, verdict, where))
    return votes


def preferences(votes: Iterable[Vote], *, ours: str) -> list[Preference]:
    """What the reviewers prefer, for each other engine."""
    by_engine: dict[str, list[Vote]] = {}
    for vote in votes:
        other = vote.line.engine_two if vote.line.engine_one == ours else vote.line.engine_one
        by_engine.setdefault(other, []).append(vote)
    return [_preference(engine, found, ours) for engine, found in by_engine.items()]


def _preference(engine: str, votes: Sequence[Vote], ours: str) -> Preference:
    balance: Counter[str] = Counter()
    for vote in votes:
        balance[vote.line.row] += (vote.engine == ours) - (vote.engine == engine)
    wins, losses = sum(count > 0 for count in balance.values()), sum(count < 0 for count in balance.values())
    decided = Share(wins, wins + losses)
    sided = [vote.verdict for vote in votes if vote.engine]
    return Preference(
        engine,
        len(balance),
        wins,
        losses,
        len(balance) - wins - losses,
        decided.value if decided.of else None,
        decided.interval if decided.of else None,
        float(binomtest(wins, decided.of).pvalue) if decided.of else 1.0,
        sided.count("one") / len(sided) if sided else None,
    )


def reviewers(votes: Sequence[Vote]) -> list[tuple[str, str, int, float | None]]:
    """(reviewer, reviewer, rows both judged, kappa of their verdicts) of every two who share rows."""
    by: dict[str, dict[str, str]] = {}
    for vote in votes:
        if vote.line.row in by.setdefault(vote.reviewer, {}):
            raise Refusal(f"{vote.where}: {vote.reviewer} judged row {vote.line.row} twice; leave one verdict a reviewer and row.")
        by[vote.reviewer][vote.line.row] = vote.verdict
    found = []
    for one, two in combinations(by, 2):
        shared = [row for row in by[one] if row in by[two]]
        if shared:
            found.append((one, two, len(shared), kappa([by[one][row] for row in shared], [by[two][row] for row in shared])))
    return found
