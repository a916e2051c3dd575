"""prompt_table: tasks lie side by side; a new one leaves the old ones bit-identical (house test 4); mismatches are named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prompt_table import PromptTable, as_tuned, card_for
from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal, UnknownName
from templates.task import LocalisedTask, localise
from templates.verbalizer import Verbalizer


def test_adding_a_task_leaves_the_other_bit_identical(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    swedish = localise(catalogue.benchmark("fiqa"), language.load("sv"), prompt="split")
    answering = Answering(tiny, task)
    table = PromptTable()
    table.add(task.name, torch.randn(10, tiny.hidden_size), card_for(task, tiny, trial="a"))
    rows = table.rows[task.name].clone()
    scores = answering.rank(answering.encode(records), table.take(task, tiny))
    table.save(tmp_path)
    grown = PromptTable.load(tmp_path)
    grown.add(swedish.name, torch.randn(16, tiny.hidden_size), card_for(swedish, tiny, trial="b"))
    grown.save(tmp_path)
    final = PromptTable.load(tmp_path)
    assert torch.equal(final.rows[task.name], rows)
    assert torch.equal(answering.rank(answering.encode(records), final.take(task, tiny)), scores)
    assert final.take(swedish, tiny).shape == (16, tiny.hidden_size)


def test_mismatches_are_named(tiny: FrozenGPT, task: LocalisedTask, tmp_path: Path) -> None:
    table = PromptTable()
    card = card_for(task, tiny, trial="a")
    table.add(task.name, torch.zeros(10, tiny.hidden_size), card)
    with pytest.raises(Refusal, match="task 'en/fiqa' is already there"):
        table.add(task.name, torch.zeros(10, tiny.hidden_size), card)
    with pytest.raises(Refusal, match="en/fiqa was trained with the prompt"):
        table.take(localise(task.benchmark, task.language, prompt="published"), tiny)
    table.cards[task.name] = replace(card, model_fingerprint="other")
    with pytest.raises(Refusal, match=f"en/fiqa was trained on other weights under the name {tiny.name}, this is {tiny.name}"):
        table.take(task, tiny)
    table.cards[task.name] = replace(card, model_fingerprint="other", model="another")
    with pytest.raises(Refusal, match=f"en/fiqa was trained on another, this is {tiny.name}; use the same weights or tune again"):
        table.take(task, tiny)
    table.cards[task.name] = replace(card, dtype="bfloat16")
    with pytest.raises(Refusal, match=r'en/fiqa was trained in bfloat16, the model is in float32; say dtype = "bfloat16" in \[model\]'):
        table.take(task, tiny)
    words = dict(task.verbalizer.words)
    other = replace(task, verbalizer=Verbalizer({**words, "positive": " good"}, {}))
    table.cards[task.name] = card
    with pytest.raises(Refusal, match="en/fiqa was trained with the word ' positive' for 'positive', this has ' good'; use the same word or tune again"):
        table.take(other, tiny)
    varied = replace(task, verbalizer=Verbalizer(words, {"positive": ("up",), "negative": ("down",)}))
    with pytest.raises(Refusal, match=r"with the variants None for 'positive', this has 'up' \(2 differ\)"):
        table.take(varied, tiny)
    table.cards[task.name] = replace(card, variants=None, dtype="")  # of before
    table.take(varied, tiny)
    with pytest.raises(UnknownName, match="no task 'sv/fiqa'; there are en/fiqa"):
        table.take(localise(task.benchmark, language.load("sv")), tiny)
    table.save(tmp_path)
    (tmp_path / "table.safetensors").write_bytes((tmp_path / "table.safetensors").read_bytes()[:50])
    with pytest.raises(Refusal, match="holds no usable prompt table"):
        PromptTable.load(tmp_path)


def test_a_moved_prompt_is_taken_with_its_placement(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    table = PromptTable()
    table.add(task.name, torch.randn(6, tiny.hidden_size), card_for(task, tiny, trial="a", placement="6 front", signature={"gate": "pass"}))
    table.save(tmp_path)
    again = PromptTable.load(tmp_path)
    assert again.cards[task.name].signature == {"gate": "pass"}
    placed = again.placed(task)
    assert placed.prompt.source.startswith("[[6]] {sentence}") and placed.prompt.virtual_tokens == len(again.take(task, tiny))
    answering = Answering(tiny, placed)
    assert torch.isfinite(answering.rank(answering.encode(records), again.take(task, tiny))).all()
    again.cards[task.name] = replace(again.cards[task.name], tokenizer="other")
    with pytest.raises(Refusal, match="en/fiqa was trained with another tokenizer than that of"):
        again.take(task, tiny)


def test_rows_of_another_run_and_cards_of_another_kind_are_refused(tiny: FrozenGPT, task: LocalisedTask, tmp_path: Path) -> None:
    table, card = PromptTable(), card_for(task, tiny, trial="a")
    for size in (9, 11):
        table.rows, table.cards = {task.name: torch.zeros(size, tiny.hidden_size)}, {task.name: card}
        with pytest.raises(Refusal, match=rf"en/fiqa has rows of shape \({size}, \d+\), its card asks for \(10, \d+\); both files must come from one run"):
            table.take(task, tiny)
    table.save(tmp_path)
    told = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    broken = ([], {task.name: []}, {task.name: {**told[task.name], "words": None}}, {task.name: {**told[task.name], "word": {}}}, {task.name: {}})
    sentences = ("no table of cards", "no table of cards", "words: input should be", "unknown key 'word'", "'model' is missing")
    for found, said in zip(broken, sentences, strict=True):
        (tmp_path / "table.json").write_text(json.dumps(found), encoding="utf-8")
        with pytest.raises(Refusal, match=said):
            PromptTable.load(tmp_path)


def test_a_task_stands_as_it_was_tuned(tiny: FrozenGPT, task: LocalisedTask, tmp_path: Path) -> None:
    assert as_tuned(task, tmp_path) is task
    table = PromptTable()
    table.add(task.name, torch.zeros(6, tiny.hidden_size), card_for(task, tiny, trial="a", placement="4 front, 2 end"))
    table.save(tmp_path)
    assert as_tuned(task, tmp_path).prompt.source.startswith("[[4]]") and as_tuned(task, tmp_path).prompt.virtual_tokens == 6
    other = localise(task.benchmark, task.language, prompt="published")
    assert as_tuned(other, tmp_path) is other  # tuned with other words
