"""The retry ladder: a rung is tried on rows it can help, its result is judged, put back and flagged; what nothing helps stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from translation import limits
from translation.engine import Output
from translation.gate_report import RETRIED
from translation.judge import judge
from translation.retry import Outcome, climb, helps
from translation.translate import translate_records
from translation.translators import ctranslate2

FIQA, ASSISTANT = catalogue.benchmark("fiqa"), catalogue.benchmark("assistant")
SV, EN = language.load("sv"), language.load("en")


class Says:
    """An engine that knows some sentences; the others come back in English, which the gate sets aside."""

    fingerprint = "says"

    def __init__(self, known: dict[str, str]) -> None:
        self.known, self.asked = known, []

    def translate(self, texts: Sequence[str]) -> list[Output]:
        self.asked += texts
        return [Output(self.known.get(text, text), -0.5, False) for text in texts]


def fiqa(*texts: str) -> list[Record]:
    return [Record(str(place), {"sentence": text, "target": "Shell"}, FIQA.labels[0], text) for place, text in enumerate(texts)]


def climbed(source: Sequence[Record], first: Says, rungs: dict[str, Says], *, retry: object = None) -> Outcome:
    moved = translate_records(source, FIQA, translator=first, memory=None)
    lines = limits.read(SV, {"retry": list(rungs) if retry is None else retry})
    return climb(source, moved, benchmark=FIQA, language=SV, limits=lines, engine=lambda rung: (rungs[rung], None) if rung in rungs else None)


ROSE, FELL = "Shares of the company rise again today.", "Profit falls and the shares go down."
SOUND = {ROSE: "Bolagets aktier stiger igen i dag.", FELL: "Vinsten faller och aktierna går ner."}


def test_the_first_rung_that_passes_replaces_the_row_and_says_so() -> None:
    source = fiqa(ROSE, FELL)
    wider, stricter = Says({}), Says({FELL: SOUND[FELL]})
    found = climbed(source, Says({ROSE: SOUND[ROSE]}), {"beam": wider, "no-repeat": stricter})
    assert [record.fields["sentence"] for record in found.records] == list(SOUND.values())
    assert [RETRIED + "no-repeat" in record.flags for record in found.records] == [False, True]
    assert wider.asked == stricter.asked == [FELL]  # the row that passed is left alone
    assert (found.tried, found.passed) == ({"beam": 1, "no-repeat": 1}, {"beam": 0, "no-repeat": 1})
    report = judge(source, found.records, benchmark=FIQA, language=SV)
    assert [row.decision for row in report.rows] == ["keep", "retry"]


def test_what_no_rung_helps_stays_as_it_was() -> None:
    source, first = fiqa(ROSE), Says({})
    found = climbed(source, first, {"beam": Says({ROSE: "Shares rise of the company again today."})})
    assert list(found.records) == translate_records(source, FIQA, translator=first, memory=None)


def test_false_switches_the_ladder_off() -> None:
    assert climbed(fiqa(ROSE), Says({}), {"beam": Says(SOUND)}, retry=False).tried == {}


@pytest.mark.parametrize("wrong", [["beam", "wide"], True, "beam"])
def test_unknown_rungs_are_refused(wrong: object) -> None:
    with pytest.raises(Refusal, match="retry"):
        limits.read(SV, {"retry": wrong})


def test_a_full_stop_is_added_and_taken_away_again() -> None:
    source = fiqa("sell the old shares now")
    known = {"sell the old shares now.": "sälj de gamla aktierna nu."}
    found = climbed(source, Says({}), {"full-stop": Says(known)})
    assert found.records[0].fields["sentence"] == "sälj de gamla aktierna nu"
    assert found.records[0].source == source[0].fields


def test_a_full_stop_is_left_out_and_put_back() -> None:
    found = climbed(fiqa(FELL), Says({}), {"no-full-stop": Says({FELL[:-1]: SOUND[FELL][:-1]})})
    assert found.records[0].fields["sentence"] == SOUND[FELL]


def test_capitals_are_folded_and_restored() -> None:
    found = climbed(fiqa("SELL THE OLD SHARES"), Says({}), {"lower-case": Says({"sell the old shares": "sälj de gamla aktierna"})})
    assert found.records[0].fields["sentence"] == "SÄLJ DE GAMLA AKTIERNA"


def test_slots_are_carried_again() -> None:
    source = [Record("1", {"utterance": "wake me at nine"}, "alarm_set", "wake me at nine", slots=(Slot("time", "nine", 11),))]
    first, second = Says({}), Says({"wake me at nine.": "väck mig klockan nio.", "nine": "nio", "nine.": "nio."})
    moved = translate_records(source, ASSISTANT, translator=first, memory=None, language=SV)
    lines = limits.read(SV, {"retry": ["full-stop"]})
    found = climb(source, moved, benchmark=ASSISTANT, language=SV, limits=lines, engine=lambda rung: (second, None))
    (record,) = found.records
    assert record.fields["utterance"] == "väck mig klockan nio"
    assert [record.fields["utterance"][slot.start : slot.end] for slot in record.slots] == [slot.value for slot in record.slots] != []
    assert record.source_slots == source[0].slots


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(alphabet="abc ABC.!?", min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=4))
def test_every_row_comes_back_once_in_order_under_its_own_source(texts: list[str]) -> None:
    source = fiqa(*texts)
    rungs = {rung: Says({}) for rung in limits.RUNGS}
    found = climbed(source, Says({}), rungs)
    assert [record.id for record in found.records] == [record.id for record in source]
    assert all(record.source == one.fields for record, one in zip(found.records, source, strict=True))


def test_a_rung_is_for_rows_it_can_help() -> None:
    (plain, closed, loud) = fiqa("call mum", "Call mum.", "CALL MUM")
    able = {rung: [helps(rung, record, FIQA, short=6) for record in (plain, closed, loud)] for rung in limits.RUNGS}
    assert able["full-stop"] == [True, False, True]
    assert able["no-full-stop"] == [False, True, False]
    assert able["lower-case"] == [False, False, True]
    assert able["beam"] == able["no-repeat"] == [True, True, True]
    assert not helps("full-stop", replace(plain, fields={**plain.fields, "sentence": "one two three four five six seven"}), FIQA, short=6)


def test_the_shipped_engine_has_the_rungs_that_are_settings() -> None:
    own = ctranslate2.Settings()
    found = ctranslate2.variants(own)
    assert set(found) == {"beam", "no-repeat"}
    prints = {ctranslate2.build(one, source=EN, target=SV).fingerprint for one in (own, *found.values())}
    assert len(prints) == 3
    assert "no-repeat" not in ctranslate2.variants(replace(own, no_repeat_ngram_size=3))
