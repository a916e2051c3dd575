"""Killed at any stage, then started again: the same outcomes, and of each kill at most one shard or one trial done twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import chdir
from pathlib import Path

import pytest

from flows.adapt import adapt
from tests.flows.conftest import write_study
from tests.flows.test_adapt import outcomes

REPOSITORY = Path(__file__).resolve().parents[2]

CHILD = """
import os, signal, sys
import flows.adapt, flows.judge, flows.localise, flows.refresh, flows.report, flows.study, flows.translate
import pipeline.train

where, log = sys.argv[1], sys.argv[2]

def note(line):
    with open(log, "a") as handle:
        handle.write(line + "\\n")

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def watched(module, name, label, fatal):
    done = getattr(module, name)
    calls = [0]
    def call(*arguments, **named):
        calls[0] += 1
        note(label(*arguments, **named))
        if where == fatal and calls[0] == 1:
            die()
        if where == fatal + "-second" and calls[0] == 2:
            die()
        return done(*arguments, **named)
    setattr(module, name, call)

watched(flows.refresh.sources, "sample", lambda *a, **n: "sample", "refresh")
watched(flows.translate, "translate_records", lambda shard, *a, **n: f"shard {n['translator'].fingerprint} {shard[0].id}", "translate")
watched(flows.judge.gates, "judge", lambda *a, **n: "judge", "judge")
watched(flows.localise, "lint", lambda *a, **n: "lint", "localise")
watched(flows.trial.running, "run_together", lambda jobs, *a, **n: "trial " + jobs[0].trial.name, "study")
watched(flows.report.page, "write", lambda *a, **n: "page", "report")
watched(flows.adapt, "write_json", lambda *a, **n: "manifest", "publish")

pipeline.train.CHECKPOINT_SECONDS = pipeline.train.WRITING = 0.0
written = pipeline.train._State.write
def write(self, path):
    written(self, path)
    if where == "epoch":
        die()
pipeline.train._State.write = write

state = flows.adapt.adapt("sv", "short", out="runs", return_state=True)
sys.exit(0 if state.is_completed() else 1)
"""


def run(home: Path, where: str, log: Path, *, server: str, cache: Path) -> int:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PREFECT_API_URL": server, "LINGRAFT_CACHE": str(cache), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    return subprocess.run([sys.executable, "-c", CHILD, where, str(log)], cwd=home, env=environment, check=False, capture_output=True).returncode


EVERYWHERE = ("refresh", "translate-second", "judge", "study-second", "epoch", "localise", "report", "publish")


@pytest.fixture(scope="module")
def whole(home: Path, server: str, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder after a run of the study `short` that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    tuned = [{"method": "majority"}, {"method": "p_tuning", "settings": {"epochs": 1, "least_steps": 1}}]
    write_study(folder, "short", home / "model", english_first=False, trials=tuned)
    with chdir(folder):
        assert adapt("sv", "short", out="runs", return_state=True).is_completed()
    return folder


@pytest.mark.slow
def test_killed_at_any_stage_the_outcomes_are_the_same(whole: Path, server: str, tmp_path: Path) -> None:
    home, cache, log = tmp_path / "home", tmp_path / "cache", tmp_path / "log.txt"
    shutil.copytree(whole / "lingraft", home / "lingraft")
    for where in EVERYWHERE:
        assert run(home, where, log, server=server, cache=cache) == -signal.SIGKILL, where
        assert not (home / "runs" / "sv" / "short").exists(), where
    assert run(home, "nowhere", log, server=server, cache=cache) == 0
    done, expected = (folder / "runs" / "sv" / "short" for folder in (home, whole))
    left, right = ({outcome.trial: outcome for outcome in outcomes(run)} for run in (done, expected))
    assert set(left) == set(right)
    for trial, outcome in left.items():
        assert (outcome.predictions, outcome.history) == (right[trial].predictions, right[trial].history)
    for name in ("records/fiqa.jsonl", "records/fiqa.quarantine.jsonl", "words/fiqa.toml"):
        assert (done / name).read_bytes() == (expected / name).read_bytes()
    times = Counter(line for line in log.read_text().splitlines() if line.startswith(("shard", "trial")))
    again = {line: count for line, count in times.items() if count > 1}
    assert sum(again.values()) - len(again) == sum(where in ("translate-second", "study-second", "epoch") for where in EVERYWHERE), again
    assert not list((home / "runs" / ".history").rglob("*.tmp"))
    assert not list((home / "runs" / ".store" / ".unfinished").glob("*"))
    assert json.loads((done / "manifest.json").read_text(encoding="utf-8"))["verdict"] in ("pass", "warn", "fail")


@pytest.mark.slow
def test_killed_within_a_stack_each_goes_on_from_its_own_checkpoint(home: Path, server: str, cache: Path, tmp_path: Path) -> None:
    tuned = [{"method": "p_tuning", "settings": {"epochs": 2, "least_steps": 1}, "conditions": ["english"]}]
    found = {}
    for where in ("nowhere", "epoch"):
        folder, log = tmp_path / where, tmp_path / f"{where}.txt"
        write_study(folder, "short", home / "model", english_first=False, trials=tuned, folds={"count": 3, "run": [0, 1, 2]})
        place = folder / "lingraft" / "studies" / "short.toml"
        place.write_text(place.read_text(encoding="utf-8").replace("[model]\n", "[model]\nstack = 3\n"), encoding="utf-8")
        if where == "epoch":
            assert run(folder, where, log, server=server, cache=cache) == -signal.SIGKILL
            assert len(list((folder / "runs" / ".store" / ".unfinished").glob("*.safetensors"))) == 1  # the first of three had just written
        assert run(folder, "nowhere", log, server=server, cache=cache) == 0
        assert not list((folder / "runs" / ".store" / ".unfinished").glob("*"))
        found[where] = outcomes(folder / "runs" / "sv" / "short")
    assert len(found["epoch"]) == 3
    for one, other in zip(found["nowhere"], found["epoch"], strict=True):
        assert [item.predicted for item in one.predictions] == [item.predicted for item in other.predictions]
        assert [epoch.validation_loss for epoch in one.history] == pytest.approx([epoch.validation_loss for epoch in other.history], rel=1e-3)
