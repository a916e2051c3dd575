"""Utterances with `[name : value]` markup and a label `scenario_intent`: what NLU-Evaluation-Data and MASSIVE share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates.benchmark import Benchmark, Excluded, Record
from templates.refusal import Refusal
from templates.slots import parse_markup, render_markup


def misfit(benchmark: Benchmark) -> str:
    """Why a format of utterances with slots cannot hold the benchmark."""
    if not benchmark.slot_words:
        return "it holds utterances with slots, and these records have none"
    if set(benchmark.fields) != {benchmark.slots_in}:
        return f"it holds one text, and these records have {', '.join(benchmark.fields)}"
    plain = [label for label in benchmark.labels if not all(label.partition("_"))]
    return f"its labels are scenario_intent, and {plain[0]!r} is not" if plain else ""


def entry(name: str, *, label: str, annotated: str, benchmark: Benchmark) -> Mapping[str, Any] | Excluded:
    """An entry as the benchmark reads it. The published files hold intents and slot types beyond the study's: left out, with the reason."""
    if label not in benchmark.labels:
        return Excluded(name, f"intent {label} is not in {benchmark.name}")
    try:
        strange = [slot.name for slot in parse_markup(annotated)[1] if slot.name not in benchmark.slot_words]
    except ValueError:
        strange = []  # the benchmark's own reader says what is wrong with the markup, and where
    if strange:
        return Excluded(name, f"slot type {strange[0]} is not in {benchmark.name}")
    return {"id": name, "label": label, "annotated": annotated}


def markup(record: Record, benchmark: Benchmark) -> str:
    """The record's utterance with its slots marked."""
    try:
        return render_markup(record.fields[benchmark.slots_in], record.slots)
    except ValueError as error:
        raise Refusal(f"{benchmark.name}, record {record.id!r}: {error}; markup cannot say that: leave the record out.") from error
