"""judge: run the gates over what was translated; kept and quarantined records and the gate's page go into the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from flows.engines import engine_of, translator_for
from flows.plan import Plan, make
from flows.step import STEP
from templates import catalogue, records
from templates.benchmark import Benchmark
from translation import gate_page, limits, overrides
from translation import judge as gates


@task(name="judge-benchmark", task_run_name="judge-{plan.language.code}-{benchmark.name}", **STEP)
def judge_benchmark(plan: Plan, benchmark: Benchmark, staged: Path, *, refreshed: Path, translated: list[Path]) -> dict[str, Any]:
    """One benchmark: verdict, counts, and its line for every signature."""
    facts = json.loads((refreshed / "facts.json").read_text(encoding="utf-8"))
    source = records.read(refreshed / "records.jsonl", benchmark)
    by_id = {row.id: row for folder in translated for row in records.read(folder / "records.jsonl", benchmark)}
    moved = [by_id[row.id] for row in source if row.id in by_id]
    lines = limits.read(plan.language, plan.study.gate, where=f"study {plan.study_name}, [gate]")
    code = plan.language.code
    people = overrides.apply(source, moved, overrides.read(overrides.path_of(code, benchmark.name), benchmark), where=f"{code}/{benchmark.name}")
    found = gates.judge(source, people.records, benchmark=benchmark, language=plan.language, limits=lines)
    records.write(staged / "records" / f"{benchmark.name}.jsonl", found.kept, benchmark=benchmark.name, language=code)
    records.write(staged / "records" / f"{benchmark.name}.quarantine.jsonl", found.quarantined, benchmark=benchmark.name, language=code)
    provenance = {
        "engine": engine_of(plan),
        "engine_fingerprint": translator_for(plan).fingerprint,
        "origin": facts["origin"],
        "source_digest": facts["digest"],
        "overrides": people.to_json(),
    }
    gate_page.write(found, staged / "gate" / benchmark.name, provenance=provenance, excluded=facts["excluded"])
    return summary_of(json.loads((staged / "gate" / benchmark.name / "gate.json").read_text(encoding="utf-8")))


def summary_of(gate: Mapping[str, Any]) -> dict[str, Any]:
    """What later stages need of a gate.json, and the gate's part of a signature."""
    numbers = gate["statistics"]
    share = numbers["kept"] / (numbers["kept"] + numbers["quarantined"])
    return {"verdict": gate["verdict"], "line": f"{gate['verdict']},kept={share:.0%}", "statistics": numbers, "overrides": gate["provenance"]["overrides"]}


def show(language: str, benchmark: str, gate: Mapping[str, Any], page: Path) -> None:
    """The gate as Prefect artifacts: a text, a table and a link."""
    key = f"gate-{language}-{benchmark}".lower().replace("_", "-")
    numbers = gate["statistics"]
    counts = ", ".join(f"{name} {numbers[name]:,}" for name in ("source", "excluded", "kept", "quarantined"))
    people = ", ".join(f"{name} {count:,}" for name, count in gate["provenance"]["overrides"].items() if name != "void_ids" and count)
    told = f"\n\noverrides by people: {people}" if people else ""
    create_markdown_artifact(key=key, markdown=f"# {benchmark} in {language}: {gate['verdict']}\n\n{counts}{told}\n")
    rows = [{"check": check["id"], "severity": check["severity"], "flagged": check["n_flagged"], "of": check["n_evaluated"]} for check in gate["checks"]]
    create_table_artifact(key=f"{key}-checks", table=rows)
    create_link_artifact(key=f"{key}-page", link=page.as_uri(), link_text=f"{benchmark} in {language}, row by row")


@flow(name="judge")
def judge(
    language: str, study: str, data: str | None, out: str, staged: str, refreshed: dict[str, str], translated: dict[str, list[str]]
) -> dict[str, dict[str, Any]]:
    """Benchmark -> verdict, line and statistics."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    done = {}
    for name, folders in translated.items():
        benchmark = catalogue.benchmark(name)
        done[name] = judge_benchmark(plan, benchmark, Path(staged), refreshed=Path(refreshed[name]), translated=[Path(folder) for folder in folders])
        gate = json.loads((Path(staged) / "gate" / name / "gate.json").read_text(encoding="utf-8"))
        show(language, name, gate, Path(out).resolve() / language / study / "gate" / name / "index.html")
    return done
