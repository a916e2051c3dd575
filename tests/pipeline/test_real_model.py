"""House test 4 on the real GPT: FIQA is tuned, Assistant joins the same table, and FIQA's prompt and answers keep every bit."""

from pathlib import Path

import pytest
import torch

from pipeline import smollm2
from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from pipeline.prefix import PrefixCache
from pipeline.prompt_table import PromptTable, card_for
from pipeline.tune import tune
from templates import catalogue, language, records
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask, localise

ROWS = 32


@pytest.fixture(scope="module")
def smol() -> FrozenGPT:
    try:
        smollm2.need()
    except Refusal as refusal:
        pytest.skip(str(refusal))
    return load_gpt(threads=2)


def sample(name: str) -> tuple[LocalisedTask, list[Record]]:
    benchmark = catalogue.benchmark(name)
    path = catalogue.PACKAGE / "templates" / "samples" / f"{name}.en.jsonl"
    found, _ = records.read_raw(benchmark, records.read_lines(path), where=str(path), settings=benchmark.settings())
    return localise(benchmark, language.load("en")), found[:ROWS]


def tuned(gpt: FrozenGPT, prefixes: PrefixCache, task: LocalisedTask, rows: list[Record], folder: Path) -> torch.Tensor:
    answering = Answering(gpt, task, prefixes)
    settings = {"epochs": 1, "least_steps": 1}
    tunable, trained = tune("p_tuning", answering, train_rows=rows[:16], validation_rows=rows[16:], settings=settings, seed=1, ahead=rows)
    assert trained.best_epoch == 1
    folder.mkdir()
    tunable.save(folder)
    tunable.load(folder)
    return tunable.prompt()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.slow
def test_adding_assistant_leaves_fiqa_as_it_was(smol: FrozenGPT, tmp_path: Path) -> None:
    prefixes, weights = PrefixCache(smol), smol.measure()
    fiqa, sentences = sample("fiqa")
    assistant, utterances = sample("assistant")
    table = PromptTable()
    table.add(fiqa.name, tuned(smol, prefixes, fiqa, sentences, tmp_path / "fiqa"), card_for(fiqa, smol, trial="a"))
    table.save(tmp_path / "table")
    row = PromptTable.load(tmp_path / "table").take(fiqa, smol).clone()
    answering = Answering(smol, fiqa, prefixes)
    scores = answering.rank(answering.encode(sentences), row)

    grown = PromptTable.load(tmp_path / "table")
    grown.add(assistant.name, tuned(smol, prefixes, assistant, utterances, tmp_path / "assistant"), card_for(assistant, smol, trial="b"))
    grown.save(tmp_path / "table")

    final = PromptTable.load(tmp_path / "table")
    assert set(final.rows) == {fiqa.name, assistant.name}
    assert torch.equal(final.take(fiqa, smol), row)
    assert torch.equal(answering.rank(answering.encode(sentences), final.take(fiqa, smol)), scores)
    spoken = Answering(smol, assistant, prefixes)
    asked = spoken.encode(utterances[16:])
    labels = [record.label for record in utterances[16:]]
    assert len(spoken.slots(asked, utterances[16:], labels, final.take(assistant, smol))) == 16
    assert smol.measure() == weights
