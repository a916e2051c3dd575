"""Planting: put every fault into as many human translations as asked for, the same ones for the same seed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from translation.faults import marks, prose, slots
from translation.faults.pool import Pool
from translation.gold import Pair

Fault = Callable[[Pair, Pool, Random], tuple[str, Pair] | None]
Insert = Callable[[Pair, Pool, Random], Pair]

FAULTS: Mapping[str, tuple[Fault, Insert | None]] = {
    "untranslated": (prose.untranslated, None),
    "wrong_language": (prose.wrong_language, None),
    "truncated": (prose.truncated, None),
    "repeated": (prose.repeated, None),
    "number_changed": (marks.number_changed, marks.with_number),
    "sign_or_percent_lost": (marks.sign_or_percent_lost, marks.with_percent),
    "ticker_lost": (marks.ticker_lost, marks.with_ticker),
    "url_lost": (marks.url_lost, marks.with_link),
    "negation_dropped": (prose.negation_dropped, None),
    "entity_swapped": (prose.entity_swapped, None),
    "neighbours_translation": (prose.neighbours_translation, None),
    "hallucinated_clause": (prose.hallucinated_clause, None),
    "placeholder_broken": (marks.placeholder_broken, marks.with_placeholder),
    "slot_lost": (slots.slot_lost, slots.with_slot),
    "casing_destroyed": (prose.casing_destroyed, None),
    "encoding_damaged": (prose.encoding_damaged, None),
}
SLOTS = "slot_lost"
PASSES = 60  # times that a small file is gone through before a fault has as few rows as it has

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault in one row: `clean` is the human pair, with what was put into both sides if `inserted`; `damaged` the same with the fault."""

    fault: str
    form: str
    clean: Pair
    damaged: Pair
    inserted: bool


def plant(pairs: Sequence[Pair], pool: Pool, *, rows: int = 200, seed: int = 0) -> dict[str, list[Planted]]:
    """Fault -> `rows` planted rows, fewer only where the text allows none.

    Rows as they are come first; where they hold too little of what is to be damaged, it is put in. A file smaller than `rows` is gone
    through again, with other draws.
    """
    return {fault: _plant(fault, pairs, pool, rows=rows, seed=seed) for fault in FAULTS}


def _plant(fault: str, pairs: Sequence[Pair], pool: Pool, *, rows: int, seed: int) -> list[Planted]:
    damage, insert = FAULTS[fault]
    rng = Random(f"{seed}/{fault}")
    made: list[Planted] = []
    for number in range(PASSES):
        before = len(made)
        for pair in rng.sample(pairs, len(pairs)):
            if len(made) == rows:
                return made
            inserted = insert is not None and number > 0
            clean = insert(pair, pool, rng) if insert is not None and inserted else pair
            found = damage(clean, pool, rng)
            if found is not None and found[1] != clean:
                made.append(Planted(fault, found[0], clean, found[1], inserted))
        if number > 3 and len(made) == before:
            break
    if len(made) < rows:
        log.warning("%s: planted into %s rows only, %s were asked for", fault, f"{len(made):,}", f"{rows:,}")
    return made
