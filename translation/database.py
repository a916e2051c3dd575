"""Database: one SQLite file that several processes share; they make it one after another, since changing into write-ahead logging waits for nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from templates.store import make_folder

WAIT_SECONDS = 60.0  # for another process to finish its batch


def connect(path: Path, make: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """The file, made if absent; `make` sees it alone, creates what is missing, and may refuse it. Its write-ahead log is on.

    Raises sqlite3.Error where the file is no database or cannot be written. Source: https://www.sqlite.org/wal.html
    """
    make_folder(path.parent)
    with FileLock(f"{path}.lock", timeout=WAIT_SECONDS):
        base = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            make(base)
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            base.close()
            raise
    return base
