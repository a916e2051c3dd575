"""cost: what a run would do and how long it would take, before it does anything.

Minutes and memory come from twenty seconds of the real work on rows of the benchmark itself; an upper bound, since early stopping and stored
results only shorten a run.
"""

from __future__ import annotations

from flows.engines import engine_of, gpt_for
from flows.forecast import PROBE_SECONDS, TARGET_TOKENS, forecast, placements_of, training_of
from flows.plan import Plan
from flows.study import trials_of
from flows.trial import Rows, conditions
from pipeline.answering import Answering
from pipeline.pace import Pace, measure
from templates import records
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH
from templates.refusal import Refusal
from translation import refresh as sources

FINE_TUNED_BYTES = 40  # a weight in float32: itself, its gradient, two moments, two bests at times, and four of them again in a checkpoint


def preview(plan: Plan, *, until: str) -> list[str]:
    """The plan in lines, the cost in the last one."""
    study = plan.study
    lines = [f"study {plan.study_name} for {plan.language.name} ({plan.language.code}): {study.title}", f"stages up to {until}, runs go to {plan.out}"]
    minutes, unknown = 0.0, list[str]()
    for benchmark in plan.benchmarks:
        rows = _rows(plan, benchmark)
        if rows is None:
            lines.append(f"{benchmark.name}: from the hub or an address, counted once fetched; no cost is known before that")
            unknown.append(benchmark.name)
            continue
        lines.append(f"{benchmark.name}: {len(rows):,} records in {len({row.group for row in rows}):,} groups, translated by {engine_of(plan)}")
        if until in ("study", "report"):
            told, spent = _trials(plan, benchmark, rows, seconds=PROBE_SECONDS / len(plan.benchmarks))
            lines += told
            minutes += spent or 0.0
            unknown += [benchmark.name] if spent is None else []
    if len(unknown) < len(plan.benchmarks):
        without = f" without {' and '.join(unknown)}, of which no cost is known" if unknown else ""
        lines.append(f"about {minutes:.0f} minutes for tuning on this machine{without}, a minute per 2,000 records for translation and gate")
    return lines


def _rows(plan: Plan, benchmark: Benchmark) -> list[Record] | None:
    """The English records, or None where they would have to be fetched first."""
    local = plan.study.source in ("data", "sample")
    if not local and benchmark.sources:
        return None
    found = sources.fetch(benchmark, data=plan.data, source=plan.study.source, settings=plan.settings_of(benchmark))
    return sources.sample(found.records, plan.rows_of(benchmark) or len(found.records), seed=plan.study.folds.seed)[0]


def _trials(plan: Plan, benchmark: Benchmark, rows: list[Record], *, seconds: float) -> tuple[list[str], float | None]:
    """Its lines and minutes; None where they are not known."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        records.write(path, rows, benchmark=benchmark.name, language=ENGLISH)
        found = conditions(plan, Rows(benchmark.name, path, path if plan.language.code != ENGLISH else None, "unknown"))
    planned = trials_of(plan, found)
    readers = [plan.english, *([plan] if plan.model.name != plan.english.model.name else [])]
    names = [f"  {trial.name}" for trial, _ in planned]
    told, measured = list[str](), list[Pace]()
    settings, places = training_of(trial for trial, _ in planned), placements_of(trial for trial, _ in planned)
    for reader in readers:
        gpt, prefixes = gpt_for(reader)
        weights = gpt.parameters
        told.append(f"{gpt.name} ({gpt.parameters / 1e6:.0f} M parameters)")
        try:
            answering = Answering(gpt, found["english"].task, prefixes)
            measured.append(measure(answering, rows, seconds=seconds / len(readers), settings=settings, placements=places))
        except (Refusal, RuntimeError, MemoryError) as error:
            return [f"{len(planned)} trials on {gpt.name}; how long they take is not known ({error})", *names], None
        del gpt, prefixes, answering  # before another is loaded
    pace, local = measured[0], measured[1] if len(measured) > 1 else measured[0].scaled(TARGET_TOKENS)
    paces = {name: pace if name.split(">")[0] == ENGLISH else local for name in {trial.condition for trial, _ in planned}}
    spent = sum(forecast(planned, paces).values()) + sum(here.read * here.ahead * len(rows) for here in paces.values())
    cached = max((here.cache_bytes * len(rows) for here in paces.values()), default=0.0)
    room = plan.study.model.cache_gibibytes * 2**30
    copies = FINE_TUNED_BYTES * weights * any(trial.method == "fine_tuning" for trial, _ in planned)
    memory = max(here.memory_bytes for here in measured) + min(cached, room) + copies
    lines = [f"{len(planned)} trials on {' and '.join(told)}, {pace.tokens:.0f} tokens a record:", *names]
    lines.append(
        f"  about {spent / 60:.0f} minutes and {memory / 2**30:.1f} GiB of memory; keys and values of the texts take {cached / 2**30:.1f} GiB, "
        f"of which {plan.study.model.cache_gibibytes:g} GiB may lie in memory and {plan.study.model.disk_gibibytes:g} GiB on disk"
    )
    return lines, spent / 60
