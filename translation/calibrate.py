"""Calibrate: limits of checks from human translations, for a stated rate of false alarms.

The pairs are weighted so that their source lengths are distributed as a benchmark's. One half sets the limits, the other says what they
cost. The allowed rate is shared equally by all limits (Bonferroni), so that all of them together keep it; each counts one row more as
refused than there was (see tails). A limit stays in force where the rows are too few for its share of the rate, or where only the loosest
tenth of its range, which is as good as switching it off, would keep it.
Checks of scope "evidence" judge numbers that belong to one engine: their limits for quarantine take part in the rate like the others, those
for marks have a rate of their own, and which engine they hold for is noted (`fitted` in translation/limits.py).
Misses: a gold text of another kind than the benchmark's; how much the limits catch (see power).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any

from templates.language import ENGLISH, SHORT, Language, Length
from templates.refusal import Refusal
from translation import gold, tails
from translation.benchmark_weights import Weighted, uncovered, weighted
from translation.gate_report import percent
from translation.gates import length_ratio
from translation.gold import Pair
from translation.judge import NEED_ANOTHER_LANGUAGE, judge
from translation.limits import Limits, gates
from translation.shares import wilson

if TYPE_CHECKING:
    from translation.power import Gather

OFF = 0.1  # of a limit's range at its loosest end: there the check is as good as switched off
DIGITS = 16  # of an engine's identity, for `fitted`
Measured = Mapping[str, Mapping[Pair, float]]  # check -> pair -> what a model said


@dataclass(frozen=True, slots=True)
class Change:
    """One limit: "length" and the band, the check and its field, or "fitted" and the check. `kept`: why it stays as it was, if it had to."""

    place: str
    field: str
    old: Any
    new: Any
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`before`, `after`: share of the held-out rows that was flagged, by check and under "all" and "calibrated" (the checks
    whose limits were set), weighted like the benchmark.

    `rows`: (pairs that set the limits, held-out pairs). `covered`: share of the benchmark's texts whose length the gold text has too.
    `allowed`: what "calibrated" may reach; `held_weight`: how many rows without weights the held-out ones are worth (Kish).
    """

    changes: tuple[Change, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    rows: tuple[int, int]
    covered: float
    allowed: float
    held_weight: float

    @property
    def exceeds(self) -> bool:
        """Whether more of the held-out rows were flagged than allowed."""
        return self.after["calibrated"] > self.allowed

    @property
    def worse(self) -> bool:
        """Whether that is more than before, and more than allowed beyond chance (95 %)."""
        n = round(self.held_weight)
        return self.after["calibrated"] > self.before["calibrated"] and wilson(round(self.after["calibrated"] * n), n)[0] > self.allowed


def calibrate(
    pairs: Sequence[Pair],
    language: Language,
    *,
    limits: Limits,
    lengths: Sequence[Sequence[int]],
    false_alarms: float = 0.02,
    marks: float = 0.04,
    seed: int = 0,
    gather: Gather | None = None,
    engine: str = "",
) -> Calibration:
    """New limits for the checks that offer any. `lengths`: those of each benchmark's English texts, all benchmarks counting alike.

    `gather` measures what checks of scope "evidence" judge, `engine` is the identity of the model that does (`engine.scored_by`); `marks`
    is the share of sound rows that these checks together may mark besides.
    """
    for name, rate in (("false alarms", false_alarms), ("marks", marks)):
        if not 0 < rate <= 0.2:
            raise Refusal(f"{name} of {rate:g}: give a share of sound rows above 0 and at most 0.2, as 0.02.")
    least = math.ceil(2 / false_alarms)
    if len(pairs) < least:
        raise Refusal(f"{len(pairs):,} pairs are too few to tell {percent(false_alarms)} of false alarms; give at least {least:,}, or allow more.")
    measured = _measured(pairs, gather, limits) if gather is not None else {}
    order = Random(f"{seed}/halves").sample(list(pairs), len(pairs))
    setting, held = (weighted(half, lengths) for half in (order[: len(order) // 2], order[len(order) // 2 :]))
    checks, asked = _checks(language, limits), [check for check in gates().values() if check.NAME in measured and hasattr(check, "group")]
    share = false_alarms / (1 + sum(len(check.CALIBRATED) for check in checks) + len(asked))
    length, changes = _length(setting, language, limits, share)
    there, settings = replace(language, length=length), {}
    for check in checks:
        settings[check.NAME], made = _settings(check, setting, there, limits.checks[check.NAME], share)
        changes += made
    for check in asked:
        rates = {"far": share, "near": marks / len(asked)}
        settings[check.NAME], made = _banded(check, [pair for pair, _ in setting], measured[check.NAME], limits, language, rates, engine)
        changes += made
    fitted = {change.field: change.new for change in changes if change.place == "fitted"}
    lines = replace(limits.lines, fitted={**limits.lines.fitted, **fitted})
    silent = {name: why for name, why in limits.reported.items() if name not in fitted}
    after = replace(limits, checks={**limits.checks, **settings}, lines=lines, reported=silent)
    covered = 1 - sum(uncovered(pairs, one) for one in lengths) / len(lengths)
    ours = frozenset((length_ratio.NAME, *settings))
    flagged = [_flagged(held, one, rules, ours, measured) for one, rules in ((language, limits), (there, after))]
    total, more = tails.total_and_next([weight for _, weight in held])
    allowed = false_alarms + (marks if asked else 0)
    return Calibration(tuple(changes), flagged[0], flagged[1], (len(setting), len(held)), covered, allowed, total / more)


def _checks(language: Language, limits: Limits) -> list[ModuleType]:
    off = {*limits.lines.off, *(NEED_ANOTHER_LANGUAGE if language.code == ENGLISH else ())}
    return [check for check in gates().values() if hasattr(check, "CALIBRATED") and check.NAME not in off]


def _measured(pairs: Sequence[Pair], gather: Gather, limits: Limits) -> Measured:
    """What the model says of every pair, for the checks that are on."""
    source, translated = gold.records(pairs)
    found = gather(source, translated, gold.SHAPE)
    return {check: {pairs[int(row)]: value for (row, _), value in values.items()} for check, values in found.items() if check not in limits.lines.off}


def _few(rows: int, needed: float) -> str:
    return f"{rows:,} rows are too few, give about {math.ceil(2 * needed / 100) * 100:,} pairs"


def _length(rows: Weighted, language: Language, limits: Limits, share: float) -> tuple[Length, list[Change]]:
    """Each band between its quantiles, half of the share on either side; of the sources that the check judges."""
    least_words = limits.checks[length_ratio.NAME].least_words
    ends: dict[tuple[str, int], list[tuple[float, float]]] = {(band.name, sign): [] for band in fields(Length) for sign in (-1, 1)}
    for pair, weight in rows:
        if len(pair.source.split()) >= least_words:
            band = "short" if len(pair.source) < SHORT else "long"
            for sign in (-1, 1):
                ends[band, sign].append((sign * len(pair.target) / len(pair.source), weight))
    found = tails.limits(ends, share / 2)
    bands, changes = {}, []
    for band in (field.name for field in fields(Length)):
        old = getattr(language.length, band)
        new = (-math.ceil(100 * found[band, -1]) / 100, math.ceil(100 * found[band, 1]) / 100) if {(band, -1), (band, 1)} <= found.keys() else old
        if not 0 <= new[0] < new[1]:
            new = old
        bands[band] = new
        count = len(ends[band, 1])
        few = count < tails.LEAST_ROWS or (band, 1) not in found
        changes.append(Change("length", band, old, new, _few(count, max(2 * tails.LEAST_ROWS, 2 / share)) if few else ""))
    return Length(**bands), changes


def _settings(check: ModuleType, rows: Weighted, language: Language, settings: Any, share: float) -> tuple[Any, list[Change]]:
    """The check's Settings, each calibrated limit in its turn as tight as `share` allows.

    A row is refused by a limit if the check thinks worse of it (accepted, marked, quarantined) than with that limit at its loosest.
    """
    scores = [(check.score(pair.source, pair.target, language), weight) for pair, weight in rows]
    total, more = tails.total_and_next([weight for _, weight in scores])
    changes = []
    for field, (tight, loose) in check.CALIBRATED.items():
        old = getattr(settings, field)
        if more > share * (total + more):
            changes.append(Change(check.NAME, field, old, old, _few(len(rows), len(rows) * more * (1 / share - 1) / total)))
            continue
        whole = isinstance(old, int)
        steps = round(abs(loose - tight) / (1 if whole else 0.01))
        values = [round(tight + (loose - tight) * step / steps, None if whole else 2) for step in range(steps + 1)]
        loosest = [_grade(check, score, replace(settings, **{field: loose})) for score, _ in scores]

        def refused(rules: Any, loosest: Sequence[int] = loosest) -> float:
            return sum(weight for (score, weight), before in zip(scores, loosest, strict=True) if _grade(check, score, rules) > before)

        found = next(
            (value for value in values[: -math.ceil(OFF * steps)] if refused(replace(settings, **{field: value})) + more <= share * (total + more)), None
        )
        changes.append(
            Change(check.NAME, field, old, old if found is None else found, "only switched off would it keep its share of the rate" * (found is None))
        )
        settings = replace(settings, **{field: changes[-1].new})
    return settings, changes


def _grade(check: ModuleType, score: Any, settings: Any) -> int:
    """0 accepted, 1 only marked, 2 refused."""
    if check.accept(score, settings):
        return 0
    return 1 if hasattr(check, "doubtful") and check.doubtful(score, settings) else 2


def _banded(
    check: ModuleType, pairs: Sequence[Pair], found: Mapping[Pair, float], limits: Limits, language: Language, rates: Mapping[str, float], engine: str
) -> tuple[Any, list[Change]]:
    """The Settings of a check that judges evidence: per group of scores the quantiles for `rates` ("far", "near"); all or none, for one engine."""
    settings, name = limits.checks[check.NAME], check.NAME
    groups: dict[int, list[tuple[float, float]]] = {group: [] for group in range(len(settings.near))}
    for pair in dict.fromkeys(pairs):
        if pair in found:
            score = check.score(found[pair], pair.source, pair.target, language)
            if not hasattr(check, "judged") or check.judged(score, settings):
                groups[check.group(score, settings)].append((check.suspicion(score), 1.0))
    ends = {end: tails.limits(groups, rate) for end, rate in rates.items()}
    if any(len(one) < len(groups) for one in ends.values()):
        count = sum(map(len, groups.values()))
        smallest, fewest = min(enumerate(map(len, groups.values())), key=lambda one: one[1])
        lacking = f"only {fewest} of {count:,} rows are told by limit {smallest + 1} of {len(groups)}, give {tails.LEAST_ROWS} or more"
        why = lacking if fewest < tails.LEAST_ROWS else _few(count, 1 / min(rates.values()))
        return settings, [Change(name, end, getattr(settings, end), getattr(settings, end), why) for end in ends]
    ends["far"] = {group: max(limit, ends["near"][group]) for group, limit in ends["far"].items()}
    new = {end: tuple(check.SIGN * math.ceil(100 * one[group]) / 100 for group in groups) for end, one in ends.items()}
    changes = [Change(name, end, getattr(settings, end), limit) for end, limit in new.items()]
    old = limits.lines.fitted.get(name, "")
    return replace(settings, **new), [*changes, Change("fitted", name, old, old if old and engine.startswith(old) else engine[:DIGITS])]


def _flagged(rows: Weighted, language: Language, limits: Limits, ours: frozenset[str], measured: Measured) -> dict[str, float]:
    """Check, or "all", or "calibrated" for those in `ours` together -> weighted share of the rows it flags."""
    source, translated = gold.records(pair for pair, _ in rows)
    field = next(iter(gold.SHAPE.fields))
    evidence = {check: {(str(row), field): of[pair] for row, (pair, _) in enumerate(rows) if pair in of} for check, of in measured.items()}
    report = judge(source, translated, benchmark=gold.SHAPE, language=language, limits=limits, evidence=evidence)
    total, shares = sum(weight for _, weight in rows), dict.fromkeys(["all", "calibrated", *(check.id for check in report.checks)], 0.0)
    for row, (_, weight) in zip(report.rows, rows, strict=True):
        for name in {*row.failed, *(["all"] if row.failed else []), *(["calibrated"] if ours & {*row.failed} else [])}:
            shares[name] += weight / total
    return shares
