"""MASSIVE's JSON Lines: `utt`, `annot_utt` with `[slot : value]` markup, `intent` (already scenario_intent), one file a locale.

FitzGerald et al. 2022, https://arxiv.org/abs/2204.08582, https://github.com/alexa/massive. All partitions are read: folds are made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Excluded, Record
from templates.formats._annotated import entry, markup, misfit
from templates.formats._comes_back import need_back
from templates.records import first_of, need_text, read_lines
from templates.refusal import Refusal
from templates.store import write_atomic
from templates.task import LocalisedTask

__all__ = ["SUFFIX", "misfit", "read", "recognises", "write"]
SUFFIX = ".jsonl"
LOCALES = {"en": "en-US", "sv": "sv-SE", "ca": "ca-ES"}  # other languages go by their own code


def recognises(path: Path) -> bool:
    """The first entry has `annot_utt`."""
    return "annot_utt" in first_of(path)


def language_of(path: Path) -> str:
    """The language of the first entry's locale."""
    return str(first_of(path).get("locale", "")).partition("-")[0]


def read(path: Path, benchmark: Benchmark) -> Iterator[tuple[int, Mapping[str, Any] | Excluded]]:
    """The entries of one file."""
    for number, raw in read_lines(path):
        try:
            made = entry(need_text(raw, "id"), label=need_text(raw, "intent"), annotated=need_text(raw, "annot_utt"), benchmark=benchmark)
        except ValueError as error:
            raise Refusal(f"{path}, line {number}: {str(error).rstrip('.')}; MASSIVE's keys are id, intent, annot_utt.") from error
        yield number, made


def write(records: Iterable[Record], task: LocalisedTask, folder: Path) -> list[Path]:
    """`<benchmark>.<language>.jsonl`; everything is in the partition `train`."""
    lines = []
    for record in records:
        annotated = markup(record, task.benchmark)
        need_back(record, {"id": record.id, "label": record.label, "annotated": annotated}, task.benchmark, kind="MASSIVE")
        row = {
            "id": record.id,
            "locale": LOCALES.get(task.language.code, task.language.code),
            "partition": "train",
            "scenario": record.label.partition("_")[0],
            "intent": record.label,
            "utt": record.fields[task.benchmark.slots_in],
            "annot_utt": annotated,
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    path = folder / f"{task.benchmark.name}.{task.language.code}{SUFFIX}"
    write_atomic(path, "".join(lines).encode("utf-8"))
    return [path]
