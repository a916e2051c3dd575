"""gold: pairs are read as they stand, and every bad line is refused in one sentence that names it."""

import gzip

import pytest

from templates.refusal import Refusal
from translation import gold
from translation.gold import Pair


def test_plain_and_packed_files_read_the_same(tmp_path):
    text = "\ufeffHello there.\tHej där.\r\n\nGood night!\tGod natt!\n".encode()
    (tmp_path / "a.tsv").write_bytes(text)
    (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(text))
    wanted = [Pair("Hello there.", "Hej där."), Pair("Good night!", "God natt!")]
    assert gold.read(tmp_path / "a.tsv") == gold.read(tmp_path / "a.tsv.gz") == wanted


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (b"Hello\tHej\nno tab here\n", "line 2: 1 column found; a line is English, one tab, the translation."),
        (b"a\tb\tc\n", "line 1: 3 columns found"),
        (b"Hello\tHej\n\nHello\t  \n", "line 3: the translation side is empty"),
        (b"\tHej\n", "line 1: the English side is empty"),
        (b"Hello\tHej\nna\xefve\tnaiv\n", "line 2: byte 3 is not UTF-8"),
        (b"\n \n", "holds no pair"),
    ],
)
def test_bad_lines(tmp_path, blob, said):
    path = tmp_path / "bad.tsv"
    path.write_bytes(blob)
    with pytest.raises(Refusal) as refused:
        gold.read(path)
    assert str(refused.value).startswith(str(path)) and said in str(refused.value)


def test_bad_files(tmp_path):
    (tmp_path / "half.tsv.gz").write_bytes(gzip.compress(b"Hello\tHej\n" * 100)[:-20])
    (tmp_path / "plain.tsv.gz").write_bytes(b"Hello\tHej\n")
    for name, said in (("half.tsv.gz", "not a whole gzip file"), ("plain.tsv.gz", "not a whole gzip file"), ("none.tsv", "cannot be read (no such file")):
        with pytest.raises(Refusal, match=said.replace("(", r"\(")):
            gold.read(tmp_path / name)
    with pytest.raises(Refusal, match=r"ends in '.csv'; give a .tsv or .tsv.gz file"):
        gold.read(tmp_path / "gold.csv")


def test_neighbours(tmp_path):
    path = tmp_path / "neighbours.tsv"
    path.write_text("nb\tda\nEn\tTo\n\tTre\n", encoding="utf-8")
    assert gold.read_neighbours(path) == {"nb": ("En",), "da": ("To", "Tre")}
    path.write_text("nb\tda\nEn\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"line 2: 1 columns found; line 1 names 2 languages \(nb, da\)"):
        gold.read_neighbours(path)
    path.write_text("Hello there.\tHej.\n", encoding="utf-8")
    with pytest.raises(Refusal, match="is no line of language codes"):
        gold.read_neighbours(path)
