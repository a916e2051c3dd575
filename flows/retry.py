"""The ladder and the evidence of a plan: engines, memories and limits put together for translation/retry.py and translation/evidence.py."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from flows.draft import back_for
from flows.engines import engine_of, measured_for, memory_for, second_for, translator_for, variant_for
from flows.plan import Plan
from flows.step import bar, stored
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH
from templates.run_folder import Runs
from templates.store import digest, file_digest
from translation import evidence, limits
from translation.engine import Translator
from translation.judge import Evidence
from translation.limits import Limits
from translation.retry import Engine, climb
from translation.translate import walk_of


def measured(plan: Plan, benchmark: Benchmark, source: Sequence[Record], moved: Sequence[Record], *, lines: Limits) -> Evidence:
    """What the plan's engines measure of these rows for checks that are on; nothing is measured twice, also after a kill."""
    translator, second, back = translator_for(plan), second_for(plan), reverse_for(plan, lines)
    wanted = {name for name, gate in limits.gates().items() if gate.SCOPE == "evidence"} - {*lines.lines.off, *(() if second else (evidence.AGREEMENT,))}
    if not wanted - {*(() if back else evidence.BACKWARD)}:
        return {}
    with ExitStack() as held:
        memory, back_memory = (held.enter_context(memory_for(engine)) if engine is not None else None for engine in (second, back))
        advance = held.enter_context(bar(f"measure {benchmark.name} in {plan.language.code}, {len(moved)} rows"))
        return evidence.gather(
            source,
            moved,
            benchmark,
            translator=translator,
            second=second,
            cache=measured_for(translator),
            memory=memory,
            back=back,
            back_memory=back_memory,
            on_batch=lambda count: advance(count, "pairs"),
        )


def reverse_for(plan: Plan, lines: Limits) -> Translator | None:
    """What translates back for the checks that ask for it; None where all of them are off or there is no such engine."""
    return back_for(plan) if plan.language.code != ENGLISH and not {*evidence.BACKWARD} <= {*lines.lines.off} else None


def ladder(plan: Plan, benchmark: Benchmark, source: Sequence[Record], moved: Sequence[Record], *, lines: Limits) -> list[Record]:
    """The rows after the retry ladder, from the store where the same rows met the same limits and engines before."""
    if plan.language.code == ENGLISH or not lines.lines.retry:
        return list(moved)

    def write(folder: Path) -> None:
        with ExitStack() as held:

            def engine(rung: str) -> Engine | None:
                made = variant_for(plan, rung)
                return (made, held.enter_context(memory_for(made))) if made is not None else None

            found = climb(
                source,
                moved,
                benchmark=benchmark,
                language=plan.language,
                limits=lines,
                engine=engine,
                measure=lambda ours, theirs: measured(plan, benchmark, ours, theirs, lines=lines),
            )
        records.write(folder / "records.jsonl", found.records, benchmark=benchmark.name, language=plan.language.code)

    second, back = second_for(plan), reverse_for(plan, lines)
    inputs = [
        walk_of(translator_for(plan)),
        walk_of(second) if second is not None else "",
        walk_of(back) if back is not None else "",
        benchmark.name,
        file_digest(catalogue.benchmark_file(benchmark.name)),
        file_digest(Path(plan.language.file)),
        asdict(lines),
        digest([[asdict(row) for row in rows] for rows in (source, moved)]),
    ]
    modules = (
        "translation.retry",
        "translation.evidence",
        f"translation.translators.{engine_of(plan)}",
        *(f"translation.gates.{name}" for name in limits.gates()),
    )
    folder = stored(Runs(plan.out).store, "retry", inputs=inputs, modules=modules, make=write)
    return list(records.read(folder / "records.jsonl", benchmark))
