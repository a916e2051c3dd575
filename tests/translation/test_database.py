"""Database: whoever comes first makes the file, whoever comes at the same moment waits."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from translation.database import connect


def make(base: sqlite3.Connection) -> None:
    base.execute("CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY)")


def test_many_open_one_new_file_at_the_same_moment(tmp_path: Path) -> None:
    def use(number: int) -> str:
        base = connect(tmp_path / f"{number // 8}.sqlite", make)
        try:
            base.execute("INSERT INTO words VALUES (?)", (str(number),))
            return str(base.execute("PRAGMA journal_mode").fetchone()[0])
        finally:
            base.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(use, range(80))) == {"wal"}
    base = connect(tmp_path / "9.sqlite", make)
    assert base.execute("SELECT count(*) FROM words").fetchone() == (8,)
    base.close()


def test_a_file_that_is_refused_is_left_as_it_was(tmp_path: Path) -> None:
    def refuse(base: sqlite3.Connection) -> None:
        raise ValueError("not ours")

    path = tmp_path / "theirs.sqlite"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE notes (note TEXT)")
    theirs.commit()
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not ours"):
        connect(path, refuse)
    assert path.read_bytes() == before
