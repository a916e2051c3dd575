"""Human translations and neighbour languages to measure on, read from $LINGRAFT_DATA; a test that asks for absent ones is skipped."""

import gzip
import os
from functools import cache
from pathlib import Path

import pytest

GOLD = Path(os.environ.get("LINGRAFT_DATA", "../shared/data")) / "gold"


def _rows(name):
    path = GOLD / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


@cache
def pairs(name):
    """(English, Swedish) of gold/<name>.en-sv.tsv.gz."""
    return [(row[0], row[1]) for row in _rows(f"{name}.en-sv.tsv.gz")]


@cache
def neighbours(code):
    """News sentences in nb, da or de."""
    names, *rows = _rows("neighbours.tsv.gz")
    return [row[names.index(code)] for row in rows]
