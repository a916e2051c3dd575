"""A toy benchmark with slots: what to do, at what time, on which day, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates import language
from templates.benchmark import Benchmark, Record, text
from templates.slots import parse_markup
from templates.task import LocalisedTask, localise

WORDS = {"alarm_set": " alarm", "music_play": " music", "news_query": " news"}
SLOTS = {"time": " time", "date": " date", "time_zone": " time zone", "person": " person"}
MARKED = (
    ("alarm_set", "wake me at [time : five am] on [date : monday]"),
    ("music_play", "play something by [person : dover]"),
    ("news_query", "what happened"),
    ("alarm_set", "set it for [time : six] [date : today] and not for [time : six pm]"),
    ("news_query", "news of [date : this day] please"),
    ("music_play", "play  songs [person : elmwood  oil] likes"),
    ("news_query", "tell me what is new"),
    ("alarm_set", "[time : noon] [time_zone : oslo] alarm please"),
    ("music_play", "sing for [person : mary's] cat"),
    ("news_query", "did (it) rain, you say, on [date : friday)]"),
)


def read(raw: Mapping[str, Any], settings: Any) -> Record:
    said, slots = parse_markup(raw["annotated"])
    return Record(raw["id"], {"utterance": said}, raw["label"], said, slots=slots)


BENCHMARK = Benchmark(
    name="toy",
    fields={"utterance": text(truncate=True)},
    labels=tuple(WORDS),
    group_by="utterance",
    prompt="{utterance}[[10]] Intent:{answer}",
    prompts={"first": "[[10]] {utterance} Intent:{answer}", "more": "{utterance}[[40]] Intent:{answer}"},
    words=WORDS,
    metric="accuracy",
    read=read,
    licence="none needed",
    citation="none",
    slot_words=SLOTS,
    slots_in="utterance",
)


def task(*, prompt: str = "") -> LocalisedTask:
    return localise(BENCHMARK, language.load("en"), prompt=prompt)


def records() -> list[Record]:
    return [read({"id": f"u{number}", "label": label, "annotated": marked}, None) for number, (label, marked) in enumerate(MARKED)]
