"""The calendar's promise: an unchanged world gives NoChange, one changed row is one row of work, and nothing is lost when the source is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from flows import changes
from flows.__main__ import call
from flows.adapt import _need_unchanged, _whole, adapt
from flows.plan import Plan, make
from flows.refresh import refresh_benchmark
from templates import records
from templates.catalogue import PACKAGE
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import HOUSE, PACKAGES
from tests.flows.conftest import REPOSITORY, follow, until, write_study
from tests.served import Site
from translation.translators import ctranslate2

ROWS = [raw for _, raw in records.read_lines(HOUSE / "templates" / "samples" / "fiqa.en.jsonl")][:30]


@pytest.fixture(scope="module")
def world(home: Path, tmp_path_factory: pytest.TempPathFactory, server: str, cache: Path) -> Iterator[tuple[Path, Site]]:
    """A user's folder whose FIQA comes from an address, after the first run up to the gate."""
    folder = tmp_path_factory.mktemp("calendar")
    with Site(ROWS) as site, chdir(folder):
        write_study(folder, "weekly", home / "model", source="url", rows=0)
        follow(folder, site.address)
        assert run().name == "Completed"
        yield folder, site


def run() -> Any:
    return adapt("sv", "weekly", until="judge", if_changed=True, return_state=True)


def history() -> list[str]:
    return sorted(path.name for path in Path("runs/.history/sv/weekly").iterdir())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the engine into Swedish is asked for; the engine is the real one."""
    texts: list[str] = []
    translate = ctranslate2.CTranslate2.translate

    def listen(self: Any, batch: list[str]) -> Any:
        texts.extend(batch if self.between[1].code == "sv" else [])
        return translate(self, batch)

    monkeypatch.setattr(ctranslate2.CTranslate2, "translate", listen)
    return texts


def test_a_failed_gate_is_not_forgotten_because_nothing_changed(tmp_path: Path) -> None:
    plan, shipped = make("en", "demo", data=None, out=tmp_path), "sample fiqa.en.jsonl"
    (tmp_path / "facts.json").write_text(json.dumps({"digest": "1", "excluded_rows": [], "origin": shipped}))
    given = {"fiqa": str(tmp_path)}
    for verdict, said in (("fail", "; its gate had FAILED"), ("warn", "")):
        last = {"stage": "judge", "verdict": verdict, "inputs": {"fiqa": {"origin": shipped}}, "basis": changes.basis(plan, given, tuned=False)}
        place = tmp_path / "en" / "demo"
        place.mkdir(parents=True, exist_ok=True)
        (place / "manifest.json").write_text(json.dumps(last))
        found = changes.since_last_run(plan, given, until="judge")
        assert not found.changed and str(found) == f"nothing changed since demo: {', '.join(found.same)}{said}"
    (place / "manifest.json").write_text(json.dumps({**last, "beside": True}))  # English beside a language may lack what a run of its own has
    assert changes.since_last_run(plan, given, until="judge").changed == ("there is no published run",)


def test_a_run_with_tuning_of_its_own_is_not_replaced_by_english_beside_a_language(tmp_path: Path) -> None:
    plan = make("en", "demo", data=None, out=tmp_path)
    place = tmp_path / "en" / "demo"
    place.mkdir(parents=True)
    for manifest, own, beside in (({}, True, True), ({"beside": True}, True, False), ({"stopped": True}, False, False)):
        (place / "manifest.json").write_text(json.dumps({"stage": "report", **manifest}))
        assert (_whole(Runs(tmp_path), plan, beside=False), _whole(Runs(tmp_path), plan, beside=True)) == (own, beside)


def test_a_study_that_was_changed_while_it_ran_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path, "mine", tmp_path / "model")
    shutil.copytree(PACKAGE / "templates" / "languages", tmp_path / "lingraft" / "languages")
    plan = make("sv", "mine", data=None, out=tmp_path / "runs")
    begun, words = plan.digest, tmp_path / "lingraft" / "languages" / "sv.toml"
    _need_unchanged(plan, begun)
    said = r"study mine or the file of Swedish was changed while it ran.*nothing is published"
    words.write_text(words.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        _need_unchanged(plan, begun)
    begun = plan.digest
    write_study(tmp_path, "mine", tmp_path / "model", rows=41)
    with pytest.raises(Refusal, match=said):
        _need_unchanged(plan, begun)


def test_an_unchanged_world_is_no_change(world: tuple[Path, Site], asked: list[str]) -> None:
    before = history()
    state = run()
    assert (state.type.value, state.name) == ("COMPLETED", "NoChange")
    assert history() == before
    assert asked == []
    assert world[1].asked[-1] == ('"1"', 304)
    assert state.message.startswith(f"nothing changed since {before[-1]}: source fiqa ")
    for name in ("engine ctranslate2", "gate settings", "language file", "overrides", "study settings", "code"):
        assert f", {name} " in state.message


@pytest.fixture
def plan(world: tuple[Path, Site]) -> Callable[[], Plan]:
    return lambda: make("sv", "weekly", data=None, out=Path("runs"))


@pytest.fixture
def refreshed(plan: Callable[[], Plan]) -> dict[str, str]:
    """What the last refresh found."""
    newest = max(Path("runs/.store").glob("??/*/facts.json"), key=lambda path: path.stat().st_mtime)
    return {"fiqa": str(newest.parent)}


def study(**change: Any) -> Callable[[Path, Path], None]:
    return lambda folder, model: write_study(folder, "weekly", model, **{"source": "url", "rows": 0, **change})


def own_language(folder: Path, model: Path) -> None:
    text = (HOUSE / "templates" / "languages" / "sv.toml").read_text(encoding="utf-8")
    place = folder / "lingraft" / "languages" / "sv.toml"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text.replace("Känsla för", "Tonen om"), encoding="utf-8")


def own_override(folder: Path, model: Path) -> None:
    place = folder / "lingraft" / "overrides" / "sv" / "fiqa.jsonl"
    place.parent.mkdir(parents=True)
    place.write_text("\n", encoding="utf-8")


def own_code(folder: Path, model: Path) -> None:
    with (folder / "lingraft" / "benchmarks" / "fiqa.py").open("a", encoding="utf-8") as handle:
        handle.write("# read otherwise\n")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (study(), []),
        (study(title="Another title"), ["study settings"]),
        (study(gate={"keep_pass": 0.9}), ["gate settings"]),
        (study(on_fail="stop"), ["gate settings"]),
        (study(translator={"engine": "ctranslate2", "settings": {"beam_size": 3}}), ["engine ctranslate2", "study settings"]),
        (own_language, ["language file"]),
        (own_override, ["overrides"]),
        (own_code, ["code"]),
    ],
    ids=["nothing", "study", "gate", "gate's verdict", "engine", "language", "overrides", "code"],
)
def test_each_thing_a_run_rests_on(
    world: tuple[Path, Site], home: Path, plan: Callable[[], Plan], refreshed: dict[str, str], change: Callable[[Path, Path], None], names: list[str]
) -> None:
    kept = shutil.copytree(world[0] / "lingraft", world[0] / "kept")
    try:
        change(world[0], home / "model")
        found = changes.since_last_run(plan(), refreshed, until="judge")
    finally:
        shutil.rmtree(world[0] / "lingraft")
        kept.rename(world[0] / "lingraft")
    assert [name.rsplit(" ", 3)[0] for name in found.changed] == names


def test_a_longer_run_and_the_sample_in_place_of_the_source(plan: Callable[[], Plan], refreshed: dict[str, str], tmp_path: Path) -> None:
    found = changes.since_last_run(plan(), refreshed, until="report")
    assert "it ended with the stage judge" in found.changed
    assert [name for name in found.changed if name.startswith("model model for sv none -> ")]
    facts = json.loads((Path(refreshed["fiqa"]) / "facts.json").read_text(encoding="utf-8"))
    (tmp_path / "facts.json").write_text(json.dumps({**facts, "origin": "sample fiqa.en.jsonl"}))
    with pytest.raises(Refusal, match=r"fiqa: the last run read http://127.*, and now only the shipped sample can be had; that run stays"):
        changes.since_last_run(plan(), {"fiqa": str(tmp_path)}, until="judge")


def test_any_file_of_code_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PACKAGES:
        shutil.copytree(HOUSE / name, tmp_path / name, ignore=shutil.ignore_patterns("models", "samples", "__pycache__"))
    before = changes.house()
    monkeypatch.setattr(changes, "HOUSE", tmp_path)
    assert changes.house.__wrapped__() == before
    for name in ("translation/gates/copy.py", "pipeline/methods/p_tuning.py", "pipeline/report/page.html", "flows/judge.py"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"\n")
        after = changes.house.__wrapped__()
        assert after != before, name
        before = after


def test_a_changed_row_is_one_row_of_work_and_a_removed_one_stays_in_history(world: tuple[Path, Site], asked: list[str]) -> None:
    site = world[1]
    first, second = "Kestrane opened its third yard in Malmo on a rainy day.", "Borealis shares doubled after the merger was called off."
    changed = {**ROWS[3], "sentence": first, "target": "Kestrane"}
    added = {"id": "new-1", "sentence": second, "target": "Borealis", "score": 0.7}
    site.put([added, *ROWS[:3], changed, *ROWS[5:]], '"2"')
    old = Path("runs/sv/weekly").resolve()
    state = run()
    assert state.name == "Completed"
    new = Path("runs/sv/weekly").resolve()
    assert new != old and old.is_dir()
    assert 1 <= len(asked) <= 2 + 2  # each sentence once, and once more if it lost a stand-in
    told = json.loads(Path("runs/.refreshed/sv/weekly/fiqa/diff.json").read_text(encoding="utf-8"))
    assert (told["added"], told["removed"], told["changed"]) == (["new-1"], [str(ROWS[4]["id"])], [str(ROWS[3]["id"])])
    rows = {part: ids(part / "records") for part in (old, new)}
    assert str(ROWS[4]["id"]) in rows[old] and str(ROWS[4]["id"]) not in rows[new]
    assert "new-1" in rows[new] - rows[old]
    kept = sorted(Path("runs/.refreshed/sv/weekly/fiqa/history").glob("*.jsonl"))
    assert [str(ROWS[4]["id"]) in path.read_text(encoding="utf-8") for path in kept] == [True, False]
    assert Path("runs/.refreshed/sv/weekly/fiqa/digest.txt").read_text().strip() == told["to"] != told["from"]
    assert run().name == "NoChange"


def ids(folder: Path) -> set[str]:
    return {str(raw["id"]) for path in folder.glob("fiqa*.jsonl") for _, raw in records.read_lines(path)}


@pytest.mark.parametrize(
    ("answer", "why", "times"), [("down", "it answered 500", 3), ("truncated", "the body was cut off after", 3), ("gone", "it answered 404", 1)]
)
def test_a_source_that_is_down_is_asked_again_then_fails_in_one_sentence(
    world: tuple[Path, Site], monkeypatch: pytest.MonkeyPatch, answer: str, why: str, times: int
) -> None:
    monkeypatch.setattr(refresh_benchmark, "retry_delay_seconds", 0)
    site, before = world[1], (history(), Path("runs/sv/weekly").resolve(), len(world[1].asked))
    etag, site.etag, site.answer = site.etag, '"3"', answer
    state = run()
    site.etag, site.answer = etag, "whole"
    assert state.is_failed()
    assert why in state.message and "no other source is put in its place: try again later" in state.message
    assert (history(), Path("runs/sv/weekly").resolve(), len(site.asked) - times) == before
    assert not list(Path("runs").rglob("*.tmp"))
    assert run().name == "NoChange"


def test_a_pinned_file_that_was_changed_is_asked_for_once_and_refused(world: tuple[Path, Site]) -> None:
    (folder, site), before = world, (history(), Path("runs/sv/weekly").resolve(), len(world[1].asked))
    follow(folder, site.address, sha256="0" * 64)
    state = run()
    follow(folder, site.address)
    assert state.is_failed()
    assert f", the benchmark expects {'0' * 64}; the file was changed: check it, then update the benchmark." in state.message
    assert (history(), Path("runs/sv/weekly").resolve(), len(site.asked) - 1) == before
    assert run().name == "NoChange"


@pytest.mark.slow
def test_of_two_at_once_the_second_is_told_and_loses_nothing(world: tuple[Path, Site], server: str, capfd: pytest.CaptureFixture[str]) -> None:
    site, before, asked = world[1], history(), len(world[1].asked)
    site.go.clear()
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore", "PREFECT_API_URL": server}
    command = [sys.executable, "-m", "flows", "refresh", "sv", "--study", "weekly"]
    first = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: len(site.asked) > asked or first.poll() is not None, what="the first refresh")
        capfd.readouterr()
        assert call(["refresh", "sv", "--study", "weekly"]) == 4
        second, scheduled = capfd.readouterr(), run()
    finally:
        site.go.set()
        said = first.communicate()
    assert second.out == "" and second.err.startswith("lingraft: another run holds sv in ") and second.err.count("\n") == 1
    assert scheduled.is_failed() and "another run holds sv in " in scheduled.message
    assert (first.returncode, said[1]) == (0, "") and ", changed 0 since the refresh before" in said[0]
    assert history() == before
    assert run().name == "NoChange"


def test_the_command_line_says_what_was_compared_and_what_changed(world: tuple[Path, Site], capfd: pytest.CaptureFixture[str]) -> None:
    said = []
    for number, rows in enumerate((ROWS[:20], ROWS[:20], [{**ROWS[0], "sentence": "Kestrane rises"}, *ROWS[3:23]])):
        world[1].put(rows, f'"set {number}"')
        capfd.readouterr()
        assert call(["refresh", "sv", "--study", "weekly"]) == 0
        said.append(capfd.readouterr().out.splitlines())
    assert "added 0, removed 0, changed 0 since the refresh before (" in said[1][0]
    assert said[2][0].startswith("fiqa: 20 records (")
    assert "added 3, removed 2, changed 1 since the refresh before (" in said[2][0]
    assert [Path(path).name for path in said[2][1:]] == ["records.jsonl", "diff.json"]
    assert json.loads(Path(said[2][2]).read_text(encoding="utf-8"))["changed"] == [str(ROWS[0]["id"])]


def test_adapt_if_changed_compares_the_model_too_and_a_failed_trial_is_tried_again(
    adapted: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(adapted)
    before = Path("runs/sv/tiny").resolve()
    capfd.readouterr()
    assert call(["adapt", "sv", "--study", "tiny", "--if-changed"]) == 0
    said = capfd.readouterr().out
    assert said.startswith(f"nothing changed since {before.name}: source fiqa ") and ", model model for sv " in said
    assert Path("runs/sv/tiny").resolve() == before
    outcomes = before / "outcomes.jsonl"
    rows = outcomes.read_text(encoding="utf-8")
    first = json.loads(rows.splitlines()[0])
    facts = next(path for path in Path("runs/.store").glob("??/*/facts.json") if '"sample fiqa' in path.read_text(encoding="utf-8"))
    try:
        outcomes.write_text(json.dumps({**first, "error": "out of memory"}) + "\n" + rows.split("\n", 1)[1], encoding="utf-8")
        found = changes.since_last_run(make("sv", "tiny", data=None, out=Path("runs")), {"fiqa": str(facts.parent)}, until="report")
    finally:
        outcomes.write_text(rows, encoding="utf-8")
    assert found.changed == ("1 trials failed in it",)
