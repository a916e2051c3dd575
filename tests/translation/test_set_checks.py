"""set_checks: classes, slot types, texts that became one, and the lines of the set."""

from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.slots import Slot
from translation import limits, set_checks
from translation.gate_report import Statistics
from translation.judge import judge
from translation.shares import Share, difference

FIQA, ASSISTANT = catalogue.benchmark("fiqa"), catalogue.benchmark("assistant")
SV = language.load("sv")
LINES = limits.read(SV).lines


def report_of(triples, **limits_of):
    """(English, Swedish, label) triples, each a group of its own."""
    source = [Record(str(n), {"sentence": ours, "target": "T"}, label, f"group {n}") for n, (ours, _, label) in enumerate(triples)]
    made = [replace(record, fields={"sentence": theirs, "target": "T"}, source=record.fields) for record, (_, theirs, _) in zip(source, triples, strict=True)]
    return judge(source, made, benchmark=FIQA, language=SV, limits=limits.read(SV, limits_of))


def numbers(**change):
    return replace(Statistics(100, 100, 0, 0.0, 1.0, 0.0, 0.0, 0.0), **change)


def said(labels=None, slots=None, **change):
    found = set_checks.findings(numbers(**change), labels=labels or {}, slots=slots or {}, same=(), lines=LINES, where="sv/x")
    return {(one.check, one.severity): one.what for one in found}


def test_texts_that_became_one_are_listed_with_ids_labels_and_groups():
    report = report_of(
        [
            ("Please turn the lights off now.", "Släck alla lampor nu.", "negative"),
            ("Please turn the lights up now.", "släck  alla LAMPOR nu.", "positive"),
            ("Shares of the bank rise again.", "Bankens aktier stiger igen.", "positive"),
        ]
    )
    (one,) = report.merged
    assert (one.target, one.ids, one.labels, one.sources, one.groups, one.leaks) == ("släck alla lampor nu.", ("0", "1"), ("negative", "positive"), 2, 2, True)
    assert (report.statistics.merged, report.statistics.leaked) == (2, 2)
    found = {finding.check: finding for finding in report.findings}
    assert found["leaked"].what.startswith("2 kept rows (66.7 %) read like a row of another group, as 0 and 1")
    assert found["labels-torn"].what.endswith("which in English were apart: 0 and 1 (negative and positive)")


def test_what_was_one_text_in_english_is_no_duplicate():
    report = report_of([("Turn off the lights now.", "Släck alla lampor nu.", "negative"), ("turn off the  lights NOW.", "Släck alla lampor nu.", "negative")])
    assert report.merged == ()


def test_a_quarantined_row_leaks_nowhere():
    pairs = [("Please turn the lights off now.", "Släck alla lampor nu.", "negative"), ("Profits rose by 12 % in May.", "Släck alla lampor nu.", "positive")]
    report = report_of(pairs)
    assert [row.decision for row in report.rows] == ["keep", "quarantine"]
    assert (report.merged[0].groups, report.merged[0].leaks, report.statistics.merged, report.statistics.leaked) == (1, False, 2, 0)
    assert "leaked" not in {finding.check for finding in report.findings}


def test_untranslated_blanks_are_no_duplicates():
    assert report_of([("Some text here.", "", "negative"), ("Some other text.", " ", "positive")]).merged == ()


def test_rare_labels_are_not_held_against_the_lines():
    rate = {"kept": 80, "quarantined": 20}
    assert said({"a": Share(15, 19), "b": Share(19, 20)}, **rate).keys() == {("keep-rate", "error")}
    found = said({"a": Share(15, 20), "b": Share(18, 20), "c": Share(20, 20)}, **rate)
    del found["keep-rate", "error"]
    assert found == {
        ("label-kept", "error"): "1 of 3 labels keep less than 85 % of their rows: a 75 % of 20",
        ("label-kept", "warning"): "1 of 3 labels keep less than 95 % of their rows: b 90 % of 20",
    }


def test_many_labels_are_one_finding():
    found = said({f"label{n}": Share(10, 20) for n in range(8)}, kept=50, quarantined=50)
    assert found["label-kept", "error"].endswith("label3 50 % of 20, label4 50 % of 20 and 3 more")


def test_hollowed_means_beyond_chance():
    assert "label-hollowed" not in {check for check, _ in said({"a": Share(2, 3)}, kept=90, quarantined=10)}
    assert ("label-hollowed", "error") in said({"a": Share(2, 10)}, kept=90, quarantined=10)
    assert ("slots-hollowed", "warning") in said(slots={"time": Share(10, 30)}, kept=90, quarantined=10)
    assert not said(slots={"time": Share(2, 10)}, kept=96, quarantined=4)  # too rare a type


@pytest.mark.parametrize(("leaked", "severity"), [(1, None), (2, "warning"), (6, "error")])
def test_leak_lines(leaked, severity):
    assert said(leaked=leaked).keys() == ({("leaked", severity)} if severity else set())


def utterance(name, slots):
    text = " ".join(slot for slot, _ in slots) or "hello there"
    found, start = [], 0
    for value, kind in slots:
        found.append(Slot(kind, value, start))
        start += len(value) + 1
    return Record(name, {"utterance": text}, "alarm_set", text, slots=tuple(found))


def test_slot_types_carried_and_kept():
    source = [utterance("0", [("five", "time"), ("six", "time")]), utterance("1", [("monday", "date")]), utterance("2", [])]
    target = [replace(source[0], slots=source[0].slots[:1]), source[1], source[2]]
    assert set_checks.slot_types(list(zip(source, target, strict=True))) == {"date": Share(1, 1), "time": Share(1, 2)}
    assert set_checks.slot_rows(source, source[1:]) == {"date": Share(1, 1), "time": Share(0, 1)}
    report = judge(source, [replace(one, source=one.fields) for one in target], benchmark=ASSISTANT, language=SV)
    assert report.slot_types["time"] == Share(1, 2)
    assert report.slot_rows.keys() == {"date", "time"}


def test_newcombe_against_the_published_example():
    low, high = difference(Share(56, 70), Share(48, 80))  # Newcombe 1998, table II, (a), method 10
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert difference(Share(0, 10), Share(0, 0)) == pytest.approx((-1.0, 0.2775), abs=1e-3)


def test_lines_that_are_one_still_bound_from_their_own_side():
    lines = replace(LINES, keep_warn=LINES.keep_pass, distinct_warn=LINES.distinct_pass)
    for kept, distinct, found in ((100, 1.0, set()), (99, 1.0, set()), (50, 1.0, {"keep-rate"}), (100, 0.5, {"distinct"})):
        told = set_checks.findings(numbers(kept=kept, quarantined=100 - kept, distinct=distinct), labels={}, slots={}, same=(), lines=lines, where="sv/x")
        assert {one.check for one in told if one.severity == "error"} == found
