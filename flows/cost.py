"""cost: what a run would do and about how long it would take, before it does anything.

Minutes come from counted tokens, the model's size and a one-second probe of this machine's matrix product; an upper bound,
since early stopping and stored results only shorten a run.
"""

from __future__ import annotations

import time

import torch

from flows.engines import engine_of, gpt_for
from flows.plan import Plan
from flows.study import Rows, conditions, trials_of
from pipeline.answering import Answering
from pipeline.train import epochs_of
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH
from translation import refresh as sources

EFFICIENCY = 0.35  # of the probe's rate that the small matrices of a real step reach
FORWARD_BACKWARD = 2.2  # passes' worth of work in a training step with frozen weights
TARGET_TOKENS = 1.6  # target-language tokens per English token, as an English-centred tokenizer cuts Swedish


def preview(plan: Plan, *, until: str) -> list[str]:
    """The plan in lines, the cost in the last one."""
    study = plan.study
    lines = [f"study {plan.study_name} for {plan.language.name} ({plan.language.code}): {study.title}", f"stages up to {until}, runs go to {plan.out}"]
    minutes, known = 0.0, True
    for benchmark in plan.benchmarks:
        rows = _rows(plan, benchmark)
        if rows is None:
            lines.append(f"{benchmark.name}: from the hub or an address, counted once fetched; no cost is known before that")
            known = False
            continue
        lines.append(f"{benchmark.name}: {len(rows):,} records in {len({row.group for row in rows}):,} groups, translated by {engine_of(plan)}")
        if until in ("study", "report"):
            told, spent = _trials(plan, benchmark, rows)
            lines += told
            minutes += spent
    if known:
        lines.append(f"about {minutes:.0f} minutes for tuning on this machine, a minute per 2,000 records for translation and gate")
    return lines


def _rows(plan: Plan, benchmark: Benchmark) -> list[Record] | None:
    """The English records, or None where they would have to be fetched first."""
    local = plan.study.source in ("data", "sample")
    if not local and benchmark.sources:
        return None
    found = sources.fetch(benchmark, data=plan.data, source=plan.study.source, settings=plan.settings_of(benchmark))
    return sources.sample(found.records, plan.rows_of(benchmark) or len(found.records), seed=plan.study.folds.seed)[0]


def _trials(plan: Plan, benchmark: Benchmark, rows: list[Record]) -> tuple[list[str], float]:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        records.write(path, rows, benchmark=benchmark.name, language=ENGLISH)
        found = conditions(plan, Rows(benchmark.name, path, path if plan.language.code != ENGLISH else None, "unknown"))
    planned = trials_of(plan, found)
    gpt = gpt_for(plan)[0]
    answering = Answering(gpt, found["english"].task)
    encoded = answering.encode(rows)
    before = sum(len(item.before) for item in encoded) / len(encoded)
    stem = sum(len(item.stem) + len(item.answer) for item in encoded) / len(encoded)
    body = gpt.parameters - gpt.vocabulary * gpt.hidden_size
    rate = _probe() * EFFICIENCY
    seconds = sum(2 * body * before * (1 if name == "english" else TARGET_TOKENS) * len(rows) / rate for name in found)
    for trial, condition in planned:
        settings = catalogue.module("pipeline.methods", trial.method, "method").Settings(**trial.settings)
        part = trial.fraction * (1 - 1 / plan.study.folds.count)
        epochs = 0
        if hasattr(settings, "epochs"):
            size = max(1, int(part * len(condition.records)))
            epochs = epochs_of(size, epochs=settings.epochs, batch_size=settings.batch_size, least_steps=settings.least_steps)
        share = epochs * part
        tested = 0.0 if trial.method in ("majority", "tfidf") else (epochs * 0.1 * trial.fraction + 1 / plan.study.folds.count)
        seconds += len(condition.records) * stem * 2 * body * (share * FORWARD_BACKWARD + tested) / rate
    names = [f"  {trial.name}" for trial, _ in planned]
    return [f"{len(planned)} trials on {gpt.name} ({gpt.parameters / 1e6:.0f} M parameters), {before + stem:.0f} tokens a record:", *names], seconds / 60


def _probe() -> float:
    """Floating-point operations a second of a matrix product of the size a step uses."""
    left, right = torch.randn(256, 576), torch.randn(576, 1536)
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < 1.0:
        left @ right
        done += 1
    return 2 * 256 * 576 * 1536 * done / (time.perf_counter() - started)
