"""translate: English records into the target language, a step per shard; groups stay in one shard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from prefect import flow, task

from flows.engines import engine_of, memory_for, translator_for
from flows.plan import Plan, make
from flows.step import STEP, bar, stored
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.run_folder import Runs
from templates.store import digest, file_digest
from translation.translate import translate_records, walk_of


@task(name="translate-shard", task_run_name="translate-{plan.language.code}-{benchmark.name}-{index:04d}", **STEP)
def translate_shard(plan: Plan, benchmark: Benchmark, rows: Path, index: int) -> str:
    """Shard `index` of the records in the file `rows`, translated, as a folder of the store."""
    translator = translator_for(plan)
    shard = shards(records.read(rows, benchmark), size=plan.study.shard_rows)[index]
    source = [(row.id, dict(row.fields), row.label, row.group, [asdict(slot) for slot in row.slots], row.fold) for row in shard]

    def write(folder: Path) -> None:
        with memory_for(translator) as memory, bar(f"translate {benchmark.name} to {plan.language.code}, {len(shard)} rows") as advance:
            moved = translate_records(
                shard, benchmark, translator=translator, memory=memory, language=plan.language, on_batch=lambda count: advance(count, "sentences")
            )
        records.write(folder / "records.jsonl", moved, benchmark=benchmark.name, language=plan.language.code)

    modules = ("translation.translate", f"translation.translators.{engine_of(plan)}")
    inputs = [
        walk_of(translator),
        benchmark.name,
        file_digest(catalogue.benchmark_file(benchmark.name)),
        plan.language.code,
        asdict(plan.language.carry),
        digest(source),
    ]
    return str(stored(Runs(plan.out).store, "translate", inputs=inputs, modules=modules, make=write))


def shards(rows: Sequence[Record], *, size: int) -> list[list[Record]]:
    """Cut into shards of about `size` rows without parting a group, so that one sentence is translated in one way."""
    cut: list[list[Record]] = []
    by_group: dict[str, list[Record]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(row)
    for group in by_group.values():
        if not cut or len(cut[-1]) + len(group) > size:
            cut.append([])
        cut[-1].extend(group)
    return cut


@flow(name="translate")
def translate(language: str, study: str, data: str | None, out: str, refreshed: dict[str, str]) -> dict[str, list[str]]:
    """Benchmark -> the folders of its shards, in order."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    done: dict[str, list[str]] = {}
    for name, folder in refreshed.items():
        benchmark = catalogue.benchmark(name)
        rows = Path(folder) / "records.jsonl"
        count = len(shards(records.read(rows, benchmark), size=plan.study.shard_rows))
        done[name] = [translate_shard(plan, benchmark, rows, index) for index in range(count)]
    return done
