"""Every format gives back what it was given, or says in a sentence that it cannot."""

from __future__ import annotations

import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from templates.benchmark import Benchmark, Record
from templates.refusal import Refusal
from tests.templates.formats.entries import ASSISTANT, FIQA, FORMATS, SENTENCES, UTTERANCES, numbered, real, sentence, task, there_and_back, utterance

FITS = [(name, shape) for name, module in FORMATS.items() for shape in (FIQA, ASSISTANT) if not module.misfit(shape)]
MODEST = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def test_each_format_says_what_it_cannot_hold() -> None:
    assert [(name, shape.name) for name, shape in FITS] == [
        ("fiqa_challenge", "fiqa"),
        ("massive", "assistant"),
        ("nemo", "fiqa"),
        ("nemo", "assistant"),
        ("nlu", "assistant"),
    ]
    assert FORMATS["massive"].misfit(FIQA) == FORMATS["nlu"].misfit(FIQA) == "it holds utterances with slots, and these records have none"
    flat = replace(ASSISTANT, labels=("alarm",), words={"alarm": " alarm"})
    assert FORMATS["nlu"].misfit(flat) == "its labels are scenario_intent, and 'alarm' is not"


@pytest.mark.parametrize(("name", "shape"), FITS, ids=[f"{name}-{shape.name}" for name, shape in FITS])
def test_all_real_records_come_back(name: str, shape: Benchmark, data: Path, tmp_path: Path) -> None:
    rows = [replace(record, fold=None) for record in real(data, shape.name)]
    assert len(rows) == {"fiqa": 1159, "assistant": 9684}[shape.name]
    assert there_and_back(name, rows, tmp_path, task(shape)) == rows


@pytest.mark.parametrize("name", ["massive", "nlu", "nemo"])
@MODEST
@given(rows=UTTERANCES.map(numbered))
def test_utterances_come_back_or_are_refused(name: str, rows: list[Record]) -> None:
    come_back(name, rows, ASSISTANT)


@pytest.mark.parametrize("name", ["fiqa_challenge", "nemo"])
@MODEST
@given(rows=SENTENCES.map(numbered))
def test_sentences_come_back_or_are_refused(name: str, rows: list[Record]) -> None:
    come_back(name, rows, FIQA)


def come_back(name: str, rows: list[Record], shape: Benchmark) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = there_and_back(name, rows, Path(folder), task(shape, "sv"))
        except Refusal as error:
            problem = str(error)
        else:
            assert found == rows
            return
    assert any(f"record {row.id!r}" in problem for row in rows) and problem.endswith(".")
    assert any(hard(row, name) for row in rows)


def hard(record: Record, name: str) -> bool:
    """Whether a refusal can be right: text that is not in NFC, or what NeMo would fill in, or values that can be read in two ways."""
    text = " ".join(record.fields.values())
    mixed = sum(any(mark in slot.value for mark in "(),") for slot in record.slots)
    return unicodedata.normalize("NFC", text) != text or (name == "nemo" and ("{" in text or bool(mixed)))


@pytest.mark.parametrize("name", ["massive", "nlu", "nemo"])
def test_marks_inside_values_and_repeated_values_come_back(name: str, tmp_path: Path) -> None:
    rows = [
        utterance([("play", ""), ("yesterday (live), part 2", "song_name"), ("by", ""), ("the beatles", "artist_name")], name="a", label="play_music"),
        utterance([("five wake me at", ""), ("five", "time")], name="b", label="alarm_set"),  # not where it first stands
        utterance([("mom", "person"), ("mom", "person")], name="7", label="email_sendemail"),  # neighbours of one type stay two
        utterance([("a;b \"c\" 'd'", "list_name")], name="8-lists_query", label="lists_query"),
        utterance([("stop", "")], name="d", label="general_commandstop"),
    ]
    assert there_and_back(name, rows, tmp_path, task(ASSISTANT)) == rows


@pytest.mark.parametrize("name", ["massive", "nlu"])
def test_a_bracket_in_an_utterance_is_refused(name: str, tmp_path: Path) -> None:
    row = utterance([("call [home", "")], name="a", label="general_quirky")
    with pytest.raises(Refusal, match=r"assistant, record 'a': the utterance holds a bracket: 'call \[home'; markup cannot say that: leave the record out\."):
        FORMATS[name].write([row], task(ASSISTANT), tmp_path)


@pytest.mark.parametrize("name", ["fiqa_challenge", "nemo"])
def test_text_that_would_be_changed_is_refused(name: str, tmp_path: Path) -> None:
    row = sentence("cafe\u0301 up", "A", "a", "positive")
    with pytest.raises(Refusal, match=r"fiqa, record 'a': 'cafe.? up / A' would come back from .* as something else; mend its text or leave it out\."):
        FORMATS[name].write([row], task(FIQA), tmp_path)
    assert list(tmp_path.glob("fiqa*")) == []
