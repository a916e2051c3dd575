"""judge: run the gates over what was translated; kept and quarantined records and the gate's page go into the run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from flows.draft import back_for
from flows.engines import engine_of, memory_for, translator_for
from flows.plan import Plan, make
from flows.retry import ladder, measured
from flows.step import STEP
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.finding import Finding
from templates.language import ENGLISH
from templates.run_folder import Runs
from templates.store import digest, file_digest
from translation import drift, gate_page, gate_summary, known_power, limits, overrides, references, reviews, slot_references, translate, word_checks
from translation import judge as gates
from translation.engine import scored_by
from translation.gate_report import GateReport, Metric


@task(name="judge-benchmark", task_run_name="judge-{plan.language.code}-{benchmark.name}", **STEP)
def judge_benchmark(plan: Plan, benchmark: Benchmark, staged: Path, *, refreshed: Path, translated: list[Path]) -> dict[str, Any]:
    """One benchmark: verdict, counts, and its line for every signature."""
    facts = json.loads((refreshed / "facts.json").read_text(encoding="utf-8"))
    source = records.read(refreshed / "records.jsonl", benchmark)
    by_id = {row.id: row for folder in translated for row in records.read(folder / "records.jsonl", benchmark)}
    lines = limits.under(limits.read(plan.language, plan.study.gate, where=f"study {plan.study_name}, [gate]"), scored_by(translator_for(plan)))
    moved = ladder(plan, benchmark, source, [by_id[row.id] for row in source if row.id in by_id], lines=lines)
    code = plan.language.code
    people = overrides.apply(source, moved, overrides.read(overrides.path_of(code, benchmark.name), benchmark), where=f"{code}/{benchmark.name}")
    rows = people.records
    given = measured(plan, benchmark, source, rows, lines=lines)
    found = gates.judge(source, rows, benchmark=benchmark, language=plan.language, limits=lines, evidence=given, words=words_of(plan, benchmark))
    found, provenance = compared(plan, benchmark, found, source)
    power = known_power.known(code, lines, engine=scored_by(translator_for(plan))) if code != ENGLISH else None
    found = replace(found, power=power, review=reviews.of_rows(plan.out, code, benchmark.name, found.kept, quarantined=found.quarantined))
    records.write(staged / "records" / f"{benchmark.name}.jsonl", found.kept, benchmark=benchmark.name, language=code)
    records.write(staged / "records" / f"{benchmark.name}.quarantine.jsonl", found.quarantined, benchmark=benchmark.name, language=code)
    provenance |= {
        "engine": engine_of(plan),
        "engine_fingerprint": translator_for(plan).fingerprint,
        "origin": facts["origin"],
        "source_digest": facts["digest"],
        "overrides": people.to_json(),
    }
    gate_page.write(found, staged / "gate" / benchmark.name, provenance=provenance, excluded=facts["excluded"])
    return summary_of(json.loads((staged / "gate" / benchmark.name / "gate.json").read_text(encoding="utf-8")))


def words_of(plan: Plan, benchmark: Benchmark) -> list[Finding]:
    """What is wrong with the prompts and label words that go with the rows."""
    back = back_for(plan) if plan.language.code != ENGLISH else None
    why = f"{engine_of(plan)} offers no way from {plan.language.name} into English here"
    return word_checks.check(plan.language, benchmark, prompt=plan.study.prompts.get(benchmark.name, ""), back=back, why_no_back=why)


def compared(plan: Plan, benchmark: Benchmark, found: GateReport, source: Sequence[Record]) -> tuple[GateReport, dict[str, Any]]:
    """The report beside references and the last published run; and where the references are, for the provenance."""
    code = plan.language.code
    path = references.file_of(code, benchmark.name, plan.data) if code != ENGLISH else None
    texts = references.read(path, benchmark, language=code) if path is not None else {}
    found = references.measured(found, texts, benchmark)
    if path is not None and benchmark.slot_words:
        found = replace(found, references=(*found.references, *slots_against(plan, benchmark, path, source)))
    last = Runs(plan.out).current(code, plan.study_name)
    before = drift.compare(found, last / "gate" / benchmark.name, run=last.resolve().name, references=texts) if last.is_dir() else None
    return replace(found, previous=before), {"references": {"file": str(path), "sha256": file_digest(path)}} if path is not None else {}


def slots_against(plan: Plan, benchmark: Benchmark, path: Path, source: Sequence[Record]) -> tuple[Metric, ...]:
    """How well slots are carried into the references that have theirs marked."""
    translator, marked = translator_for(plan), slot_references.read(path, language=plan.language.code)
    with memory_for(translator) as memory:
        return slot_references.measured(source, marked, benchmark, ask=translate.asks_of(translator, memory), language=plan.language)


def summary_of(gate: Mapping[str, Any]) -> dict[str, Any]:
    """What later stages need of a gate.json: its line, and the gate's part of a signature, which also tells gates of other limits apart."""
    numbers = gate["statistics"]
    share = numbers["kept"] / (numbers["kept"] + numbers["quarantined"])
    line = f"{gate['verdict']},kept={share:.0%}"
    return {
        "verdict": gate["verdict"],
        "line": line,
        "signature": f"{line}@{digest(gate['settings'])[:8]}",
        "statistics": numbers,
        "why": gate_summary.important(gate),
        "overrides": gate["provenance"]["overrides"],
    }


def show(language: str, benchmark: str, gate: Mapping[str, Any]) -> None:
    """The gate as Prefect artifacts: a text and a table."""
    create_markdown_artifact(key=_key(language, benchmark), markdown=gate_summary.markdown(gate))
    create_table_artifact(key=f"{_key(language, benchmark)}-checks", table=gate_summary.table(gate))


def link(language: str, benchmark: str, run: Path) -> None:
    """Its page in a published run as one more."""
    page = run.resolve() / "gate" / benchmark / "index.html"
    create_link_artifact(key=f"{_key(language, benchmark)}-page", link=page.as_uri(), link_text=f"{benchmark} in {language}, row by row")


def _key(language: str, benchmark: str) -> str:
    return f"gate-{language}-{benchmark}".lower().replace("_", "-")


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
        show(language, name, gate)
    return done
