"""draft: a language's missing words, drafted by the plan's own translator: into the user's file, into one run, or for comparison.

A draft costs seconds and depends on nothing but engine, benchmark, language and code, so it is kept beside the translation memories.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows import plan as plans
from flows.engines import engine_of, translator_for
from flows.plan import Plan
from flows.step import key_of
from pipeline.smollm2 import cache_folder
from templates import catalogue
from templates.benchmark import Benchmark
from templates.finding import Finding
from templates.language import ENGLISH, Cell, Language, load
from templates.refusal import Refusal
from templates.store import Store, write_atomic, write_json
from translation.engine import Translator
from translation.language_file import compare, with_drafts
from translation.localise import Draft, draft
from translation.translate import walk_of


def back_for(plan: Plan) -> Translator | None:
    """The same engine in the opposite direction, where it offers one by default."""
    module = catalogue.module("translation.translators", engine_of(plan), "translator")
    return _back(engine_of(plan), plan.language.code) if getattr(module, "BOTH_WAYS", False) else None


@lru_cache(maxsize=1)
def _back(engine: str, code: str) -> Translator | None:
    module = catalogue.module("translation.translators", engine, "translator")
    try:
        made: Translator = module.build(module.Settings(), source=load(code), target=load(ENGLISH))
    except Refusal:  # that direction is not installed; the draft then says which words it could not check
        return None
    return made


def draft_of(plan: Plan, benchmark: Benchmark) -> Draft:
    """The benchmark's cell as the plan's translator drafts it, from the store or made now."""
    there, back = translator_for(plan), back_for(plan)
    english = [benchmark.prompt, dict(benchmark.words), dict(benchmark.prompts), dict(benchmark.slot_words), benchmark.slots_lead, benchmark.slots_none]
    inputs = [walk_of(there), walk_of(back) if back is not None else "", plan.language.code, benchmark.name, english]

    def write(folder: Path) -> None:
        write_json(folder / "draft.json", asdict(draft(benchmark, plan.language, translator=there, back=back)))

    key = key_of("draft", inputs=inputs, modules=("translation.localise", f"translation.translators.{engine_of(plan)}"))
    raw = json.loads((Store(cache_folder() / "drafts").get_or_make(key, write) / "draft.json").read_text(encoding="utf-8"))
    return read(raw)


def read(raw: dict[str, Any]) -> Draft:
    """A draft from its JSON."""
    cell = Cell(**raw["cell"] | {"variants": {label: tuple(forms) for label, forms in raw["cell"]["variants"].items()}})
    return Draft(raw["benchmark"], cell, raw["doubts"], tuple(Finding(**found) for found in raw["findings"]))


def missing(language: Language, benchmarks: list[Benchmark]) -> list[Benchmark]:
    """Those the language has no table for; English needs none."""
    return [] if language.code == ENGLISH else [benchmark for benchmark in benchmarks if benchmark.name not in language.cells]


def complete(plan: Plan) -> Plan:
    """The plan with a drafted cell wherever its language has none."""
    drafted = {benchmark.name: draft_of(plan, benchmark).cell for benchmark in missing(plan.language, plan.benchmarks)}
    return replace(plan, language=replace(plan.language, cells={**plan.language.cells, **drafted}), drafted=tuple(drafted)) if drafted else plan


def _asked(plan: Plan, *, force: bool) -> list[Benchmark]:
    every = [catalogue.benchmark(name) for name in catalogue.benchmarks()]
    unreviewed = [one for one in every if one.name not in plan.language.cells or not plan.language.cells[one.name].reviewed]
    return unreviewed if force else missing(plan.language, every)


def would(language: str, study: str, *, force: bool) -> list[str]:
    """What `write` would draft, and where to."""
    plan = _plan(language, study)
    tables = ", ".join(f"[{one.name}]" for one in _asked(plan, force=force)) or "nothing"
    return [f"{tables} would be drafted by {engine_of(plan)} and written to {catalogue.user_home() / 'languages' / f'{language}.toml'}"]


def write(language: str, study: str, *, force: bool) -> list[str]:
    """Draft every table the language lacks (with `force` every unreviewed one) into ./lingraft/languages; what was written and found."""
    plan = _plan(language, study)
    drafts = [draft_of(plan, benchmark) for benchmark in _asked(plan, force=force)]
    path = catalogue.user_home() / "languages" / f"{language}.toml"
    source = Path(plan.language.file)
    text = with_drafts(source.read_text(encoding="utf-8"), drafts, code=language, where=str(source))
    write_atomic(path, text.encode("utf-8"))
    lines = [str(finding) for one in drafts for finding in one.findings]
    for one in drafts:
        words = len(one.cell.words) + len(one.cell.slots)
        lines.append(f"[{one.benchmark}] drafted by {engine_of(plan)}: {words} words, {len(one.doubts)} of them doubtful")
    return [*lines, f"{path}: {len(drafts)} tables drafted, reviewed by nobody; mend it, put your name into reviewed, then run: lingraft adapt {language}"]


def agreement(language: str, study: str) -> list[str]:
    """A fresh draft beside every table of the language, word by word, with the shares."""
    plan = _plan(language, study)
    lines = []
    for benchmark in (catalogue.benchmark(name) for name in catalogue.benchmarks()):
        if benchmark.name not in plan.language.cells:
            continue
        rows = compare(plan.language.cells[benchmark.name], draft_of(plan, benchmark).cell)
        lines += [f"{benchmark.name} {row.key}: {row.made!r} drafted {row.drafted!r}: {row.how}" for row in rows]
        count = Counter(row.how for row in rows)
        shares = ", ".join(f"{how} {count[how]} ({count[how] / len(rows):.0%})" for how in ("same", "variant", "different"))
        lines.append(f"{benchmark.name}: of {len(rows)} words {shares}")
    if not lines:
        raise Refusal(f"{plan.language.file}: has no table to compare a draft with; draft one with: lingraft localise {language}")
    return lines


def _plan(language: str, study: str) -> Plan:
    if language == ENGLISH:
        raise Refusal("English words stand in the benchmarks themselves; name another language to draft.")
    return Plan(study, plans.read_study(study), load(language), None, Path.cwd())
