"""Measured: comes back as it was put, apart by engine and by both texts; foreign files are refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from templates.refusal import Refusal
from translation.measured import Measured

PAIR = ("A house.", "Ett hus.")
TOKENS = ((-0.5, -1.25), (-3.0, -0.0625))


def test_what_was_put_comes_back_to_the_same_engine_and_texts_alone(tmp_path: Path) -> None:
    with closing(Measured(tmp_path / "deep" / "x.sqlite")) as one:
        one.put_many("engine", {PAIR: TOKENS})
        one.put_many("engine", {PAIR: TOKENS})
    with closing(Measured(tmp_path / "deep" / "x.sqlite")) as two:
        assert two.get_many("engine", [PAIR, ("A house.", "Två hus."), ("A house. Ett", "hus.")]) == {PAIR: ((-0.5, -1.25), (-3.0, -0.0625))}
        assert two.get_many("another", [PAIR]) == {}


def test_more_pairs_than_one_query_holds(tmp_path: Path) -> None:
    many = {(f"source {number}", "target"): ((-float(number),), (-1.0,)) for number in range(1100)}
    with closing(Measured(tmp_path / "x.sqlite")) as base:
        base.put_many("engine", many)
        assert base.get_many("engine", many) == many


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("no database, only text that is long enough to be taken for a header\n" * 20)
    with pytest.raises(Refusal, match="cannot be remembered there"):
        Measured(tmp_path / "x.sqlite")


def test_a_table_that_vanished_is_refused_too(tmp_path: Path) -> None:
    with closing(Measured(tmp_path / "x.sqlite")) as base:
        with closing(sqlite3.connect(tmp_path / "x.sqlite")) as other:
            other.execute("DROP TABLE measured")
        with pytest.raises(Refusal, match="cannot be remembered there"):
            base.put_many("engine", {PAIR: TOKENS})
