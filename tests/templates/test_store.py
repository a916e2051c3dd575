"""store and run_folder: whole or absent, also when killed; one run a language; history never changes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from templates.refusal import Refusal
from templates.run_folder import Busy, Runs
from templates.store import Store, code_fingerprint, write_atomic


def test_a_failed_step_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")

    def half(folder: Path) -> None:
        (folder / "a").write_text("half")
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        store.get_or_make("ab" * 32, half)
    assert store.get("ab" * 32) is None
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_a_step_is_made_once(tmp_path: Path) -> None:
    store, calls = Store(tmp_path), []
    for _ in range(2):
        folder = store.get_or_make("cd" * 32, lambda folder: calls.append((folder / "x").write_text("1")))
    assert (folder / "x").read_text() == "1"
    assert len(calls) == 1


def test_killed_in_the_middle_of_a_write_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_atomic(target, b"old")
    script = f"""
import os, signal
from pathlib import Path
from templates import store
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
store.write_atomic(Path({str(target)!r}), b"new")
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="cannot be written"):
        write_atomic(tmp_path / "file" / "below" / "x", b"")


def test_publishing_swaps_a_relative_link(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    seen = []
    for number in range(3):
        staged = runs.stage("sv", "demo")
        (staged / "report.html").write_text(str(number))
        pointer = runs.publish(staged, "sv", "demo", digest="abcdef0123")
        seen.append(pointer.resolve())
        assert pointer.is_symlink()
        assert not os.readlink(pointer).startswith("/")
        assert (pointer / "report.html").read_text() == str(number)
        assert pointer.resolve().name.endswith("-abcdef01")
    assert [(path / "report.html").read_text() for path in seen] == ["0", "1", "2"]
    assert runs.prune(keep=1) == seen[:2]
    assert (pointer / "report.html").read_text() == "2"


def test_leftovers_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    left = runs.stage("sv", "demo")
    (left / "half").write_text("")
    runs.stage("sv", "demo")
    assert not left.exists()
    with pytest.raises(Refusal, match="there is no finished run; make one with: lingraft adapt sv --study demo"):
        runs.finished("sv", "demo")


def test_one_run_holds_a_language(tmp_path: Path) -> None:
    hold = f"with Runs(Path({str(tmp_path)!r})).hold('sv'): print('held', flush=True); input()"
    script = f"from pathlib import Path; from templates.run_folder import Runs\n{hold}"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Busy) as caught, Runs(tmp_path).hold("sv"):
            pass
        with Runs(tmp_path).hold("nb"):
            pass
        other.communicate("\n")
    assert caught.value.exit_code == 4
    with Runs(tmp_path).hold("sv"):
        pass


def test_the_code_fingerprint_follows_imports() -> None:
    assert code_fingerprint("translation.translate") != code_fingerprint("translation.judge")
    assert code_fingerprint("translation.translate") == code_fingerprint("translation.translate", "templates.benchmark")


def test_earlier_sets_of_refreshed_records_go_and_the_latest_stays(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for benchmark, days in (("fiqa", 3), ("assistant", 1)):
        history = tmp_path / ".refreshed" / "sv" / "demo" / benchmark / "history"
        history.mkdir(parents=True)
        for day in range(days):
            for suffix in ("jsonl", "diff.json"):
                (history / f"2026112{day}T040000000000Z-0000000{day}.{suffix}").write_text(benchmark)
    (tmp_path / ".refreshed" / "sv" / "demo" / "fiqa" / "history" / "20261129T040000000000Z-00000009.jsonl").write_text("killed before its diff")
    (tmp_path / ".refreshed" / "sv" / "demo" / "fiqa" / "records.jsonl").write_text("fiqa")
    gone = runs.prune_refreshed(keep=2)
    assert [path.name for path in gone] == [f"2026112{day}T040000000000Z-0000000{day}.{suffix}" for day in (0, 1) for suffix in ("diff.json", "jsonl")]
    left = sorted(path.name for path in tmp_path.rglob("*.*") if path.is_file())
    assert left == [
        "20261120T040000000000Z-00000000.diff.json",
        "20261120T040000000000Z-00000000.jsonl",
        "20261122T040000000000Z-00000002.diff.json",
        "20261122T040000000000Z-00000002.jsonl",
        "20261129T040000000000Z-00000009.jsonl",
        "records.jsonl",
    ]
    assert runs.prune_refreshed(keep=2) == []
    assert Runs(tmp_path / "elsewhere").prune_refreshed(keep=1) == []
