"""What is there, drafts in the user's folder, and a run that drafts its own words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from flows import draft, languages, plan
from flows.localise import localise_benchmark
from templates import catalogue, language
from tests.flows.conftest import Lingraft

FACTS = 'code = "nn"\nname = "Nynorsk"\ntranslator = "identity"\nlength = { short = [0.5, 2.0], long = [0.5, 2.0] }\n'


@pytest.fixture(autouse=True)
def own_language(tmp_path: Path, cache: Path) -> None:
    """The user's folder holds one language of its own, nn, without words."""
    (tmp_path / "lingraft" / "languages").mkdir(parents=True)
    (tmp_path / "lingraft" / "languages" / "nn.toml").write_text(FACTS)


def test_the_table_names_every_language_with_coverage(lingraft: Lingraft) -> None:
    code, out, error = lingraft("languages")
    assert (code, error) == (0, "")
    head, *rows = [line.split("  ") for line in out.splitlines()]
    cells = {row[0].strip(): [cell.strip() for cell in row if cell.strip()] for row in rows}
    assert head[0].strip() == "code" and list(cells) == sorted(language.codes())
    benchmarks = catalogue.benchmarks()
    assert cells["en"] == ["en", "English", *["yes"] * len(benchmarks), "the benchmarks' authors", "identity"]
    assert cells["nn"] == ["nn", "Nynorsk", *["missing"] * len(benchmarks), "nobody", "nothing here"]
    assert cells["sv"][2 + benchmarks.index("fiqa")] == "draft"
    assert cells["sv"][-1] == "ctranslate2 en-sv"


def test_a_reviewer_makes_a_draft_a_yes(lingraft: Lingraft, tmp_path: Path) -> None:
    words = '[fiqa]\nreviewed = "Marta"\nprompt = "{sentence} {target}[[1]]:{answer}"\nwords = { negative = " mal", positive = " bo" }\n'
    (tmp_path / "lingraft" / "languages" / "nn.toml").write_text(FACTS + words)
    spoken = language.load("nn")
    assert languages.coverage(spoken, "fiqa") == "yes"
    assert languages.coverage(spoken, "assistant") == "missing"
    assert "Marta" in next(line for line in languages.table() if line.startswith("nn"))


def test_localise_drafts_a_file_once_and_keeps_what_is_there(lingraft: Lingraft, tmp_path: Path) -> None:
    path = tmp_path / "lingraft" / "languages" / "nn.toml"
    code, out, error = lingraft("localise", "nn")
    assert (code, error) == (0, "")
    assert "[fiqa] drafted by identity: 2 words, 2 of them doubtful" in out
    assert "untranslated-prompt" in out and "reviewed by nobody" in out
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert path.read_text(encoding="utf-8").startswith(FACTS)
    assert table["fiqa"]["words"] == {"negative": " negative", "positive": " positive"}
    assert set(catalogue.benchmarks()) <= set(table)
    path.write_text(path.read_text(encoding="utf-8").replace('positive = " positive"', 'positive = " positiv"'), encoding="utf-8")
    mine = path.read_text(encoding="utf-8")
    code, out, _ = lingraft("localise", "nn", "--ignore-table")
    assert code == 0
    assert "fiqa words.positive: 'positiv' drafted 'positive': different" in out
    assert "fiqa: of 2 words same 1 (50%), variant 0 (0%), different 1 (50%)" in out
    assert path.read_text(encoding="utf-8") == mine
    code, _, _ = lingraft("localise", "nn", "--force")
    assert code == 0
    assert tomllib.loads(path.read_text(encoding="utf-8"))["fiqa"]["words"]["positive"] == " positive"


def test_a_language_that_nothing_reaches_is_refused_and_its_file_is_left(lingraft: Lingraft, tmp_path: Path) -> None:
    path = tmp_path / "lingraft" / "languages" / "nn.toml"
    path.write_text(FACTS.replace('translator = "identity"\n', ""))
    code, out, error = lingraft("localise", "nn")
    assert (code, out) == (1, "")
    assert "no translation model 'en-nn'" in error
    assert path.read_text() == FACTS.replace('translator = "identity"\n', "")
    code, _, error = lingraft("localise", "en", "--ignore-table")
    assert code == 1 and "English words stand in the benchmarks themselves" in error


def test_a_run_without_words_drafts_its_own(lingraft: Lingraft, tmp_path: Path) -> None:
    made = plan.make("nn", "smoke", data=None, out=tmp_path / "runs")
    assert made.drafted == ("fiqa", "assistant")
    task = made.task_of(catalogue.benchmark("fiqa"))
    assert task.reviewed == "" and task.prompt.fields == ("sentence", "target")
    assert made.english.drafted == ()
    assert draft.draft_of(made, catalogue.benchmark("fiqa")) == draft.draft_of(made, catalogue.benchmark("fiqa"))
    assert not (tmp_path / "runs").exists()
    assert [finding.check for finding in localise_benchmark.fn(made, catalogue.benchmark("fiqa"), tmp_path / "staged")] == ["draft"]
    written = (tmp_path / "staged" / "words" / "fiqa.toml").read_text(encoding="utf-8")
    assert "has no [fiqa]: drafted by identity for this run, reviewed by nobody" in written
    before = made.digest
    (tmp_path / "lingraft" / "languages" / "nn.toml").write_text(FACTS.replace("identity", "nobody"))
    assert plan.load("nn").translator == "nobody"
    assert made.digest != before
