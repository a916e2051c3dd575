"""A small folder of parallel text."""

from pathlib import Path

import pytest

from tests.translation.training.sentences import write_tsv


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "data" / "parallel"
    place.mkdir(parents=True)
    write_tsv(place / "tatoeba.en-sv.tsv.gz")
    return place
