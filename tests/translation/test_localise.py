"""A drafted cell can be used as it is, keeps every place, and marks every doubt; its file survives a linguist's hand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from templates import catalogue, language
from templates.benchmark import Benchmark
from templates.language import Cell
from templates.lint import lint
from templates.refusal import Refusal
from templates.task import localise as join
from tests.translation.test_label_words import Phrasebook
from translation import localise
from translation.language_file import compare, with_drafts
from translation.localise import Draft
from translation.translators import apertium

FIQA = catalogue.benchmark("fiqa")
SWEDISH = language.load("sv")
WORDS = {"negative": "negativ", "positive": "positiv"}
FACTS = '# mine\ncode = "ca"\nname = "Catalan"  # kept\n'


def made(said: dict[str, str]) -> Draft:
    return localise.draft(FIQA, SWEDISH, translator=Phrasebook(WORDS | said))


def test_places_survive_in_their_order() -> None:
    found = made({"X1 Sentiment for X2X3:": "X1 Känsla för X2X3:", "X1 Sentiment for X2:": "X1 Känsla för X2:", "Sentiment for": "Känsla för"})
    assert found.cell.prompt == "{sentence} Känsla för {target}[[10]]:{answer}"
    assert list(found.cell.prompts) == list(FIQA.prompts)
    assert [finding for finding in lint(join(FIQA, SWEDISH, found.cell)) if finding.severity == "error"] == []


class Losing(Phrasebook):
    """Loses every stand-in, as small models do."""

    def translate(self, texts):  # type: ignore[no-untyped-def]
        return [type(output)(output.text.replace("X1", "").replace("X2", "").replace("X3", ""), output.score, False) for output in super().translate(texts)]


def test_an_engine_that_loses_stand_ins_translates_piece_by_piece() -> None:
    found = localise.draft(FIQA, SWEDISH, translator=Losing(WORDS | {"Sentiment for": "Känsla för"}))
    assert found.cell.prompt == "{sentence} Känsla för {target}[[10]]:{answer}"


def test_what_stays_english_is_a_finding() -> None:
    found = made({})
    assert [finding.check for finding in found.findings].count("untranslated-prompt") == 3
    assert found.cell.words == {"negative": " negativ", "positive": " positiv"}
    assert found.cell.variants == {"negative": ("negativa", "negativt"), "positive": ("positiva", "positivt")}
    assert found.cell.reviewed == ""


@pytest.mark.skipif(not apertium.reaches(source=language.load("en"), target=language.load("ca")), reason="apertium with the pair eng-cat is not installed")
@pytest.mark.parametrize("benchmark", [catalogue.benchmark(name) for name in catalogue.benchmarks()], ids=lambda benchmark: benchmark.name)
def test_the_shipped_catalan_words_are_what_the_machine_drafts(benchmark: Benchmark) -> None:
    catalan, english = language.load("ca"), language.load("en")
    there = apertium.build(apertium.Settings(), source=english, target=catalan)
    back = apertium.build(apertium.Settings(), source=catalan, target=english)
    found = localise.draft(benchmark, catalan, translator=there, back=back)
    shipped = catalan.cells[benchmark.name]
    rows = compare(shipped, found.cell)
    assert len(rows) == len(benchmark.words) + len(benchmark.slot_words)
    assert sum(row.how == "same" for row in rows) >= 0.9 * len(rows)  # another version of the pair may say a word differently
    assert lint(join(benchmark, catalan, found.cell))[0].check == "draft"
    for translator in (there, back):
        translator.close()


def draft() -> Draft:
    cell = Cell("{sentence} a[[2]]:{answer}", {"negative": " mal", "positive": " bo"}, {"positive": ("bona",)}, {"other": "{sentence}\n[[1]]{answer}"})
    return Draft("fiqa", cell, {"words.negative": "comes back as 'evil'\n# not a comment"}, ())


def test_a_file_gets_its_tables_and_keeps_the_rest(tmp_path: Path) -> None:
    text = with_drafts(FACTS, [draft()], code="ca", where="ca.toml")
    assert text.startswith(FACTS)
    assert "negative = \" mal\" # comes back as 'evil' # not a comment\n" in text
    assert "drafted by lingraft localise ca; reviewed by nobody" in text
    (tmp_path / "ca.toml").write_text(text, encoding="utf-8")
    assert language.read(tmp_path / "ca.toml").cells["fiqa"] == draft().cell


def test_a_reviewed_table_is_never_replaced_and_a_draft_is() -> None:
    text = with_drafts(FACTS, [draft()], code="ca", where="ca.toml")
    again = with_drafts(text.replace('" mal"', '" dolent"'), [draft()], code="ca", where="ca.toml")
    assert tomllib.loads(again)["fiqa"]["words"]["negative"] == " mal"
    with pytest.raises(Refusal, match=r"ca\.toml: \[fiqa\] was reviewed by Marta; a draft never replaces it"):
        with_drafts(text.replace('reviewed = ""', 'reviewed = "Marta"'), [draft()], code="ca", where="ca.toml")


def test_agreement_counts_variants() -> None:
    ours = Cell("", {"a": " bra", "b": " negativ", "c": " dag"}, {"b": ("negativt",)}, slots={"t": " tid"})
    theirs = Cell("", {"a": " Bra", "b": " negativt", "c": " natt"}, slots={"t": " tid"})
    assert [(row.key, row.how) for row in compare(ours, theirs)] == [
        ("words.a", "same"), ("words.b", "variant"), ("words.c", "different"), ("slots.t", "same"),
    ]  # fmt: skip
