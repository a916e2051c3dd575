"""Calibrate: limits of checks from human translations, for a stated rate of false alarms.

The pairs are weighted so that their source lengths are distributed as a benchmark's: what is usual in a paragraph is suspicious in an
utterance. One half sets the limits, the other says what they cost. The allowed rate is shared equally by all limits (Bonferroni), so
that all of them together keep it; each counts one row more as refused than there was, so that rows not seen yet keep it too (split
conformal prediction, Angelopoulos and Bates 2021, https://arxiv.org/abs/2107.07511), a row weighing as much as those of the benchmark do.
Misses: a gold text of another kind than the benchmark's; how much the limits catch (see power).
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from types import ModuleType
from typing import Any

from templates.language import ENGLISH, SHORT, Language, Length
from templates.refusal import Refusal
from translation import gold
from translation.gate_report import percent
from translation.gates import length_ratio
from translation.gold import Pair
from translation.judge import NEED_ANOTHER_LANGUAGE, judge
from translation.limits import Limits, gates

EDGES = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 170, 220, 300)  # characters: borders of the histogram of source lengths
LEAST_ROWS = 50  # of a length band, below which its limits stay as they are

Weighted = Sequence[tuple[Pair, float]]


@dataclass(frozen=True, slots=True)
class Change:
    """One limit: "length" and the band, or the check and its field."""

    place: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Calibration:
    """`before`, `after`: share of the held-out rows that was flagged, by check and under "all" and "calibrated" (the checks
    whose limits were set), weighted like the benchmark.

    `rows`: (pairs that set the limits, held-out pairs). `covered`: share of the benchmark's texts whose length the gold text has too.
    """

    changes: tuple[Change, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    rows: tuple[int, int]
    covered: float


def calibrate(
    pairs: Sequence[Pair], language: Language, *, limits: Limits, lengths: Sequence[Sequence[int]], false_alarms: float, seed: int = 0
) -> Calibration:
    """Limits under which at most the share `false_alarms` of sound rows is flagged by what is calibrated.

    `lengths`: the source lengths of each benchmark, in characters; each benchmark weighs the same.
    """
    if not 0 < false_alarms <= 0.2:
        raise Refusal(f"false alarms of {false_alarms:g}: give a share of sound rows above 0 and at most 0.2, as 0.02.")
    least = math.ceil(2 / false_alarms)
    if len(pairs) < least:
        raise Refusal(f"{len(pairs):,} pairs are too few to tell {percent(false_alarms)} of false alarms; give at least {least:,}, or allow more.")
    order = Random(f"{seed}/halves").sample(list(pairs), len(pairs))
    setting, held = (weighted(half, lengths) for half in (order[: len(order) // 2], order[len(order) // 2 :]))
    checks = _checks(language, limits)
    share = false_alarms / (1 + sum(len(check.CALIBRATED) for check in checks))
    length = _length(setting, language, limits, share)
    there = replace(language, length=length)
    settings = {check.NAME: _settings(check, setting, there, limits.checks[check.NAME], share) for check in checks}
    changes = [Change("length", band.name, getattr(language.length, band.name), getattr(length, band.name)) for band in fields(Length)]
    for check in checks:
        old, new = limits.checks[check.NAME], settings[check.NAME]
        changes += [Change(check.NAME, field, getattr(old, field), getattr(new, field)) for field in check.CALIBRATED]
    after = replace(limits, checks={**limits.checks, **settings})
    covered = 1 - sum(_uncovered(pairs, one) for one in lengths) / len(lengths)
    ours = frozenset((length_ratio.NAME, *settings))
    flagged = [_flagged(held, one, rules, ours) for one, rules in ((language, limits), (there, after))]
    return Calibration(tuple(changes), flagged[0], flagged[1], (len(setting), len(held)), covered)


def _checks(language: Language, limits: Limits) -> list[ModuleType]:
    off = {*limits.lines.off, *(NEED_ANOTHER_LANGUAGE if language.code == ENGLISH else ())}
    return [check for check in gates().values() if hasattr(check, "CALIBRATED") and check.NAME not in off]


def _bin(length: int) -> int:
    return bisect.bisect_right(EDGES, length)


def weighted(pairs: Sequence[Pair], lengths: Sequence[Sequence[int]]) -> Weighted:
    """The pairs with weights, 1 on average, that give their source lengths the histogram of the benchmarks; a length no benchmark has
    weighs nothing."""
    ours = Counter(_bin(len(pair.source)) for pair in pairs)
    wanted: Counter[int] = Counter()
    for one in lengths:
        for place, count in Counter(map(_bin, one)).items():
            wanted[place] += count / len(one)  # type: ignore[assignment]
    total = sum(share for place, share in wanted.items() if ours[place])
    if not total:
        raise Refusal("the gold text has no source as long as any of the benchmark's; give human translations of texts like these.")
    made = ((pair, wanted[place] / ours[place] * len(pairs) / total) for pair in pairs for place in (_bin(len(pair.source)),))
    return [(pair, weight) for pair, weight in made if weight]


def _uncovered(pairs: Sequence[Pair], lengths: Sequence[int]) -> float:
    ours = {_bin(len(pair.source)) for pair in pairs}
    return sum(_bin(length) not in ours for length in lengths) / len(lengths)


def _length(rows: Weighted, language: Language, limits: Limits, share: float) -> Length:
    """Each band between its quantiles, half of the share on either side; of the sources that the check judges."""
    least_words = limits.checks[length_ratio.NAME].least_words
    bands: dict[str, list[tuple[float, float]]] = {band.name: [] for band in fields(Length)}
    for pair, weight in rows:
        if len(pair.source.split()) >= least_words:
            bands["short" if len(pair.source) < SHORT else "long"].append((len(pair.target) / len(pair.source), weight))
    found = {name: _band(sorted(ratios), share) if len(ratios) >= LEAST_ROWS else getattr(language.length, name) for name, ratios in bands.items()}
    return Length(**found)


def _band(ratios: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    total, more = _weight([weight for _, weight in ratios])
    ends = []
    for side in (ratios, ratios[::-1]):
        outside = 0.0
        for ratio, weight in side:
            outside += weight
            if outside + more > share / 2 * (total + more):  # this one must stay inside
                ends.append(ratio)
                break
    return math.floor(ends[0] * 100) / 100, math.ceil(ends[1] * 100) / 100


def _weight(weights: Sequence[float]) -> tuple[float, float]:
    """Of all rows together, and of one more that is drawn like the benchmark's."""
    total = sum(weights)
    return total, sum(weight * weight for weight in weights) / total


def _settings(check: ModuleType, rows: Weighted, language: Language, settings: Any, share: float) -> Any:
    """The check's Settings, each calibrated limit in its turn as tight as `share` allows.

    A row is refused by a limit if the check thinks worse of it (accepted, marked, quarantined) than with that limit at its loosest.
    """
    scores = [(check.score(pair.source, pair.target, language), weight) for pair, weight in rows]
    total, more = _weight([weight for _, weight in scores])
    for field, (tight, loose) in check.CALIBRATED.items():
        whole = isinstance(getattr(settings, field), int)
        steps = round(abs(loose - tight) / (1 if whole else 0.01))
        values = [round(tight + (loose - tight) * step / steps, None if whole else 2) for step in range(steps + 1)]
        loosest = [_grade(check, score, replace(settings, **{field: loose})) for score, _ in scores]

        def refused(rules: Any, loosest: Sequence[int] = loosest) -> float:
            return sum(weight for (score, weight), before in zip(scores, loosest, strict=True) if _grade(check, score, rules) > before)

        variants = (replace(settings, **{field: value}) for value in values)
        settings = next((rules for rules in variants if refused(rules) + more <= share * (total + more)), replace(settings, **{field: values[-1]}))
    return settings


def _grade(check: ModuleType, score: Any, settings: Any) -> int:
    """0 accepted, 1 only marked, 2 refused."""
    if check.accept(score, settings):
        return 0
    return 1 if hasattr(check, "doubtful") and check.doubtful(score, settings) else 2


def _flagged(rows: Weighted, language: Language, limits: Limits, ours: frozenset[str]) -> dict[str, float]:
    """Check, or "all", or "calibrated" for those in `ours` together -> weighted share of the rows it flags."""
    source, translated = gold.records(pair for pair, _ in rows)
    report = judge(source, translated, benchmark=gold.SHAPE, language=language, limits=limits)
    total, shares = sum(weight for _, weight in rows), dict.fromkeys(["all", "calibrated", *(check.id for check in report.checks)], 0.0)
    for row, (_, weight) in zip(report.rows, rows, strict=True):
        for name in {*row.failed, *(["all"] if row.failed else []), *(["calibrated"] if ours & {*row.failed} else [])}:
            shares[name] += weight / total
    return shares
