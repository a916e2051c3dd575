"""The formats as their authors publish them: what is read, what is left out and counted, what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from tests.templates.formats.entries import ASSISTANT, FIQA, FORMATS, read, task

HEAD = "userid;answerid;scenario;intent;status;answer_annotation;notes;suggested_entities;answer_normalised;answer;question"
ROWS = [
    "1;562;alarm;set;null;wake me at [time : five am];null;null;wake me at five am;Wake me at 5 am;Q",
    '1;562;alarm;set;MOD;"wake me at [time : six]; please";null;null;x;"say ""six""";Q',
    "1;7;alarm;set;IRR_XR;nonsense;null;null;x;x;Q",
    "1;8;alarm;set;null;null;null;null;x;x;Q",
    "1;9;general;greet;null;hello;null;null;x;x;Q",
    "1;10;play;music;null;the [sport_type : chess] song;null;null;x;x;Q",
]


def test_nlu_evaluation_data(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([HEAD, *ROWS, ""]).encode())
    assert FORMATS["nlu"].recognises(path)
    found, left = read(FORMATS["nlu"], path, ASSISTANT)
    assert [(row.id, row.fields["utterance"], row.slots) for row in found] == [
        ("562-alarm_set", "wake me at five am", (Slot("time", "five am", 11),)),
        ("562-alarm_set-2", "wake me at six; please", (Slot("time", "six", 11),)),
    ]
    assert [(entry.id, entry.reason) for entry in left] == [
        ("7-alarm_set", "status IRR_XR"),
        ("8-alarm_set", "not annotated"),
        ("9-general_greet", "intent general_greet is not in assistant"),
        ("10-play_music", "slot type sport_type is not in assistant"),
    ]


def test_the_folds_of_nlu_evaluation_data(tmp_path: Path) -> None:
    path = tmp_path / "alarm_query.csv"
    path.write_text(
        "answerid;scenario;intent;answer_annotation;answer_from_anno;answer_from_user\n"
        '3022;alarm;query;"what alarms are set for [date : today]";"what alarms are set for today";"what alarms are set for today"\n'
    )
    assert [(row.id, row.label, len(row.slots)) for row in read(FORMATS["nlu"], path, ASSISTANT)[0]] == [("3022-alarm_query", "alarm_query", 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}\n1;2;alarm\n", "line 2: found 3 columns, the header names 11; quote cells that hold a semicolon."),
        (f"{HEAD}\n" + ROWS[0].replace("alarm;", ";", 1) + "\n", "line 2: column 'scenario' is empty"),
        (f"{HEAD}\n" + ROWS[0].replace("am]", "am") + "\n", "line 2: column 12: '[' is never closed"),
        (f'{HEAD}\n1;"2"x;alarm\n', "line 2: not valid CSV"),
        (f'{HEAD}\n1;"2\n', "line 2: not valid CSV"),
        (f'{HEAD}\n{ROWS[0]}\n1;"2\n{ROWS[0]}\n{ROWS[0]}\n', "line 3: not valid CSV (unexpected end of data); close every quote"),
        (
            f'{HEAD}\n1;2;alarm;set;;"wake me;;;;;\n1;3;alarm;set;;stop";;;;;\n',
            "line 2: a quoted cell runs on over the rows below, to line 3; close its quote.",
        ),
        (HEAD.replace("notes", "intent"), "column 'intent' occurs twice, and one of them would be lost"),
        ("answerid;intent;answer_annotation\n", "column 'scenario' is missing"),
    ],
)
def test_unusable_csv_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(Refusal) as caught:
        read(FORMATS["nlu"], path, ASSISTANT)
    assert str(caught.value).startswith(str(path)) and message in str(caught.value)


def test_cells_that_a_spreadsheet_would_run_are_defused_and_come_back(tmp_path: Path) -> None:
    texts = ['=HYPERLINK("http://example.org")', "@home wake me", "'=1+1", "''-", "'tis late", "wake me"]
    rows = [Record(f"{number}-alarm_set", {"utterance": text}, "alarm_set", text) for number, text in enumerate(texts)]
    rows.append(Record("+7", {"utterance": "again"}, "alarm_set", "again"))
    path = FORMATS["nlu"].write(rows, task(ASSISTANT), tmp_path)[0]
    cells = [cell for row in csv.reader(path.read_text("utf-8").splitlines(), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@")]
    assert "'@home wake me" in cells and "''=1+1" in cells and "'tis late" in cells
    found = read(FORMATS["nlu"], path, ASSISTANT)[0]
    assert [(row.id, row.fields["utterance"]) for row in found] == [(row.id, row.fields["utterance"]) for row in rows]


MASSIVE = {
    "id": "0",
    "locale": "en-US",
    "partition": "test",
    "scenario": "alarm",
    "intent": "alarm_set",
    "utt": "wake me up at five am this week",
    "annot_utt": "wake me up at [time : five am] [date : this week]",
    "worker_id": "1",
}


def test_massive(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [MASSIVE, MASSIVE | {"id": "1", "intent": "cooking_query"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found, left = read(FORMATS["massive"], path, ASSISTANT)
    assert [(row.id, row.label, [slot.name for slot in row.slots]) for row in found] == [("0", "alarm_set", ["time", "date"])]
    assert [entry.reason for entry in left] == ["intent cooking_query is not in assistant"]
    written = FORMATS["massive"].write(found, task(ASSISTANT, "ca"), tmp_path)[0]
    row = json.loads(written.read_text())
    assert {key: row[key] for key in MASSIVE if key not in ("locale", "partition", "worker_id")} == {
        key: value for key, value in MASSIVE.items() if key not in ("locale", "partition", "worker_id")
    }
    assert row["locale"] == "ca-ES"


@pytest.mark.parametrize(("change", "message"), [({"intent": None}, "field 'intent' must be text"), ({"annot_utt": "[time five]"}, "write [name : value]")])
def test_unusable_massive_lines_are_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(MASSIVE | change))
    with pytest.raises(Refusal) as caught:
        read(FORMATS["massive"], path, ASSISTANT)
    assert str(caught.value).startswith(f"{path}, line 1: ") and message in str(caught.value)


ABOUT = [
    {"snippets": "['Video-Streaming Ambitions']", "target": "Blinkbox", "sentiment_score": "-0.195", "aspects": "['Corporate/Stategy']"},
    {"snippets": "['Tesco Abandons']", "target": "Tesco", "sentiment_score": "0.335", "aspects": "['Corporate/Stategy']"},
    {"snippets": "[]", "target": "Sainsbury", "sentiment_score": "0", "aspects": "[]"},
]
HEADLINE = {"sentence": "Tesco Abandons Video-Streaming Ambitions in Blinkbox Sale", "info": ABOUT}


@pytest.mark.parametrize("value", [{"55": HEADLINE}, [HEADLINE]], ids=["object", "list"])
def test_the_fiqa_challenge(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value, indent=4))
    assert FORMATS["fiqa_challenge"].recognises(path)
    found, left = read(FORMATS["fiqa_challenge"], path, FIQA)
    key = "55" if isinstance(value, dict) else "0"
    assert [(row.id, row.fields["target"], row.label) for row in found] == [(f"{key}-0", "Blinkbox", "negative"), (f"{key}-1", "Tesco", "positive")]
    assert [(entry.id, entry.reason) for entry in left] == [(f"{key}-2", "score 0")]


def test_a_written_challenge_file_says_that_scores_are_signs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    row = Record("a", {"sentence": "Acme up", "target": "Acme"}, "positive", "Acme up")
    path = FORMATS["fiqa_challenge"].write([row], task(FIQA), tmp_path)[0]
    assert json.loads(path.read_text()) == {"1": {"sentence": "Acme up", "info": [{"id": "a", "target": "Acme", "sentiment_score": "1"}]}}
    assert "scores are 1 and -1, since records keep the sign of a score" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"55": {"sentence": "x", "info": []}, "55": {}}', "key '55' occurs twice, and one of them would be lost"),
        ('{"55": {"sentence": "x"}}', "entry '55': needs a sentence and a list called info"),
        ('{"55": {"sentence": "x", "info": [{"target": "y", "sentiment_score": "good"}]}}', "entry '55', info 0: sentiment_score must be a number"),
        ('{"55": {"sentence": "x", "info": [{"target": "y", "sentiment_score": true}]}}', "entry '55', info 0: sentiment_score must be a number"),
        ('{"55": {"sentence": "x", "info": [{"target": "y", "sentiment_score": "2"}]}}', "entry '55', info 0: field 'score' must be a number from -1 to 1"),
        ('{"55": {"sentence": "x", "info": [{"sentiment_score": "1"}]}}', "entry '55', info 0: field 'target' is missing"),
        ('{"55": ', "line 1, column 8: not valid JSON"),
    ],
)
def test_unusable_challenge_files_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(Refusal) as caught:
        read(FORMATS["fiqa_challenge"], path, FIQA)
    assert str(caught.value).startswith(str(path)) and message in str(caught.value)
