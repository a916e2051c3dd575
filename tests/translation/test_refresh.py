"""Sources in order, each refusal in words, and samples that divide no group."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import catalogue
from templates.benchmark import Record, Url
from templates.benchmarks.fiqa import Settings
from templates.refusal import Refusal, UnknownName
from templates.slots import Slot
from tests.served import Site
from translation import refresh
from translation.download import shown
from translation.refresh import Diff, Fetched, Gone, diff, digest_of, fetch, sample

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


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(ROWS) as made:
        yield made


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


def test_a_diff_names_what_came_went_and_changed() -> None:
    old = [Record(name, {"text": name}, "a", "g") for name in ("1", "2", "3", "4", "5")]
    new = [
        replace(old[4], label="b"),
        old[0],
        replace(old[1], fields={"text": "other"}),
        replace(old[2], slots=(Slot("day", "3", 0),)),
        Record("6", {}, "a", "g"),
    ]
    found = diff(old, new)
    assert (found.added, found.removed, found.changed) == (("6",), ("4",), ("5", "2", "3"))
    assert str(found) == "added 1, removed 1, changed 3"
    assert diff(old, old[::-1]) == Diff((), (), ())
    assert digest_of(new) != digest_of([*new[:3], replace(new[3], slots=()), new[4]])


def take(site: Site, cache: Path | None, *, sha256: str = "", source: str = "any") -> Fetched:
    return fetch(replace(FIQA, sources=(Url(site.address, sha256),)), data=None, source=source, settings=Settings(), cache=cache)


def test_an_address_without_sha256_is_followed_and_an_unchanged_file_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    first = take(site, tmp_path)
    again = take(site, tmp_path)
    assert again == first and [one.id for one in first.records] == ["1", "2"]
    site.put([ROWS[0], {**ROWS[1], "score": 0.1}], '"2"')
    assert [one.label for one in take(site, tmp_path).records] == ["positive", "positive"]
    assert site.asked == [(None, 200), ('"1"', 304), ('"1"', 200)]
    assert len(list(tmp_path.rglob("*.body"))) == 1


def test_without_a_cache_nothing_is_kept_and_nothing_is_asked_conditionally(site: Site) -> None:
    assert take(site, None) == take(site, None)
    assert site.asked == [(None, 200), (None, 200)]


@pytest.mark.parametrize(
    ("answer", "why", "passing"), [("down", r"it answered 500", True), ("gone", r"it answered 404", False), ("truncated", "cut off after", True)]
)
def test_a_source_that_is_gone_is_not_replaced_and_nothing_is_lost(site: Site, tmp_path: Path, answer: str, why: str, passing: bool) -> None:
    before = take(site, tmp_path)
    site.put(ROWS[:1], '"2"')
    site.answer = answer
    with pytest.raises(Gone, match=why + r".*no other source is put in its place: try again later, or name a folder with --data\.$") as caught:
        take(site, tmp_path)
    assert caught.value.passing is passing
    site.answer = "whole"
    site.put(ROWS, '"1"')
    assert take(site, tmp_path) == before
    assert site.asked[-1] == ('"1"', 304)


@pytest.mark.parametrize("answer", ["down", "gone", "truncated"])
def test_an_address_never_reached_gives_way_to_the_sample(site: Site, tmp_path: Path, answer: str) -> None:
    site.answer = answer
    assert take(site, tmp_path).origin.startswith("sample ")
    with pytest.raises(Refusal, match=r"no source 'url' for fiqa: http://127\.0\.0\.1"):
        take(site, tmp_path, source="url")
    assert not list(tmp_path.rglob("*.body"))


def test_a_server_that_is_not_there_is_gone(site: Site, tmp_path: Path) -> None:
    take(site, tmp_path)
    site.stop()
    with pytest.raises(Gone, match="Connection refused"):
        take(site, tmp_path)


def test_a_pinned_file_that_was_changed_is_refused_and_its_copy_survives(site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pinned = hashlib.sha256(BLOB).hexdigest()
    before = take(site, tmp_path, sha256=pinned)
    site.put(ROWS[:1], '"2"')
    with pytest.raises(Refusal, match=rf"sha256 is [0-9a-f]{{64}}, the benchmark expects {pinned}; the file was changed"):
        take(site, tmp_path, sha256=pinned)
    site.answer = "down"
    assert take(site, tmp_path, sha256=pinned) == before
    assert "has the expected sha256 and is used" in caplog.text


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        (b"<html>moved</html>", "line 1, column 1: not valid JSON"),
        (b'{"id": 1, "id": 2}\n', "line 1: the key 'id' stands twice"),
        (b"[1]\n", "line 1: found a JSON list"),
    ],
)
def test_an_error_page_does_not_become_the_copy(site: Site, tmp_path: Path, blob: bytes, message: str) -> None:
    before = take(site, tmp_path)
    site.blob, site.etag = blob, '"2"'
    with pytest.raises(Refusal, match=message):
        take(site, tmp_path)
    site.put(ROWS, '"1"')
    assert take(site, tmp_path) == before
    assert site.asked[-1] == ('"1"', 304)


def test_a_damaged_copy_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    before = take(site, tmp_path)
    next(tmp_path.rglob("*.body")).write_bytes(b"half")
    assert take(site, tmp_path) == before
    next(tmp_path.rglob("copy.json")).write_text("{")
    assert take(site, tmp_path) == before
    assert [known for known, _ in site.asked] == [None, None, None]


def test_a_published_fold_is_content() -> None:
    one = Record("1", {"sentence": "a"}, "positive", "g", fold=1)
    assert digest_of([one]) != digest_of([replace(one, fold=2)]) != digest_of([replace(one, fold=None)])
    assert diff([one], [replace(one, fold=2)]).changed == ("1",)


def test_keys_in_an_address_are_neither_said_nor_kept(folder: Path, tmp_path: Path) -> None:
    address = at(folder / "fiqa.en.jsonl", "").address
    benchmark = replace(FIQA, sources=(Url(f"{address}?token=SECRET&empty=#SECRET", ""),))
    assert shown(benchmark.sources[0].address) == f"{address}?token=…&empty=…" and shown("https://a:b@c.org/x?SECRET") == "https://c.org/x?…"
    with pytest.raises(Refusal) as refused:
        fetch(benchmark, data=None, source="url", settings=Settings(), cache=tmp_path)
    assert "SECRET" not in str(refused.value)
    user = replace(FIQA, sources=(Url("https://name:SECRET@example.org/fiqa.jsonl", ""),))
    with pytest.raises(Refusal, match=r"https://example.org/fiqa.jsonl: the benchmark's address holds a user name") as refused:
        fetch(user, data=None, settings=Settings())
    assert "SECRET" not in str(refused.value)


def test_a_file_beyond_all_bounds_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translation.download.MOST_BYTES", 10)
    with pytest.raises(Refusal, match=r"it is larger than .* GiB"):
        fetch(replace(FIQA, sources=(at(folder / "fiqa.en.jsonl", ""),)), data=None, source="url", settings=Settings())
