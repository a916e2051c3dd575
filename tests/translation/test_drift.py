"""drift: unchanged is unchanged, a real change matters and a chance one does not, other schemas and broken files never stop a run."""

import json
from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from translation import drift, limits, references
from translation.gate_page import write
from translation.judge import judge

FIQA = catalogue.benchmark("fiqa")
SV = language.load("sv")
ENGLISH = "Shares of company number {} rise again on strong demand."
SWEDISH = "Aktierna i bolag nummer {} stiger igen på stark efterfrågan."
OTHER = "Papperen hos firma nummer {} går upp på nytt när många köper."


def report_of(count=40, lost=0, form=SWEDISH, **change):
    source = [Record(str(n), {"sentence": ENGLISH.format(n), "target": "T"}, "positive", str(n)) for n in range(count)]
    texts = ["" if n < lost else form.format(n) for n in range(count)]
    made = [replace(record, fields={"sentence": text, "target": "T"}, source=record.fields) for record, text in zip(source, texts, strict=True)]
    return judge(source, made, benchmark=FIQA, language=SV, limits=limits.read(SV, {"off": ["language_id"], **change}))


def before(folder, *arguments, **change):
    write(report_of(*arguments, **change), folder, provenance={})
    return folder


def deltas(comparison):
    return {delta.name: delta for delta in comparison.deltas}


def test_the_same_set_has_not_moved(tmp_path):
    found = drift.compare(report_of(), before(tmp_path), run="run-1")
    assert (found.run, found.note) == ("run-1", "")
    assert not [delta.name for delta in found.deltas if delta.matters]
    texts = deltas(found)["texts (chrF2 of now against then)"]
    assert (texts.before, texts.now, texts.interval) == (100.0, 100.0, (0.0, 0.0))
    assert texts.how.startswith("0 of 80 texts differ")


def test_a_change_beyond_chance_matters_and_one_within_does_not(tmp_path):
    folder = before(tmp_path)
    far = deltas(drift.compare(report_of(lost=20), folder, run="r"))
    assert far["keep rate"].matters and (far["keep rate"].before, far["keep rate"].now) == (1.0, 0.5)
    assert far["flagged by empty"].matters
    assert far["keep rate"].interval[1] < 0
    near = deltas(drift.compare(report_of(lost=1), folder, run="r"))
    assert near["keep rate"].now < 1 and not near["keep rate"].matters
    assert near["keep rate"].how == "40 of 40 → 39 of 40; within chance"


def test_more_rows_that_are_kept_but_marked_matter(tmp_path):
    now = report_of(form=SWEDISH.replace(".", " glopsnigt."))
    assert now.statistics.marked > 20
    found = deltas(drift.compare(now, before(tmp_path), run="r"))["marked"]
    assert found.matters and found.now > found.before


def test_other_texts_are_seen_and_references_say_whether_they_are_better(tmp_path):
    human = {str(n): {"sentence": SWEDISH.format(n)} for n in range(40)}
    now = references.measured(report_of(form=OTHER), human, FIQA)
    found = deltas(drift.compare(now, before(tmp_path), run="r", references=human))
    texts, near = found["texts (chrF2 of now against then)"], found["chrF2 of sentence against references"]
    assert texts.matters and texts.now < 90 and texts.how.startswith("40 of 80 texts differ")
    assert near.before == 100 and near.matters and near.interval[1] < 0
    assert near.how == "40 rows; a difference that 90 % of judges see"


def test_of_a_long_set_some_texts_are_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(drift, "MOST", 20)
    texts = deltas(drift.compare(report_of(form=OTHER), before(tmp_path), run="r"))["texts (chrF2 of now against then)"]
    assert "40 of 80 texts differ; measured on 20 of them" in texts.how
    assert 0 < texts.now < 100


@pytest.mark.parametrize(("moved", "seen"), [(0.5, 0), (0.6, 60), (1.0, 70), (2.0, 80), (3.1, 90)])
def test_thresholds_are_those_of_kocmi(moved, seen):
    assert next((share for least, share in drift.AGREE if moved >= least), 0) == seen


def test_a_small_difference_to_references_does_not_matter(tmp_path):
    human = {str(n): {"sentence": OTHER.format(n)} for n in range(40)}
    now = references.measured(report_of(form=SWEDISH.replace("igen", "nu")), human, FIQA)
    near = deltas(drift.compare(now, before(tmp_path), run="r", references=human))["chrF2 of sentence against references"]
    assert near.now != near.before
    assert near.matters == (abs(near.now - near.before) >= 1 and not near.interval[0] <= 0 <= near.interval[1])


def test_other_limits_and_other_rows_are_said(tmp_path):
    folder = before(tmp_path, copy={"left_most": 0.6}, keep_pass=0.9)
    found = drift.compare(report_of(count=42), folder, run="r")
    assert found.note == "limits are not those of then: keep_pass, copy; 2 rows are new and 0 gone"


def test_what_cannot_be_compared_is_said_and_nothing_stops(tmp_path):
    assert drift.compare(report_of(), tmp_path / "none", run="r") is None
    folder = before(tmp_path)
    gate = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    for broken, said in (
        ({**gate, "schema_version": 99}, "its gate.json has schema version 99, this one is 2: they cannot be compared"),
        ({"schema_version": 2}, "its gate cannot be read (KeyError: 'statistics'): it cannot be compared"),
        ([], "its gate cannot be read (TypeError"),
    ):
        (folder / "gate.json").write_text(json.dumps(broken), encoding="utf-8")
        found = drift.compare(report_of(), folder, run="r")
        assert found.deltas == () and found.note.startswith(said)
    (folder / "gate.json").write_text('{"schema_version": 2, ', encoding="utf-8")
    assert "JSONDecodeError" in drift.compare(report_of(), folder, run="r").note


def test_a_gate_of_the_first_schema_is_compared(tmp_path):
    folder = before(tmp_path)
    gate = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    for key in ("per_slot_type", "references", "duplicates", "words", "previous"):
        del gate[key]
    del gate["settings"]["lines"]["label_often"]
    (folder / "gate.json").write_text(json.dumps({**gate, "schema_version": 1}), encoding="utf-8")
    found = drift.compare(report_of(), folder, run="r")
    assert deltas(found)["keep rate"].now == 1
    assert found.note == "limits are not those of then: label_often"


def test_other_line_ends_inside_a_text_are_text(tmp_path):
    form = SWEDISH + "\u2028\u0085\u2029Slut."
    found = drift.compare(report_of(form=form), before(tmp_path, form=form), run="run-1")
    assert found.note == "" and found.deltas
