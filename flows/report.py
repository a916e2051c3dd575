"""report: gather what the run folder holds and write report.html."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows.engines import engine_of, gpt_for, translator_for
from flows.plan import Plan, make
from flows.step import STEP
from pipeline.frozen_gpt import FrozenGPT
from pipeline.inspection import VirtualToken
from pipeline.outcome import Outcome, is_target
from pipeline.prompt_table import as_tuned
from pipeline.report import page
from pipeline.report.headline import headline
from pipeline.report.inputs import Cost, Facts, Inputs, Model
from pipeline.report.summary import summarise
from templates import records
from templates.benchmark import Benchmark, Record
from templates.finding import Finding
from templates.language import ENGLISH, Cell
from templates.store import code_fingerprint

SHOWN = 12  # sample rows of each kind


def facts_of(plan: Plan, staged: Path, *, refreshed: Mapping[str, str], gates: Mapping[str, Any], seconds: Mapping[str, float]) -> dict[str, Any]:
    """What the manifest says of this run: inputs with digests, versions, counts."""
    inputs = {name: json.loads((Path(folder) / "facts.json").read_text(encoding="utf-8")) for name, folder in refreshed.items()}
    versions = {name: importlib.metadata.version(name) for name in ("torch", "transformers", "ctranslate2", "scikit-learn", "prefect", "sacrebleu")}
    return {
        "language": plan.language.code,
        "study": plan.study_name,
        "plan_digest": plan.digest,
        "inputs": inputs,
        "engine": {"name": engine_of(plan), "fingerprint": translator_for(plan).fingerprint},
        "model": plan.model.name,
        "gates": dict(gates),
        "versions": {"lingraft": importlib.metadata.version("lingraft"), "python": platform.python_version(), **versions},
        "code": code_fingerprint("flows.adapt", "pipeline.study", "translation.judge"),
        "seconds": dict(seconds),
    }


def prompts_in(staged: Path) -> dict[str, list[VirtualToken]]:
    """How the virtual tokens of each tuned task look; none where nothing was p-tuned."""
    path = staged / "prompts" / "inspection.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: [VirtualToken.from_json(token) for token in tokens] for name, tokens in found.items()}


def cost_in(staged: Path) -> Cost | None:
    """What trials were expected to take, and took; None where no probe was made."""
    path = staged / "cost.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    expected, actual = (sum(trial[key] for trial in found["trials"]) for key in ("expected", "actual"))
    return Cost(len(found["trials"]), expected, actual, found["peak_bytes"])


def outcomes_in(staged: Path, *, name: str = "outcomes.jsonl") -> list[Outcome]:
    """The run's outcomes; none if the gate stopped it."""
    path = staged / name
    return [Outcome.from_json(raw) for _, raw in records.read_lines(path)] if path.is_file() else []


@task(name="write-report", **STEP)
def write_report(plan: Plan, staged: Path, facts: Mapping[str, Any], findings: Sequence[Finding]) -> list[str]:
    """Write report.html; returns the headline numbers as lines."""
    outcomes = outcomes_in(staged)
    rows = {benchmark.name: rows_of(staged, benchmark) for benchmark in plan.benchmarks}
    kept = {name: {row.id for row in pair[0]} for name, pair in rows.items()}
    local = plan.language.code != ENGLISH
    summary = summarise(
        outcomes,
        labels={benchmark.name: benchmark.labels for benchmark in plan.benchmarks},
        kept=kept if local else {},
        metric={benchmark.name: benchmark.metric for benchmark in plan.benchmarks},
    )
    gate_json = {name: json.loads((staged / "gate" / name / "gate.json").read_text(encoding="utf-8")) for name in rows}
    gpt = gpt_for(plan)[0]
    inputs = Inputs(
        language_code=plan.language.code,
        language_name=plan.language.name,
        study=plan.study_name,
        summary=summary,
        model=Model(gpt.name, gpt.parameters, gpt.fingerprint),
        gates=gate_json,
        quarantine={
            name: dict(Counter(check for row in pair[1] for check in {reason.partition(":")[0] for reason in row.reasons})) for name, pair in rows.items()
        },
        words={benchmark.name: words_of(plan, benchmark, staged) for benchmark in plan.benchmarks},
        samples={name: [*samples_of(pair[0]), *pair[1][:SHOWN]] for name, pair in rows.items()},
        facts=Facts(facts["versions"], facts["seconds"], {name: item["origin"] for name, item in facts["inputs"].items()}, facts["engine"]["name"]),
        source_tokens_left={name: gate["statistics"]["english_left_kept"] for name, gate in gate_json.items()} if local else {},
        findings=findings,
        links=links(rows),
        prompts=prompts_in(staged),
        searches=outcomes_in(staged, name="search.jsonl"),
        cost=cost_in(staged),
        read_english=_other_reader(outcomes, gpt),
    )
    page.write(inputs, staged / "report.html")
    return headline(summary, gates=inputs.gates, source_tokens_left=inputs.source_tokens_left)


def _other_reader(outcomes: Sequence[Outcome], gpt: FrozenGPT) -> str:
    """The signature's name of the GPT that read English text, if it is not this one."""
    read = (outcome.signature.get("gpt", "") for outcome in outcomes if not is_target(outcome.condition))
    ours = f"{gpt.name}@{gpt.fingerprint[:8]}"
    return next((one for one in read if one not in (ours, "", "-", "none")), "")


def rows_of(staged: Path, benchmark: Benchmark) -> tuple[list[Record], list[Record]]:
    """Kept and quarantined records."""
    folder = staged / "records"
    return records.read(folder / f"{benchmark.name}.jsonl", benchmark), records.read(folder / f"{benchmark.name}.quarantine.jsonl", benchmark)


def samples_of(kept: Sequence[Record]) -> list[Record]:
    """The first kept rows; where rows have slots, one with slots among them, so that the page can show how they are said."""
    first = list(kept[:SHOWN])
    if any(row.slots for row in first):
        return first
    return first + [row for row in kept[SHOWN:] if row.slots][:1]


def words_of(plan: Plan, benchmark: Benchmark, staged: Path) -> Cell:
    """The words actually used, with the virtual tokens where the run's prompt has them."""
    made = as_tuned(plan.task_of(benchmark), staged / "prompts")
    cell = Cell(made.prompt.source, dict(made.verbalizer.words), dict(made.verbalizer.variants), reviewed=made.reviewed)
    said = made.slots
    return cell if said is None else replace(cell, slots=dict(said.words.words), slots_lead=said.lead, slots_none=said.none)


def links(names: Mapping[str, Any]) -> dict[str, str]:
    """Where the page links to, relative to itself."""
    found = {"outcomes.jsonl": "outcomes.jsonl", "manifest.json": "manifest.json"}
    for name in names:
        found |= {
            f"gate/{name}": f"gate/{name}/index.html",
            f"records/{name}": f"records/{name}.jsonl",
            f"quarantine/{name}": f"records/{name}.quarantine.jsonl",
            f"words/{name}": f"words/{name}.toml",
        }
    return found


@flow(name="report")
def report(language: str, study: str, data: str | None, out: str, staged: str, facts: dict[str, Any], findings: list[dict[str, Any]]) -> list[str]:
    """The page, and its headline as an artifact."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    lines = write_report(plan, Path(staged), facts, [Finding(**finding) for finding in findings])
    create_markdown_artifact(key=f"study-{language}-{study}".lower(), markdown="\n".join(["```", *lines, "```"]) if lines else "no outcomes")
    return lines
