"""retry: the ladder before quarantine: rows that the gate would set aside are translated again on rungs until one passes.

A rung is another setting of the engine (`variants` in its module: another beam width, no repeated n-gram of three) or another form of
the text, undone in the result: a full stop added to a very short row, or taken away, and words in capitals in small letters. Small
models were trained on sentences: "call mum" with a full stop is one. Each candidate is judged as a row of its own by the same limits;
the first that passes replaces the row and says so in a flag, and what no rung helps stays as it was.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from templates.benchmark import Benchmark, Record
from templates.language import Language
from templates.slots import Slot
from translation.engine import Translator
from translation.gate_report import RETRIED
from translation.gates._open_words import STOPS
from translation.judge import Evidence, judge
from translation.limits import Limits
from translation.memory import Memory
from translation.translate import translate_records

CLOSING = f"{STOPS}!?…:;,！？؟"
FULL_STOP, NO_FULL_STOP, LOWER_CASE = "full-stop", "no-full-stop", "lower-case"  # the others are variants of the engine

log = logging.getLogger(__name__)

Engine = tuple[Translator, Memory | None]
Measure = Callable[[Sequence[Record], Sequence[Record]], Evidence]  # (source, candidates) -> what models measure


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows in their order, retried ones in place of their first translation; rung -> rows tried and rows that passed."""

    records: tuple[Record, ...]
    tried: Mapping[str, int]
    passed: Mapping[str, int]


def climb(
    source: Sequence[Record],
    translated: Sequence[Record],
    *,
    benchmark: Benchmark,
    language: Language,
    limits: Limits,
    engine: Callable[[str], Engine | None],
    measure: Measure | None = None,
) -> Outcome:
    """Try the rungs of `limits.lines.retry` in order. `engine` gives the translator of a rung, None where it has no such setting."""
    rows = {record.id: record for record in translated}
    ours = {record.id: record for record in source}
    rungs = limits.lines.retry or ()
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()

    def sound(these: Sequence[Record]) -> set[str]:
        """The ids of those that would be kept."""
        if not these:
            return set()
        theirs = [ours[record.id] for record in these]
        evidence = measure(theirs, these) if measure is not None else None
        report = judge(theirs, these, benchmark=benchmark, language=language, limits=limits, evidence=evidence)
        return {record.id for record in report.kept}

    present = [rows[record.id] for record in source if record.id in rows]
    kept = sound(present) if rungs else {record.id for record in present}
    left = [record.id for record in present if record.id not in kept]
    for rung in rungs:
        able = [ours[name] for name in left if helps(rung, ours[name], benchmark, short=limits.lines.retry_words)]
        made = engine(rung) if able else None
        if made is None:
            continue
        candidates = [
            one for one in _again(rung, able, benchmark, *made, language=language) if one.fields != rows[one.id].fields or one.slots != rows[one.id].slots
        ]
        better = sound(candidates)
        tried[rung], passed[rung] = len(able), len(better)
        rows |= {one.id: replace(one, flags=tuple(sorted({*one.flags, RETRIED + rung}))) for one in candidates if one.id in better}
        left = [name for name in left if name not in better]
    if tried:
        log.info("retried: %s", ", ".join(f"{rung} {passed[rung]:,} of {count:,}" for rung, count in tried.items()))
    return Outcome(tuple(rows[record.id] for record in translated), dict(tried), dict(passed))


def helps(rung: str, record: Record, benchmark: Benchmark, *, short: int) -> bool:
    """Whether the rung would change what the engine reads, or how it searches. `short`: the most words of a row that gets a full stop."""
    texts = list(_texts(record, benchmark))
    if rung == FULL_STOP:
        return any(not text.endswith(tuple(CLOSING)) and len(text.split()) <= short for text in texts)
    if rung == NO_FULL_STOP:
        return any(text.endswith(".") and not text.endswith("..") for text in texts)
    if rung == LOWER_CASE:
        return any(text.isupper() and text.lower().upper() == text for text in texts)
    return True


def _texts(record: Record, benchmark: Benchmark) -> Iterator[str]:
    return (record.fields[name].rstrip() for name, field in benchmark.fields.items() if field.role == "text" and record.fields[name].strip())


def _again(rung: str, source: Sequence[Record], benchmark: Benchmark, translator: Translator, memory: Memory | None, *, language: Language) -> list[Record]:
    """The rows translated on this rung, each as the translation of its untouched source; those that cannot be put back are left out."""
    asked = [_changed(rung, record, benchmark) for record in source]
    moved = translate_records(asked, benchmark, translator=translator, memory=memory, language=language)
    back = (_restored(rung, one, record, benchmark) for one, record in zip(moved, source, strict=True))
    return [one for one in back if one is not None]


def _changed(rung: str, record: Record, benchmark: Benchmark) -> Record:
    """The English row as this rung sends it. Slots stay where they are: only the end of a text changes, or its case."""
    fields = dict(record.fields)
    for name, field in benchmark.fields.items():
        text = fields[name].rstrip()
        if rung == LOWER_CASE and text.isupper():
            fields[name] = text.lower()
        elif field.role == "text" and rung == FULL_STOP and text and not text.endswith(tuple(CLOSING)):
            fields[name] = text + "."
        elif field.role == "text" and rung == NO_FULL_STOP and text.endswith("."):
            fields[name] = text[:-1]
    slots = tuple(replace(slot, value=slot.value.lower()) for slot in record.slots) if rung == LOWER_CASE else record.slots
    return replace(record, fields=fields, slots=_inside(slots, fields.get(benchmark.slots_in, "")))


def _inside(slots: Sequence[Slot], text: str) -> tuple[Slot, ...]:
    """A slot whose value ended in the full stop that went loses it too."""
    return tuple(replace(slot, value=text[slot.start : slot.end]) if slot.end > len(text) else slot for slot in slots)


def _restored(rung: str, moved: Record, source: Record, benchmark: Benchmark) -> Record | None:
    """The translated row as a translation of `source`; None where a slot would be cut."""
    fields = dict(moved.fields)
    slots = moved.slots
    for name, field in benchmark.fields.items():
        ours, theirs = source.fields[name].rstrip(), fields[name]
        if rung == LOWER_CASE and ours.isupper():
            fields[name] = theirs.upper()
            slots = tuple(replace(slot, value=slot.value.upper()) for slot in slots) if name == benchmark.slots_in else slots
        elif field.role == "text" and rung == FULL_STOP and not ours.endswith(tuple(CLOSING)):
            theirs = theirs.rstrip()
            fields[name] = theirs[:-1] if theirs.endswith(tuple(STOPS)) else theirs
        elif field.role == "text" and rung == NO_FULL_STOP and ours.endswith(".") and theirs.strip() and not theirs.rstrip().endswith(tuple(CLOSING)):
            fields[name] = theirs.rstrip() + "."
    text = fields.get(benchmark.slots_in, "")
    if any(text[slot.start : slot.end] != slot.value for slot in slots):
        return None
    return replace(moved, fields=fields, slots=slots, source=dict(source.fields), source_slots=source.slots if benchmark.slot_words else moved.source_slots)
