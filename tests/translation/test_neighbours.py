"""neighbours: the file named, beside the gold, in the data folder, and at last the shipped sentences, which identify as their languages."""

import re

import py3langid
import pytest

from templates.refusal import Refusal
from translation import neighbours

ROWS = "nb\tda\nJeg vet ikke.\tJeg ved ikke.\n"


def test_the_first_place_that_has_a_file_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINGRAFT_DATA", raising=False)
    shipped = neighbours.find(None, beside=[tmp_path / "gold"])
    assert (shipped.origin, shipped.file) == ("shipped", "neighbours.tsv")
    import gzip

    for number, folder in enumerate(("data/gold", "gold"), start=1):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "neighbours.tsv.gz").write_bytes(gzip.compress((ROWS + ROWS.split("\n")[1] + "\n" * number).encode()))
    monkeypatch.setenv("LINGRAFT_DATA", str(tmp_path / "data"))
    assert neighbours.find(None).file == str(tmp_path / "data/gold/neighbours.tsv.gz")
    beside = neighbours.find(None, beside=[tmp_path / "gold"])
    assert beside.file == str(tmp_path / "gold/neighbours.tsv.gz") and beside.origin == "found" and beside.to_json()["sentences"] == 4
    (tmp_path / "own.tsv").write_text(ROWS, encoding="utf-8")
    assert neighbours.find(tmp_path / "own.tsv", beside=[tmp_path / "gold"]).origin == "named"
    with pytest.raises(Refusal, match=r"none\.tsv: cannot be read"):
        neighbours.find(tmp_path / "none.tsv")


def test_what_is_said():
    shipped = neighbours.find(neighbours.SHIPPED)
    assert shipped.said("sv") == "named sentences of neighbours.tsv (66 nb, 66 da, 66 de)"
    assert "(66 da, 66 de)" in shipped.said("nb")


def test_the_shipped_sentences_are_many_varied_and_in_their_languages():
    texts = neighbours.find(neighbours.SHIPPED).sentences
    assert list(texts) == ["nb", "da", "de"]
    for code, sentences in texts.items():
        assert len(set(sentences)) >= 60 and not any(re.search(r"\d", text) for text in sentences)
        assert min(map(len, sentences)) < 30 and max(map(len, sentences)) > 90
        family = {"nb": ("no", "nb", "nn", "da"), "da": ("da", "no", "nb"), "de": ("de",)}[code]
        assert sum(py3langid.classify(text)[0] in family for text in sentences) >= 0.9 * len(sentences), code
