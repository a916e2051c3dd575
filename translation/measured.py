"""Measured: what models measured of pairs of texts, remembered beside the translation memory; safe to kill at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from templates.refusal import Refusal
from templates.store import digest
from translation import detachment
from translation.database import connect

MEASURING = 1  # part of the key: raise it whenever the tokens measured change for the same texts
AT_ONCE = 500  # pairs in one query

Pair = tuple[str, str]
Tokens = tuple[tuple[float, ...], tuple[float, ...]]  # log-probabilities after the own source and after a foreign one


class Measured:
    """What an engine measured, in one SQLite file, each batch whole or absent; keys hold no text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._refusing():
            self._base = connect(path, _make)

    def get_many(self, engine: str, pairs: Iterable[Pair]) -> dict[Pair, Tokens]:
        """Pair -> tokens for those that the engine of this fingerprint has measured."""
        key_of = {pair: _key(engine, pair) for pair in pairs}
        keys, found = list(key_of.values()), {}
        with self._refusing():
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                query = f"SELECT key, own, foreign_ FROM measured WHERE key IN ({','.join('?' * len(part))})"
                for key, own, foreign in self._base.execute(query, part):
                    found[key] = _numbers(own), _numbers(foreign)
        return {pair: found[key] for pair, key in key_of.items() if key in found}

    def put_many(self, engine: str, measured: Mapping[Pair, Tokens]) -> None:
        """Remember a batch in one transaction."""
        rows = [(_key(engine, pair), _words(own), _words(foreign)) for pair, (own, foreign) in measured.items()]
        with self._refusing():
            self._base.execute("BEGIN IMMEDIATE")
            with self._base:  # commits, or rolls back
                self._base.executemany("INSERT OR IGNORE INTO measured VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Refusal(f"{self.path}: what models measured cannot be remembered there ({error}); move the file away and it is made anew.") from error


def _make(base: sqlite3.Connection) -> None:
    base.execute("CREATE TABLE IF NOT EXISTS measured (key TEXT PRIMARY KEY, own TEXT NOT NULL, foreign_ TEXT NOT NULL) WITHOUT ROWID")


def _key(engine: str, pair: Pair) -> str:
    return digest([MEASURING, engine, detachment.FOILS, *pair])


def _words(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:.4f}" for number in numbers)


def _numbers(words: str) -> tuple[float, ...]:
    return tuple(float(word) for word in words.split())
