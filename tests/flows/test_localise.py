"""localise: the words file of a run holds the words that the report shows, slots among them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from flows.plan import make
from templates import catalogue


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_words_file_and_the_report_say_the_same(asked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str) -> None:
    from flows.localise import localise_benchmark
    from flows.report import words_of

    monkeypatch.chdir(asked)
    plan = make(language, "both", data=None, out=tmp_path / "runs")
    for name in ("assistant", "fiqa"):
        shape = catalogue.benchmark(name)
        localise_benchmark.fn(plan, shape, tmp_path)
        table = tomllib.loads((tmp_path / "words" / f"{name}.toml").read_text(encoding="utf-8"))
        cell = words_of(plan, shape, tmp_path)
        assert (table["language"], table["benchmark"], table["prompt"]) == (language, name, cell.prompt)
        assert (table["words"], table["variants"]) == (dict(cell.words), {label: list(words) for label, words in cell.variants.items()})
        assert (table.get("slots", {}), table.get("slots_lead", ""), table.get("slots_none", "")) == (dict(cell.slots), cell.slots_lead, cell.slots_none)
        assert set(cell.slots) == set(shape.slot_words)
    assert words_of(plan, catalogue.benchmark("assistant"), tmp_path).slots["time"] == {"sv": " tid", "en": " time"}[language]
