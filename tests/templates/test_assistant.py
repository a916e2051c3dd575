"""assistant: every real utterance is read, the sample is large and its own, and every label and slot has its word."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from templates import catalogue, language, records
from templates.benchmark import Record
from templates.lint import lint
from templates.refusal import Refusal
from templates.slots import Slot, render_markup
from templates.task import localise

ASSISTANT = catalogue.benchmark("assistant")
SAMPLE = catalogue.PACKAGE / "templates" / "samples" / "assistant.en.jsonl"
GOOD = {"id": "1", "scenario": "alarm", "intent": "set", "annotated": "wake  me at [time : five  am] [date : today] "}
SAID = {"annotated": None, "utterance": "wake  me at five  am today "}


def raw(**change: object) -> dict[str, object]:
    return {key: value for key, value in (GOOD | change).items() if value is not None}


def read(path: Path) -> list[Record]:
    return records.read_raw(ASSISTANT, records.read_lines(path), where=str(path), settings=ASSISTANT.settings())[0]


def one(**change: object) -> Record:
    return records.read_raw(ASSISTANT, [(1, raw(**change))], where="f", settings=ASSISTANT.settings())[0][0]


@pytest.fixture(scope="module")
def sample() -> list[Record]:
    return read(SAMPLE)


@pytest.fixture(scope="module")
def real(data: Path) -> list[Record]:
    return read(data / "benchmarks" / "assistant.en.jsonl")


SLOTS = (Slot("time", "five am", 11), Slot("date", "today", 19))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"utterance": "wake me at  five am today", "slots": [{"name": "time", "value": "five am"}, {"name": "date", "value": "today"}]},
        {"scenario": None, "intent": None, "label": "alarm_set"},
        SAID | {"slots": [{"name": "time", "value": "five  am"}, {"name": "date", "value": "today"}]},
        SAID | {"slots": [{"name": "time", "value": "five  am", "start": 12}, {"name": "date", "value": "today", "start": 21}]},
    ],
)
def test_every_form_says_the_same(change: dict[str, object]) -> None:
    assert one(**change) == Record("1", {"utterance": "wake me at five am today"}, "alarm_set", "wake me at five am today", slots=SLOTS)


def test_slots_lead_touch_and_repeat() -> None:
    record = one(annotated="[food_type : crab] [food_type : soup] with [food_type : crab]")
    assert record.fields["utterance"] == "crab soup with crab"
    assert [(slot.name, slot.value, slot.start) for slot in record.slots] == [("food_type", "crab", 0), ("food_type", "soup", 5), ("food_type", "crab", 15)]
    found = one(**(SAID | {"utterance": "play a may song", "slots": [{"name": "song_name", "value": "a"}, {"name": "date", "value": "may"}]}))
    assert [slot.start for slot in found.slots] == [5, 7]
    whole = one(**(SAID | {"utterance": "stay at a", "slots": [{"name": "list_name", "value": "a"}]}))
    assert [slot.start for slot in whole.slots] == [8]


def test_offsets_count_composed_characters() -> None:
    decomposed = "kaf\u0065\u0301 o\u0308ppet i dag"
    record = one(annotated=None, utterance=decomposed, slots=[{"name": "date", "value": "i dag", "start": decomposed.index("i dag")}])
    assert record.fields["utterance"] == "kafé öppet i dag"
    assert record.slots == (Slot("date", "i dag", 11),)


def test_our_own_lines_without_slots_have_none() -> None:
    line = records.to_json(Record("1", {"utterance": "stop it"}, "general_commandstop", "stop it"), benchmark="assistant", language="en")
    assert "slots" not in line
    assert ASSISTANT.read(line, ASSISTANT.settings()) == Record("1", {"utterance": "stop it"}, "general_commandstop", "stop it")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotated": "wake me [time : five"}, "column 9: '[' is never closed in 'wake me [time : five'"),
        ({"annotated": "wake me time : five]"}, "column 20: ']' closes nothing"),
        ({"annotated": "at [tme : five]"}, "slot type 'tme' is none of the 54 (did you mean time?)"),
        ({"annotated": "at [qqqq : five]"}, "slot type 'qqqq' is none of the 54 (they are alarm_type, app_name,"),
        ({"utterance": "wake me today"}, "'annotated' without its markup is 'wake me at five am today', 'utterance' is 'wake me today'; keep the right one"),
        ({"slots": [{"name": "date", "value": "today"}]}, "'slots' lists [('date', 'today')]; keep the right one of the two"),
        ({"annotated": "at five", "slots": [{"name": "time", "value": "five"}]}, "'annotated' marks no slot, 'slots' lists [('time', 'five')]; keep"),
        ({"annotated": None}, "field 'annotated' is missing; found 'id', 'scenario', 'intent'"),
        ({"annotated": None, "label": "alarm_set"}, "field 'utterance' is missing"),
        ({"annotated": None, "anotated": "at five"}, "field 'annotated' is missing; found 'id', 'scenario', 'intent', 'anotated'. Did you mean anotated?"),
        ({"annotated": " "}, "field 'annotated' is empty"),
        ({"intent": None}, "field 'intent' is missing"),
        ({"id": None}, "field 'id' is missing"),
        ({"intent": "sett"}, "label 'alarm_sett' is not in assistant"),
        (SAID | {"slots": [{"name": "time", "value": "six"}]}, "slot 'time' ('six') does not stand in 'wake me at five am today'; assistant needs utterance."),
        (SAID | {"slots": [{"name": "date", "value": "today"}, {"name": "time", "value": "five"}]}, "slot 'time' ('five') does not stand in"),
        (SAID | {"slots": [{"name": "time", "value": "five", "start": 3}]}, "slot 'time' ('five') does not stand at 3"),
        (SAID | {"slots": [{"name": "time", "value": "five", "start": 300}]}, "does not stand at 300"),
        (SAID | {"slots": [{"name": "time", "value": "five", "start": "x"}]}, "start of slot 'time' must be a number from 0, found \"x\""),
        (SAID | {"slots": [{"name": "time", "value": "five", "start": True}]}, "start of slot 'time' must be a number from 0, found true"),
        (SAID | {"slots": [{"name": "time"}]}, 'each of \'slots\' needs a name and a value in text, found {"name": "time"}'),
        (SAID | {"slots": ["time"]}, "each of 'slots' needs a name and a value in text, found \"time\""),
        ({"cv_test_fold": "one"}, "field 'cv_test_fold' must be the number of a fold, found \"one\""),
        (SAID | {"slots": {"time": "five"}}, 'field \'slots\' must be a list, found {"time": "five"}'),
    ],
)
def test_bad_entries_are_refused_in_one_clause(change: dict[str, object], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        one(**change)
    assert str(caught.value).startswith("f, line 1: ")
    assert message in str(caught.value)


@pytest.mark.real
def test_every_real_utterance_is_read(real: list[Record], data: Path) -> None:
    assert len(real) == 9684
    assert Counter(record.label for record in real).keys() == set(ASSISTANT.labels)
    names = {slot.name for record in real for slot in record.slots}
    assert len(names) == 52
    assert set(ASSISTANT.slot_words) - names == {"game_type", "music_album"}
    assert sum(not record.slots for record in real) == 4100
    for record, (_, line) in zip(real, records.read_lines(data / "benchmarks" / "assistant.en.jsonl"), strict=True):
        assert record.fields["utterance"] == " ".join(line["utterance"].split()), record.id
        assert [(slot.name, slot.value) for slot in record.slots] == [(slot["name"], slot["value"]) for slot in line["slots"]], record.id


@pytest.mark.real
def test_slots_are_found_without_the_markup(real: list[Record], data: Path) -> None:
    """All but two of 9,684: there the value stands earlier in the utterance too, and nothing says which is meant."""
    lines = [line for _, line in records.read_lines(data / "benchmarks" / "assistant.en.jsonl")]
    found = [ASSISTANT.read({key: value for key, value in line.items() if key != "annotated"}, ASSISTANT.settings()) for line in lines]
    assert sum(one != other for one, other in zip(found, real, strict=True)) == 2


def test_the_sample_is_large_and_varied(sample: list[Record]) -> None:
    labels = Counter(record.label for record in sample)
    assert len(sample) >= 340
    assert labels.keys() == set(ASSISTANT.labels)
    assert min(labels.values()) >= 5
    assert {slot.name for record in sample for slot in record.slots} == set(ASSISTANT.slot_words)
    counts = Counter(len(record.slots) for record in sample)
    assert 0.35 <= counts[0] / len(sample) <= 0.45
    assert counts[2] + counts[3] >= 60
    assert len({record.fields["utterance"] for record in sample}) == len(sample)
    assert all(record.id.startswith("sample-") for record in sample)
    assert [record.id for record in sample if re.search(r"[^a-z' ]", record.fields["utterance"])] == []


@pytest.mark.real
def test_the_sample_is_nobody_elses(sample: list[Record], real: list[Record]) -> None:
    """No utterance of the real data, and none with a word or two changed (four fifths of the words of both together shared)."""

    def words(record: Record) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", record.fields["utterance"].casefold()))

    by_word: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
    for other in map(words, real):
        for word in other:
            by_word[word].add(other)
    for record in sample:
        mine = words(record)
        rarest = sorted(mine, key=lambda word: len(by_word[word]))[: len(mine) // 5 + 1]  # four fifths shared cannot miss all of these
        near = set().union(*(by_word[word] for word in rarest))
        assert [sorted(other) for other in near if len(mine & other) / len(mine | other) >= 0.8] == [], record.fields["utterance"]


def test_the_fold_of_a_published_split_comes_along(tmp_path: Path) -> None:
    records.write(tmp_path / "out.jsonl", [one(cv_test_fold=7)], benchmark="assistant", language="en")
    (line,) = [line for _, line in records.read_lines(tmp_path / "out.jsonl")]
    assert one().fold is None
    assert one(cv_test_fold=7).fold == records.read(tmp_path / "out.jsonl", ASSISTANT)[0].fold == ASSISTANT.read(line, ASSISTANT.settings()).fold == 7  # type: ignore[union-attr]


def test_records_come_back_as_written(sample: list[Record], tmp_path: Path) -> None:
    records.write(tmp_path / "out.jsonl", sample, benchmark="assistant", language="en")
    again = records.read(tmp_path / "out.jsonl", ASSISTANT)
    assert [(record.id, record.fields, record.label, record.group, record.slots) for record in again] == [
        (record.id, record.fields, record.label, record.group, record.slots) for record in sample
    ]
    raw_lines = [json.loads(line)["annotated"] for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    assert [render_markup(record.fields["utterance"], record.slots) for record in again] == raw_lines
    assert [ASSISTANT.read(line, ASSISTANT.settings()) for _, line in records.read_lines(tmp_path / "out.jsonl")] == sample


def test_labels_and_slots_are_sorted() -> None:
    assert list(ASSISTANT.labels) == sorted(ASSISTANT.labels)
    assert list(ASSISTANT.slot_words) == sorted(ASSISTANT.slot_words)
    assert (len(ASSISTANT.labels), len(ASSISTANT.slot_words)) == (64, 54)


def test_swedish_says_everything() -> None:
    cell = language.load("sv").cells["assistant"]
    assert cell.words.keys() == set(ASSISTANT.labels)
    assert cell.slots.keys() == set(ASSISTANT.slot_words)
    assert cell.reviewed == ""
    same = {label for label in cell.words if cell.words[label] == ASSISTANT.words[label]}
    assert same == set()


@pytest.mark.parametrize(("code", "expected"), [("en", []), ("sv", ["draft"])])
@pytest.mark.parametrize("prompt", ["", "published", "split"])
def test_lint_has_nothing_to_say_but_draft(code: str, expected: list[str], prompt: str) -> None:
    task = localise(ASSISTANT, language.load(code), prompt=prompt)
    assert [finding.check for finding in lint(task)] == expected
    assert task.prompt.virtual_tokens == 10


def test_the_answer_as_the_model_reads_it() -> None:
    record = one()
    english, swedish = (localise(ASSISTANT, language.load(code)).example(record) for code in ("en", "sv"))
    assert english.answer + "".join(english.tail) == " set alarm\nSlots: time(five am), date(today)"
    assert swedish.answer + "".join(swedish.tail) == " ställ alarm\nUppgifter: tid(five am), datum(today)"
    assert "".join(localise(ASSISTANT, language.load("sv")).example(one(annotated="wake me")).tail) == "\nUppgifter: inga"
