"""The memory survives SIGKILL, serves two processes, and refuses what is not one, without harming it."""

from __future__ import annotations

import math
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from templates.catalogue import PACKAGE
from templates.refusal import Refusal
from translation import memory as memories
from translation.engine import Output
from translation.memory import Memory

WRITER = """
import sys
from pathlib import Path
from translation.engine import Output
from translation.memory import Memory
path, name, batches = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
memory = Memory(path)
for batch in range(batches):
    memory.put_many("engine", {f"{name} {batch} {row}": Output(f"{name} {batch} {row}", -0.5, False) for row in range(64)})
    print(batch, flush=True)
"""


def writer(path: Path, name: str, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, str(batches)], stdout=subprocess.PIPE, text=True, cwd=PACKAGE)


def test_what_is_put_is_got_and_nothing_else(tmp_path: Path) -> None:
    said = {"a": Output("ä", -0.25, False), "b": Output("", math.nan, True), "nul \x00": Output("\x00", -1.0, False)}
    with Memory(tmp_path / "deep" / "memory.db") as memory:
        memory.put_many("one", said)
        found = memory.get_many("one", ["a", "b", "c", "nul \x00"])
        assert found["a"] == said["a"]
        assert found["b"].truncated
        assert math.isnan(found["b"].score)
        assert set(found) == {"a", "b", "nul \x00"}
        assert memory.get_many("two", ["a"]) == {}
        assert memory.get_many("one", []) == {}
    with Memory(tmp_path / "deep" / "memory.db") as memory:
        assert memory.get_many("one", ["a"]) == {"a": said["a"]}


def test_equal_text_in_another_normal_form_is_found(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory.db") as memory:
        memory.put_many("one", {"e\u0301": Output("x", -1.0, False)})
        assert set(memory.get_many("one", ["\u00e9", "e\u0301"])) == {"\u00e9", "e\u0301"}


def test_another_version_of_shielding_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Memory(tmp_path / "memory.db") as memory:
        memory.put_many("one", {"a": Output("ä", -1.0, False)})
        monkeypatch.setattr(memories, "SHIELDING", memories.SHIELDING + 1)
        assert memory.get_many("one", ["a"]) == {}


def test_many_texts_at_once(tmp_path: Path) -> None:
    said = {f"text {number}": Output(str(number), -1.0, False) for number in range(1500)}
    with Memory(tmp_path / "memory.db") as memory:
        memory.put_many("one", said)
        assert memory.get_many("one", said) == said


def test_a_killed_process_leaves_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    process = writer(path, "w", 100_000)
    assert process.stdout is not None
    acknowledged = -1
    while acknowledged < 20:
        acknowledged = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split("\n")[:-1])])
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    with Memory(path) as memory:
        for batch in range(acknowledged + 1):
            assert len(memory.get_many("engine", [f"w {batch} {row}" for row in range(64)])) == 64
        after = [len(memory.get_many("engine", [f"w {batch} {row}" for row in range(64)])) for batch in (acknowledged + 1, acknowledged + 2)]
        assert after in ([0, 0], [64, 0])
        memory.put_many("engine", {"still": Output("works", -1.0, False)})
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    processes = [writer(path, name, 30) for name in ("left", "right")]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with Memory(path) as memory:
        every = [f"{name} {batch} {row}" for name in ("left", "right") for batch in range(30) for row in range(64)]
        assert len(memory.get_many("engine", every)) == len(every)


def test_a_corrupt_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(b"this is no database at all, but somebody's notes\n" * 100)
    before = path.read_bytes()
    with pytest.raises(Refusal, match=r"memory\.db: the translation memory cannot be used.*move it away"):
        Memory(path)
    assert path.read_bytes() == before


def test_a_damaged_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with Memory(path) as memory:
        memory.put_many("one", {f"text {number}": Output("x" * 200, -1.0, False) for number in range(500)})
    blob = path.read_bytes()
    path.write_bytes(blob[:4096] + b"\xff" * (len(blob) - 4096))
    with pytest.raises(Refusal, match="the translation memory cannot be used"):
        Memory(path).get_many("one", [f"text {number}" for number in range(500)])


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE letters (body TEXT)")
    other.commit()
    other.close()
    with pytest.raises(Refusal, match="some other program's database"):
        Memory(path)


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="cannot be written"):
        Memory(tmp_path / "file" / "memory.db")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(Refusal, match="the translation memory cannot be used"):
        Memory(tmp_path / "folder.db")


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with Memory(path) as memory:
        process = writer(path, "late", 1)
        memory._base.execute("BEGIN IMMEDIATE")
        time.sleep(1.0)
        memory._base.execute("COMMIT")
        process.communicate(timeout=30)
        assert process.returncode == 0
        assert memory.get_many("engine", ["late 0 0"])
