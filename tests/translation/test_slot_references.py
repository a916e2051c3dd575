"""slot_references: what the carrier marks in people's translations, against what people marked there."""

import json

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import parse_markup
from translation import slot_references
from translation.translate import asks_of
from translation.translators import identity

ASSISTANT, SV = catalogue.benchmark("assistant"), language.load("sv")
ENGLISH = ["wake me at [time : 5]", "play [artist_name : dover] [date : today]", "tell a joke", "call [person : anna]"]
SWEDISH = [
    "väck mig klockan [time : 5]",
    "spela [artist_name : dover] [date : idag]",
    "berätta ett skämt i [house_place : köket]",
    "ring anna [person : svensson]",
]


def rows():
    found = []
    for number, text in enumerate(ENGLISH):
        plain, marked = parse_markup(text)
        found.append(Record(str(number), {"utterance": plain}, "alarm_set", "g", slots=marked))
    return found


def test_scores_are_those_of_the_slots_counted_by_hand(tmp_path):
    path = tmp_path / "assistant_ref.sv.jsonl"
    lines = [{"id": str(number), "annotated_sv": text} for number, text in enumerate(SWEDISH)]
    path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"id": "9", "utterance_sv": "utan"}]), encoding="utf-8")
    references = slot_references.read(path, language="sv")
    assert list(references) == ["0", "1", "2", "3"]
    ask = asks_of(identity.build(identity.Settings(), source=SV, target=SV), None)
    found = slot_references.measured(rows(), references, ASSISTANT, ask=ask, language=SV)
    assert [one.name for one in found] == ["slot precision", "slot recall", "slot span F1"]
    right, carried, wanted = 3, 4, 5  # 5, dover and idag; anna too, where people marked svensson; köket was never there to be carried
    assert [one.score for one in found] == pytest.approx([100 * right / carried, 100 * right / wanted, 200 * right / (carried + wanted)])
    assert all(one.interval[0] <= one.score <= one.interval[1] and (one.n, one.field) == (4, "utterance") for one in found)
    assert slot_references.measured(rows(), {"other": ("x", ())}, ASSISTANT, ask=ask, language=SV) == ()


def test_markup_that_cannot_be_read_is_refused_with_its_line(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"id": "1", "annotated_sv": "väck [time : fem"}\n', encoding="utf-8")
    with pytest.raises(Refusal, match=r"r.jsonl, line 1: annotated_sv, column 6: '\[' is never closed.*; mark slots as \[slot : value\]"):
        slot_references.read(path, language="sv")
