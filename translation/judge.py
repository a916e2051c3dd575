"""judge: run the gates over a translated set; every source row is kept or quarantined with reasons, and the set gets a verdict.

Bad rows are set aside and the rest goes on; a bad set fails. A row that fails a critical or major check is quarantined, a minor
one only flags it. No limit was chosen so that a particular translator passes. A text that a person wrote or approved is quarantined
only if it is not SOUND, all else marks it; a row that a person refused stays out for the reasons it came with (see overrides).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import ModuleType
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.finding import Finding
from templates.language import ENGLISH, Language
from templates.refusal import Refusal
from translation.gate_report import (
    HUMAN,
    RETRIED,
    SAMPLES,
    SEVERITIES,
    Check,
    Decision,
    GateReport,
    Row,
    Severity,
    Share,
    Statistics,
    Verdict,
    percent,
    words_of,
)
from translation.gates import copy, empty, language_id, slots, structure
from translation.limits import Limits, Lines, gates, read

log = logging.getLogger(__name__)

SOUND = (structure.NAME, empty.NAME, slots.NAME)  # what also a person's text must be; of all else a person judges better
NEED_ANOTHER_LANGUAGE = (copy.NAME, language_id.NAME)  # off where English "becomes" English
Evidence = Mapping[str, Mapping[tuple[str, str], float]]  # check -> (row id, field) -> what a model measured


@dataclass(frozen=True, slots=True)
class _Judged:
    """One row: the record as it leaves the gate, its line for the report, and which checks had an opinion."""

    record: Record
    row: Row
    opinions: frozenset[str]
    penalty: int


def judge(
    source: Sequence[Record],
    translated: Sequence[Record],
    *,
    benchmark: Benchmark,
    language: Language,
    limits: Limits | None = None,
    evidence: Evidence | None = None,
) -> GateReport:
    """Judge `translated` against the English `source`; rows are matched by id and reported in the source's order.

    `evidence`: for checks that need a model, what it measured.
    """
    limits = limits or read(language)
    on = _gates(benchmark, language, limits)
    findings = list(_set_structure(source, translated, where=f"{language.code}/{benchmark.name}"))
    by_id = {record.id: record for record in reversed(translated)}
    known: dict[tuple[str, str, str], Any] = {}
    judged = [
        _row(record, by_id.get(record.id), on, benchmark=benchmark, language=language, limits=limits, known=known, evidence=evidence or {}) for record in source
    ]
    kept = tuple(one.record for one in judged if one.row.decision != "quarantine")
    quarantined = tuple(one.record for one in judged if one.row.decision == "quarantine")
    checks = tuple(_check(gate, judged, limits) for gate in on)
    labels = {label: Share(sum(record.label == label for record in kept), sum(record.label == label for record in source)) for label in benchmark.labels}
    numbers = _statistics(judged, checks, benchmark)
    findings += _set_rules(numbers, labels, limits.lines, where=f"{language.code}/{benchmark.name}")
    if slots in on:
        pairs = [(record, by_id[record.id]) for record in source if record.id in by_id]
        findings += slots.of_set(pairs, limits.checks[slots.NAME], where=f"{language.code}/{benchmark.name}")
    counts = ", ".join(f"{check.id} {check.flagged.hits:,}" for check in checks if check.flagged.hits)
    log.info("kept %s of %s%s", f"{len(kept):,}", f"{len(source):,}", f"; flagged {counts}" if counts else "")
    rows = tuple(one.row for one in judged)
    return GateReport(
        benchmark.name, language.code, language.name, kept, quarantined, rows, checks, labels, numbers, tuple(findings), _verdict(findings), asdict(limits)
    )


def _gates(benchmark: Benchmark, language: Language, limits: Limits) -> list[ModuleType]:
    off = {*limits.lines.off, *(NEED_ANOTHER_LANGUAGE if language.code == ENGLISH else ()), *(() if benchmark.slot_words else (slots.NAME,))}
    return [gate for gate in gates().values() if gate.NAME not in off]


def _set_structure(source: Sequence[Record], translated: Sequence[Record], *, where: str) -> Iterator[Finding]:
    """Are these the same rows, once each, in the same order?"""
    if not source:
        raise Refusal(f"{where}: there are no source records, so nothing can be judged; give at least one.")
    ours, theirs = [record.id for record in source], [record.id for record in translated]
    doubled = [name for name, count in Counter(ours).items() if count > 1]
    if doubled:
        raise Refusal(f"{where}: id {doubled[0]!r} stands more than once in the source; ids must be unique.")
    present = set(theirs)
    missing, extra = [name for name in ours if name not in present], sorted(present - set(ours))
    if missing:
        yield Finding("structure", where, f"{len(missing):,} source rows have no translation, the first is {missing[0]}")
    if extra:
        yield Finding("structure", where, f"{len(extra):,} translated rows are in no source, the first is {extra[0]}")
    if len(present) < len(theirs):
        yield Finding("structure", where, f"{len(theirs) - len(present):,} ids are translated more than once; the first of each was judged")
    if not missing and not extra and len(present) == len(theirs) and ours != theirs:
        yield Finding("structure", where, "the translated rows are in another order than the source")


def _row(
    source: Record,
    target: Record | None,
    on: Sequence[ModuleType],
    *,
    benchmark: Benchmark,
    language: Language,
    limits: Limits,
    known: dict[tuple[str, str, str], Any],
    evidence: Evidence,
) -> _Judged:
    """Judge one row. `known` holds scores of text pairs seen before: sentences repeat, and a detector run costs milliseconds."""
    reasons = list(target.reasons) if target is not None else []  # those of a person's review
    if target is None:
        reasons.append("structure: the row has no translation")
        target = Record(source.id, dict.fromkeys(benchmark.fields, ""), source.label, source.group, source=source.fields)
    scores: dict[str, Mapping[str, Any]] = {}
    suspicion: dict[str, float] = {}
    spans: dict[str, dict[str, tuple[tuple[int, int], ...]]] = {}
    failed: dict[str, Severity] = {}
    minor: list[str] = []
    opinions: set[str] = set()
    for gate in on:
        settings = limits.checks[gate.NAME]
        for name in _places(gate, benchmark):
            key = f"{gate.NAME}({name})" if name else gate.NAME
            found = _score(gate, name, source, target, benchmark=benchmark, language=language, known=known, evidence=evidence)
            if found is None:
                continue
            scores[key] = asdict(found)
            if gate.judged(found, settings):
                opinions.add(gate.NAME)
                suspicion[key] = gate.suspicion(found)
            if gate.accept(found, settings):
                continue
            doubt = (hasattr(gate, "doubtful") and gate.doubtful(found, settings)) or (HUMAN in target.flags and gate.NAME not in SOUND)
            severity: Severity = "minor" if doubt else limits.lines.severity[gate.NAME]
            failed[gate.NAME] = min(severity, failed.get(gate.NAME, severity), key=SEVERITIES.index)
            (minor if severity == "minor" else reasons).append(f"{key}: {gate.reason(found, settings)}")
            if name and hasattr(gate, "spans"):
                _add(spans.setdefault(name, {}), *gate.spans(source.fields[name], target.fields.get(name, ""), found))
    flags = (*target.flags, *minor)
    fields = {name: target.fields.get(name, "").encode("utf-8", "backslashreplace").decode() for name in benchmark.fields}
    record = replace(target, fields=fields, label=source.label, group=source.group, source=dict(source.fields), flags=flags, reasons=tuple(reasons))
    retried = next((flag.removeprefix(RETRIED) for flag in target.flags if flag.startswith(RETRIED)), "")
    decision: Decision = "quarantine" if reasons else "retry" if retried else "keep"
    methods = tuple(dict.fromkeys(slot.method for slot in target.slots))
    judged = suspicion, spans, retried, methods
    row = Row(source.id, source.label, source.fields, target.fields, scores, tuple(failed), record.flags, record.reasons, decision, *judged)
    cost = min(limits.lines.penalty_row, sum(limits.lines.points[severity] for severity in failed.values()))
    return _Judged(record, row, frozenset(opinions), cost)


def _add(sides: dict[str, tuple[tuple[int, int], ...]], ours: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> None:
    """Pieces that a further check points at."""
    for side, pieces in (("source", ours), ("target", theirs)):
        sides[side] = tuple(sorted({*sides.get(side, ()), *pieces}))


def _places(gate: ModuleType, benchmark: Benchmark) -> list[str]:
    """The fields a check looks at: the whole record or its slots (""), every field, or the fields of running text."""
    if gate.SCOPE in ("record", "slots"):
        return [""]
    return [name for name, shape in benchmark.fields.items() if gate.SCOPE == "field" or shape.role == "text"]


def _score(
    gate: ModuleType,
    name: str,
    source: Record,
    target: Record,
    *,
    benchmark: Benchmark,
    language: Language,
    known: dict[tuple[str, str, str], Any],
    evidence: Evidence,
) -> Any:
    """The check's score, or None where it needs evidence and there is none."""
    if not name:
        return gate.score(source, target, benchmark.slots_in if gate.SCOPE == "slots" else benchmark.fields)
    ours, theirs = source.fields[name], target.fields.get(name, "")
    if gate.SCOPE == "evidence":
        found = evidence.get(gate.NAME, {}).get((source.id, name))
        return None if found is None else gate.score(found, ours, theirs, language)
    key = (gate.NAME, ours, theirs)
    if key not in known:
        known[key] = gate.score(ours, theirs, language)
    return known[key]


def _check(gate: ModuleType, judged: Sequence[_Judged], limits: Limits) -> Check:
    failed = [one.row.id for one in judged if gate.NAME in one.row.failed]
    question, misses = words_of(gate.__doc__)
    share = Share(len(failed), sum(gate.NAME in one.opinions for one in judged))
    severity = limits.lines.severity[gate.NAME]
    return Check(gate.NAME, severity, gate.SCOPE, gate.threshold(limits.checks[gate.NAME]), share, tuple(failed[:SAMPLES]), question, misses)


def _statistics(judged: Sequence[_Judged], checks: Sequence[Check], benchmark: Benchmark) -> Statistics:
    names = [name for name, shape in benchmark.fields.items() if shape.role == "text"]
    pairs = [[(one.row.source[name], one.row.target.get(name, "")) for name in names] for one in judged]
    sources = {tuple(ours for ours, _ in pair) for pair in pairs}
    targets = {tuple(theirs for _, theirs in pair) for pair in pairs}
    wrong = {check.id: check.flagged.value for check in checks}.get(language_id.NAME, 0.0)
    kept = [pair for one, pair in zip(judged, pairs, strict=True) if one.row.decision != "quarantine"]
    penalty = 100 * sum(one.penalty for one in judged) / len(judged)
    left, left_kept = (copy.share_left(pair for row in rows for pair in row) for rows in (pairs, kept))
    retried = sum(one.row.decision == "retry" for one in judged)
    return Statistics(len(judged), len(kept), len(judged) - len(kept), penalty, len(targets) / len(sources), wrong, left, left_kept, retried)


def _set_rules(numbers: Statistics, labels: Mapping[str, Share], lines: Lines, *, where: str) -> Iterator[Finding]:
    """One finding for every line that the set does not reach: a warning below the first, an error below the second."""

    def line(check: str, value: float, bounds: tuple[float, float], what: str) -> Iterator[Finding]:
        """The lines bound from below if they fall, from above if they rise."""
        sign = 1 if bounds[0] > bounds[1] else -1
        if sign * value < sign * bounds[0]:
            yield Finding(check, where, what, "error" if sign * value < sign * bounds[1] else "warning")

    keep = lines.keep_pass, lines.keep_warn
    needed = f"a pass needs {percent(keep[0])}, below {percent(keep[1])} it fails"
    yield from line("keep-rate", numbers.keep_rate, keep, f"{percent(numbers.keep_rate)} of the rows could be kept; {needed}")
    for label, share in labels.items():
        if share.of:
            yield from line("label-kept", share.value, keep, f"{percent(share.value)} of the rows labelled {label} could be kept; {needed}")
            yield from _hollowed(label, share, 1 - numbers.keep_rate, lines, where=where)
    distinct = lines.distinct_pass, lines.distinct_warn
    what = f"{numbers.distinct:.3f} distinct translations per distinct source: different texts became the same; a pass needs {distinct[0]:g}"
    yield from line("distinct", numbers.distinct, distinct, what)
    wrong = lines.wrong_language_pass, lines.wrong_language_warn
    what = f"{percent(numbers.wrong_language)} of the rows long enough to say are in the wrong language; a pass allows {percent(wrong[0])}"
    yield from line("wrong-language", numbers.wrong_language, wrong, what)
    penalty = lines.penalty_pass, lines.penalty_warn
    what = f"{numbers.penalty:,.0f} penalty points per 100 rows; by convention a pass allows {penalty[0]:g}, above {penalty[1]:g} it fails"
    yield from line("penalty", numbers.penalty, penalty, what)


def _hollowed(label: str, share: Share, overall: float, lines: Lines, *, where: str) -> Iterator[Finding]:
    """Does one label lose far more of its rows than the others, beyond chance (the 95 % interval)?"""
    gone = 1 - share.value
    if gone > lines.label_times * overall and 1 - share.interval[1] > overall:
        what = f"label {label} loses {percent(gone)} of its rows, more than {lines.label_times:g} times the overall {percent(overall)}"
        yield Finding("label-hollowed", where, what, "error" if share.value < lines.keep_pass else "warning")


def _verdict(findings: Sequence[Finding]) -> Verdict:
    if any(finding.severity == "error" for finding in findings):
        return "fail"
    return "warn" if findings else "pass"
