"""localise: the words each task is asked in: prompt, label words and variants, linted; written down as actually used."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from prefect import flow, task

from flows.engines import engine_of
from flows.plan import Plan, make
from flows.step import STEP
from templates.benchmark import Benchmark
from templates.finding import Finding
from templates.lint import lint
from templates.refusal import Refusal
from templates.store import write_atomic


def sound(plan: Plan, benchmark: Benchmark) -> list[Finding]:
    """What lint finds in the words of a task, warnings only: an error among them is refused."""
    found = lint(plan.task_of(benchmark))
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise Refusal(f"{plan.language.file or benchmark.name}: {errors[0].what}; mend the prompt or the words, then run again.")
    return found


@task(name="localise-benchmark", task_run_name="localise-{plan.language.code}-{benchmark.name}", **STEP)
def localise_benchmark(plan: Plan, benchmark: Benchmark, folder: Path) -> list[Finding]:
    """Write `words/<benchmark>.toml`; an error found by lint stops here, a warning goes into the report."""
    made, found = plan.task_of(benchmark), sound(plan, benchmark)
    document = tomlkit.document()
    if benchmark.name in plan.drafted:
        document.add(tomlkit.comment(f"{plan.language.file} has no [{benchmark.name}]: drafted by {engine_of(plan)} for this run, reviewed by nobody"))
    document["language"] = plan.language.code
    document["benchmark"] = benchmark.name
    document["reviewed"] = made.reviewed
    document["prompt"] = made.prompt.source
    document["words"] = dict(made.verbalizer.words)
    document["variants"] = {label: list(words) for label, words in made.verbalizer.variants.items()}
    if made.slots is not None:
        document["slots"] = dict(made.slots.words.words)
        document["slots_lead"], document["slots_none"] = made.slots.lead, made.slots.none
    write_atomic(folder / "words" / f"{benchmark.name}.toml", tomlkit.dumps(document).encode("utf-8"))
    return found


@flow(name="localise")
def localise(language: str, study: str, data: str | None, out: str, staged: str) -> list[Finding]:
    """Words of every benchmark into the staged run; all findings."""
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    return [finding for benchmark in plan.benchmarks for finding in localise_benchmark(plan, benchmark, Path(staged))]
