"""review without a flow: a run put together by hand, two benchmarks in one sheet, slots in markup, sheets that do not fit together."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flows import plan
from flows.trial import Rows, conditions
from templates import catalogue, language, records
from templates.benchmark import Record
from templates.run_folder import Runs
from templates.slots import Slot
from tests.flows.conftest import Lingraft
from translation import gate_page, overrides
from translation.judge import judge

STUDY = 'title = "Two"\nbenchmarks = ["fiqa", "assistant"]\nsource = "sample"\n'
ENGLISH = {
    "fiqa": [Record(f"f{n}", {"sentence": f"Profit rose on day {n}", "target": "Acme"}, "positive", f"g{n}") for n in range(6)],
    "assistant": [
        Record("u1", {"utterance": "wake me at five"}, "alarm_set", "u1", slots=(Slot("time", "five", 11),)),
        Record("u2", {"utterance": "=tell [a] joke"}, "general_joke", "u2"),
    ],
}
SAID = {"fiqa": "Vinsten steg dag {}", "u1": "väck mig klockan", "u2": "=berätta [ett] skämt"}
SWEDISH = language.load("sv")


def moved(name: str) -> list[Record]:
    """What a machine said; it lost the slot of u1."""
    texts = {row.id: SAID.get(row.id, SAID["fiqa"].format(row.id[1:])) for row in ENGLISH[name]}
    return [
        replace(row, fields={**row.fields, next(iter(row.fields)): texts[row.id]}, source=row.fields, engine="machine", slots=(), source_slots=row.slots)
        for row in ENGLISH[name]
    ]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder with a judged run of the study `two`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lingraft" / "studies").mkdir(parents=True)
    (tmp_path / "lingraft" / "studies" / "two.toml").write_text(STUDY)
    publish()
    return tmp_path


def publish() -> None:
    runs = Runs(Path("runs").resolve())
    staged = runs.stage("sv", "two")
    for name, source in ENGLISH.items():
        shape = catalogue.benchmark(name)
        people = overrides.apply(source, moved(name), overrides.read(overrides.path_of("sv", name), shape), where=name)
        found = judge(source, people.records, benchmark=shape, language=SWEDISH)
        for part, rows in (("", found.kept), (".quarantine", found.quarantined)):
            records.write(staged / "records" / f"{name}{part}.jsonl", rows, benchmark=name, language="sv")
        gate_page.write(found, staged / "gate" / name, provenance={})
    runs.publish(staged, "sv", "two", digest="0" * 64)


def export(lingraft: Lingraft, name: str, *options: str) -> list[list[str]]:
    assert lingraft("review", "sv", "--study", "two", "--export", name, *options)[::2] == (0, "")
    with Path(name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle))


def save(name: str, lines: list[list[str]], change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    names = [cell.partition(" (")[0] for cell in lines[0]]
    rows = [dict(zip(names, line, strict=True)) for line in lines[1:]]
    with Path(name).open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows({**row, **change(row)} for row in rows)


def test_a_lost_slot_is_mended_in_markup_and_the_next_gate_keeps_the_row(run: Path, lingraft: Lingraft) -> None:
    lines = export(lingraft, "sheet.csv")
    shown = {line[1]: line for line in lines[1:]}
    assert len(shown) == 8 and "wake me at [time : five]" in shown["u1"] and "väck mig klockan" in shown["u1"]
    assert "'=tell [a] joke" in shown["u2"] and "" in shown["u2"]
    text = "väck mig klockan [time : fem]"
    save("sheet.csv", lines, lambda row: {"verdict": "major", "correction.utterance": text} if row["id"] == "u1" else {"verdict": "ok"})
    code, out, error = lingraft("review", "sv", "--import", "sheet.csv")
    assert (code, error) == (0, "") and [line for line in out.splitlines() if line.startswith(("fiqa: ", "assistant: "))] == [
        "fiqa: 6 of 6 rows reviewed (sheet 6): ok 6, minor 0, major 0, wrong-label 0",
        "assistant: 2 of 2 rows reviewed (sheet 2): ok 1, minor 0, major 1, wrong-label 0",
    ]
    assert not (run / "lingraft" / "overrides" / "sv" / "fiqa.jsonl").exists()  # ok of a kept row decides nothing
    publish()
    shape = catalogue.benchmark("assistant")
    kept = {row.id: row for row in records.read(run / "runs" / "sv" / "two" / "records" / "assistant.jsonl", shape)}
    assert kept["u1"].slots == (Slot("time", "fem", 17, "human"),) and kept["u1"].engine == "human"


def test_a_blind_ok_of_a_lost_slot_counts_and_is_listed_at_the_end(run: Path, lingraft: Lingraft) -> None:
    lines = export(lingraft, "sheet.csv")
    save("sheet.csv", lines, lambda row: {"verdict": "ok", "reviewer": "Anna"})
    code, out, error = lingraft("review", "sv", "--import", "sheet.csv")
    assert (code, error) == (0, "")
    assert out.splitlines()[-2:] == [
        "assistant: found good and yet left out, as the text is not sound, 1 rows; a correction (verdict minor or major) releases them:",
        "  u1: time 'five' is not in the translation 'väck mig klockan'",
    ]
    assert "  gate and people: quarantined 0 bad, 1 good; kept 0 bad, 1 good" in out and not (run / "lingraft" / "overrides").exists()


def test_a_later_import_adds_to_the_numbers_and_names_what_it_replaces(run: Path, lingraft: Lingraft) -> None:
    lines = export(lingraft, "all.csv", "--benchmark", "fiqa")
    save("anna.csv", lines, lambda row: {"verdict": "ok", "reviewer": "Anna"})
    save("bo.csv", lines, lambda row: {"verdict": "major", "reviewer": "bo"} if row["id"] in ("f0", "f1") else {})
    for sheet in ("anna.csv", "bo.csv"):
        assert lingraft("review", "sv", "--import", sheet)[0] == 0
    other = export(lingraft, "other.csv", "--benchmark", "fiqa", "--rows", "6", "--seed", "7")
    save("cilla.csv", other, lambda row: {"verdict": "minor", "reviewer": "Cilla", "correction.sentence": "Vinsten ökade"} if row["id"] == "f0" else {})
    code, out, _ = lingraft("review", "sv", "--import", "cilla.csv")
    assert code == 0
    (said,) = [line for line in out.splitlines() if line.startswith("  replaced: ")]
    assert said.startswith("  replaced: override of row f0: major of bo (20") and " by a correction of Cilla (20" in said
    first, second = json.loads((run / "runs" / ".reviews" / "sv" / "fiqa.json").read_text(encoding="utf-8"))["samples"].values()
    assert (first["reviewers"], second["reviewers"]) == ({"Anna": 6, "bo": 2}, {"Cilla": 1})
    assert first["pairs"][0]["rows"] == 2 and [one["sheets"] for one in first["imports"]] == [["anna.csv"], ["bo.csv"]]
    assert second["imports"][0]["replaced"] == [said.removeprefix("  replaced: ")]
    kept = {one.id: one.verdict for one in overrides.read(overrides.path_of("sv", "fiqa"), catalogue.benchmark("fiqa"))}
    assert kept == {"f0": "minor", "f1": "major"}


def test_a_mended_row_changes_what_trials_rest_on_and_not_who_translated(run: Path, lingraft: Lingraft) -> None:
    made = plan.make("sv", "two", data=None, out=run / "runs")
    english = run / "english.jsonl"
    records.write(english, ENGLISH["fiqa"], benchmark="fiqa", language="en")

    def facts() -> dict[str, str]:
        return conditions(made, Rows("fiqa", english, run / "runs" / "sv" / "two" / "records" / "fiqa.jsonl", "pass"))["target"].facts

    before, lines = facts(), export(lingraft, "sheet.csv")
    save("sheet.csv", lines, lambda row: {"verdict": "minor", "correction.sentence": "Vinsten ökade"} if row["id"] == "f0" else {})
    assert lingraft("review", "sv", "--import", "sheet.csv")[0] == 0
    publish()
    after = facts()
    assert {name for name in before if before[name] != after[name]} == {"rows"}
    assert after["engine"] == "machine"


def test_sheets_that_do_not_fit_together_are_refused(run: Path, lingraft: Lingraft) -> None:
    first, second = export(lingraft, "a.csv", "--rows", "3"), export(lingraft, "b.csv", "--rows", "3", "--seed", "1")
    for name, lines in (("a.csv", first), ("b.csv", second)):
        save(name, lines, lambda row: {"verdict": "ok" if row["benchmark"] == "fiqa" else ""})
    code, _, error = lingraft("review", "sv", "--import", "a.csv", "b.csv")
    assert code == 1 and "import the sheets of each sample by themselves" in error and error.count("\n") == 1
    code, _, error = lingraft("review", "ca", "--import", "a.csv")
    assert code == 1 and "was not exported for ca from runs; name the right language and --out." in error.replace(str(run) + "/", "")
    save("c.csv", first, lambda row: {"sample": "../../../x"})
    code, _, error = lingraft("review", "sv", "--import", "c.csv")
    assert code == 1 and "c.csv, line 2: sample '../../../x' was not exported for sv" in error
    assert not (run / "lingraft" / "overrides").exists() and not (run / "runs" / ".reviews" / "sv" / "fiqa.json").exists()


def test_english_has_no_translation_to_review_and_a_run_that_stopped_early_no_gate(run: Path, lingraft: Lingraft) -> None:
    code, _, error = lingraft("review", "en", "--study", "two", "--export", "a.csv")
    assert (code, error) == (1, "lingraft: en is the source, so there is no translation to review; name another language.\n")
    (Runs(Path("runs")).finished("sv", "two") / "gate" / "fiqa" / "rows.jsonl").unlink()
    code, _, error = lingraft("review", "sv", "--study", "two", "--export", "a.csv")
    assert code == 1 and "rows.jsonl: not found, so the run was never judged; make the run again." in error
    assert not Path("a.csv").exists() and not Path("runs/.reviews").exists()


def test_one_benchmark_can_be_asked_for(run: Path, lingraft: Lingraft) -> None:
    lines = export(lingraft, "one.csv", "--benchmark", "assistant", "--rows", "1")
    assert len(lines) == 2 and lines[1][2] == "assistant" and "source.sentence" not in lines[0]
