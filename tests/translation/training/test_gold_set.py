"""gold_set: files and references are read, parted into halves, and turned round for translators into English."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from templates.records import read_lines
from templates.refusal import Refusal, UnknownName
from translation import refresh
from translation.training import gold_set

FIQA = refresh.SAMPLES / "fiqa.en.jsonl"


@pytest.fixture
def tsv(tmp_path: Path) -> Path:
    path = tmp_path / "news.en-sv.tsv"
    path.write_text("".join(f"English {number}\tSvenska {number}\n" for number in range(5)), encoding="utf-8")
    return path


def test_halves_part_the_file(tsv: Path) -> None:
    first, second, whole = (gold_set.read(tsv, half=half, language="sv") for half in ("first", "second", "all"))
    assert first.pairs + second.pairs == whole.pairs and len(first.pairs) == 2
    assert (whole.name, whole.file, len(whole.sha256)) == ("news", "news.en-sv.tsv", 64)
    assert first.sides("en") == (["English 0", "English 1"], ["Svenska 0", "Svenska 1"])
    assert first.sides("sv") == (["Svenska 0", "Svenska 1"], ["English 0", "English 1"])


def references(folder: Path, ids: list[str]) -> Path:
    path = folder / "fiqa_ref.sv.jsonl"
    path.write_text("".join(json.dumps({"id": name, "sentence_sv": f"Mening {name}", "target_sv": "T"}) + "\n" for name in ids), encoding="utf-8")
    return path


def test_references_find_their_english_by_id_in_the_sample_or_beside_them(tmp_path: Path) -> None:
    rows = [raw for _, raw in read_lines(FIQA)][:3]
    ids = [str(row["id"]) for row in rows]
    found = gold_set.read(references(tmp_path, [*ids, "stranger"]), language="sv")
    assert [pair.source for pair in found.pairs] == [row["sentence"] for row in rows] and found.name == "fiqa_ref"
    beside = tmp_path / "benchmarks"
    beside.mkdir()
    (beside / "fiqa.en.jsonl").write_text(json.dumps(rows[0] | {"id": "mine", "sentence": "My own."}) + "\n", encoding="utf-8")
    gold = tmp_path / "gold"
    gold.mkdir()
    assert [pair.source for pair in gold_set.read(references(gold, ["mine"]), language="sv").pairs] == ["My own."]


def test_what_cannot_be_a_gold_set_is_refused(tsv: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"no half 'secnd'; there are first, second, all. Did you mean second\?"):
        gold_set.read(tsv, half="secnd", language="sv")
    with pytest.raises(Refusal, match="none of its 1 ids is a row of fiqa"):
        gold_set.read(references(tmp_path, ["stranger"]), language="sv")
    with pytest.raises(Refusal, match=r"text.txt: is no gold file; give .tsv"):
        gold_set.read(tmp_path / "text.txt", language="sv")
