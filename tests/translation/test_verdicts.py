"""verdicts: which overrides follow from what people wrote, and which corrections cannot stand."""

import re
from dataclasses import replace

import pytest

from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from translation.review import Judged, Sample
from translation.review_sheet import Filled
from translation.verdicts import decide, kept_corrections, replaced

FIQA, ASSISTANT = catalogue.benchmark("fiqa"), catalogue.benchmark("assistant")
ROW = Record("f", {"sentence": "Vinsten steg", "target": "Acme"}, "positive", "g", {"sentence": "Profit rose", "target": "Acme"}, "e", ("copy: x",), ())
SPOKEN = Record(
    "u", {"utterance": "väck mig klockan fem"}, "alarm_set", "g", {"utterance": "wake me at five"}, "e", slots=(Slot("time", "fem", 17),),
    source_slots=(Slot("time", "five", 11),),
)  # fmt: skip


def said(verdict, corrections=None, *, row=ROW, stratum="clean", reviewer="Anna"):
    sample = Sample("0" * 8, "sv", "demo", "fiqa", "run", 0, {}, ())
    return Filled(sample, Judged(row, stratum), verdict, corrections or {}, reviewer, "", "sheet.csv, line 7")


def decided(*filled, benchmark=FIQA):
    return decide(filled, benchmark, when="now")


@pytest.mark.parametrize(
    ("verdict", "text", "stratum", "effect"),
    [
        ("ok", "", "clean", None),
        ("ok", "", "marked", None),
        ("minor", "", "quarantined", None),
        ("ok", "", "quarantined", (False, False)),
        ("minor", "Vinsten ökade", "clean", (True, False)),
        ("major", "Vinsten ökade", "quarantined", (True, False)),
        ("major", "", "clean", (False, True)),
        ("wrong-label", "", "clean", (False, True)),
        ("wrong-label", "Vinsten ökade", "retried", (True, True)),
    ],
)
def test_what_follows_from_a_verdict(verdict, text, stratum, effect):
    found = decided(said(verdict, {"sentence": text} if text else {}, stratum=stratum)).overrides
    assert [(one.corrected, one.quarantines) for one in found] == ([effect] if effect else [])
    assert [one.fields["sentence"] for one in found] == ([text or "Vinsten steg"] if effect else [])


def test_reviewers_who_agree_decide_and_others_do_not():
    better = {"sentence": "Vinsten ökade"}
    both = decided(said("minor", better), said("major", better, reviewer="Bo"), said("minor", reviewer="Cilla"))
    assert [one.reviewer for one in both.overrides] == ["Anna"] and both.unsettled == ()
    out = decided(said("major"), said("wrong-label", reviewer="Bo"))
    assert [one.verdict for one in out.overrides] == ["wrong-label"]
    for other in (said("ok", reviewer="Bo"), said("minor", {"sentence": "Vinsten växte"}, reviewer="Bo"), said("wrong-label", reviewer="Bo")):
        found = decided(said("minor", better), other)
        assert (found.overrides, found.unsettled) == ((), ("f",))


def test_a_corrected_utterance_carries_its_slots():
    (one,) = decided(said("minor", {"utterance": "väck mig [time : kl. fem]!"}, row=SPOKEN), benchmark=ASSISTANT).overrides
    assert one.fields == {"utterance": "väck mig kl. fem!"} and one.slots == (Slot("time", "kl. fem", 9, "human"),)


@pytest.mark.parametrize(
    ("row", "benchmark", "text", "why"),
    [
        (SPOKEN, ASSISTANT, "väck mig klockan fem", "correction.utterance marks no slot, the English has time; mark the same slots, each as [slot : value]."),
        (SPOKEN, ASSISTANT, "väck [date : mig] [time : fem]", "correction.utterance marks date, time, the English has time; mark the same slots"),
        (SPOKEN, ASSISTANT, "väck mig [time fem]", "correction.utterance, column 10: write [name : value], found '[time fem]'; mark slots as [slot : value]."),
        (SPOKEN, ASSISTANT, "väck mig [time : fem", "correction.utterance, column 10: '[' is never closed in"),
        (ROW, FIQA, "Vinsten \x07 steg", "the text is not sound (sentence holds control character U+0007); mend the correction."),
    ],
    ids=["lost", "added", "colon", "open", "control"],
)
def test_a_correction_that_cannot_stand_is_refused_with_its_line(row, benchmark, text, why):
    field = "utterance" if benchmark is ASSISTANT else "sentence"
    with pytest.raises(Refusal, match=re.escape(f"sheet.csv, line 7: {why}")):
        decided(said("major", {field: text}, row=row), benchmark=benchmark)


def test_an_ok_of_a_row_without_its_slot_or_its_text_is_a_verdict_and_releases_nothing():
    lost = Record("u", {"utterance": "väck mig"}, "alarm_set", "g", {"utterance": "wake me at five"}, "e", source_slots=(Slot("time", "five", 11),))
    found = decided(said("ok", row=lost, stratum="quarantined"), said("ok", row=lost, stratum="quarantined", reviewer="Bo"), benchmark=ASSISTANT)
    assert (found.overrides, found.unsettled, found.unsound) == ((), (), {"u": "time 'five' is not in the translation 'väck mig'"})
    mended = said("minor", {"utterance": "väck mig [time : fem]"}, row=lost, stratum="quarantined")
    assert decided(mended, benchmark=ASSISTANT).overrides[0].fields == {"utterance": "väck mig fem"}
    empty = Record("f", {"sentence": "", "target": "Acme"}, "positive", "g", {"sentence": "Profit rose", "target": "Acme"})
    assert decided(said("ok", row=empty, stratum="quarantined")).unsound == {"f": "sentence is empty"}
    assert decided(said("ok", row=empty, stratum="clean")).unsound == {}


def test_an_override_that_takes_anothers_place_is_named_and_the_same_again_is_none():
    (old,) = decided(said("major", reviewer="bo")).overrides
    (new,) = decided(said("minor", {"sentence": "Vinsten ökade"})).overrides
    assert replaced([old], [new]) == [(old, new)]
    assert replaced([old], [replace(old, when="later")]) == [] == replaced([], [new])


def test_a_correction_goes_only_by_its_own_reviewer():
    (old,) = decided(said("minor", {"sentence": "Vinsten ökade"})).overrides
    for verdict, text, reviewer, stays in (
        ("major", "", "Bo", True),
        ("minor", "Vinsten gick upp", "Bo", True),
        ("minor", "Vinsten ökade", "Bo", False),
        ("major", "", "Anna", False),
    ):
        found = kept_corrections(decided(said(verdict, {"sentence": text} if text else None, reviewer=reviewer)), [old])
        assert (found.unsettled, len(found.overrides)) == ((("f",), 0) if stays else ((), 1))
    (out,) = decided(said("major", reviewer="Bo")).overrides
    assert kept_corrections(decided(said("minor", {"sentence": "Vinsten ökade"})), [out]).unsettled == ()
