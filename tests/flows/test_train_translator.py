"""The command from parallel text to a translator that is found by its languages: there, back, and into two languages at once."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from flows.__main__ import call
from templates import language
from tests import grammar
from translation.translators import ctranslate2

CATALAN = {
    "hunden": "el gos",
    "katten": "el gat",
    "min syster": "la meva germana",
    "banken": "el banc",
    "en lärare": "un mestre",
    "kungen": "el rei",
    "ser": "veu",
    "köper": "compra",
    "vill ha": "vol",
    "säljer": "ven",
    "huset": "la casa",
    "en gammal bil": "un cotxe vell",
    "aktier": "accions",
    "en grön lampa": "un llum verd",
}
QUICK = [
    "--shape",
    "tiny",
    "--vocabulary",
    "420",
    "--batch-tokens",
    "400",
    "--learning-rate",
    "0.004",
    "--warm-up",
    "30",
    "--threads",
    "1",
    "--precision",
    "float32",
]


def catalan(text: str) -> str:
    for swedish, said in CATALAN.items():
        text = text.replace(swedish, said)
    return text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caches: Path) -> Path:
    """A user's folder with a prepared corpus each for Swedish and Catalan, and a small dev set of each."""
    monkeypatch.chdir(tmp_path)
    swedish = grammar.sentences()
    both = {"sv": swedish, "ca": [(english, catalan(text)) for english, text in swedish]}
    for code, pairs in both.items():
        grammar.write(tmp_path / f"corpus-{code}", pairs[8:] * 3, target=code)
        (tmp_path / f"dev-{code}.tsv").write_text("".join(f"{ours}\t{theirs}\n" for ours, theirs in pairs[:8]), encoding="utf-8")
    return tmp_path


def ask(source: str, target: str, text: str) -> str:
    engine = ctranslate2.build(ctranslate2.Settings(beam_size=1), source=language.load(source), target=language.load(target))
    return engine.translate([text])[0].text


def test_a_translator_from_parallel_text_is_found_and_can_be_trained_further(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train-translator", "--to", "sv", "--corpus", "corpus-sv", "--dev", "dev-sv.tsv", *QUICK]
    assert call([*command, "--steps", "80"]) == 0
    model = home / "lingraft" / "models" / "en-sv"
    assert "80 steps" in capsys.readouterr().out
    card = (model / "card.md").read_text(encoding="utf-8")
    assert "| grammar | 264 | 264 | CC0-1.0 |" in card
    assert "nrefs:1|case:mixed" in card
    assert "Written for a test." in (model / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    assert json.loads((model / "manifest.json").read_text(encoding="utf-8"))["placeholders"] is True
    assert call([*command, "--steps", "90"]) == 1
    assert "--resume" in capsys.readouterr().err
    assert call([*command, "--steps", "180", "--resume"]) == 0
    assert ask("en", "sv", "the king sells an old car.") == "kungen säljer en gammal bil."


def test_the_reverse_swaps_the_columns_and_may_begin_with_weights_and_pieces_of_another_training(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["train-translator", "--to", "sv", "--corpus", "corpus-sv", "--dev", "dev-sv.tsv", *QUICK, "--steps", "120"]) == 0
    command = ["train-translator", "--from", "sv", "--to", "en", "--corpus", "corpus-sv", "--dev", "dev-sv.tsv", *QUICK, "--steps", "120"]
    assert call([*command, "--start-from", "nowhere"]) == 1
    assert "nowhere: holds no training to start from" in capsys.readouterr().err
    assert call([*command, "--start-from", "lingraft/training/en-sv"]) == 0
    pieces = [home / "lingraft" / "training" / pair / "tokenizer" / "source.spm" for pair in ("en-sv", "sv-en")]
    assert pieces[0].read_bytes() == pieces[1].read_bytes()
    assert ask("sv", "en", "kungen säljer en gammal bil.") == "the king sells an old car."
    assert call([*command, "--steps", "125", "--resume", "--start-from", "gone"]) == 0  # counts at the beginning only
    assert call([*command, "--start-from", "lingraft/training/en-sv", "--licences", "MIT", "--work", "other"]) == 1
    assert "lingraft/training/en-sv: was trained on text under CC0-1.0, which --licences leaves out" in capsys.readouterr().err


def test_whom_to_name_is_passed_on_with_the_weights(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["train-translator", "--to", "ca", "--corpus", "corpus-ca", "--dev", "dev-ca.tsv", *QUICK, "--steps", "5"]) == 0
    command = ["train-translator", "--to", "sv", "--corpus", "corpus-sv", "--dev", "dev-sv.tsv", *QUICK, "--steps", "5"]
    assert call([*command, "--start-from", "lingraft/training/en-ca"]) == 0
    assert call([*command, "--steps", "9", "--resume"]) == 0
    digest = json.loads(Path("corpus-ca/corpus.json").read_text(encoding="utf-8"))["digest"][:16]
    model = home / "lingraft" / "models" / "en-sv"
    assert f"Before that the weights saw 264 pairs of en and ca; corpus `{digest}`." in (model / "card.md").read_text(encoding="utf-8")
    assert "Made from parallel text of en and ca" in (model / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    several = ["--to", "sv,ca", "--corpus", "sv=corpus-sv", "--corpus", "ca=corpus-ca", "--dev", "sv=dev-sv.tsv", "--dev", "ca=dev-ca.tsv"]
    assert call(["train-translator", *several, *QUICK, "--steps", "5", "--start-from", "lingraft/training/en-ca"]) == 1
    assert "start from a training into these languages together, or from none" in capsys.readouterr().err


def test_one_translator_into_two_languages(home: Path) -> None:
    several = ["--corpus", "sv=corpus-sv", "--corpus", "ca=corpus-ca", "--dev", "sv=dev-sv.tsv", "--dev", "ca=dev-ca.tsv"]
    assert call(["train-translator", "--to", "sv,ca", *several, *QUICK, "--steps", "260", "--out", "lingraft/models/en-sv"]) == 0
    manifest = json.loads(Path("lingraft/models/en-sv/manifest.json").read_text(encoding="utf-8"))
    assert manifest["targets"] == ["sv", "ca"]
    assert ask("en", "sv", "the king sells an old car.") == "kungen säljer en gammal bil."
    engine = ctranslate2.Settings(model="en-sv", beam_size=1)
    said = ctranslate2.build(engine, source=language.load("en"), target=language.load("ca")).translate(["the king sells an old car."])
    assert said[0].text == "el rei ven un cotxe vell."


def test_raw_files_are_prepared_first_and_some_pairs_held_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gzip.open(home / "mine.en-sv.tsv.gz", "wt", encoding="utf-8") as handle:
        handle.writelines(f"{ours}\t{theirs}\n" for ours, theirs in grammar.sentences() if "⟦" not in ours)
        handle.write("one column only\n")
    assert call(["train-translator", "--to", "sv", "--corpus", "mine.en-sv.tsv.gz", *QUICK, "--steps", "5"]) == 0
    assert "one column 1" in capsys.readouterr().err
    counts = json.loads((home / "lingraft" / "training" / "en-sv" / "tokens" / "tokens.json").read_text(encoding="utf-8"))
    assert counts["held_out"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "sv", "--corpus", "corpus-sv"], "either --steps or --minutes"),
        (["--to", "sv", "--corpus", "corpus-ca", "--steps", "5"], "is a corpus of en and ca, asked for are en and sv"),
        (["--to", "sv,ca", "--corpus", "corpus-sv", "--steps", "5"], "say for which of sv, ca it is"),
        (["--to", "sv", "--corpus", "corpus-sv", "--steps", "5", "--shape", "smal"], "Did you mean small?"),
        (["--to", "sv", "--corpus", "corpus-sv", "--steps", "5", "--precision", "half"], "allowed are auto, float32 and bfloat16"),
        (["--to", "sv", "--corpus", "nowhere", "--steps", "5"], "nowhere: not found"),
        (["--to", "sv", "--corpus", "corpus-sv", "--steps", "5", "--licences", "MIT"], "was prepared with text under CC0-1.0, which --licences leaves out"),
    ],
)
def test_what_cannot_be_done_is_said(home: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    assert call(["train-translator", *options]) != 0
    assert said in capsys.readouterr().err


def test_a_part_of_the_corpus_makes_a_model_that_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for fraction in ("0.5", "1"):
        where = ["--work", f"work{fraction}", "--out", f"model{fraction}"]
        assert call(["train-translator", "--to", "sv", "--corpus", "corpus-sv", "--fraction", fraction, *where, *QUICK, "--steps", "3"]) == 0
    shares = [json.loads((home / f"model{fraction}" / "manifest.json").read_text())["share"] for fraction in ("0.5", "1")]
    pairs = [json.loads((home / f"work{fraction}" / "tokens" / "tokens.json").read_text())["pairs"] for fraction in ("0.5", "1")]
    assert shares == [0.5, 1] and pairs[0] < 0.8 * pairs[1]
    assert call(["train-translator", "--to", "sv", "--corpus", "corpus-sv", "--fraction", "0", *QUICK, "--steps", "3"]) == 1
