"""changes: what a run rests on, and whether any of it changed since the last published run (if not: NoChange)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flows.engines import engine_of, second_for, translator_for, weights_of
from flows.plan import Plan
from templates import catalogue, records
from templates.language import ENGLISH, path_of
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import HOUSE, PACKAGES, digest, file_digest
from translation import known_power, limits, references, reviews
from translation.overrides import path_of as path_of_overrides
from translation.translate import libraries

CODE = (".py", ".html", ".css", ".js", ".tsv")
STAGES = ("refresh", "translate", "judge", "localise", "study", "report")


@cache
def house() -> str:
    """sha256 over every file of code in the house, also those chosen by name at run time, and the page's templates."""
    files = sorted(path for name in PACKAGES for path in (HOUSE / name).rglob("*") if path.suffix in CODE)
    return digest({str(path.relative_to(HOUSE)): file_digest(path) for path in files})


def basis(plan: Plan, refreshed: Mapping[str, str], *, tuned: bool) -> dict[str, str]:
    """What a run rests on: name -> digest. The GPT belongs to it only where something is `tuned`."""
    facts = {name: json.loads((Path(folder) / "facts.json").read_text(encoding="utf-8")) for name, folder in refreshed.items()}
    sources = {f"source {name}": digest([fact["digest"], fact["excluded_rows"]]) for name, fact in facts.items()}
    study = asdict(plan.study)
    gate = {key: study.pop(key) for key in ("gate", "on_fail")}
    languages = [path_of(code).read_text(encoding="utf-8") for code in dict.fromkeys((plan.language.code, ENGLISH))]
    own = catalogue.user_home() / "benchmarks"
    benchmarks = [file_digest(own / f"{name}.py") for name in plan.study.benchmarks if (own / f"{name}.py").is_file()]
    people = [path_of_overrides(plan.language.code, name) for name in plan.study.benchmarks]
    power = known_power.file_of(plan.language.code)
    found = {
        **sources,
        f"engine {engine_of(plan)}": translator_for(plan).fingerprint,
        "gate settings": digest([gate, file_digest(limits.SHIPPED), file_digest(power) if power is not None else ""]),
        "language file": digest([languages, {name: asdict(plan.language.cells[name]) for name in plan.drafted}]),
        "overrides": digest([file_digest(path) if path.is_file() else "" for path in people]),
        "study settings": digest([study, str(plan.data)]),
        "code": digest([house(), benchmarks, libraries()]),
    }
    second = second_for(plan)
    if second is not None:
        found["second engine"] = second.fingerprint
    human = {name: references.file_of(plan.language.code, name, plan.data) for name in plan.study.benchmarks}
    found |= {f"references {name}": file_digest(path) for name, path in human.items() if path is not None}
    read = {name: reviews.path_of(plan.out, plan.language.code, name) for name in plan.study.benchmarks}
    found |= {f"review {name}": file_digest(path) for name, path in read.items() if path.is_file()}
    if tuned:
        for reader in (plan, plan.english):
            found[f"model {Path(reader.model.name).name} for {reader.language.code}"] = weights_of(reader)
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """The last published run (empty: none), what is as it was then, and what is not. `failed`: its gate did."""

    run: str
    same: tuple[str, ...]
    changed: tuple[str, ...]
    failed: bool = False

    def __str__(self) -> str:
        if not self.changed:
            return f"nothing changed since {self.run}: {', '.join(self.same)}{'; its gate had FAILED' if self.failed else ''}"
        return f"changed since {self.run or 'ever'}: {', '.join(self.changed)}"


def since_last_run(plan: Plan, refreshed: Mapping[str, str], *, until: str) -> Compared:
    """Compare with the manifest of the last published run of this language and study that came as far as the stage `until`, or was stopped on the way by
    its gate; without one, with the run that is pointed to."""
    runs, name = Runs(plan.out), (plan.language.code, plan.study_name)
    found = ((run, _manifest(run)) for run in (*runs.published(*name), runs.current(*name)))
    known = [(run, last) for run, last in found if last is not None and not last.get("beside", False)]
    far = [(run, last) for run, last in known if STAGES.index(last["stage"]) >= STAGES.index(until)]
    run, last = next(iter(far or known[-1:]), (Path(), None))
    if last is None:
        return Compared("", (), ("there is no published run",))
    _refuse_fallback(last, refreshed)
    now = basis(plan, refreshed, tuned=until in ("study", "report"))
    then: Mapping[str, str] = last.get("basis", {})
    same = tuple(f"{name} {value[:8]}" for name, value in now.items() if then.get(name) == value)
    changed = [f"{name} {then.get(name, 'none')[:8]} -> {value[:8]}" for name, value in now.items() if then.get(name) != value]
    changed += [f"{name} {value[:8]} -> none" for name, value in then.items() if name not in now and not name.startswith("model ")]
    if STAGES.index(last["stage"]) < STAGES.index(until):
        changed.append(f"it ended with the stage {last['stage']}")
    failed = _failed_trials(run)
    if failed and until in ("study", "report"):
        changed.append(f"{failed} trials failed in it")
    return Compared(run.resolve().name, same, tuple(changed), last.get("verdict") == "fail")


def _manifest(run: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.get("stage") in STAGES else None


def _failed_trials(run: Path) -> int:
    path = run / "outcomes.jsonl"
    return sum(bool(outcome["error"]) for _, outcome in records.read_lines(path)) if path.is_file() else 0


def _refuse_fallback(last: Mapping[str, Any], refreshed: Mapping[str, str]) -> None:
    """By hand the sample may stand in for a source that cannot be had; on a schedule it must not replace real data unseen."""
    for name, folder in refreshed.items():
        before = last["inputs"].get(name, {}).get("origin", "")
        now = json.loads((Path(folder) / "facts.json").read_text(encoding="utf-8"))["origin"]
        if now.startswith("sample ") and before and not before.startswith("sample "):
            todo = "mend the source, name a folder with --data, or run lingraft adapt by hand"
            raise Refusal(f"{name}: the last run read {before}, and now only the shipped sample can be had; that run stays: {todo}.")
