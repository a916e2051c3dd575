"""back-translate: text becomes pairs that train-translator reads; a real engine, nothing doubled, nothing sent away."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from flows.__main__ import call
from templates import language
from translation.training import inputs
from translation.translators import apertium

TEXT = "El govern va aprovar la llei.\n\nEl banc va perdre diners.\nEl govern va aprovar  la llei.\nLa botiga tanca demà.\n"
needed = pytest.mark.skipif(
    not apertium.reaches(source=language.load("ca"), target=language.load("en")), reason="Apertium's Catalan to English is not installed"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caches: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mono").mkdir()
    (tmp_path / "mono" / "news.ca.txt.gz").write_bytes(gzip.compress(TEXT.encode() + b"caf\xe9\n"))
    (tmp_path / "mono" / "news.sv.txt").write_text("Hej.\n", encoding="utf-8")
    return tmp_path


def pairs(folder: Path) -> list[tuple[str, str]]:
    (found,) = inputs.find([folder], source="en", target="ca", downloads=folder)
    assert found.origin == "back_news"
    return [pair for pair in found.read(source="en", target="ca") if isinstance(pair, tuple)]


@needed
def test_a_folder_of_text_becomes_parallel_text(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["back-translate", "mono", "--to", "ca", "--with", "apertium", "--out", "out"]
    assert call(command) == 0
    assert "out/back_news.en-ca.tsv.gz: 3 pairs of 6 lines" in capsys.readouterr().out
    made = pairs(home / "out")
    assert [theirs for _, theirs in made] == ["El govern va aprovar la llei.", "El banc va perdre diners.", "La botiga tanca demà."]
    assert "law" in made[0][0] and "bank" in made[1][0]
    first = (home / "out" / "back_news.en-ca.tsv.gz").read_bytes()
    assert call(command) == 0 and (home / "out" / "back_news.en-ca.tsv.gz").read_bytes() == first
    assert call([*command, "--most", "2"]) == 0
    assert len(pairs(home / "out")) == 2 and set(pairs(home / "out")) < set(made)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mono", "--to", "ca", "--with", "deepl"), "deepl: sends texts to DeepL (api.deepl.com), which back-translate never does"),
        (("mono", "--to", "fr"), "mono: holds no file NAME.fr.txt or .txt.gz; name files or another folder."),
        (("mono/news.sv.txt", "--to", "sv", "--with", "no-such"), "no translation model 'no-such'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(home: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    assert call(["back-translate", *arguments]) != 0
    error = capfd.readouterr().err
    assert error.startswith("lingraft: ") and said in error and error.count("\n") == 1


@needed
def test_an_empty_text_is_refused(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "empty.ca.txt").write_text("\n\n")
    assert call(["back-translate", "empty.ca.txt", "--to", "ca", "--with", "apertium"]) == 1
    assert "empty.ca.txt: holds no sentence" in capfd.readouterr().err
    assert not (home / "back").exists()
