"""single: a record with its reply as the model reads it, and what clean leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.conftest import Lingraft


@pytest.fixture
def there(asked: Path, lingraft: Lingraft, monkeypatch: pytest.MonkeyPatch) -> Lingraft:
    monkeypatch.chdir(asked)
    return lingraft


def test_show_gives_the_whole_reply_with_its_pieces(there: Lingraft) -> None:
    code, out, error = there("show", "sv", "assistant", "--study", "both")
    lines = out.splitlines()
    assert (code, error) == (0, "")
    assert lines[0] == "record u1 (alarm_set)"  # the first that has slots
    assert lines[1] == "text    väck mig klockan fem på måndag<v0><v1><v2><v3><v4><v5><v6><v7><v8><v9>"
    place = next(number for number, line in enumerate(lines) if line.startswith("reply   "))
    assert lines[2].strip() == "Avsikt:"
    assert lines[place + 1] == "        Uppgifter: tid(fem), datum(måndag)"
    assert lines[place + 2].startswith("tokens  ")
    assert lines[place + 2].endswith("'<|end|>'")
    labels = [line.split()[1].rstrip(":") for line in lines if line.startswith("answer  ")]
    slots = [line.split()[1].rstrip(":") for line in lines if line.startswith("slot    ")]
    assert len(set(labels)) == 64 and len(slots) == 56 and {"time", "date", "(lead)", "(none)"} <= set(slots)


def test_show_of_a_benchmark_without_slots(there: Lingraft) -> None:
    code, out, _ = there("show", "sv", "fiqa", "--study", "both")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()][:3] == ["record", "text", "tokens"]
    assert {line.split()[0] for line in out.splitlines()[3:]} == {"answer"}
    assert out.splitlines()[1] == "text    Vinsten steg dag 0 Känsla för Acme<v0><v1><v2><v3><v4><v5><v6><v7><v8><v9>:"


def test_clean_prunes_refreshed_records_too(lingraft: Lingraft, cache: Path, tmp_path: Path) -> None:
    place = tmp_path / "runs" / ".refreshed" / "sv" / "demo" / "fiqa"
    (place / "history").mkdir(parents=True)
    for day in range(3):
        for suffix in ("jsonl", "diff.json"):
            (place / "history" / f"2026110{day}T040000000000Z-0000000{day}.{suffix}").write_text(json.dumps(day))
    (place / "records.jsonl").write_text("2")
    code, out, error = lingraft("clean", "--keep", "1")
    assert (code, error) == (0, "")
    assert sorted(path.name for path in place.rglob("*.j*")) == [
        "20261102T040000000000Z-00000002.diff.json",
        "20261102T040000000000Z-00000002.jsonl",
        "records.jsonl",
    ]
    assert out.count(f"{place}/history/") == 4 or out.count("/.refreshed/sv/demo/fiqa/history/") == 4
