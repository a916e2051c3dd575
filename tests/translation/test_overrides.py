"""overrides: people win over the machine for as long as the English is the same, and the gate holds only what is broken against them."""

import json
import logging
import re
from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from translation import overrides
from translation.gate_report import HUMAN
from translation.judge import judge
from translation.overrides import Override, apply, merged, read, source_digest, write

FIQA, ASSISTANT = catalogue.benchmark("fiqa"), catalogue.benchmark("assistant")
SV = language.load("sv")
PAIRS = [("Shares of the company rise on demand.", "Bolagets aktier stiger på god efterfrågan."), ("Sales fall again.", "Försäljningen faller igen.")]
ENGLISH = [Record(str(n), {"sentence": ours, "target": "Shell"}, "positive", ours) for n, (ours, _) in enumerate(PAIRS)]
MOVED = [
    replace(row, fields={"sentence": theirs, "target": "Shell"}, source=row.fields, engine="e", flags=("shield-lost",))
    for row, (_, theirs) in zip(ENGLISH, PAIRS, strict=True)
]


def override(row=0, text=None, **change):
    fields = {"sentence": text or PAIRS[row][1], "target": "Shell"}
    made = Override(
        str(row), source_digest(ENGLISH[row]), "positive", fields, (), text is not None, "minor" if text else "ok", "Anna", "2026-01-02T03:04:05+00:00"
    )
    return replace(made, **change)


def applied(*said, source=ENGLISH, translated=MOVED):
    return apply(source, translated, said, where="sv/fiqa")


def test_a_correction_takes_the_machines_place():
    found = applied(override(text="Aktierna stiger."))
    assert found.records[0].fields["sentence"] == "Aktierna stiger." and found.records[1] == MOVED[1]
    assert (found.records[0].engine, found.records[0].flags, found.records[0].source) == ("human", (HUMAN,), ENGLISH[0].fields)
    assert found.counts["corrected"] == 1 and found.counts["void"] == 0


def test_a_released_text_stays_also_when_the_machine_says_otherwise():
    assert applied(override()).records[0] == replace(MOVED[0], flags=(HUMAN,))
    other = [replace(MOVED[0], fields={"sentence": "Något annat.", "target": "Shell"}), MOVED[1]]
    kept = applied(override(), translated=other).records[0]
    assert (kept.fields["sentence"], kept.engine) == (PAIRS[0][1], "human")


def test_a_row_that_the_machine_never_translated_gets_the_persons_text_in_its_place():
    found = applied(override(text="Aktierna stiger."), translated=MOVED[1:])
    assert [row.id for row in found.records] == ["0", "1"]


def test_wrong_label_and_major_keep_a_row_out():
    for verdict, what in (("wrong-label", "the label does not fit"), ("major", "a major fault")):
        found = applied(override(verdict=verdict))
        assert found.records[0].reasons == (f"review: {what}, says Anna",) and found.counts["quarantined"] == 1
        report = judge(ENGLISH, found.records, benchmark=FIQA, language=SV)
        assert [(row.id, row.reasons) for row in report.quarantined] == [("0", found.records[0].reasons)]
        assert [row.decision for row in report.rows] == ["quarantine", "keep"]


def test_a_major_fault_is_forgiven_once_the_machine_says_something_else_and_a_wrong_label_is_not():
    other = [replace(MOVED[0], fields={"sentence": "Något annat.", "target": "Shell"}), MOVED[1]]
    found = applied(override(verdict="major"), translated=other)
    assert found.records == other and found.counts["outdated"] == 1
    assert applied(override(verdict="wrong-label"), translated=other).counts["quarantined"] == 1


def test_changed_english_voids_an_override_and_says_so(caplog):
    changed = [replace(ENGLISH[0], fields={"sentence": "Shares fall.", "target": "Shell"}), ENGLISH[1]]
    with caplog.at_level(logging.WARNING, logger="translation.overrides"):
        found = applied(override(text="Aktierna stiger."), source=changed)
    assert found.records == MOVED and found.void == ("0",) and found.to_json()["void"] == 1 and found.to_json()["void_ids"] == ["0"]
    assert caplog.messages == ["sv/fiqa: 1 overrides are void, as their English or label was changed since; review these rows again: 0"]


def test_changed_slots_void_an_override_and_a_changed_label_only_what_was_said_of_the_label():
    spoken = Record("u", {"utterance": "wake me at five"}, "alarm_set", "g", slots=(Slot("time", "five", 11),))
    assert source_digest(spoken) != source_digest(replace(spoken, slots=(Slot("date", "five", 11),)))
    assert source_digest(spoken) == source_digest(replace(spoken, slots=(Slot("time", "five", 11, "copy"),), label="play_music"))
    relabelled = [replace(ENGLISH[0], label="negative"), ENGLISH[1]]
    assert applied(override(verdict="wrong-label"), source=relabelled).void == ("0",)
    assert applied(override(text="Aktierna stiger."), source=relabelled).records[0].label == "negative"


def test_an_override_of_a_row_that_is_not_there_waits():
    found = applied(override(), source=ENGLISH[1:], translated=MOVED[1:])
    assert (found.records, found.counts["elsewhere"], found.void) == (MOVED[1:], 1, ())


def test_soft_checks_mark_a_persons_text_and_broken_structure_still_quarantines_it():
    copied = PAIRS[0][0]
    machine = judge(ENGLISH, [replace(MOVED[0], fields={"sentence": copied, "target": "Shell"}), MOVED[1]], benchmark=FIQA, language=SV)
    assert [row.id for row in machine.quarantined] == ["0"]
    people = judge(ENGLISH, applied(override(text=copied)).records, benchmark=FIQA, language=SV)
    assert not people.quarantined and people.rows[0].decision == "keep" and people.kept[0].engine == "human"
    assert people.rows[0].flags[0] == HUMAN and any(flag.startswith("copy(sentence): ") for flag in people.rows[0].flags)
    broken = judge(ENGLISH, applied(override(text="Aktierna \x07 stiger.")).records, benchmark=FIQA, language=SV)
    assert [row.id for row in broken.quarantined] == ["0"] and broken.quarantined[0].reasons[0].startswith("structure: ")


def test_a_corrected_utterance_has_its_slots_and_a_lost_one_quarantines_it():
    ours = Record("u", {"utterance": "wake me at five"}, "alarm_set", "g", slots=(Slot("time", "five", 11),))
    said = Override("u", source_digest(ours), "alarm_set", {"utterance": "väck mig fem"}, (Slot("time", "fem", 9, "human"),), True, "major", "Anna", "now")
    report = judge([ours], apply([ours], [], [said], where="x").records, benchmark=ASSISTANT, language=SV)
    assert report.kept[0].slots == said.slots and report.kept[0].source_slots == ours.slots and report.rows[0].methods == ("human",)
    lost = apply([ours], [], [replace(said, slots=())], where="x").records
    assert judge([ours], lost, benchmark=ASSISTANT, language=SV).quarantined[0].reasons[0].startswith("slots: ")


def test_a_file_comes_back_and_saying_the_same_again_keeps_its_date(tmp_path):
    path = tmp_path / "fiqa.jsonl"
    said = [override(text="=1+1 \u202e \U0001f600"), override(1, verdict="wrong-label")]
    assert read(path, FIQA) == []
    write(path, said)
    assert read(path, FIQA) == said
    later = replace(said[0], when="2027-01-01T00:00:00+00:00")
    assert merged(said, [later]) == said
    assert merged(said, [replace(later, reviewer="Bo")]) == [replace(later, reviewer="Bo"), said[1]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": "good"}, "verdict 'good' is none of ok, minor, major, wrong-label"),
        ({"fields": {"sentence": "a"}}, "fields are sentence, those of fiqa are sentence, target"),
        ({"fields": {"sentence": " ", "target": "a"}}, "field 'sentence' is empty"),
        ({"source_sha256": 3}, "field 'source_sha256' must be text, found 3"),
        ({"corrected": "yes"}, "corrected must be true or false"),
        ({"note": "x"}, "unknown key 'note'"),
        ({"slots": None}, "slots must be a list, found null"),
        ({"slots": {}}, "slots must be a list, found {}"),
        ({"slots": [1]}, "a slot must be an object with name, value, start, found 1"),
        ({"slots": [{"name": "time"}]}, 'a slot must be an object with name, value, start, found {"name": "time"}'),
        ({"slots": [{"name": "time", "value": "nu", "start": "0"}]}, "a slot's name and value must be text and its start a whole number, found {"),
        ({"label": "splendid"}, "label 'splendid' is none of fiqa's (negative, positive)"),
        ({"fields": {"sentence": "a\0b", "target": "a"}}, "sentence holds a NUL character"),
        ({"when": None}, "field 'when' must be text, found null"),
    ],
    ids=str,
)
def test_a_file_mended_by_hand_is_read_strictly(tmp_path, change, said):
    path = tmp_path / "fiqa.jsonl"
    write(path, [override(1), override()])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(map(json.dumps, [lines[0], {**lines[1], **change}])), encoding="utf-8")
    with pytest.raises(Refusal, match=re.escape(f"{path}, line 2: {said}") + ".*; an override holds id, source_sha256, label,"):
        read(path, FIQA)


def test_a_missing_key_and_a_row_said_twice(tmp_path):
    path = tmp_path / "fiqa.jsonl"
    path.write_text('{"id": "1"}', encoding="utf-8")
    with pytest.raises(Refusal, match="line 1: key 'verdict' is missing; an override holds"):
        read(path, FIQA)
    write(path, [override(), override()])
    with pytest.raises(Refusal, match="line 2: id '0' stands here for the second time; keep one of the two lines"):
        read(path, FIQA)


def test_names_cannot_leave_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert overrides.path_of("sv", "fiqa") == tmp_path / "lingraft" / "overrides" / "sv" / "fiqa.jsonl"
    for names in (("../sv", "fiqa"), ("sv", "../../fiqa")):
        with pytest.raises(Refusal):
            overrides.path_of(*names)
