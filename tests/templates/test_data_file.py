"""Which file of a folder holds a benchmark, and in which format it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from templates import data_file, records
from templates.benchmark import Benchmark
from templates.refusal import Refusal
from tests.templates.formats.entries import ASSISTANT, FIQA, FORMATS, sentence, task, utterance
from translation.refresh import fetch

ROWS = {
    "fiqa": [sentence("Acme up", "Acme", "a", "positive"), sentence("Acme down", "Acme", "b", "negative")],
    "assistant": [utterance([("wake me at", ""), ("five", "time")], name="a", label="alarm_set"), utterance([("stop", "")], name="b", label="general_quirky")],
}


SHAPES = {"fiqa": FIQA, "assistant": ASSISTANT}
FITS = [(name, shape) for name, module in FORMATS.items() for shape in SHAPES if not module.misfit(SHAPES[shape])]


@pytest.mark.parametrize(("name", "shape"), [*FITS, ("ours", "fiqa"), ("ours", "assistant")])
def test_a_folder_in_any_format_is_a_source(name: str, shape: str, tmp_path: Path) -> None:
    rows, benchmark = ROWS[shape], SHAPES[shape]
    if name == "ours":
        records.write(tmp_path / f"{shape}.en.jsonl", rows, benchmark=shape, language="en")
    else:
        FORMATS[name].write(rows, task(benchmark), tmp_path)
    found = fetch(benchmark, data=tmp_path, settings=benchmark.settings())
    assert found.records == rows
    assert found.origin == str(data_file.find(tmp_path, benchmark))


@pytest.mark.parametrize(("name", "shape", "other"), [("massive", ASSISTANT, FIQA), ("nlu", ASSISTANT, FIQA), ("fiqa_challenge", FIQA, ASSISTANT)])
def test_a_format_that_cannot_hold_the_benchmark_is_refused(name: str, shape: Benchmark, other: Benchmark, tmp_path: Path) -> None:
    path = FORMATS[name].write(ROWS[shape.name], task(shape), tmp_path)[0]
    path = path.rename(tmp_path / f"{other.name}.en{path.suffix}")
    with pytest.raises(Refusal, match=rf"{path.name}: is in the format {name}, which cannot hold {other.name}: it holds .*; name the file after another"):
        fetch(other, data=tmp_path, settings=other.settings())


@pytest.mark.parametrize("name", ["ours", "massive", "nemo"])
def test_records_of_another_language_are_not_read_as_english(name: str, tmp_path: Path) -> None:
    rows, path = ROWS["assistant"], tmp_path / "assistant.en.jsonl"
    if name == "ours":
        records.write(path, rows, benchmark="assistant", language="sv")
    else:
        FORMATS[name].write(rows, task(ASSISTANT, "sv"), tmp_path)[0].rename(path)
    with pytest.raises(Refusal, match=r"assistant\.en\.jsonl: its first entry says that it is in the language 'sv'; put English records \(en\) there"):
        fetch(ASSISTANT, data=tmp_path, settings=ASSISTANT.settings())


def test_two_files_of_one_benchmark_are_refused(tmp_path: Path) -> None:
    (tmp_path / "fiqa.en.json").write_text("{}")
    (tmp_path / "fiqa.en.jsonl").write_text("{}")
    with pytest.raises(Refusal, match=r"holds fiqa\.en\.jsonl and fiqa\.en\.json; keep one file for each benchmark, move the others away\."):
        data_file.find(tmp_path, FIQA)


def test_a_missing_file_is_named_with_its_other_endings(tmp_path: Path) -> None:
    said = r"fiqa\.en\.jsonl: not found; --data must name a folder that holds fiqa\.en\.jsonl \(or \.json, \.csv instead of \.jsonl\)"
    with pytest.raises(Refusal, match=said):
        data_file.find(tmp_path, FIQA)


@pytest.mark.parametrize(("name", "text"), [("fiqa.en.csv", "sentence;target;score\n"), ("fiqa.en.json", "[1, 2]"), ("fiqa.en.json", "3")])
def test_a_file_of_no_known_format_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    known = "nlu" if name.endswith("csv") else "fiqa_challenge"
    with pytest.raises(Refusal, match=rf"{name}: its first entry is not what the format {known} begins with; mend it, or write our JSON Lines\."):
        data_file.read(data_file.find(tmp_path, FIQA), FIQA)


def test_bad_json_lines_are_refused_once_and_by_line(tmp_path: Path) -> None:
    (tmp_path / "fiqa.en.jsonl").write_text(json.dumps({"id": "1"})[:-1])
    with pytest.raises(Refusal, match=r"fiqa\.en\.jsonl, line 1, column 11: not valid JSON"):
        fetch(FIQA, data=tmp_path, settings=FIQA.settings())


def test_excluded_rows_are_counted(tmp_path: Path) -> None:
    head = "userid;answerid;scenario;intent;status;answer_annotation;notes;suggested_entities;answer_normalised;answer;question\n"
    (tmp_path / "assistant.en.csv").write_text(f"{head}1;1;alarm;set;null;wake me;;;;;\n1;2;alarm;set;IRR;wake me;;;;;\n")
    found = fetch(ASSISTANT, data=tmp_path, settings=ASSISTANT.settings())
    assert (len(found.records), [entry.reason for entry in found.excluded]) == (1, ["status IRR"])
