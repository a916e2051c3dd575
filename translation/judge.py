"""judge: run the gates over a translated set; every source row is kept or quarantined with reasons, and the set gets a verdict.

Bad rows are set aside and the rest goes on; a bad set fails. A row that fails a critical or major check is quarantined, a minor
one only flags it. No limit was chosen so that a particular translator passes.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import ModuleType
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.finding import Finding
from templates.language import ENGLISH, Language
from templates.refusal import Refusal
from translation.gate_report import SAMPLES, Check, GateReport, Row, Severity, Share, Statistics, Verdict, percent, words_of
from translation.gates import copy, empty, kept_marks, language_id, length_ratio, slots, structure

log = logging.getLogger(__name__)

GATES: tuple[ModuleType, ...] = (structure, empty, copy, language_id, length_ratio, kept_marks, slots)
NEED_ANOTHER_LANGUAGE = (copy.NAME, language_id.NAME)  # off where English "becomes" English
POINTS: Mapping[Severity, int] = {"critical": 25, "major": 5, "minor": 1}


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits of every check (their own files say where from) and of the set.

    `off`: checks not to run. `severity`: check -> a severity other than its own. `keep_*`: kept rows of all, for the set and for each
    label (the project's own lines). `label_times`: a label may lose this many times the overall share (ours). `distinct_*`:
    distinct targets per distinct source (ours). `wrong_language_*`: of rows long enough to say (langdetect is wrong on 2 % of full
    sentences of human Swedish). `penalty_*`: points per 100 rows, a row counting 25 for a critical failure, 5 for a major, 1 for a
    minor and never more than 25: the weights of the MQM convention (Freitag et al. 2021, https://doi.org/10.1162/tacl_a_00437);
    the lines 25 and 50 are a convention of ours.
    """

    structure: structure.Settings = field(default_factory=structure.Settings)
    empty: empty.Settings = field(default_factory=empty.Settings)
    copy: copy.Settings = field(default_factory=copy.Settings)
    language_id: language_id.Settings = field(default_factory=language_id.Settings)
    length_ratio: length_ratio.Settings = field(default_factory=length_ratio.Settings)
    kept_marks: kept_marks.Settings = field(default_factory=kept_marks.Settings)
    slots: slots.Settings = field(default_factory=slots.Settings)
    off: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    keep_pass: float = 0.95
    keep_warn: float = 0.85
    label_times: float = 2.0
    distinct_pass: float = 0.95
    distinct_warn: float = 0.85
    wrong_language_pass: float = 0.02
    wrong_language_warn: float = 0.05
    penalty_pass: float = 25.0
    penalty_warn: float = 50.0


@dataclass(frozen=True, slots=True)
class _Judged:
    """One row: the record as it leaves the gate, its line for the report, and which checks had an opinion."""

    record: Record
    row: Row
    opinions: frozenset[str]
    penalty: int


def judge(source: Sequence[Record], translated: Sequence[Record], *, benchmark: Benchmark, language: Language, settings: Settings | None = None) -> GateReport:
    """Judge `translated` against the English `source`; rows are matched by id and reported in the source's order."""
    settings = settings or Settings()
    gates = _gates(benchmark, language, settings)
    findings = list(_set_structure(source, translated, where=f"{language.code}/{benchmark.name}"))
    by_id = {record.id: record for record in reversed(translated)}
    known: dict[tuple[str, str, str], Any] = {}
    judged = [_row(record, by_id.get(record.id), gates, benchmark=benchmark, language=language, settings=settings, known=known) for record in source]
    kept = tuple(one.record for one in judged if one.row.decision == "keep")
    quarantined = tuple(one.record for one in judged if one.row.decision == "quarantine")
    checks = tuple(_check(gate, judged, settings) for gate in gates)
    labels = {label: Share(sum(record.label == label for record in kept), sum(record.label == label for record in source)) for label in benchmark.labels}
    numbers = _statistics(judged, checks, benchmark)
    findings += _set_rules(numbers, labels, settings, where=f"{language.code}/{benchmark.name}")
    if slots in gates:
        pairs = [(record, by_id[record.id]) for record in source if record.id in by_id]
        findings += slots.of_set(pairs, settings.slots, where=f"{language.code}/{benchmark.name}")
    counts = ", ".join(f"{check.id} {check.flagged.hits:,}" for check in checks if check.flagged.hits)
    log.info("kept %s of %s%s", f"{len(kept):,}", f"{len(source):,}", f"; flagged {counts}" if counts else "")
    rows = tuple(one.row for one in judged)
    return GateReport(
        benchmark.name, language.code, language.name, kept, quarantined, rows, checks, labels, numbers, tuple(findings), _verdict(findings), asdict(settings)
    )


def _gates(benchmark: Benchmark, language: Language, settings: Settings) -> list[ModuleType]:
    names = [gate.NAME for gate in GATES]
    for name in (*settings.off, *settings.severity):
        if name not in names:
            raise Refusal(f"gate settings: no check {name!r}; there are {', '.join(names)}.")
    off = {*settings.off, *(NEED_ANOTHER_LANGUAGE if language.code == ENGLISH else ()), *(() if benchmark.slot_words else (slots.NAME,))}
    return [gate for gate in GATES if gate.NAME not in off]


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
    gates: Sequence[ModuleType],
    *,
    benchmark: Benchmark,
    language: Language,
    settings: Settings,
    known: dict[tuple[str, str, str], Any],
) -> _Judged:
    """Judge one row. `known` holds scores of text pairs seen before: sentences repeat, and a detector run costs milliseconds."""
    reasons: list[str] = []
    if target is None:
        reasons.append("structure: the row has no translation")
        target = Record(source.id, dict.fromkeys(benchmark.fields, ""), source.label, source.group, source=source.fields)
    scores: dict[str, Mapping[str, Any]] = {}
    failed: dict[str, Severity] = {}
    minor: list[str] = []
    opinions: set[str] = set()
    for gate in gates:
        limits = getattr(settings, gate.NAME)
        for name in _places(gate, benchmark):
            key = f"{gate.NAME}({name})" if name else gate.NAME
            found = _score(gate, name, source, target, benchmark=benchmark, language=language, known=known)
            scores[key] = asdict(found)
            if gate.judged(found, limits):
                opinions.add(gate.NAME)
            if gate.accept(found, limits):
                continue
            severity = failed[gate.NAME] = settings.severity.get(gate.NAME, gate.SEVERITY)
            (minor if severity == "minor" else reasons).append(f"{key}: {gate.reason(found, limits)}")
    flags = (*target.flags, *minor)
    fields = {name: target.fields.get(name, "").encode("utf-8", "backslashreplace").decode() for name in benchmark.fields}
    record = replace(target, fields=fields, label=source.label, group=source.group, source=dict(source.fields), flags=flags, reasons=tuple(reasons))
    row = Row(source.id, source.label, source.fields, target.fields, scores, tuple(failed), record.flags, record.reasons, "quarantine" if reasons else "keep")
    return _Judged(record, row, frozenset(opinions), min(25, sum(POINTS[severity] for severity in failed.values())))


def _places(gate: ModuleType, benchmark: Benchmark) -> list[str]:
    """The fields a check looks at: the whole record or its slots (""), every field, or the fields of running text."""
    if gate.SCOPE in ("record", "slots"):
        return [""]
    return [name for name, shape in benchmark.fields.items() if gate.SCOPE == "field" or shape.role == "text"]


def _score(
    gate: ModuleType, name: str, source: Record, target: Record, *, benchmark: Benchmark, language: Language, known: dict[tuple[str, str, str], Any]
) -> Any:
    if not name:
        return gate.score(source, target, benchmark.slots_in if gate.SCOPE == "slots" else benchmark.fields)
    key = (gate.NAME, source.fields[name], target.fields.get(name, ""))
    if key not in known:
        known[key] = gate.score(*key[1:], language)
    return known[key]


def _check(gate: ModuleType, judged: Sequence[_Judged], settings: Settings) -> Check:
    failed = [one.row.id for one in judged if gate.NAME in one.row.failed]
    question, misses = words_of(gate.__doc__)
    share = Share(len(failed), sum(gate.NAME in one.opinions for one in judged))
    severity = settings.severity.get(gate.NAME, gate.SEVERITY)
    return Check(gate.NAME, severity, gate.SCOPE, gate.threshold(getattr(settings, gate.NAME)), share, tuple(failed[:SAMPLES]), question, misses)


def _statistics(judged: Sequence[_Judged], checks: Sequence[Check], benchmark: Benchmark) -> Statistics:
    names = [name for name, shape in benchmark.fields.items() if shape.role == "text"]
    pairs = [[(one.row.source[name], one.row.target.get(name, "")) for name in names] for one in judged]
    sources = {tuple(ours for ours, _ in pair) for pair in pairs}
    targets = {tuple(theirs for _, theirs in pair) for pair in pairs}
    wrong = {check.id: check.flagged.value for check in checks}.get(language_id.NAME, 0.0)
    kept = [pair for one, pair in zip(judged, pairs, strict=True) if one.row.decision == "keep"]
    penalty = 100 * sum(one.penalty for one in judged) / len(judged)
    left, left_kept = (copy.share_left(pair for row in rows for pair in row) for rows in (pairs, kept))
    return Statistics(len(judged), len(kept), len(judged) - len(kept), penalty, len(targets) / len(sources), wrong, left, left_kept)


def _set_rules(numbers: Statistics, labels: Mapping[str, Share], settings: Settings, *, where: str) -> Iterator[Finding]:
    """One finding for every line that the set does not reach: a warning below the first, an error below the second."""

    def line(check: str, value: float, lines: tuple[float, float], what: str) -> Iterator[Finding]:
        """The lines bound from below if they fall, from above if they rise."""
        sign = 1 if lines[0] > lines[1] else -1
        if sign * value < sign * lines[0]:
            yield Finding(check, where, what, "error" if sign * value < sign * lines[1] else "warning")

    keep = settings.keep_pass, settings.keep_warn
    needed = f"a pass needs {percent(keep[0])}, below {percent(keep[1])} it fails"
    yield from line("keep-rate", numbers.keep_rate, keep, f"{percent(numbers.keep_rate)} of the rows could be kept; {needed}")
    for label, share in labels.items():
        if share.of:
            yield from line("label-kept", share.value, keep, f"{percent(share.value)} of the rows labelled {label} could be kept; {needed}")
            yield from _hollowed(label, share, 1 - numbers.keep_rate, settings, where=where)
    distinct = settings.distinct_pass, settings.distinct_warn
    what = f"{numbers.distinct:.3f} distinct translations per distinct source: different texts became the same; a pass needs {distinct[0]:g}"
    yield from line("distinct", numbers.distinct, distinct, what)
    wrong = settings.wrong_language_pass, settings.wrong_language_warn
    what = f"{percent(numbers.wrong_language)} of the rows long enough to say are in the wrong language; a pass allows {percent(wrong[0])}"
    yield from line("wrong-language", numbers.wrong_language, wrong, what)
    penalty = settings.penalty_pass, settings.penalty_warn
    what = f"{numbers.penalty:,.0f} penalty points per 100 rows; by convention a pass allows {penalty[0]:g}, above {penalty[1]:g} it fails"
    yield from line("penalty", numbers.penalty, penalty, what)


def _hollowed(label: str, share: Share, overall: float, settings: Settings, *, where: str) -> Iterator[Finding]:
    """Does one label lose far more of its rows than the others, beyond chance (the 95 % interval)?"""
    gone = 1 - share.value
    if gone > settings.label_times * overall and 1 - share.interval[1] > overall:
        what = f"label {label} loses {percent(gone)} of its rows, more than {settings.label_times:g} times the overall {percent(overall)}"
        yield Finding("label-hollowed", where, what, "error" if share.value < settings.keep_pass else "warning")


def _verdict(findings: Sequence[Finding]) -> Verdict:
    if any(finding.severity == "error" for finding in findings):
        return "fail"
    return "warn" if findings else "pass"
