"""refresh: fetch each benchmark's English records from the first source that has them, and note what changed since last time.

`<out>/.refreshed/<language>/<study>/<benchmark>/` holds records.jsonl, digest.txt and diff.json of the last refresh, and in history/
every set of records that there ever was, with the diff that led to it.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import Task, flow, task
from prefect.client.schemas.objects import State, TaskRun

from flows.plan import Plan, make
from flows.step import STEP, key_of
from pipeline.smollm2 import cache_folder
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import write_atomic, write_json
from translation import refresh as sources

RETRY_SECONDS = [5.0, 30.0]
log = logging.getLogger(__name__)


def may_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether to try again: a source that is there as a rule and answers with a passing fault."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, sources.Gone) and error.passing


@task(name="refresh-benchmark", task_run_name="refresh-{benchmark.name}", retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=may_pass, **STEP)
def refresh_benchmark(plan: Plan, benchmark: Benchmark) -> str:
    """One benchmark's records, content-addressed: the same content is the same folder, wherever it came from."""
    cache = cache_folder() / "downloads"
    fetched = sources.fetch(benchmark, data=plan.data, source=plan.study.source, settings=plan.settings_of(benchmark), cache=cache)
    rows_wanted = plan.rows_of(benchmark) or len(fetched.records)
    kept, left_out = sources.sample(fetched.records, rows_wanted, seed=plan.study.folds.seed)
    excluded: dict[str, int] = {"not sampled": len(left_out)} if left_out else {}
    for entry in fetched.excluded:
        excluded[entry.reason] = excluded.get(entry.reason, 0) + 1
    rows = [{"id": entry.id, "reason": entry.reason} for entry in fetched.excluded] + [{"id": row.id, "reason": "not sampled"} for row in left_out]

    def write(folder: Path) -> None:
        records.write(folder / "records.jsonl", kept, benchmark=benchmark.name, language=ENGLISH)
        facts = {"origin": fetched.origin, "digest": fetched.digest, "rows": len(kept), "excluded": excluded, "excluded_rows": rows}
        write_json(folder / "facts.json", facts)

    inputs = [benchmark.name, fetched.digest, sources.digest_of(kept), fetched.origin, rows]
    key = key_of("refresh", inputs=inputs, modules=("translation.refresh",))
    return str(Runs(plan.out).store.get_or_make(key, write))


def place_of(plan: Plan, benchmark: str) -> Path:
    """Where the last refresh of this benchmark is noted."""
    return plan.out / ".refreshed" / plan.language.code / plan.study_name / benchmark


def note(plan: Plan, benchmark: Benchmark, folder: Path) -> None:
    """Compare with the last refresh of this language and study. records.jsonl goes last: killed before it, the same diff is found again."""
    place = place_of(plan, benchmark.name)
    blob = (folder / "records.jsonl").read_bytes()
    latest = place / "records.jsonl"
    old = _before(latest, benchmark)
    new = records.read(folder / "records.jsonl", benchmark)
    found, digests = sources.diff(old, new), [sources.digest_of(rows) for rows in (old, new)]
    now = datetime.now(UTC)
    ids = {"added": found.added, "removed": found.removed, "changed": found.changed}
    told = {"when": now.isoformat(timespec="seconds"), "from": digests[0] if old else "", "to": digests[1], "rows": len(new), **ids}
    if not old or digests[0] != digests[1]:
        name = f"{now.strftime('%Y%m%dT%H%M%S%fZ')}-{digests[1][:8]}"
        write_atomic(place / "history" / f"{name}.jsonl", blob)
        write_json(place / "history" / f"{name}.diff.json", told)
    write_json(place / "diff.json", told)
    write_atomic(place / "digest.txt", f"{digests[1]}\n".encode())
    write_atomic(latest, blob)


def _before(latest: Path, benchmark: Benchmark) -> list[Record]:
    """The records of the last refresh; none where the benchmark's shape was another then."""
    try:
        return records.read(latest, benchmark) if latest.is_file() else []
    except Refusal as error:
        log.warning("%s: the records of the refresh before cannot be compared (%s)", benchmark.name, error)
        return []


def lines_of(plan: Plan) -> list[str]:
    """What the last refresh found, a line a benchmark, and where it is written."""
    lines = []
    for benchmark in plan.benchmarks:
        told = json.loads((place_of(plan, benchmark.name) / "diff.json").read_text(encoding="utf-8"))
        counts = sources.Diff(*(tuple(told[kind]) for kind in ("added", "removed", "changed")))
        since = f"since the refresh before ({told['from'][:8]})" if told["from"] else "at the first refresh"
        lines.append(f"{benchmark.name}: {told['rows']:,} records ({told['to'][:8]}); {counts} {since}")
    return lines


@flow(name="refresh")
def refresh(language: str, study: str, data: str | None, out: str) -> dict[str, str]:
    """Benchmark -> folder with records.jsonl and facts.json."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    done = {benchmark.name: refresh_benchmark(plan, benchmark) for benchmark in plan.benchmarks}
    for name, folder in done.items():
        note(plan, catalogue.benchmark(name), Path(folder))
    return done
