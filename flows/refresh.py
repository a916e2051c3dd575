"""refresh: fetch each benchmark's English records from the first source that has them."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.plan import Plan, make
from flows.step import STEP
from templates import records
from templates.benchmark import Benchmark
from templates.language import ENGLISH
from templates.run_folder import Runs
from templates.store import digest, write_json
from translation import refresh as sources


@task(name="refresh-benchmark", task_run_name="refresh-{benchmark.name}", **STEP)
def refresh_benchmark(plan: Plan, benchmark: Benchmark) -> str:
    """One benchmark's records, content-addressed: the same content is the same folder, wherever it came from."""
    fetched = sources.fetch(benchmark, data=plan.data, source=plan.study.source, settings=plan.settings_of(benchmark))
    rows_wanted = plan.study.rows or len(fetched.records)
    kept, left_out = sources.sample(fetched.records, rows_wanted, seed=plan.study.folds.seed)
    excluded: dict[str, int] = {"not sampled": len(left_out)} if left_out else {}
    for entry in fetched.excluded:
        excluded[entry.reason] = excluded.get(entry.reason, 0) + 1
    rows = [{"id": entry.id, "reason": entry.reason} for entry in fetched.excluded] + [{"id": row.id, "reason": "not sampled"} for row in left_out]

    def write(folder: Path) -> None:
        records.write(folder / "records.jsonl", kept, benchmark=benchmark.name, language=ENGLISH)
        facts = {"origin": fetched.origin, "digest": fetched.digest, "rows": len(kept), "excluded": excluded, "excluded_rows": rows}
        write_json(folder / "facts.json", facts)

    key = digest(["refresh", benchmark.name, sources.digest_of(kept), fetched.origin, rows])
    return str(Runs(plan.out).store.get_or_make(key, write))


@flow(name="refresh")
def refresh(language: str, study: str, data: str | None, out: str) -> dict[str, str]:
    """Benchmark -> folder with records.jsonl and facts.json."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    return {benchmark.name: refresh_benchmark(plan, benchmark) for benchmark in plan.benchmarks}
