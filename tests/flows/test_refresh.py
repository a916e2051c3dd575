"""refresh: what the store keeps of a source."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows.plan import make
from flows.refresh import _before, refresh_benchmark
from templates import catalogue, records
from templates.benchmark import Record

STUDY = 'title = "Few"\nrows = 4\n'


def test_the_facts_are_those_of_the_source_as_it_is_also_where_only_rows_left_out_changed(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lingraft" / "studies").mkdir(parents=True)
    (tmp_path / "lingraft" / "studies" / "few.toml").write_text(STUDY)
    rows = [{"id": str(number), "sentence": f"Acme day {number}", "target": "Acme", "label": ("positive", "negative")[number % 2]} for number in range(8)]
    plan = make("sv", "few", data=tmp_path, out=tmp_path / "runs")

    def facts() -> tuple[str, dict[str, object]]:
        (tmp_path / "fiqa.en.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        folder = Path(refresh_benchmark.fn(plan, plan.benchmarks[0]))
        return (folder / "records.jsonl").read_text(), json.loads((folder / "facts.json").read_text())

    kept, before = facts()
    assert facts() == (kept, before)
    left_out = next(row for row in rows if f'"id": "{row["id"]}"' not in kept)
    left_out["sentence"] = "Acme corrected"
    same, after = facts()
    assert same == kept and before["excluded_rows"] == after["excluded_rows"]
    assert before["digest"] != after["digest"]


def test_a_refresh_of_another_shape_is_not_compared(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fiqa, path = catalogue.benchmark("fiqa"), tmp_path / "records.jsonl"
    assert _before(path, fiqa) == []
    record = Record("1", {"sentence": "Up", "target": "Acme"}, "positive", "g")
    records.write(path, [record], benchmark="fiqa", language="en")
    assert [row.id for row in _before(path, fiqa)] == ["1"] and not caplog.records
    assert _before(path, replace(fiqa, fields={**fiqa.fields, "title": fiqa.fields["sentence"]})) == []
    assert "fiqa: the records of the refresh before cannot be compared (" in caplog.text
