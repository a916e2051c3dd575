"""lingraft continual: the tasks of a finished run, three ways, and a table that grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from flows import plan as plans
from flows.continual import _settings
from templates import catalogue, records
from templates.run_folder import Runs
from tests.flows.conftest import Lingraft, write_study
from tests.tiny import save_llama

FAST = {"epochs": 1, "least_steps": 1, "batch_size": 16}
TRIALS: list[dict[str, Any]] = [
    {"method": "p_tuning", "settings": {**FAST, "placement": "searched"}, "search": ["4 front"]},
    {"method": "p_tuning", "settings": {**FAST, "epochs": 2, "placement": "6 front"}, "benchmarks": ["assistant"]},
    {"method": "p_tuning", "settings": FAST},
]


@pytest.fixture
def finished(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an English run of two benchmarks, whose records are the first of the samples."""
    monkeypatch.chdir(tmp_path)
    model = save_llama(tmp_path / "model")
    for name, some in (("mine", ["fiqa", "assistant"]), ("one", ["fiqa"])):
        write_study(tmp_path, name, model, trials=TRIALS if name == "mine" else TRIALS[2:], benchmarks=some, folds={"count": 5, "run": [0]})
    staged = Runs(tmp_path / "runs").stage("en", "mine")
    for name in ("fiqa", "assistant"):
        shape = catalogue.benchmark(name)
        path = catalogue.PACKAGE / "templates" / "samples" / f"{name}.en.jsonl"
        made, _ = records.read_raw(shape, records.read_lines(path), where=str(path), settings=shape.settings())
        records.write(staged / "records" / f"{name}.jsonl", made[:50], benchmark=name, language="en")
    Runs(tmp_path / "runs").publish(staged, "en", "mine", digest="0" * 8)
    return tmp_path


def test_three_ways_and_a_table_that_grows(finished: Path, lingraft: Lingraft) -> None:
    code, out, error = lingraft("continual", "en", "--study", "mine", "--to", "table", "--json", "stages.json")
    assert (code, error) == (0, "")
    stages = json.loads(Path("stages.json").read_text(encoding="utf-8"))["stages"]
    assert [(stage["way"], stage["task"]) for stage in stages if stage["way"] == "added"] == [("added", f"en/{name}") for name in ("fiqa", "fiqa", "assistant")]
    assert {stage["way"] for stage in stages} == {"added", "together", "in turn"}
    assert all((stage["span_f1"] is None) is (stage["task"] == "en/fiqa") for stage in stages)
    assert "forgotten of en/fiqa: 0.0 points by adding, " in out and out.endswith("table: en/fiqa, en/assistant\n")
    card = json.loads(Path("table/table.json").read_text(encoding="utf-8"))["en/assistant"]
    assert card["signature"]["gate"] == "off" and len(card["signature"]["code"]) == 8 and card["signature"]["benchmark"] == "assistant"
    table = load_file("table/table.safetensors")
    assert {name: len(rows) for name, rows in table.items()} == {"en/fiqa": 10, "en/assistant": 6}  # as the study's first settled trials say
    code, _, error = lingraft("continual", "en", "--study", "mine", "--to", "table")
    assert code == 1 and "--to table: holds a prompt table already; name another folder" in error
    code, _, error = lingraft("continual", "en", "--study", "mine", "--from", "table")
    assert code == 1 and "table: holds en/fiqa and en/assistant already, and study mine has no other task" in error


def test_a_table_of_one_task_takes_another(finished: Path, lingraft: Lingraft) -> None:
    assert lingraft("continual", "en", "--study", "mine", "--to", "table")[0] == 0
    about = json.loads(Path("table/table.json").read_text(encoding="utf-8"))
    rows = load_file("table/table.safetensors")
    Path("small").mkdir()
    save_file({"en/fiqa": rows["en/fiqa"]}, "small/table.safetensors")
    Path("small/table.json").write_text(json.dumps({"en/fiqa": about["en/fiqa"]}), encoding="utf-8")
    code, out, error = lingraft("continual", "en", "--study", "mine", "--from", "small", "--to", "grown", "--epochs", "1")
    assert (code, error) == (0, "") and "after the table" in out and "together" not in out and "are no test" not in out
    code, out, _ = lingraft("continual", "en", "--study", "mine", "--from", "small", "--fold", "1")
    assert code == 0 and "en/fiqa: its prompt was not tuned on these rows with fold 1/5 held out, so its scores here are no test" in out
    assert load_file("grown/table.safetensors")["en/fiqa"].equal(rows["en/fiqa"])
    about["en/fiqa"]["signature"]["rows"] = "60@00000000"  # more rows, whose folds were drawn anew
    Path("small/table.json").write_text(json.dumps({"en/fiqa": about["en/fiqa"]}), encoding="utf-8")
    code, out, _ = lingraft("continual", "en", "--study", "mine", "--from", "small", "--epochs", "1")
    assert code == 0 and "en/fiqa: its prompt was not tuned on these rows with fold 0/5 held out" in out


def test_settings_are_the_studys_and_mistakes_are_said(finished: Path, lingraft: Lingraft) -> None:
    study = plans.make("en", "mine", data=None, out=Path("runs")).study
    assert (_settings(study, "assistant", 0).epochs, _settings(study, "assistant", 7).epochs) == (2, 7)
    assert _settings(study, "fiqa", 0).placement == ""
    code, _, error = lingraft("continual", "en", "--study", "one")
    assert code == 1 and "study one has 1 benchmark" in error
    code, _, error = lingraft("continual", "en", "--study", "mine", "--fold", "5")
    assert code == 1 and "--fold 5: study mine has folds 0 to 4." in error
    code, _, error = lingraft("continual", "en", "--study", "mine", "--from", "nowhere")
    assert code == 1 and "nowhere: holds no usable prompt table" in error
