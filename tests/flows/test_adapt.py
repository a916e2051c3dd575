"""adapt: the run folder is what other tools may rely on, Prefect only orchestrates, a bad set stops, one run holds a language."""

import json
import os
import re
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import datasets
import pytest
import tomlkit
import torch
from safetensors.torch import load_file

from flows.__main__ import call
from flows.adapt import adapt
from flows.plan import make
from pipeline import folds, running
from pipeline import study as trials
from pipeline.load_gpt import load_gpt
from pipeline.outcome import Outcome
from pipeline.prefix import PrefixCache
from templates import catalogue, language, records
from templates.benchmark import Record
from templates.language import Length
from templates.run_folder import Busy, Runs
from templates.store import digest
from templates.task import localise
from tests.flows.conftest import write_study
from translation import evidence, limits, refresh, word_checks
from translation.engine import Translator
from translation.judge import Evidence, judge
from translation.memory import Memory
from translation.retry import climb
from translation.translate import translate_records
from translation.translators import ctranslate2


def outcomes(run: Path) -> list[Outcome]:
    return [Outcome.from_json(raw) for _, raw in records.read_lines(run / "outcomes.jsonl")]


def rows(path: Path) -> list[dict[str, object]]:
    return [raw for _, raw in records.read_lines(path)]


def test_the_pointer_is_a_relative_link_into_the_history(adapted: Path) -> None:
    pointer = adapted / "runs" / "sv" / "tiny"
    assert pointer.is_symlink()
    assert os.readlink(pointer).startswith("../.history/sv/tiny/2")
    stamp, _, short = pointer.resolve().name.partition("-")
    assert stamp.endswith("Z") and len(short) == 8
    assert not [path for path in pointer.resolve().parent.iterdir() if path.name.startswith(".")]


def test_a_run_holds_what_other_tools_rely_on(adapted: Path) -> None:
    run = adapted / "runs" / "sv" / "tiny"
    for name in ("records/fiqa.jsonl", "records/fiqa.quarantine.jsonl", "gate/fiqa/gate.json", "gate/fiqa/rows.jsonl", "gate/fiqa/index.html"):
        assert (run / name).is_file(), name
    for name in ("words/fiqa.toml", "outcomes.jsonl", "prompts/table.safetensors", "prompts/table.json", "report.html", "manifest.json"):
        assert (run / name).is_file(), name
    words = tomlkit.parse((run / "words" / "fiqa.toml").read_text(encoding="utf-8")).unwrap()
    assert words["prompt"] == "{sentence} Känsla för {target}[[10]]:{answer}"
    assert words["words"] == {"negative": " negativ", "positive": " positiv"}
    assert words["reviewed"] == ""
    assert {name: value.shape for name, value in load_file(run / "prompts" / "table.safetensors").items()} == {"sv/fiqa": (10, 32), "en/fiqa": (10, 32)}
    loaded = datasets.load_dataset("json", data_files=str(run / "records" / "fiqa.jsonl"), split="train", cache_dir=str(adapted / "hf"))
    assert loaded.column_names[:5] == ["id", "benchmark", "language", "sentence", "target"]
    first = rows(run / "records" / "fiqa.jsonl")[0]
    assert first["language"] == "sv" and first["source"]["sentence"] != first["sentence"]  # type: ignore[index]
    assert str(first["engine"])


def test_nothing_disappears(adapted: Path) -> None:
    run = adapted / "runs" / "sv" / "tiny"
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    benchmark = catalogue.benchmark("fiqa")
    sample = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings())
    everything = {record.id for record in sample.records} | {entry.id for entry in sample.excluded}
    kept, quarantined = ([row["id"] for row in rows(run / "records" / f"fiqa{part}.jsonl")] for part in ("", ".quarantine"))
    excluded = [row["id"] for row in manifest["inputs"]["fiqa"]["excluded_rows"]]
    assert sum(manifest["inputs"]["fiqa"]["excluded"].values()) == len(excluded)
    assert len(kept) + len(quarantined) == 40
    assert sorted([*kept, *quarantined, *excluded]) == sorted(everything)
    assert len(everything) == len(kept) + len(quarantined) + len(excluded)
    assert set(manifest["seconds"]) >= {"refresh", "translate", "judge", "localise", "study", "report"}
    assert all(row["reasons"] for row in rows(run / "records" / "fiqa.quarantine.jsonl"))


def test_every_outcome_has_a_signature_with_its_gate(adapted: Path) -> None:
    found = outcomes(adapted / "runs" / "sv" / "tiny")
    assert {outcome.condition for outcome in found} == {"sv", "en"}
    assert {outcome.method for outcome in found} == {"majority", "tfidf", "p_tuning"}
    assert not [outcome.error for outcome in found if outcome.error]
    for outcome in found:
        assert (
            outcome.signature["gate"].startswith(("pass,kept=", "warn,kept=", "fail,kept="))
            if outcome.condition == "sv"
            else outcome.signature["gate"] == "off"
        )


def test_plain_calls_give_what_prefect_gives(adapted: Path, tmp_path: Path) -> None:
    with chdir(adapted):
        plan = make("sv", "tiny", data=None, out=Path("runs"))
        benchmark, swedish = catalogue.benchmark("fiqa"), language.load("sv")
        fetched = refresh.fetch(benchmark, data=None, source="sample", settings=plan.settings_of(benchmark))
        source, _ = refresh.sample(fetched.records, 40, seed=0)
        translator = ctranslate2.build(ctranslate2.Settings(), source=language.load("en"), target=swedish)
        with Memory(tmp_path / "memory.sqlite") as memory:
            moved = translate_records(source, benchmark, translator=translator, memory=memory)
        variants = ctranslate2.variants(ctranslate2.Settings())

        def engine(rung: str) -> tuple[Translator, None]:
            return ctranslate2.build(variants[rung], source=language.load("en"), target=swedish) if rung in variants else translator, None

        def measure(ours: Sequence[Record], theirs: Sequence[Record]) -> Evidence:
            return evidence.gather(ours, theirs, benchmark, translator=translator)

        narrow = replace(swedish, length=Length((0.99, 1.01), (0.99, 1.01)))  # which hardly a row keeps
        lines = limits.read(narrow, {**plan.study.gate, "retry": ["beam", "full-stop"]})
        assert climb(source, moved, benchmark=benchmark, language=narrow, limits=lines, engine=engine, measure=measure).tried
        words = word_checks.check(swedish, benchmark)
        report = judge(source, moved, benchmark=benchmark, language=swedish, limits=limits.read(swedish, plan.study.gate), words=words)
        gpt = load_gpt(plan.study.model.name, threads=1)
        count = plan.study.folds.count
        fold_of = folds.assign(source, count=count, seed=0)
        share = len(report.kept) / len(source)
        by_hand = []
        for name, words, texts, gate, engine in (
            ("en", language.load("en"), tuple(source), "off", ""),
            ("sv", swedish, report.kept, f"{report.verdict},kept={share:.0%}@{digest(json.loads(json.dumps(report.settings)))[:8]}", translator.fingerprint),
        ):
            condition = trials.Condition(name, localise(benchmark, words), texts, fold_of, gate, engine)
            for group in plan.study.trials:
                trial = trials.Trial(name, "fiqa", group.method, group.settings, 0, count, 1.0, 1)
                by_hand.append(running.run(trial, condition, gpt=gpt, prefixes=PrefixCache(gpt), keep=tmp_path))
    by_prefect = {outcome.trial: outcome for outcome in outcomes(adapted / "runs" / "sv" / "tiny")}
    assert {outcome.trial for outcome in by_hand} == set(by_prefect)
    for outcome in by_hand:
        other = by_prefect[outcome.trial]
        assert (outcome.signature, outcome.predictions, outcome.history) == (other.signature, other.predictions, other.history)
    assert [record.id for record in report.kept] == [row["id"] for row in rows(adapted / "runs" / "sv" / "tiny" / "records" / "fiqa.jsonl")]


def test_a_second_run_does_nothing_twice(adapted: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def never(*arguments: object, **named: object) -> None:
        raise AssertionError("done twice")

    monkeypatch.setattr("flows.translate.translate_records", never)
    monkeypatch.setattr("pipeline.running.begin", never)
    before = (adapted / "runs" / "sv" / "tiny").resolve()
    with chdir(adapted):
        assert call(["report", "sv", "--study", "tiny"]) == 0
    said = capfd.readouterr()
    assert said.err == "" and "runs/sv/tiny/report.html" in said.out and "runs/sv/tiny/gate/fiqa/index.html" in said.out
    after = (adapted / "runs" / "sv" / "tiny").resolve()
    assert after != before
    assert (after / "outcomes.jsonl").read_bytes() == (before / "outcomes.jsonl").read_bytes()
    assert after.name.split("-")[1] == before.name.split("-")[1]


def test_one_run_holds_a_language(home: Path, server: str, cache: Path, tmp_path: Path) -> None:
    with chdir(home), Runs(tmp_path / "runs").hold("sv"):
        state = adapt("sv", "tiny", out=str(tmp_path / "runs"), return_state=True)
    with pytest.raises(Busy, match="another run holds sv"):
        state.result()


def test_english_is_a_language_like_any_other(home: Path, server: str, cache: Path, adapted: Path) -> None:
    run = adapted / "runs" / "en" / "tiny"
    gate = json.loads((run / "gate" / "fiqa" / "gate.json").read_text(encoding="utf-8"))
    assert {check["id"] for check in gate["checks"]}.isdisjoint({"copy", "language_id"})
    assert len(rows(run / "records" / "fiqa.jsonl")) + len(rows(run / "records" / "fiqa.quarantine.jsonl")) == 40
    assert {outcome.condition for outcome in outcomes(run)} == {"en"}


def test_english_beside_a_language_runs_what_the_study_wants_of_it(home: Path, server: str, cache: Path, adapted: Path) -> None:
    model = home / "model"
    write_study(home, "alone", model, trials=[{"method": "majority", "conditions": ["target"]}])
    write_study(home, "beside", model, trials=[{"method": "majority", "conditions": ["target"]}, {"method": "tfidf"}])
    with chdir(home):
        for study in ("alone", "beside"):
            assert adapt("sv", study, out="runs", return_state=True).is_completed()
        runs = home / "runs"
        assert not (runs / "en" / "alone").exists()
        assert {outcome.condition for outcome in outcomes(runs / "sv" / "alone")} == {"sv"}
        assert {outcome.method for outcome in outcomes(runs / "en" / "beside")} == {"tfidf"}
        assert adapt("en", "beside", out="runs", return_state=True).is_completed()
        assert {outcome.method for outcome in outcomes(runs / "en" / "beside")} == {"majority", "tfidf"}


def test_artifacts_show_gate_and_study(adapted: Path) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
    kinds = {(artifact.key, artifact.type) for artifact in artifacts}
    assert {("gate-sv-fiqa", "markdown"), ("gate-sv-fiqa-checks", "table"), ("gate-sv-fiqa-page", "markdown"), ("study-sv-tiny", "markdown")} <= kinds
    pages = {Path(found) for artifact in artifacts for found in re.findall(r"file://(\S+?/index\.html)", str(artifact.data))}
    assert (adapted / "runs" / "sv" / "tiny").resolve() / "gate" / "fiqa" / "index.html" in pages


def test_assistant_joins_and_leaves_fiqa_as_it_was(adapted: Path) -> None:
    with chdir(adapted):
        assert adapt("sv", "both", out="runs", return_state=True).is_completed()
    alone, both = adapted / "runs" / "sv" / "tiny", adapted / "runs" / "sv" / "both"
    old, new = load_file(alone / "prompts" / "table.safetensors"), load_file(both / "prompts" / "table.safetensors")
    assert set(new) == {"sv/fiqa", "en/fiqa", "sv/assistant", "en/assistant"}
    assert all(torch.equal(new[name], row) for name, row in old.items())
    joined = outcomes(both)
    assert [one for one in joined if one.benchmark == "fiqa"] == outcomes(alone)
    spoken = [one for one in joined if one.benchmark == "assistant"]
    assert {(one.condition, one.method) for one in spoken} == {(place, method) for place in ("en", "sv") for method in ("majority", "tfidf", "p_tuning")}
    assert all(one.span_f1 is not None and not one.error for one in spoken)
    kept, held = rows(both / "records" / "assistant.jsonl"), rows(both / "records" / "assistant.quarantine.jsonl")
    assert kept and len(kept) + len(held) == 70
    assert any(row.get("slots") for row in kept)
    page = (both / "report.html").read_text(encoding="utf-8")
    assert "fiqa" in page and "assistant" in page and "Span F1" in page
