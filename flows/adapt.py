"""adapt: all stages for one language, in order: refresh, translate, judge, localise, study, report.

English runs first under the same study, so that the report can show what translation costs. Every stage's result comes from the
store if it is there; the run folder is put together anew and pointed to when it is whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.changes import STAGES, basis, since_last_run
from flows.endings import GateFailed, TrialsFailed, Unsuccessful, failed_throughout
from flows.engines import second_for, translator_for
from flows.judge import judge, link
from flows.localise import localise, sound
from flows.plan import Plan, make
from flows.refresh import lines_of, place_of, refresh
from flows.report import facts_of, report
from flows.step import without_heartbeats
from flows.study import TRIED
from flows.study import study as tune
from flows.translate import translate
from pipeline.load_gpt import need, settled
from templates.language import ENGLISH
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.run_folder import Runs
from templates.store import digest, write_json

ENGLISH_WAIT_SECONDS = 3600.0


@flow(name="adapt", flow_run_name="adapt-{language}-{study}")
def adapt(language: str, study: str, data: str | None = None, out: str = "runs", until: str = "report", if_changed: bool = False) -> State[dict[str, Any]]:
    """Run the stages up to `until`. Completed with the run's facts; or Failed with them in a GateFailed where the gate failed and the study says stop, or
    in a TrialsFailed where a method could not be run at all, either by its class's name.

    With `if_changed` only if anything the last published run rests on was changed since; else Completed(name="NoChange").
    """
    plan = make(language, study, data=Path(data) if data else None, out=Path(out))
    runs = Runs(plan.out)
    if until not in STAGES:
        raise UnknownName(f"no stage {until!r}; there are {', '.join(STAGES)}.{did_you_mean(until, STAGES)}")
    _need(plan, until)
    with ExitStack() as held:
        held.enter_context(runs.hold(language))
        held.enter_context(without_heartbeats())
        held.callback(TRIED.reset, TRIED.set(set()))
        refreshed = None
        if if_changed:
            refreshed = refresh(language, study, str(plan.data) if plan.data else None, str(plan.out))
            found = since_last_run(plan, refreshed, until=until)
            get_run_logger().info("%s %s: %s", language, study, found)
            if not found.changed:
                return Completed(name="NoChange", message=str(found), data={"lines": [str(found)]})
        wanted = any("english" in group.conditions for group in plan.study.trials)
        if until in ("study", "report") and language != ENGLISH and plan.study.english_first and wanted:
            with runs.hold(ENGLISH, wait_seconds=ENGLISH_WAIT_SECONDS):
                _stages(plan.english, until=until, beside=True)
        done = _stages(plan, until=until, refreshed=refreshed)
    if done.get("stopped"):
        message = "; ".join(f"{name}: {line}" for name, line in done["gates"].items())
        return _failed(GateFailed(f"the gate failed and the study says stop ({message})", done))
    if broken := done.get("broken"):
        return _failed(TrialsFailed(f"methods that failed in all their trials: {'; '.join(broken)}", done))
    return Completed(message=f"{language} {study}: {done.get('verdict', 'done')}", data=done)


def _failed(found: Unsuccessful) -> State[Any]:
    return Failed(name=type(found).__name__, message=str(found), data=found)


def _need(plan: Plan, until: str) -> None:
    """Refuse what a later stage would, before English is tuned for a quarter of an hour: words, engines and model that cannot be used."""
    if until not in ("refresh", "translate"):
        for one in (plan, plan.english):
            for benchmark in one.benchmarks:
                sound(one, benchmark)
    if until != "refresh":
        translator_for(plan), second_for(plan)
    if until in ("study", "report"):
        settled(plan.study.model.device)
        for reader in (plan, plan.english):
            need(reader.model.name, revision=reader.model.revision)


def _need_unchanged(plan: Plan, begun: str) -> None:
    """Each stage reads study and language anew; two that read them otherwise make no run. `begun`: the plan's digest before the first."""
    if make(plan.language.code, plan.study_name, data=plan.data, out=plan.out).digest != begun:
        what = f"study {plan.study_name} or the file of {plan.language.name} was changed while it ran, so that its stages may differ"
        raise Refusal(f"{what}; nothing is published. Run it again: what is the same is kept.")


def _whole(runs: Runs, plan: Plan, *, beside: bool) -> bool:
    """Is a run with tuning and report pointed to? One that ended earlier, or whose gate stopped it, does not take its place; nor does English beside a
    language, which may lack what the study asks of English alone, that of an English run for itself."""
    path = runs.current(plan.language.code, plan.study_name) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    own = not beside or not manifest.get("beside", False)
    return manifest.get("stage") == "report" and not manifest.get("stopped", False) and own


def _stages(plan: Plan, *, until: str, refreshed: Mapping[str, str] | None = None, beside: bool = False) -> dict[str, Any]:
    language, name = plan.language.code, plan.study_name
    common: dict[str, Any] = {"language": language, "study": name, "data": str(plan.data) if plan.data else None, "out": str(plan.out)}
    seconds: dict[str, float] = {}
    started, begun = time.perf_counter(), plan.digest

    def lap(stage: str) -> None:
        nonlocal started
        seconds[stage] = round(time.perf_counter() - started, 1)
        started = time.perf_counter()

    refreshed = dict(refreshed or refresh(**common))
    lap("refresh")
    if until == "refresh":
        return {"lines": lines_of(plan), "paths": [str(place_of(plan, name) / file) for name in refreshed for file in ("records.jsonl", "diff.json")]}
    wanted = until in ("study", "report")
    rests = basis(plan, refreshed, tuned=wanted)  # now: what people change from here on is for the next run
    translated = translate(**common, refreshed=refreshed)
    lap("translate")
    if until == "translate":
        return {"paths": [f"{folder}/records.jsonl" for folders in translated.values() for folder in folders]}
    staged = Runs(plan.out).stage(language, name)
    gates = judge(**common, staged=str(staged), refreshed=refreshed, translated=translated)
    lap("judge")
    verdict = max((gate["verdict"] for gate in gates.values()), key=("pass", "warn", "fail").index)
    stopped = verdict == "fail" and plan.study.on_fail == "stop"
    findings = localise(**common, staged=str(staged))
    lap("localise")
    lines = {benchmark: gate["line"] for benchmark, gate in gates.items()}
    if wanted:
        signed = {} if stopped else {benchmark: gate["signature"] for benchmark, gate in gates.items()}
        tune(**common, staged=str(staged), refreshed=refreshed, gates=signed, beside=beside)
    lap("study")
    facts = facts_of(plan, staged, refreshed=refreshed, gates=gates, seconds=seconds)
    lines_out = report(**common, staged=str(staged), facts=facts, findings=[asdict(finding) for finding in findings]) if wanted else []
    lap("report")
    whole = {**facts, "seconds": seconds, "verdict": verdict, "stage": "report" if wanted else until, "stopped": stopped, "beside": beside, "basis": rests}
    write_json(staged / "manifest.json", whole)
    _need_unchanged(plan, begun)
    runs = Runs(plan.out)
    key = digest([begun, facts["inputs"], rests["overrides"]])
    place = runs.publish(staged, language, name, digest=key, point=(wanted and not stopped and not beside) or not _whole(runs, plan, beside=beside))
    for benchmark in gates:
        link(language, benchmark, place)
    why = {benchmark: gate["why"] for benchmark, gate in gates.items()}
    broken = failed_throughout(place) if wanted else []
    return {"pointer": str(place), "verdict": verdict, "gates": lines, "why": why, "stopped": stopped, "broken": broken, "headline": lines_out}
