"""slots: a table of records, with one it is known to miss; the set's lines; quarantine through judge."""

from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot, parse_markup
from translation import limits
from translation.gates import slots
from translation.judge import judge
from translation.set_checks import slot_types

ASSISTANT, FIQA = catalogue.benchmark("assistant"), catalogue.benchmark("fiqa")
SV, EN = language.load("sv"), language.load("en")


def rows(english: str, swedish: str, number: int = 0, method: str = "exact") -> tuple[Record, Record]:
    text, here = parse_markup(english)
    said, there = parse_markup(swedish)
    source = Record(str(number), {"utterance": text}, "alarm_set", text, slots=here)
    moved = tuple(replace(slot, method=method) for slot in there)
    return source, replace(source, fields={"utterance": said}, source=source.fields, engine="e", slots=moved, source_slots=here)


TABLE = [  # English, Swedish, why not ("": accepted)
    ("wake me at [time : five am]", "väck mig klockan [time : fem på morgonen]", ""),
    ("tell me a joke", "berätta ett skämt", ""),
    ("[date : today] at [time : five]", "klockan [time : fem] [date : i dag]", ""),
    ("wake me at [time : five am]", "vack mig", "time 'five am' is not in the translation 'vack mig'"),
    ("from [place : york] to [place : bath]", "från [place : york]", "place 'york' or 'bath' is not in the translation 'från york'"),
    ("from [place : york] to [place : bath]", "från", "place 'york' and 'bath' is not in the translation 'från'"),
    ("wake me", "väck [person : mig]", "person is not in the source"),
    ("at [place : york]", "i [date : york]", "place 'york' is not in the translation 'i york'; date is not in the source"),
    ("at [time : 7 30 am]", "klockan [time : 7.30]", ""),
    ("at [time : 7 30 pm]", "klockan [time : 19.30]", ""),
    ("at [time : 7 am]", "klockan [time : sju]", ""),
    ("at [time : 7 am]", "klockan [time : 8]", "time '7 am' became '8', another number"),
    ("[n : 3] or [n : 4]", "[n : 3] eller [n : 5]", "n '4' became '5', another number"),
    ("to [time : 7 am] from [time : 6 am]", "från [time : 6] till [time : 7]", ""),  # they changed places
    ("turn off the [device : lamp]", "släck [device : köket]", ""),  # known to miss: the wrong words
]


@pytest.mark.parametrize(("english", "swedish", "why"), TABLE)
def test_table(english: str, swedish: str, why: str) -> None:
    found = slots.score(*rows(english, swedish), "utterance")
    assert slots.accept(found, slots.Settings()) is (not why)
    assert slots.reason(found, slots.Settings()) == why


def test_a_slot_that_stands_elsewhere_is_unsound() -> None:
    source, target = rows("at [time : five] or [time : six]", "klockan [time : fem] eller [time : sex]")
    shifted = replace(target, slots=(replace(target.slots[0], start=0), target.slots[1]))
    assert "does not stand at 0" in slots.score(source, shifted, "utterance").unsound[0]
    assert "overlaps or precedes" in slots.score(source, replace(target, slots=target.slots[::-1]), "utterance").unsound[0]
    other = replace(target, source_slots=(Slot("time", "five", 0),))
    assert slots.score(source, other, "utterance").unsound == ("its English slots are not the source's",)


def test_where_it_is_lost_and_changed() -> None:
    source, target = rows("wake [person : ben] at [time : 7]", "väck någon klockan [time : 8]")
    found = slots.score(source, target, "utterance")
    assert slots.spans(source.fields["utterance"], target.fields["utterance"], found) == ([(5, 8), (12, 13)], [(19, 20)])
    row = judge([source], [target], benchmark=ASSISTANT, language=SV).rows[0]
    assert (5, 8) in row.spans["utterance"]["source"]


def test_unchanged_values_are_counted() -> None:
    assert slots.score(*rows("call [person : ben]", "ring [person : ben]", method="copy"), "utterance").unchanged == 1


def test_an_utterance_without_slots_is_not_judged() -> None:
    assert not slots.judged(slots.score(*rows("hi", "hej"), "utterance"), slots.Settings())
    assert slots.judged(slots.score(*rows("hi [person : ben]", "hej"), "utterance"), slots.Settings())


def test_judge_quarantines_with_slot_and_reason() -> None:
    good = [rows(f"wake me at [time : five] number {number}", f"väck mig klockan [time : fem] nummer {number}", number) for number in range(30)]
    bad = rows("wake me at [time : five am] please", "väck mig är du snäll", 99)
    source, moved = zip(*good, bad, strict=True)
    report = judge(source, moved, benchmark=ASSISTANT, language=SV)
    assert [record.id for record in report.quarantined] == ["99"]
    assert report.quarantined[0].reasons == ("slots: time 'five am' is not in the translation 'väck mig är du snäll'",)
    assert report.quarantined[0].source_slots == bad[0].slots
    check = next(check for check in report.checks if check.id == "slots")
    assert (check.flagged.hits, check.flagged.of) == (1, 31)
    assert not [finding for finding in report.findings if finding.check == "slots-carried"]
    assert report.rows[0].scores["slots"]["slots"] == 1


def test_the_sets_lines() -> None:
    lost = [rows(f"wake me at [time : five] number {number}", f"väck mig nummer {number}", number) for number in range(10)]
    good = [rows(f"call [person : ben] number {number}", f"ring [person : ben] nummer {number}", 100 + number) for number in range(90)]
    some = [rows(f"wake me at [time : five] number {number}", f"väck mig [time : fem] nummer {number}", 200 + number) for number in range(20)]
    found = list(slots.of_set(slot_types([*lost, *good, *some]), slots.Settings(), where="sv/assistant"))
    assert [(one.check, one.severity) for one in found] == [("slots-carried", "warning"), ("slots-carried", "warning")]
    assert found[0].what == "91.7 % of 120 slots were carried; a pass needs 95 %"
    assert found[1].what == "20 of 30 slots time were carried; a pass needs 85 %"
    assert [one.severity for one in slots.of_set(slot_types(lost), slots.Settings(), where="x")] == ["error"]
    assert not list(slots.of_set({}, slots.Settings(), where="x"))


def test_only_where_the_benchmark_has_slots() -> None:
    record = Record("1", {"sentence": "Shares rise 5% today", "target": "Shell"}, "positive", "g")
    moved = replace(record, fields={"sentence": "Aktierna stiger 5 % i dag", "target": "Shell"}, source=record.fields)
    assert "slots" not in {check.id for check in judge([record], [moved], benchmark=FIQA, language=SV).checks}
    assert judge([record], [moved], benchmark=FIQA, language=SV, limits=limits.read(SV, {"off": ["slots"]})).verdict == "pass"
    with pytest.raises(Refusal, match="no check 'slot'; there are structure"):
        judge([record], [moved], benchmark=FIQA, language=SV, limits=limits.read(SV, {"off": ["slot"]}))


@pytest.mark.parametrize(("english", "swedish"), [("half past 7", "halv 8"), ("7:30", "halv 8"), ("7 45", "kvart i 8"), ("quarter to 8", "7.45")])
def test_what_a_rule_found_or_a_person_marked_is_right(english: str, swedish: str) -> None:
    for method, right in (("rule", True), ("human", True), ("attention", False)):
        found = slots.score(*rows(f"wake me at [time : {english}]", f"väck mig [time : {swedish}]", method=method), "utterance")
        assert slots.accept(found, slots.Settings()) is right
