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
from translation import prose, set_checks
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
    state_of,
    words_of,
)
from translation.gates import copy, empty, language_id, slots, structure
from translation.limits import Limits, gates, read
from translation.scoring import score_texts

log = logging.getLogger(__name__)

SOUND = (structure.NAME, empty.NAME, slots.NAME)  # what also a person's text must be; of all else a person judges better
NEED_ANOTHER_LANGUAGE = (copy.NAME, language_id.NAME)  # off where English "becomes" English
MEASURABLE = 1e9  # beyond it, and where it is no number, what a model says says nothing
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
    processes: int | None = None,
    words: Sequence[Finding] = (),
) -> GateReport:
    """Judge `translated` against the English `source`; rows are matched by id and reported in the source's order.

    `evidence`: for checks that need a model, what it measured; without any such a check does not run. `processes`: that score texts; as
    many as pay where None. `words`: what is wrong with the prompts and label words that go with the rows (see word_checks); they
    count in the verdict.
    """
    limits = limits or read(language)
    on = [gate for gate in _gates(benchmark, language, limits) if gate.SCOPE != "evidence" or gate.NAME in (evidence or {})]
    findings = list(_set_structure(source, translated, where=f"{language.code}/{benchmark.name}"))
    by_id = {record.id: record for record in reversed(translated)}
    known = score_texts(_texts(source, by_id, on, benchmark), language, wanted=processes)
    judged = [
        _row(record, by_id.get(record.id), on, benchmark=benchmark, language=language, limits=limits, known=known, evidence=evidence or {}) for record in source
    ]
    pairs = [(record, by_id[record.id]) for record in source if record.id in by_id] if slots in on else []
    report = _report(judged, source, pairs, on, benchmark=benchmark, language=language, limits=limits, findings=findings, words=words)
    counts = ", ".join(f"{check.id} {check.flagged.hits:,}" for check in report.checks if check.flagged.hits)
    log.info("kept %s of %s%s", f"{len(report.kept):,}", f"{len(source):,}", f"; flagged {counts}" if counts else "")
    return report


def _report(
    judged: Sequence[_Judged],
    source: Sequence[Record],
    pairs: Sequence[tuple[Record, Record]],
    on: Sequence[ModuleType],
    *,
    benchmark: Benchmark,
    language: Language,
    limits: Limits,
    findings: Sequence[Finding],
    words: Sequence[Finding],
) -> GateReport:
    """What the judged rows are as a set. `pairs`: source and translation of the rows whose slots count; `findings`: what is known of the set already."""
    where = f"{language.code}/{benchmark.name}"
    kept = tuple(one.record for one in judged if one.row.decision != "quarantine")
    rows = tuple(one.row for one in judged)
    checks = tuple(_check(gate, judged, limits) for gate in on)
    labels = set_checks.kept_of(source, kept, benchmark.labels)
    same = set_checks.merged(rows, source, benchmark)
    numbers = replace(_statistics(judged, checks, benchmark), merged=sum(len(one.ids) for one in same), leaked=set_checks.leaked(same, rows))
    carried = set_checks.slot_types(pairs)
    by_type = set_checks.slot_rows(source, kept) if pairs else {}
    found = [*findings, *set_checks.findings(numbers, labels=labels, slots=by_type, same=same, lines=limits.lines, where=where)]
    if slots in on:
        found += slots.of_set(carried, limits.checks[slots.NAME], where=where)
    return GateReport(
        benchmark.name,
        language.code,
        language.name,
        kept,
        tuple(one.record for one in judged if one.row.decision == "quarantine"),
        rows,
        checks,
        labels,
        numbers,
        tuple(found),
        _verdict([*found, *(one for one in words if one.check not in limits.lines.words_noted)]),
        asdict(limits),
        slot_types=carried,
        words=tuple(words),
        slot_rows=by_type,
        merged=same,
        labels_back=set_checks.labels_back(rows, benchmark.labels),
    )


def _gates(benchmark: Benchmark, language: Language, limits: Limits) -> list[ModuleType]:
    off = {*limits.lines.off, *(NEED_ANOTHER_LANGUAGE if language.code == ENGLISH else ()), *(() if benchmark.slot_words else (slots.NAME,))}
    return [gate for gate in gates().values() if gate.NAME not in off]


def _texts(source: Sequence[Record], by_id: Mapping[str, Record], on: Sequence[ModuleType], benchmark: Benchmark) -> list[tuple[str, str, str]]:
    """(check, source text, target text) of everything that can be scored ahead, row by row."""
    places = [(gate, name) for gate in on if gate.SCOPE in ("field", "text") for name in _places(gate, benchmark)]
    both = ((record, by_id[record.id]) for record in source if record.id in by_id)
    return [(gate.NAME, *prose.texts(gate, name, ours, theirs, benchmark)) for ours, theirs in both for gate, name in places]


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
    """Judge one row. `known` holds the scores of text pairs that were made ahead; sentences repeat."""
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
            scores[key] = {part: getattr(found, part) for part in found.__slots__}  # asdict would copy: a third of the gate's time
            if gate.judged(found, settings):
                opinions.add(gate.NAME)
                suspicion[key] = gate.suspicion(found)
            if gate.accept(found, settings) or gate.NAME in limits.reported:
                continue
            doubt = (hasattr(gate, "doubtful") and gate.doubtful(found, settings)) or (HUMAN in target.flags and gate.NAME not in SOUND)
            severity: Severity = "minor" if doubt else limits.lines.severity[gate.NAME]
            failed[gate.NAME] = min(severity, failed.get(gate.NAME, severity), key=SEVERITIES.index)
            (minor if severity == "minor" else reasons).append(f"{key}: {gate.reason(found, settings)}")
            place = benchmark.slots_in if gate.SCOPE == "slots" else name
            if place and hasattr(gate, "spans"):
                _add(spans.setdefault(place, {}), *gate.spans(source.fields[place], target.fields.get(place, ""), found))
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
    ours, theirs = prose.texts(gate, name, source, target, benchmark)
    if gate.SCOPE == "evidence":
        found = evidence.get(gate.NAME, {}).get((source.id, name))
        return None if found is None or not abs(found) < MEASURABLE else gate.score(found, ours, theirs, language)
    key = (gate.NAME, ours, theirs)
    if key not in known:
        known[key] = gate.score(ours, theirs, language)
    return known[key]


def _check(gate: ModuleType, judged: Sequence[_Judged], limits: Limits) -> Check:
    failed = [one.row.id for one in judged if gate.NAME in one.row.failed]
    question, misses = words_of(gate.__doc__)
    share = Share(len(failed), sum(gate.NAME in one.opinions for one in judged))
    severity = limits.lines.severity[gate.NAME]
    rule = limits.reported.get(gate.NAME) or gate.threshold(limits.checks[gate.NAME])
    return Check(gate.NAME, severity, gate.SCOPE, rule, share, tuple(failed[:SAMPLES]), question, misses)


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
    marked = sum(state_of(one.row.decision, one.row.flags) == "marked" for one in judged)
    gone = len(judged) - len(kept)
    return Statistics(len(judged), len(kept), gone, penalty, len(targets) / len(sources), wrong, left, left_kept, retried, marked=marked)


def _verdict(findings: Sequence[Finding]) -> Verdict:
    if any(finding.severity == "error" for finding in findings):
        return "fail"
    return "warn" if findings else "pass"
