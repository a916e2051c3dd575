"""Every text comes back alone, whole and in its place; what is missing is said."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from templates import language
from templates.language import Language
from templates.refusal import Refusal
from translation.translators import apertium as engine

CATALAN = language.load("ca")
ENGLISH = language.load("en")
THERE = bool(engine.reaches(source=ENGLISH, target=CATALAN))
needed = pytest.mark.skipif(not THERE, reason="apertium with the pair eng-cat is not installed (apt install apertium apertium-eng-cat)")


@pytest.fixture(scope="module")
def translator() -> Iterator[engine.Apertium]:
    made = engine.build(engine.Settings(), source=ENGLISH, target=CATALAN)
    yield made
    made.close()


@pytest.mark.parametrize("text", ["", "a ^b$ @c", "{d} [[3]] <b>\\x/</b>", "tail~", "one\0two", "first\nsecond\r", "Yes.", "\ue000", "Inc", "[~] \\"])
def test_the_stream_form_is_undone_exactly(text: str) -> None:
    assert engine.from_stream(engine.to_stream(text), text) == text


@needed
@pytest.mark.parametrize("mark", list("^$@/<>{}[]\\~*#+_|\0\n\t"))
def test_marks_come_through(translator: engine.Apertium, mark: str) -> None:
    (output,) = translator.translate([f"red {mark} wine"])
    assert output.text.count(mark) == 1
    assert "vi" in output.text.split() and not output.truncated


@needed
def test_words_are_translated_and_unknown_ones_unmarked(translator: engine.Apertium) -> None:
    texts = ["Good morning.", " Profit ", "", "Kestrane", "   ", "positive"]
    outputs = [output.text for output in translator.translate(texts)]
    assert outputs == ["Bon dia.", " Benefici ", "", "Kestrane", "   ", "positiu"]


@needed
def test_neighbours_change_nothing(translator: engine.Apertium) -> None:
    texts = ["He said that it", "Shares in the bank rose", "Take it", "fell", "He reads the", "book"]
    together = [output.text for output in translator.translate(texts)]
    backwards = [output.text for output in translator.translate(texts[::-1])][::-1]
    assert together == backwards == [translator.translate([text])[0].text for text in texts]


@needed
def test_a_batch_larger_than_any_pipe(translator: engine.Apertium) -> None:
    texts = [f"The price of {number} shares fell." for number in range(3_000)]
    outputs = [output.text for output in translator.translate(texts)]
    assert all(str(number) in output for number, output in enumerate(outputs))


@needed
def test_one_pipeline_serves_all_batches_and_ends_with_its_translator() -> None:
    made = engine.build(engine.Settings(), source=ENGLISH, target=CATALAN)
    made.translate(["one"])
    processes = list(made._running)
    made.translate(["two"])
    assert made._running == processes
    processes[3].kill()
    processes[3].wait()
    assert made.translate(["good morning"])[0].text == "bon dia"  # a dead pipeline is replaced
    processes = list(made._running)
    del made
    gc.collect()
    assert all(process.poll() is not None for process in processes)


@needed
def test_a_late_pipeline_is_ended() -> None:
    made = engine.build(engine.Settings(seconds=0.001), source=ENGLISH, target=CATALAN)
    with pytest.raises(Refusal, match=r"apertium eng-cat: said nothing for 0\.001 s after 0 of 500 texts"):
        made.translate(["The price of shares fell in the whole of the market."] * 500)
    assert made._running == []


@needed
def test_a_text_that_a_stage_swallows_is_said_not_shifted(translator: engine.Apertium) -> None:
    half = engine.Apertium("eng-cat", [["tr", "-d", "\\0"]], "0" * 64, 2.0)
    with pytest.raises(Refusal, match="said nothing for 2 s after 0 of 1 texts"):
        half.translate(["lost"])
    gone = engine.Apertium("eng-cat", [["true"]], "0" * 64, 20.0)
    with pytest.raises(Refusal, match="ended after 0 of 1 texts"):
        gone.translate(["a"])


def program(folder: Path, misbehaves: str) -> engine.Apertium:
    """A pipeline of one program that gives back what it gets, but for `misbehaves`: Python on `number`, `text` and `out`."""
    path = folder / "engine.py"
    path.write_text(
        f"""#!{sys.executable} -Su
import os, sys, time
def out(piece): os.write(1, piece + b"\\0")
left, number = b"", 0
while piece := os.read(0, 65536):
    *texts, left = (left + piece).split(b"\\0")
    for text in texts:
        if b":end" in text or b"bad" not in text:
            out(text)
        else:
            {misbehaves}
        number += 1
""",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return engine.Apertium("en-xx", [[str(path)]], "0" * 64, 3.0)


MISBEHAVIOUR = [  # what the program does with the text "bad", what is said
    ("out(text); out(b'more')", "gave [34] texts for 3 and the end"),
    ("out(text); out(text)", "gave [34] texts for 3 and the end"),
    ("pass", "gave 2 texts for 3 and the end"),
    ("out(b'x' + text.replace(b':1]', b':2]'))", "gave text 2 in the place of text 1"),
    ("out(b'[2:end]')", "gave [13] texts for 3 and the end"),
    ("time.sleep(60)", r"said nothing for 3 s after [01] of 3 texts"),
    ("while True: out(b'more')", "gave [0-9]+ texts for 3 and the end"),
]


@pytest.mark.parametrize(("misbehaves", "says"), MISBEHAVIOUR)
def test_a_program_out_of_step_is_refused_and_the_next_batch_starts_another(tmp_path: Path, misbehaves: str, says: str) -> None:
    made = program(tmp_path, misbehaves)
    assert [output.text for output in made.translate(["fine", "also fine"])] == ["fine", "also fine"]
    with pytest.raises(Refusal, match=f"apertium en-xx: (?:{says})"):
        made.translate(["one", "bad", "three"])
    assert made._running == []
    assert [output.text for output in made.translate(["well", "again"])] == ["well", "again"]
    made.close()


@pytest.mark.parametrize("misbehaves", ["os._exit(3)", "out(text.replace(b'\\0', b'')); os.close(1)"])
def test_a_text_at_which_the_program_ends_costs_the_others_nothing(tmp_path: Path, misbehaves: str, caplog: pytest.LogCaptureFixture) -> None:
    made = program(tmp_path, misbehaves)
    outputs = made.translate(["one", "bad", "three", "bad", "bad too", "six"])
    assert [(output.text, output.truncated) for output in outputs] == [
        ("one", False), ("", True), ("three", False), ("", True), ("", True), ("six", False),
    ]  # fmt: skip
    assert "apertium en-xx ends at this text, which stays without a translation: bad too" in caplog.text
    made.close()


def test_what_comes_after_the_end_is_met_by_the_next_batch(tmp_path: Path) -> None:
    """A text too many may be late: the race is decided by the numbers, whether it comes with this batch or before the next."""
    made = program(tmp_path, "out(text); late = True")
    path = tmp_path / "engine.py"
    path.write_text(path.read_text().replace("        number += 1", "        if b':end' in text: time.sleep(0.2); out(b'late')"), encoding="utf-8")
    assert [output.text for output in made.translate(["a", "b"])] == ["a", "b"]
    time.sleep(0.5)
    with pytest.raises(Refusal, match=r"gave [23] texts for 2 and the end"):
        made.translate(["c", "d"])
    made.close()


def test_a_text_that_lost_its_number_is_marked_truncated(tmp_path: Path) -> None:
    made = program(tmp_path, "out(b'half')")
    assert [(output.text, output.truncated) for output in made.translate(["one", "bad", "three"])] == [("one", False), ("half", True), ("three", False)]
    made.close()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("i think i'm late, am i?", "I think I'm late, am I?"),
        ("is i. b. m. up", "is i. b. m. up"),
        ("john's flight to new york on monday", "John's flight to New York on Monday"),
        ("tell me if may and will march", "tell me if may and will march"),  # known to miss: words that are names too
        ("the new lamp in wi-fi7", "the new lamp in wi-fi7"),
    ],
)
def test_capitals(text: str, written: str) -> None:
    assert engine.with_capitals(text) == written


@needed
def test_a_text_without_capitals_is_translated_with_them_and_gives_them_back(translator: engine.Apertium) -> None:
    assert translator.translate(["i need a joke"])[0].text == "necessito un acudit"  # "i necessita" without
    assert translator.translate(["I need a joke"])[0].text == "Necessito un acudit"
    assert translator.translate(["on june first"])[0].text == "en el juny primer"
    assert translator.translate(["i need X1 and john"])[0].text == "necessito X1 i john"


@needed
def test_both_directions_and_their_names() -> None:
    assert engine.reaches(source=CATALAN, target=ENGLISH) == "cat-eng"
    back = engine.build(engine.Settings(), source=CATALAN, target=ENGLISH)
    assert back.translate(["negatiu"])[0].text == "negative"
    back.close()
    assert engine.build(engine.Settings(pair="cat-eng"), source=CATALAN, target=ENGLISH).fingerprint == back.fingerprint


def test_a_missing_program_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refusal, match=r"apertium .* is not installed; .* apt install apertium apertium-eng-cat"):
        engine.build(engine.Settings(), source=ENGLISH, target=CATALAN)
    assert engine.reaches(source=ENGLISH, target=CATALAN) == ""


@needed
def test_a_missing_pair_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refusal, match=r"no pair eng-sv; installed are .*eng-cat.*apt install apertium-eng-sv.*codes\] apertium"):
        engine.build(engine.Settings(), source=ENGLISH, target=language.load("sv"))
    with pytest.raises(Refusal, match=r"no pair \.\./eng-cat"):
        engine.build(engine.Settings(pair="../eng-cat"), source=ENGLISH, target=CATALAN)
    with pytest.raises(Refusal, match="seconds must be above 0"):
        engine.build(engine.Settings(seconds=0), source=ENGLISH, target=CATALAN)


@needed
def test_an_upgrade_gives_a_new_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = engine.modes()
    assert shipped is not None
    before = engine.build(engine.Settings(), source=ENGLISH, target=CATALAN).fingerprint
    data = Path(shutil.copytree(shipped.parent / "apertium-eng-cat", tmp_path / "apertium-eng-cat"))
    (tmp_path / "modes").mkdir()
    mode = (shipped / "eng-cat.mode").read_text(encoding="utf-8").replace(str(shipped.parent / "apertium-eng-cat"), str(data))
    (tmp_path / "modes" / "eng-cat.mode").write_text(mode, encoding="utf-8")
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))
    moved = engine.build(engine.Settings(), source=ENGLISH, target=CATALAN).fingerprint
    with (data / "eng-cat.t2x.bin").open("ab") as handle:
        handle.write(os.urandom(1))
    other = engine.build(engine.Settings(), source=ENGLISH, target=CATALAN).fingerprint
    monkeypatch.setattr(engine.importlib.metadata, "version", lambda name: f"{name} 99")  # the names of English are simplemma's
    assert len({before, moved, other, engine.build(engine.Settings(), source=ENGLISH, target=CATALAN).fingerprint}) == 4


def test_the_language_file_says_what_apertium_calls_it() -> None:
    plain = replace(CATALAN, codes={})
    assert engine.names(plain) == ("ca",)
    assert engine.names(CATALAN) == ("cat",)
    assert engine.names(ENGLISH) == ("eng", "en")
    assert isinstance(plain, Language)
