"""The ladder of a plan: done once for the same rows, limits and engines, and what the plan's engines measure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows import engines, retry
from flows.plan import Engine, Plan, make
from templates import catalogue, language
from templates.benchmark import Record
from translation import limits, refresh
from translation.limits import Limits
from translation.translate import translate_records

FIQA = catalogue.benchmark("fiqa")


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("LINGRAFT_CACHE", str(tmp_path / "cache"))
    return make("sv", "smoke", data=None, out=tmp_path / "runs")


@pytest.fixture
def rows(plan: Plan) -> tuple[list[Record], list[Record]]:
    """Six rows; one comes back in English, another as a row about something else."""
    source = list(refresh.fetch(FIQA, data=None, source="sample", settings=FIQA.settings()).records[:6])
    moved = translate_records(source, FIQA, translator=engines.translator_for(plan), memory=None, language=plan.language)
    text = "The shares of the company rose again today after strong sales."
    source[0] = replace(source[0], fields={**source[0].fields, "sentence": text})
    moved[0] = replace(moved[0], fields={**moved[0].fields, "sentence": text}, source=source[0].fields)
    return source, moved


def lines_of(plan: Plan) -> Limits:
    return limits.read(plan.language, plan.study.gate, where="study smoke, [gate]")


def test_the_ladder_is_climbed_once(plan: Plan, rows: tuple[list[Record], list[Record]], monkeypatch: pytest.MonkeyPatch) -> None:
    found = retry.ladder(plan, FIQA, *rows, lines=lines_of(plan))
    assert [record.id for record in found] == [record.id for record in rows[0]]
    assert "retried-beam" in found[0].flags and found[0].fields["sentence"] != rows[1][0].fields["sentence"]
    monkeypatch.setattr(retry, "climb", None)
    assert retry.ladder(plan, FIQA, *rows, lines=lines_of(plan)) == found
    other = replace(plan, study=replace(plan.study, gate={"retry": False}))
    assert retry.ladder(other, FIQA, *rows, lines=lines_of(other)) == rows[1]
    assert retry.ladder(plan.english, FIQA, *rows, lines=lines_of(plan.english)) == rows[1]


def test_a_second_engine_is_asked_where_the_study_names_one(plan: Plan, rows: tuple[list[Record], list[Record]]) -> None:
    back = {"round_trip", "denial", "label_fidelity"}  # the shipped translators go both ways
    assert set(retry.measured(plan, FIQA, *rows, lines=lines_of(plan))) == {"log_probability", "addition", "ending"} | back
    both = replace(plan, study=replace(plan.study, second=Engine("ctranslate2", {"beam_size": 2})))
    found = retry.measured(both, FIQA, *rows, lines=lines_of(both))["agreement"]
    assert found[rows[0][0].id, "sentence"] < 40 < max(found.values())
    assert retry.measured(plan.english, FIQA, rows[0], rows[0], lines=lines_of(plan.english)) == {}


def test_rungs_of_the_engine_have_its_other_settings_and_the_texts_its_own(plan: Plan) -> None:
    own = engines.translator_for(plan)
    assert engines.variant_for(plan, "full-stop") is own
    beam = engines.variant_for(plan, "beam")
    assert beam is not None and beam.fingerprint != own.fingerprint
    identity = replace(plan, study=replace(plan.study, translator=Engine("identity")), language=language.load("sv"))
    assert engines.variant_for(identity, "beam") is None
