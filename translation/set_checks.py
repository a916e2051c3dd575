"""set_checks: what only the whole set shows: keep rates of labels and slot types, texts that became one, lines that are not reached.

Misses: two translations that mean the same in other words; a label whose rows were kept but no longer say what it says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from templates.benchmark import Benchmark, Record
from templates.finding import Finding
from translation.gate_report import Merged, Row, Statistics
from translation.gates import label_fidelity
from translation.limits import Lines
from translation.shares import Share, percent

T = TypeVar("T")
NAMED = 5  # labels or texts named in one finding


def labels_back(rows: Sequence[Row], labels: Sequence[str]) -> dict[str, Share]:
    """Label -> rows that a classifier of the English rows still gives it there and back, of those that it gives it in English (see the check
    label_fidelity); empty where nothing was translated back."""
    found: dict[str, list[bool]] = {}
    for row in rows:
        for key, score in row.scores.items():
            if key.startswith(f"{label_fidelity.NAME}("):
                found.setdefault(row.label, []).append(score["nats"] >= 0)
    return {label: Share(sum(found[label]), len(found[label])) for label in labels if label in found}


def kept_of(source: Sequence[Record], kept: Sequence[Record], labels: Sequence[str]) -> dict[str, Share]:
    """Label -> kept rows of all."""
    left, all_rows = Counter(record.label for record in kept), Counter(record.label for record in source)
    return {label: Share(left[label], all_rows[label]) for label in labels}


def slot_types(pairs: Sequence[tuple[Record, Record]]) -> dict[str, Share]:
    """Slot type -> carried slots of all, over (source, translated) rows."""
    wanted, carried = Counter[str](), Counter[str]()
    for source, target in pairs:
        here = Counter(slot.name for slot in source.slots)
        wanted += here
        carried += here & Counter(slot.name for slot in target.slots)
    return {name: Share(carried[name], count) for name, count in sorted(wanted.items())}


def slot_rows(source: Sequence[Record], kept: Sequence[Record]) -> dict[str, Share]:
    """Slot type -> kept rows of those whose source holds it."""
    left = {record.id for record in kept}
    holding: dict[str, list[str]] = defaultdict(list)
    for record in source:
        for name in {slot.name for slot in record.slots}:
            holding[name].append(record.id)
    return {name: Share(sum(one in left for one in ids), len(ids)) for name, ids in sorted(holding.items())}


def merged(rows: Sequence[Row], source: Sequence[Record], benchmark: Benchmark) -> tuple[Merged, ...]:
    """Targets that more than one source text has, the largest first; letter case and blanks make no difference, empty texts do not count.

    Training leaves out rows that read like a test row whatever their group, so that a leak costs rows, not honesty; what merging the
    groups would bring is that no row is lost for it.
    """
    names = [name for name, shape in benchmark.fields.items() if shape.role == "text"]
    groups = {record.id: record.group for record in source}
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        key = tuple(_plain(row.target.get(name, "")) for name in names)
        if any(key):
            alike[key].append(row)
    return tuple(sorted((_merged(key, same, names, groups) for key, same in alike.items() if _texts(same, names) > 1), key=lambda one: -len(one.ids)))


def _texts(rows: Sequence[Row], names: Sequence[str]) -> int:
    return len({tuple(_plain(row.source[name]) for name in names) for row in rows})


def _merged(key: Sequence[str], same: Sequence[Row], names: Sequence[str], groups: Mapping[str, str]) -> Merged:
    kept = [row for row in same if row.decision != "quarantine"]
    apart = len({groups[row.id] for row in kept}) if _texts(kept, names) > 1 else min(len(kept), 1)
    asked: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for row in kept:
        asked[tuple(map(_plain, row.target.values()))][row.label] = None
    labels = max(asked.values(), key=len, default={}) if apart > 1 else {}
    return Merged(" / ".join(key), tuple(row.id for row in same), tuple(labels), _texts(same, names), apart)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def leaked(found: Sequence[Merged], rows: Sequence[Row]) -> int:
    """Kept rows that read like a kept row of another group."""
    names = {name for one in found if one.leaks for name in one.ids}
    return sum(row.id in names and row.decision != "quarantine" for row in rows)


def findings(
    numbers: Statistics, *, labels: Mapping[str, Share], slots: Mapping[str, Share], same: Sequence[Merged], lines: Lines, where: str
) -> Iterator[Finding]:
    """One finding for every line that the set does not reach: a warning below the first, an error below the second."""

    def line(check: str, value: float, bounds: tuple[float, float], what: str, *, sign: int = -1) -> Iterator[Finding]:
        """`sign`: 1 where the lines bound from below, -1 where from above."""
        if sign * value < sign * bounds[0]:
            yield Finding(check, where, what, "error" if sign * value < sign * bounds[1] else "warning")

    keep = lines.keep_pass, lines.keep_warn
    needed = f"a pass needs {percent(keep[0])}, below {percent(keep[1])} it fails"
    yield from line("keep-rate", numbers.keep_rate, keep, f"{percent(numbers.keep_rate)} of the rows could be kept; {needed}", sign=1)
    yield from _labels(labels, lines, where=where)
    for kind, check, shares in (("label", "label-hollowed", labels), ("slot type", "slots-hollowed", slots)):
        yield from _hollowed(kind, check, shares, overall=1 - numbers.keep_rate, lines=lines, where=where)
    distinct = lines.distinct_pass, lines.distinct_warn
    what = f"{numbers.distinct:.3f} distinct translations per distinct source: different texts became the same; a pass needs {distinct[0]:g}"
    yield from line("distinct", numbers.distinct, distinct, what, sign=1)
    both = [one for one in same if one.leaks]
    share = numbers.leaked / numbers.kept if numbers.kept else 0.0
    what = f"{numbers.leaked:,} kept rows ({percent(share)}) read like a row of another group, as {_rows_of(both)}: they could stand on both sides of a fold"
    yield from line("leaked", share, (lines.leaked_pass, lines.leaked_warn), what)
    torn = [one for one in both if len(one.labels) > 1]
    if torn:
        said = _named(torn, lambda one: f"{' and '.join(one.ids[:2])} ({' and '.join(one.labels[:2])})")
        texts = "texts stand" if len(torn) > 1 else "text stands"
        yield Finding("labels-torn", where, f"{len(torn)} {texts} for different labels now, which in English were apart: {said}", "warning")
    wrong = lines.wrong_language_pass, lines.wrong_language_warn
    what = f"{percent(numbers.wrong_language)} of the rows long enough to say are in the wrong language; a pass allows {percent(wrong[0])}"
    yield from line("wrong-language", numbers.wrong_language, wrong, what)
    penalty = lines.penalty_pass, lines.penalty_warn
    what = f"{numbers.penalty:,.0f} penalty points per 100 rows; by convention a pass allows {penalty[0]:g}, above {penalty[1]:g} it fails"
    yield from line("penalty", numbers.penalty, penalty, what)


def _rows_of(same: Sequence[Merged]) -> str:
    return ", ".join(" and ".join(one.ids[:2]) for one in same[:NAMED]) or "none"


def _labels(labels: Mapping[str, Share], lines: Lines, *, where: str) -> Iterator[Finding]:
    """Labels below the lines, worst first, in one finding for each severity; of rare ones a row or two would decide."""
    often = {label: share for label, share in labels.items() if share.of >= lines.label_often}
    worse = [label for label, share in often.items() if share.value < lines.keep_warn]
    below = [label for label, share in often.items() if lines.keep_warn <= share.value < lines.keep_pass]
    levels: tuple[tuple[list[str], float, Literal["error", "warning"]], ...] = ((worse, lines.keep_warn, "error"), (below, lines.keep_pass, "warning"))
    for names, needed, severity in levels:
        if names:
            said = _named(sorted(names, key=lambda label: often[label].value), lambda label: f"{label} {percent(often[label].value)} of {often[label].of:,}")
            yield Finding("label-kept", where, f"{len(names)} of {len(often)} labels keep less than {percent(needed)} of their rows: {said}", severity)


def _hollowed(kind: str, check: str, shares: Mapping[str, Share], *, overall: float, lines: Lines, where: str) -> Iterator[Finding]:
    """Does one label (or slot type) lose far more of its rows than the others, beyond chance (the 95 % interval)?

    Slot types only warn: what cannot be carried is lost by type, and the share of carried slots has lines of its own.
    """
    empty = [
        name
        for name, share in shares.items()
        if share.of and 1 - share.value > lines.label_times * overall and 1 - share.interval[1] > overall and (kind == "label" or share.of >= lines.label_often)
    ]
    if empty:
        ordered = sorted(empty, key=lambda name: shares[name].value)
        said = _named(ordered, lambda name: f"{name} {percent(1 - shares[name].value)} of {shares[name].of:,}")
        what = f"{len(empty)} {kind}{'s lose' if len(empty) > 1 else ' loses'} more than {lines.label_times:g} times the overall {percent(overall)}: {said}"
        hard = kind == "label" and any(shares[name].value < lines.keep_pass for name in empty)
        yield Finding(check, where, what, "error" if hard else "warning")


def _named(names: Sequence[T], say: Callable[[T], str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(say(name) for name in names[:NAMED]) + more
