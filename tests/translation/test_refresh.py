"""Sources in order, each refusal in words, and samples that divide no group."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import catalogue
from templates.benchmark import Record, Url
from templates.benchmarks.fiqa import Settings
from templates.refusal import Refusal, UnknownName
from translation import refresh
from translation.refresh import digest_of, fetch, sample

FIQA = catalogue.benchmark("fiqa")
ROWS = [
    {"id": "1", "sentence": "Tesco up", "target": "Tesco", "score": 0.5},
    {"id": "2", "sentence": "Asda down", "target": "Asda", "score": -0.5},
    {"id": "3", "sentence": "Flat", "target": "Flat", "score": 0},
]
BLOB = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fiqa.en.jsonl").write_bytes(BLOB)
    return tmp_path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "reachable", lambda: False)


def at(path: Path, sha256: str) -> Url:
    return Url(path.as_uri(), sha256)


def test_the_users_folder_comes_first(folder: Path) -> None:
    found = fetch(FIQA, data=folder, settings=Settings())
    assert [one.id for one in found.records] == ["1", "2"]
    assert [one.id for one in found.excluded] == ["3"]
    assert found.origin == str(folder / "fiqa.en.jsonl")
    assert found.digest == digest_of(found.records)


@pytest.mark.parametrize("source", ["any", "data", "sample"])
def test_a_folder_without_the_file_is_refused_by_name(tmp_path: Path, source: str) -> None:
    with pytest.raises(Refusal, match=r"fiqa\.en\.jsonl: not found; --data must name a folder"):
        fetch(FIQA, data=tmp_path, source=source, settings=Settings())


def test_data_without_a_folder_is_refused() -> None:
    with pytest.raises(Refusal, match="--data DIR"):
        fetch(FIQA, data=None, source="data", settings=Settings())


def test_an_unknown_source_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean sample"):
        fetch(FIQA, data=None, source="simple", settings=Settings())


def test_the_sample_is_the_last_resort_and_the_log_says_why(offline: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = fetch(FIQA, data=None, settings=Settings())
    assert found.origin == "sample fiqa.en.jsonl"
    assert len(found.records) >= 300
    assert "cannot be had" in caplog.text
    assert found.digest == fetch(FIQA, data=None, source="sample", settings=Settings()).digest


def test_the_hub_asked_for_by_name_and_absent_is_refused(offline: None) -> None:
    with pytest.raises(Refusal, match=r"no source 'hub' for fiqa: hub TheFinAI.*does not answer.*--data DIR"):
        fetch(FIQA, data=None, source="hub", settings=Settings())


def test_a_source_the_benchmark_does_not_name_is_refused() -> None:
    with pytest.raises(Refusal, match="it names none of that kind"):
        fetch(FIQA, data=None, source="url", settings=Settings())


def test_an_address_with_the_right_digest_is_read(folder: Path) -> None:
    benchmark = replace(FIQA, sources=(at(folder / "fiqa.en.jsonl", hashlib.sha256(BLOB).hexdigest()),))
    found = fetch(benchmark, data=None, source="url", settings=Settings())
    assert len(found.records) == 2
    assert found.digest == fetch(FIQA, data=folder, settings=Settings()).digest


@pytest.mark.parametrize("source", ["any", "url"])
def test_an_address_with_another_digest_is_refused_even_if_others_follow(folder: Path, source: str) -> None:
    benchmark = replace(FIQA, sources=(at(folder / "fiqa.en.jsonl", "0" * 64),))
    with pytest.raises(Refusal, match=r"sha256 is [0-9a-f]{64}, the benchmark expects 0{64}"):
        fetch(benchmark, data=None, source=source, settings=Settings())


def test_an_address_that_does_not_answer_gives_way_to_the_sample(tmp_path: Path) -> None:
    benchmark = replace(FIQA, sources=(at(tmp_path / "gone.jsonl", "0" * 64),))
    assert fetch(benchmark, data=None, settings=Settings()).origin.startswith("sample ")
    with pytest.raises(Refusal, match="no source 'url'"):
        fetch(benchmark, data=None, source="url", settings=Settings())


def test_a_file_without_a_usable_entry_is_refused(folder: Path) -> None:
    with pytest.raises(Refusal, match=r"no usable fiqa entry \(3 excluded"):
        fetch(FIQA, data=folder, settings=Settings(threshold=0.9))


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["negative", "positive"])), min_size=1, max_size=60), st.integers(1, 70), st.integers(0, 3))
def test_a_sample_divides_no_group_and_loses_nothing(rows: list[tuple[int, str]], n: int, seed: int) -> None:
    records = [Record(str(number), {}, label, f"g{group}") for number, (group, label) in enumerate(rows)]
    kept, left = sample(records, n, seed=seed)
    assert sorted([*kept, *left], key=records.index) == records
    assert kept == [one for one in records if one in kept]
    assert not {one.group for one in kept} & {one.group for one in left}
    assert len(kept) <= n
    if n >= len(records):
        assert kept == records


def test_a_sample_keeps_the_labels_in_proportion_and_follows_its_seed() -> None:
    records = [Record(str(number), {}, "positive" if number % 3 else "negative", f"g{number // 2 if number < 60 else number}") for number in range(300)]
    kept, left = sample(records, 60, seed=1)
    assert Counter(one.label for one in kept) == {"positive": 40, "negative": 20}
    assert len(left) == 240
    assert sample(records, 60, seed=1)[0] == kept
    assert sample(records[::-1], 60, seed=1)[0] == kept[::-1]
    assert sample(records, 60, seed=2)[0] != kept


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal, match="at least 1"):
        sample([], 0, seed=1)
