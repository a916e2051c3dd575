"""NeMo's form: the same text as the model is trained on here, label names and words of any language, templates of seven keys."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from templates import records
from templates.benchmark import Benchmark, Record
from templates.formats import nemo
from templates.language import codes
from templates.prompt import Text, parse
from templates.refusal import Refusal, UnknownName
from templates.slots import Slot
from tests.templates.formats.entries import ASSISTANT, FIQA, sentence, task, utterance

UP = sentence("Acme rises", "Acme", "1", "positive")
COFFEE = utterance([("start the", ""), ("coffee machine", "device_type"), ("at", ""), ("five am", "time")], name="2", label="iot_coffee")


def put_together(template: dict[str, Any], line: dict[str, str]) -> str:
    """The text NeMo reads, by its documented rule: fields and markers are replaced one after the other."""
    text = str(template["prompt_template"])
    for field in re.findall(r"\{(.*?)\}", text):
        text = text.replace(f"{{{field}}}", line[field])
    for number, count in enumerate(template["virtual_token_splits"]):
        text = text.replace(f"<|VIRTUAL_PROMPT_{number}|>", "<v>" * count)
    return text


@pytest.mark.parametrize("prompt", ["", "published", "split"])
@pytest.mark.parametrize("row", [UP, COFFEE], ids=["fiqa", "assistant"])
def test_nemo_puts_together_what_the_model_reads_here(row: Record, prompt: str) -> None:
    shape = FIQA if "target" in row.fields else ASSISTANT
    for code in codes():
        spoken = task(shape, code, prompt)
        template = nemo.template_of(spoken)
        assert list(template) == [
            *("taskname", "prompt_template", "total_virtual_tokens", "virtual_token_splits"),
            *("truncate_field", "answer_only_loss", "answer_field"),
        ]
        assert template["taskname"] == f"{code}/{shape.name}"
        example = spoken.example(row)
        ours = "".join(part.text if isinstance(part, Text) else "<v>" * part.count for part in example.parts)
        assert put_together(template, nemo.line_of(row, spoken)) == ours + example.answer + "".join(example.tail)


def test_what_is_written(tmp_path: Path) -> None:
    nemo.write([UP], task(FIQA), tmp_path)
    paths = nemo.write([COFFEE], task(ASSISTANT, "sv"), tmp_path)
    assert [path.name for path in paths] == ["assistant.sv.jsonl", "assistant.sv.ids.jsonl", "task_templates.json"]
    line = json.loads(paths[0].read_text(encoding="utf-8"))
    assert list(line) == ["taskname", "utterance", "label"] and line["taskname"] == "sv/assistant"
    assert re.fullmatch(r" [^\n]+\nUppgifter: [^(]+\(coffee machine\), [^(]+\(five am\)", line["label"])
    assert json.loads(paths[1].read_text(encoding="utf-8")) == {"id": "2"}
    assert [template["taskname"] for template in json.loads(paths[2].read_text(encoding="utf-8"))] == ["en/fiqa", "sv/assistant"]
    nemo.write([UP], task(FIQA, prompt="published"), tmp_path)  # the task's template is replaced, the others stay
    assert [template["taskname"] for template in json.loads(paths[2].read_text(encoding="utf-8"))] == ["sv/assistant", "en/fiqa"]


def read(path: Path, shape: Benchmark, *lines: dict[str, Any]) -> list[Record]:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return records.read_raw(shape, nemo.read(path, shape), where=str(path), settings=shape.settings())[0]


@pytest.mark.parametrize(
    "label",
    [
        "\nIntent: iot_coffee\nSlots: device_type(coffee machine), time(five am)",  # the source study's
        " iot_coffee\nslots: device_type(coffee machine), time(five am)",
        " make coffee\nSlots: device(coffee machine), time(five am)",
        *("".join([task(ASSISTANT, code).example(COFFEE).answer, *task(ASSISTANT, code).example(COFFEE).tail]) for code in codes()),
    ],
)
def test_names_and_words_of_every_language_are_understood(label: str, tmp_path: Path) -> None:
    line = {"taskname": "intent_and_slot", "utterance": COFFEE.fields["utterance"], "label": label}
    assert read(tmp_path / "a.jsonl", ASSISTANT, line)[0] == Record("intent_and_slot-1", COFFEE.fields, "iot_coffee", COFFEE.group, slots=COFFEE.slots)


def test_no_slots_leading_slots_and_neighbours_of_one_type(tmp_path: Path) -> None:
    lines = [
        {"taskname": "t", "utterance": "stop", "label": "\nIntent: general_commandstop\nSlots: None"},
        {"taskname": "t", "utterance": "jazz jazz now", "label": "\nIntent: play_music\nSlots: music_genre(jazz), music_genre(jazz)"},
    ]
    found = read(tmp_path / "a.jsonl", ASSISTANT, *lines)
    assert [row.slots for row in found] == [(), (Slot("music_genre", "jazz", 0), Slot("music_genre", "jazz", 5))]


def test_labels_of_the_source_study_and_a_task_of_ones_own(tmp_path: Path) -> None:
    lines = [{"taskname": "sentiment-task", "sentence": "Upp", "target": "A", "label": label} for label in (" positive", "Negativ", " positivt")]
    assert [row.label for row in read(tmp_path / "a.jsonl", FIQA, *lines)] == ["positive", "negative", "positive"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "neutral"}, "line 1: label 'neutral' says nothing in the words of any language here (negative, positive); fiqa needs"),
        ({"target": None}, "line 1: field 'target' must be text, found null; fiqa needs sentence, target and label."),
        ({"taskname": ""}, "line 1: field 'taskname' is empty"),
    ],
)
def test_unusable_lines_are_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        read(tmp_path / "a.jsonl", FIQA, {"taskname": "t", "sentence": "Up", "target": "A", "label": " positive"} | change)
    assert str(caught.value).startswith(f"{tmp_path / 'a.jsonl'}, {message}")


@pytest.mark.parametrize(
    ("said", "slots", "message"),
    [
        ("wake me at five", "time(six)", "says nothing"),  # not in the utterance
        ("five then two", "time(two), time(five)", "says nothing"),  # not in this order
        (
            "a), time(b",
            "time(a), time(b)",
            "in more than one way, as alarm_set [time: 'a' at 0, time: 'b' at 9] or as alarm_set [time: 'a), time(b'",
        ),
        ("wake me", "tid(five", "says nothing"),
    ],
)
def test_slots_that_cannot_be_told_are_refused(said: str, slots: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=re.escape(message)):
        read(tmp_path / "a.jsonl", ASSISTANT, {"taskname": "t", "utterance": said, "label": f"\nIntent: alarm_set\nSlots: {slots}"})


def test_where_slots_stand_is_written_beside_if_the_text_does_not_tell(tmp_path: Path) -> None:
    one = utterance([("a), time(b", "time")], name="x", label="alarm_set")
    path = nemo.write([one], task(ASSISTANT), tmp_path)[0]
    assert json.loads((tmp_path / "assistant.en.ids.jsonl").read_text()) == {"id": "x", "starts": [0]}
    assert records.read_raw(ASSISTANT, nemo.read(path, ASSISTANT), where="", settings=ASSISTANT.settings())[0] == [one]


def test_slots_read_in_two_ways_are_not_written(tmp_path: Path) -> None:
    two = utterance([("p), time(p", "time"), ("p), time(p", "")], name="x", label="alarm_set")
    two = replace(two, slots=(*two.slots, Slot("time", "p", 11)))
    with pytest.raises(Refusal, match=r"assistant, record 'x': would not come back from NeMo's form \(label .* can be read in more than one way"):
        nemo.write([two], task(ASSISTANT), tmp_path)


@pytest.mark.parametrize("strange", ["{label}", "{target}", "<|VIRTUAL_PROMPT_0|>", "<prompt_3>"])
def test_text_that_nemo_would_fill_in_is_refused(strange: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=re.escape(f"en/fiqa, record 'a': its text holds {strange!r}, which NeMo would fill in; leave the record out.")):
        nemo.write([sentence(f"Up {strange}", "A", "a", "positive")], task(FIQA), tmp_path)


def test_ids_of_another_file_are_refused(tmp_path: Path) -> None:
    path = nemo.write([UP], task(FIQA), tmp_path)[0]
    path.write_text(path.read_text() * 2)
    with pytest.raises(Refusal, match=r"fiqa\.en\.ids\.jsonl: has 1 lines and fiqa\.en\.jsonl 2; write both again"):
        list(nemo.read(path, FIQA))


def test_a_template_is_a_prompt_again(tmp_path: Path) -> None:
    source = {
        "taskname": "intent_and_slot",
        "prompt_template": "<|VIRTUAL_PROMPT_0|> Predict intent and slot <|VIRTUAL_PROMPT_1|> :\n{utterance}{label}",
        "total_virtual_tokens": 10,
        "virtual_token_splits": [7, 3],
        "truncate_field": None,
        "answer_only_loss": False,
        "answer_field": "label",
    }
    path = tmp_path / "task_templates.json"
    path.write_text(json.dumps([source]))
    prompt = nemo.prompt_in(path, ASSISTANT)
    assert prompt == parse("[[7]] Predict intent and slot [[3]] :\n{utterance}{answer}", ["utterance"], where="here")
    nemo.write([COFFEE], task(ASSISTANT), tmp_path)
    assert nemo.prompt_in(path, ASSISTANT, taskname="en/assistant") == task(ASSISTANT).prompt
    with pytest.raises(UnknownName, match=r"no task 'en/asistant'; there are intent_and_slot, en/assistant\. Did you mean en/assistant\?"):
        nemo.prompt_in(path, ASSISTANT, taskname="en/asistant")
    path.write_text('{"a": 1}')
    with pytest.raises(Refusal, match="must be a list of task templates"):
        nemo.write([COFFEE], task(ASSISTANT), tmp_path)
