"""records: strict reading with file and line, exact writing."""

import json
from pathlib import Path

import pytest

from templates import catalogue, records
from templates.benchmark import Record
from templates.refusal import Refusal

FIQA = catalogue.benchmark("fiqa")
GOOD = {"id": "1", "sentence": "Shares rise", "target": "Acme", "score": 0.4}


def read(path: Path, *lines: bytes) -> tuple[list[Record], list[str]]:
    path.write_bytes(b"\n".join(lines))
    found, excluded = records.read_raw(FIQA, records.read_lines(path), where=str(path), settings=FIQA.settings())
    return found, [entry.reason for entry in excluded]


def line(**change: object) -> bytes:
    return json.dumps({key: value for key, value in (GOOD | change).items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (b'{"id": "2", ', "line 2, column 13: not valid JSON"),
        (b'{"id": "2", "id": "3"}', "line 2: the key 'id' stands twice in one object; keep one of the two."),
        (b"[1]", "line 2: found a JSON list; each line must be one JSON object."),
        (b'{"id": "2", "sentence": "\xff"}', "line 2: byte 26 is not UTF-8; save the file as UTF-8."),
        (line(id="2", target=None), "line 2: field 'target' is missing; found 'id', 'sentence', 'score'"),
        (line(id="2", sentence="  "), "line 2: field 'sentence' is empty; fiqa needs sentence, target."),
        (line(id="2", score=3), "line 2: field 'score' must be a number from -1 to 1, found 3"),
        (line(id="2", score=-0.9, label="positive"), "line 2: label 'positive' and score -0.9 contradict each other; keep the right one of the two"),
        (line(id="2", score=None, label="postive"), "line 2: label 'postive' is not in fiqa (negative, positive). Did you mean positive?"),
        (line(), "line 2: id '1' is already on line 1; ids must be unique."),
    ],
)
def test_bad_lines_are_refused_by_file_and_line(tmp_path: Path, second: bytes, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(tmp_path / "fiqa.en.jsonl", line(), second)
    assert str(caught.value).startswith(str(tmp_path / "fiqa.en.jsonl"))
    assert message in str(caught.value)


def test_zero_scores_are_excluded_and_counted(tmp_path: Path) -> None:
    found, reasons = read(tmp_path / "x.jsonl", line(), b"", line(id="2", score=0), line(id="3", score=-0.1))
    assert [(record.id, record.label) for record in found] == [("1", "positive"), ("3", "negative")]
    assert reasons == ["score 0"]


def test_strange_text_goes_through_verbatim(tmp_path: Path) -> None:
    strange = "{answer} <|VIRTUAL_PROMPT_0|> [[3]] <script>\u202e å"
    found, _ = read(tmp_path / "x.jsonl", line(sentence=strange))
    records.write(tmp_path / "out.jsonl", found, benchmark="fiqa", language="en")
    assert records.read(tmp_path / "out.jsonl", FIQA)[0].fields["sentence"] == strange


def test_written_records_open_with_datasets(tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = [
        Record("1", {"sentence": "Upp", "target": "A"}, "positive", "g", source={"sentence": "Up", "target": "A"}, engine="e", reasons=("empty: x",)),
        Record("2", {"sentence": "Ner", "target": "B"}, "negative", "h", source={"sentence": "Down", "target": "B"}, engine="e"),
    ]
    records.write(tmp_path / "fiqa.jsonl", rows, benchmark="fiqa", language="sv")
    assert [*records.read(tmp_path / "fiqa.jsonl", FIQA)] == rows
    opened = load_dataset("json", data_files=str(tmp_path / "fiqa.jsonl"), split="train", cache_dir=str(tmp_path / "cache"))
    assert opened["sentence"] == ["Upp", "Ner"]
    assert opened[1]["source"] == {"sentence": "Down", "target": "B"}


def test_the_real_benchmark_has_the_published_counts(data: Path) -> None:
    path = data / "benchmarks" / "fiqa.en.jsonl"
    found, excluded = records.read_raw(FIQA, records.read_lines(path), where=str(path), settings=FIQA.settings())
    labels = [record.label for record in found]
    assert (len(found), labels.count("positive"), labels.count("negative"), len(excluded)) == (1159, 760, 399, 14)
    wide, _ = records.read_raw(FIQA, records.read_lines(path), where=str(path), settings=FIQA.settings(threshold=0.1))
    assert len(wide) < len(found)


def test_the_sample_is_large_and_varied() -> None:
    path = catalogue.PACKAGE / "templates" / "samples" / "fiqa.en.jsonl"
    found, _ = records.read_raw(FIQA, records.read_lines(path), where=str(path), settings=FIQA.settings())
    shared = len(found) - len({record.group for record in found})
    assert len(found) >= 300
    assert shared >= 30
    assert len({record.fields["target"] for record in found}) >= 100
