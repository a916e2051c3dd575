"""predict: label and slots as the study measures them; gold slots as the benchmark reads them; FIQA without a word of slots."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from flows.engines import gpt_for
from flows.plan import make
from flows.predict import Answer, _fields, predict, predict_file, scored
from pipeline.answering import Answering
from pipeline.outcome import Prediction
from pipeline.tune import build, evaluate
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from tests.flows.conftest import Lingraft

SAID = "väck mig klockan fem på måndag"
GOLD = [{"name": "time", "value": "fem", "start": 17}, {"name": "date", "value": "måndag", "start": 24}]
OUT = Path("runs")


@pytest.fixture
def there(asked: Path, lingraft: Lingraft, monkeypatch: pytest.MonkeyPatch) -> Lingraft:
    """The command line in the folder with the run."""
    monkeypatch.chdir(asked)
    return lingraft


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_one_text_gets_label_and_slots_as_the_study_measures_them(there: Lingraft, tmp_path: Path) -> None:
    plan = make("sv", "both", data=None, out=OUT)
    shape = catalogue.benchmark("assistant")
    save_file({"prompt": load_file("runs/sv/both/prompts/table.safetensors")["sv/assistant"]}, tmp_path / "p_tuning.safetensors")
    method = build("p_tuning", Answering(gpt_for(plan)[0], plan.task_of(shape)), settings={}, seed=1)
    method.load(tmp_path)
    (measured,) = evaluate(method, [Record("1", {"utterance": SAID}, "alarm_set", SAID)], labels=shape.labels, slots_in="utterance")
    found = predict("sv", "both", "assistant", [f"utterance={SAID.replace(' ', '  ')} "], data=None, out=OUT)  # blanks are tidied as in every record
    assert (found.said.predicted, found.said.predicted_slots) == (measured.predicted, measured.predicted_slots)
    assert found.said.probability == pytest.approx(measured.probability, abs=1e-5)
    assert found.said.predicted_slots  # this prompt, drawn at random, does name some
    code, out, error = there("predict", "sv", "assistant", "--study", "both", "--field", f"utterance={SAID}")
    first, *slots = out.splitlines()
    assert (code, error, first.split()) == (0, "", [measured.predicted, f"{measured.probability:.3f}"])
    assert [line.split(maxsplit=1) for line in slots] == [[slot.name, slot.value] for slot in measured.predicted_slots]


@pytest.mark.parametrize(
    ("change", "label", "slots"),
    [
        ({"annotated": "väck mig klockan  [time : fem] på [date : måndag]", "label": "alarm_set"}, "alarm_set", GOLD),
        (
            {"utterance": SAID, "slots": [{"name": slot["name"], "value": slot["value"]} for slot in GOLD], "scenario": "alarm", "intent": "set"},
            "alarm_set",
            GOLD,
        ),
        ({"utterance": SAID, "slots": GOLD}, None, GOLD),
        ({"utterance": SAID, "label": "alarm_set"}, "alarm_set", None),
        ({"utterance": SAID, "label": "", "slots": []}, None, []),
        ({"utterance": SAID}, None, None),
    ],
)
def test_what_a_file_knows_is_read_as_the_benchmark_reads_it(
    there: Lingraft, tmp_path: Path, change: dict[str, Any], label: str | None, slots: list[dict[str, Any]] | None
) -> None:
    (answer,) = predict_file("sv", "both", "assistant", written(tmp_path, {"id": 7, **change}), data=None, out=OUT)
    said = answer.to_json()
    assert (said["id"], said.get("gold"), said.get("gold_slots"), said["seen"]) == ("7", label, slots, True)  # the run's u1 reads the same
    assert all(SAID[slot["start"] :].startswith(slot["value"]) for slot in said["slots"])
    assert answer.said.predicted == predict("sv", "both", "assistant", [f"utterance={SAID}"], data=None, out=OUT).said.predicted


def test_a_file_by_the_command_line_seen_and_unseen_apart(there: Lingraft, tmp_path: Path) -> None:
    other = SAID.replace("måndag", "söndag")
    given = [("u0", other), ("u1", other), ("new", SAID.capitalize()), ("", other)]
    gold = [{**GOLD[0]}]
    rows = [{"id": name, "utterance": text, "label": "alarm_set", "slots": gold} for name, text in given]
    del rows[-1]["id"]
    code, out, error = there("predict", "sv", "assistant", "--study", "both", "--in", str(written(tmp_path, *rows)))
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [line["seen"] for line in lines] == [False, True, True, False]  # u1 by its id, new by its text
    assert [line["id"] for line in lines] == ["u0", "u1", "new", "line 4"]
    assert len({json.dumps(lines[place]["slots"]) for place in (0, 1, 3)}) == 1
    unseen, seen = error.splitlines()
    assert unseen.startswith("not tuned on: ") and " of 2 right (" in unseen and "span F1 " in unseen and "label and all slots right " in unseen
    assert seen.startswith("tuned on: ") and " of 2 right (" in seen


def test_fiqa_says_what_it_always_said(there: Lingraft, tmp_path: Path) -> None:
    rows = [{"id": "f0", "sentence": "Vinsten steg", "target": "Acme", "label": "positive"}, {"sentence": "Vinsten steg", "target": "Acme", "score": 0.4}]
    code, out, error = there("predict", "sv", "fiqa", "--study", "both", "--in", str(written(tmp_path, *rows)))
    known, plain = (json.loads(line) for line in out.splitlines())
    assert code == 0 and list(known) == ["id", "label", "probability", "gold", "seen"] and list(plain) == ["id", "label", "probability", "seen"]
    right = int(known["label"] == "positive")
    assert error == f"not tuned on: {right} of 1 right ({right:.1%})\n"
    code, out, _ = there("predict", "sv", "fiqa", "--study", "both", "--field", "sentence=Vinsten steg", "--field", "target=Acme")
    assert len(out.splitlines()) == 1 and out.split() == [plain["label"], f"{plain['probability']:.3f}"]


def said(number: int, *, right: bool, found: tuple[Slot, ...], seen: bool = False) -> Answer:
    gold = (Slot("time", "fem", 17),)
    item = Prediction(str(number), "alarm_set", "alarm_set" if right else "play_music", 0.9, SAID, gold, found)
    return Answer(item, True, True, True, seen)


def test_scores_by_hand() -> None:
    good, other = (Slot("time", "fem", 17),), (Slot("date", "måndag", 24),)
    answers = [said(1, right=True, found=good), said(2, right=False, found=good), said(3, right=True, found=other), said(4, right=True, found=(), seen=True)]
    answers.append(replace(answers[0], slots_known=False))
    answers.append(replace(answers[1], label_known=False))
    assert scored(answers) == [  # spans of the four unseen with known slots: 3 right of 4 found and 4 wanted
        "not tuned on: 3 of 4 right (75.0%), span F1 75.0% over 4, label and all slots right 33.3%",
        "tuned on: 1 of 1 right (100.0%), span F1 0.0% over 1, label and all slots right 0.0%",
    ]
    assert scored([replace(answer, label_known=False, slots_known=False) for answer in answers]) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"utterance": SAID, "slots": [{"name": "tim", "value": "fem"}]}, r"line 1: slot type 'tim' is none of the 54 \(did you mean time\?\)"),
        ({"utterance": SAID, "slots": [{"name": "time", "value": "sju"}]}, r"line 1: slot 'time' \('sju'\) does not stand in"),
        ({"annotated": "väck mig klockan [time : fem"}, r"line 1: column 18: '\[' is never closed"),
        ({"utterance": SAID, "label": "alarm_sett"}, r"line 1: label 'alarm_sett' is not in assistant .* Did you mean alarm_set\?"),
        ({"said": SAID}, r"line 1: field 'utterance' is missing; found .*; assistant needs utterance"),
    ],
)
def test_bad_lines_are_named(there: Lingraft, tmp_path: Path, row: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        predict_file("sv", "both", "assistant", written(tmp_path, row), data=None, out=OUT)


def test_fields_are_read_as_records_are() -> None:
    shape = catalogue.benchmark("fiqa")
    assert _fields(shape, ["sentence=Cafe\u0301 up", "target=Acme"])["sentence"] == "Caf\u00e9 up"
    with pytest.raises(Refusal, match=r"--field sentence: .* holds half of a surrogate pair"):
        _fields(shape, ["sentence=Caf\udce9 up", "target=Acme"])
