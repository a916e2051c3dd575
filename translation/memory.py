"""Memory: what was translated once is never translated again, also after the process was killed.

One SQLite file; its write-ahead log (https://www.sqlite.org/wal.html) makes each batch whole or absent and lets several
processes share it. It holds two things. What engines said: the key is the engine's fingerprint, the version of shielding and the text as
the engine read it (NFC), so nothing in it is derived by our own code. And what became of whole texts, so that a second run need not take
them apart again: the key is the walk, a digest of all that the result depends on, code too (translate.py), and the text.
"""

from __future__ import annotations

import math
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from templates.refusal import Refusal
from translation.database import connect
from translation.engine import Output
from translation.shield.version import SHIELDING

OURS = 0x6C67_746D  # "lgtm", in the file's header (PRAGMA application_id)
AT_ONCE = 500  # texts in one query; SQLite before 3.32 allows 999 parameters


class Memory:
    """A translation memory in the file at `path`, made if absent. Nothing is ever deleted from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._refusing():
            self._base = connect(path, self._make)

    def _make(self, base: sqlite3.Connection) -> None:
        owner = base.execute("PRAGMA application_id").fetchone()[0]
        if owner != OURS and base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise Refusal(f"{self.path}: is some other program's database, not a translation memory; name another file.")
        base.execute(f"PRAGMA application_id = {OURS}")
        base.execute(
            "CREATE TABLE IF NOT EXISTS said (engine TEXT, shielding INTEGER, source TEXT, text TEXT NOT NULL, score REAL, truncated INTEGER NOT NULL, "
            "PRIMARY KEY (engine, shielding, source)) WITHOUT ROWID"
        )
        base.execute(
            "CREATE TABLE IF NOT EXISTS became (walk TEXT, source TEXT, text TEXT NOT NULL, flags TEXT NOT NULL, PRIMARY KEY (walk, source)) WITHOUT ROWID"
        )

    def get_many(self, engine: str, texts: Iterable[str]) -> dict[str, Output]:
        """Text -> output for those of the texts that the engine of this fingerprint has met."""
        key_of = {text: _key(text) for text in texts}
        keys, found = list(dict.fromkeys(key_of.values())), {}
        with self._refusing():
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                query = f"SELECT source, text, score, truncated FROM said WHERE engine = ? AND shielding = ? AND source IN ({','.join('?' * len(part))})"
                for source, text, score, truncated in self._base.execute(query, (engine, SHIELDING, *part)):
                    found[source] = Output(text, math.nan if score is None else score, bool(truncated))
        return {text: found[key] for text, key in key_of.items() if key in found}

    def put_many(self, engine: str, outputs: Mapping[str, Output]) -> None:
        """Remember a batch in one transaction. What is there already stays: equal keys mean equal translations."""
        rows = [(engine, SHIELDING, _key(text), said.text, None if math.isnan(said.score) else said.score, said.truncated) for text, said in outputs.items()]
        with self._refusing(), self._transaction():
            self._base.executemany("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?, ?)", rows)

    def whole(self, walk: str, texts: Iterable[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Text -> what became of it, and its flags, for those of the texts that this walk has met."""
        found = {}
        keys = list(dict.fromkeys(texts))
        with self._refusing():
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                query = f"SELECT source, text, flags FROM became WHERE walk = ? AND source IN ({','.join('?' * len(part))})"
                for source, text, flags in self._base.execute(query, (walk, *part)):
                    found[source] = text, tuple(flags.split())
        return found

    def put_whole(self, walk: str, became: Mapping[str, tuple[str, Iterable[str]]]) -> None:
        """Remember what became of whole texts, in one transaction."""
        rows = [(walk, source, text, " ".join(sorted(flags))) for source, (text, flags) in became.items()]
        with self._refusing(), self._transaction():
            self._base.executemany("INSERT OR IGNORE INTO became VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Refusal(f"{self.path}: the translation memory cannot be used ({error}); move it away and it is made anew, or name another.") from error


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text)
