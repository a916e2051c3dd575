"""A finished run in the formats of other tools, in the words that the run wrote down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows import plan
from flows.localise import localise_benchmark
from templates import records
from templates.benchmark import Record
from templates.formats import nemo
from templates.run_folder import Runs
from templates.slots import Slot
from tests.flows.conftest import Lingraft

STUDY = 'title = "Two"\nbenchmarks = ["fiqa", "assistant"]\nsource = "sample"\n[prompts]\nfiqa = "published"\n'
KEPT = {
    "fiqa": [Record("a", {"sentence": "Acme stiger", "target": "Acme"}, "positive", "g", source={"sentence": "Acme rises", "target": "Acme"}, engine="e")],
    "assistant": [Record("b", {"utterance": "väck mig klockan fem"}, "alarm_set", "g", slots=(Slot("time", "fem", 17, "exact"),))],
}


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder with a run of the study `two` in Swedish, up to the words."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lingraft" / "studies").mkdir(parents=True)
    (tmp_path / "lingraft" / "studies" / "two.toml").write_text(STUDY)
    made = plan.make("sv", "two", data=None, out=tmp_path / "runs")
    runs = Runs(made.out)
    staged = runs.stage("sv", "two")
    for benchmark in made.benchmarks:
        records.write(staged / "records" / f"{benchmark.name}.jsonl", KEPT[benchmark.name], benchmark=benchmark.name, language="sv")
        localise_benchmark.fn(made, benchmark, staged)
    runs.publish(staged, "sv", "two", digest="0" * 64)
    return tmp_path


def content(rows: list[Record]) -> list[tuple[object, ...]]:
    return [(row.id, dict(row.fields), row.label, [(slot.name, slot.value, slot.start) for slot in row.slots]) for row in rows]


def test_a_run_as_nemo_is_its_words_and_comes_back(finished: Path, lingraft: Lingraft) -> None:
    study = finished / "lingraft" / "studies" / "two.toml"
    study.write_text(study.read_text().replace("published", "split"))  # the run's prompt counts, not today's
    code, out, error = lingraft("export", "sv", "--study", "two", "--format", "nemo", "--to", "there")
    assert (code, error) == (0, "")
    assert out.splitlines()[:2] == ["fiqa: 1 records", "  there/fiqa.sv.jsonl"]
    templates = json.loads((finished / "there" / "task_templates.json").read_text(encoding="utf-8"))
    assert [template["taskname"] for template in templates] == ["sv/fiqa", "sv/assistant"]
    assert templates[0]["prompt_template"].startswith("<|VIRTUAL_PROMPT_0|> {sentence}")
    for shape in plan.make("sv", "two", data=None, out=finished / "runs").benchmarks:
        path = finished / "there" / f"{shape.name}.sv.jsonl"
        found, _ = records.read_raw(shape, nemo.read(path, shape), where=str(path), settings=shape.settings())
        assert content(found) == content(KEPT[shape.name])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--format", "nemmo"), 2, "no format 'nemmo'; there are fiqa_challenge, massive, nemo, nlu. Did you mean nemo?"),
        (("--format", "massive"), 1, "format massive cannot hold fiqa: it holds utterances with slots, and these records have none; fiqa can be written as"),
        (("--format", "nemo", "--benchmark", "fika"), 2, "--benchmark 'fika': study two has fiqa, assistant. Did you mean fiqa?"),
        (("--format", "nemo", "--out", "elsewhere"), 1, "there is no finished run; make one with: lingraft adapt sv --study two"),
        (("--format", "nemo", "--to", "lingraft/studies/two.toml"), 1, "lingraft/studies/two.toml: cannot be written; name a folder of your own with --to."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_exported_is_said_in_one_sentence(finished: Path, lingraft: Lingraft, arguments: tuple[str, ...], code: int, message: str) -> None:
    found, out, error = lingraft("export", "sv", "--study", "two", "--to", "there", *arguments)
    assert (found, out) == (code, "")
    assert error.startswith("lingraft: ") and message in error and error.count("\n") == 1
    assert not (finished / "there").exists()


def test_one_benchmark_of_a_study_goes_where_all_would_not(finished: Path, lingraft: Lingraft) -> None:
    code, out, _ = lingraft("export", "sv", "--study", "two", "--format", "massive", "--benchmark", "assistant", "--to", "there")
    assert (code, out.splitlines()) == (0, ["assistant: 1 records", "  there/assistant.sv.jsonl"])
    assert json.loads((finished / "there" / "assistant.sv.jsonl").read_text(encoding="utf-8"))["annot_utt"] == "väck mig klockan [time : fem]"


def test_english_data_that_is_there_stays(finished: Path, lingraft: Lingraft) -> None:
    made = plan.make("en", "two", data=None, out=finished / "runs")
    staged = Runs(made.out).stage("en", "two")
    for benchmark in made.benchmarks:
        records.write(staged / "records" / f"{benchmark.name}.jsonl", KEPT[benchmark.name], benchmark=benchmark.name, language="en")
        localise_benchmark.fn(made, benchmark, staged)
    Runs(made.out).publish(staged, "en", "two", digest="0" * 64)
    source = finished / "data" / "assistant.en.jsonl"
    source.parent.mkdir()
    source.write_text("by hand")
    code, out, error = lingraft("export", "en", "--study", "two", "--format", "nlu", "--benchmark", "assistant", "--to", "data")
    assert (code, out, source.read_text()) == (1, "", "by hand")
    assert (
        error == "lingraft: data/assistant.en.jsonl: English records are there already, and an export never takes their place; name another folder with --to.\n"
    )
    assert sorted(source.parent.iterdir()) == [source]
    assert lingraft("export", "en", "--study", "two", "--format", "nlu", "--benchmark", "assistant", "--to", "new")[0] == 0


def test_the_gates_verdict_goes_with_the_records(finished: Path, lingraft: Lingraft) -> None:
    page = Runs(finished / "runs").finished("sv", "two") / "gate" / "assistant" / "gate.json"
    page.parent.mkdir(parents=True)
    page.write_text(json.dumps({"verdict": "fail"}))
    _, out, _ = lingraft("export", "sv", "--study", "two", "--format", "massive", "--benchmark", "assistant", "--to", "there")
    assert out.splitlines()[0] == "assistant: 1 records, gate: fail"


def test_a_run_that_kept_nothing_is_refused(finished: Path, lingraft: Lingraft) -> None:
    (Runs(finished / "runs").finished("sv", "two") / "records" / "fiqa.jsonl").write_text("")
    code, _, error = lingraft("export", "sv", "--study", "two", "--format", "nemo", "--to", "there")
    assert code == 1 and "the run kept no record of fiqa; look at the gate's page, then run again with: lingraft adapt sv --study two" in error
