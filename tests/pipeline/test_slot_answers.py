"""Answers with slots from end to end: what is trained on, every method saved and loaded, a memorised part is exact (house tests 2, 6, 14)."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipeline import running, study
from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods import few_shot
from pipeline.outcome import Outcome
from pipeline.prefix import PrefixCache
from pipeline.prompt_table import PromptTable, card_for
from pipeline.slot_metrics import slot_scores
from pipeline.tokens import Tokens
from pipeline.tune import build, evaluate, tune
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask
from tests import tiny as tiny_worlds
from tests.pipeline import utterances

METHODS = sorted(path.stem for path in (catalogue.PACKAGE / "pipeline" / "methods").glob("*.py") if path.stem != "__init__")
LABELS = tuple(utterances.WORDS)


def test_the_answer_is_label_tail_and_end(gpt: FrozenGPT) -> None:
    task, tokens = utterances.task(), Tokens(gpt.tokenizer, limit=256)
    encoded = [tokens.encode_record(task, record) for record in utterances.records()]
    for record, item in zip(utterances.records(), encoded, strict=True):
        example = task.example(record)
        assert item.end == (gpt.tokenizer.eos_token_id,)
        assert item.answer[-1:] == item.end
        assert item.shown == item.answer[:-1] == tuple(token for piece in (example.answer, *example.tail) for token in tokens.continuing(piece))
    some = utterances.records()[0]
    if gpt.name != "gpt-sw3":  # its toy vocabulary has no brackets
        assert gpt.tokenizer.decode(list(encoded[0].shown)).split() == ["alarm", "Slots:", "time(five", "am),", "date(monday)"]
    plain = tokens.encode_record(replace(task, slots=None), some)
    assert (plain.answer, plain.end, plain.shown) == (tokens.answer(" alarm"), (), tokens.answer(" alarm"))


def test_a_tokenizer_without_an_end_takes_a_full_stop(tiny: FrozenGPT) -> None:
    tokens = Tokens(tiny.tokenizer, limit=256)
    last = tiny.tokenizer.eos_token
    try:
        tiny.tokenizer.eos_token = None
        assert tokens.end() == tokens.answer(".")
        encoded = tokens.encode_record(utterances.task(), utterances.records()[0])
        assert encoded.end == tokens.answer(".")
    finally:
        tiny.tokenizer.eos_token = last


def test_long_text_leaves_room_for_its_slots(tiny: FrozenGPT) -> None:
    task, tokens = utterances.task(), Tokens(tiny.tokenizer, limit=256)
    long = utterances.read({"id": "1", "label": "alarm_set", "annotated": "[time : five am] wake " * 60}, None)
    encoded = tokens.encode_record(task, long)
    assert 150 <= len(encoded.before) + len(encoded.stem) + len(encoded.answer) <= 256
    assert len(encoded.answer) > 30
    with pytest.raises(Refusal, match=r"record '1': .* shorten it"):
        Tokens(tiny.tokenizer, limit=20).encode_record(task, long)


def test_demonstrations_show_slots_and_no_end(tiny: FrozenGPT) -> None:
    method = few_shot.build(Answering(tiny, utterances.task()), few_shot.Settings(shots=3), seed=1)
    method.prepare(utterances.records()[:6], seed=1)
    shown = tiny.tokenizer.decode([token for shot in method.demonstrations for token in shot])
    assert tiny.tokenizer.eos_token not in shown
    assert shown.count("\nSlots:") == 3
    assert "Intent: news\nSlots:" in shown


@pytest.mark.parametrize("method", METHODS)
def test_saved_and_loaded_methods_read_the_same_slots(method: str, tiny: FrozenGPT, tmp_path: Path) -> None:
    task, rows = utterances.task(), utterances.records()
    settings = {"p_tuning": {"epochs": 2, "least_steps": 1, "learning_rate": 0.01}, "few_shot": {"shots": 2}}.get(method, {})
    tunable, _ = tune(method, Answering(tiny, task), train_rows=rows[:6], validation_rows=[], settings=settings, seed=1)
    tunable.save(tmp_path)
    again = build(method, Answering(tiny, task), settings=settings, seed=99)
    again.load(tmp_path)
    found = evaluate(tunable, rows[6:], labels=LABELS, slots_in="utterance")
    assert evaluate(again, rows[6:], labels=LABELS, slots_in="utterance") == found
    assert [item.slots for item in found] == [record.slots for record in rows[6:]]
    assert any(item.predicted_slots for item in found) == (method in ("p_tuning", "fine_tuning", "few_shot"))


def taught(task: LocalisedTask, rows: list[Record], *, steps: int = 250) -> FrozenGPT:
    """A tiny GPT that has read the records and their answers, with noise where the virtual tokens will stand; then frozen."""
    tokenizer = tiny_worlds.byte_bpe()
    model = tiny_worlds.llama(len(tokenizer))
    tokens = Tokens(tokenizer, limit=256)
    encoded = [tokens.encode_record(task, row) for row in rows]
    width = max(len(item.before + item.stem + item.answer) for item in encoded)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        wanted = torch.full((len(rows), width), -100)
        for row, item in enumerate(encoded):
            noise = torch.randint(len(tokenizer), (len(item.stem),)).tolist()
            stem = [token if token >= 0 else other for token, other in zip(item.stem, noise, strict=True)]
            whole = torch.tensor([*item.before, *stem, *item.answer])
            ids[row, : len(whole)] = whole
            wanted[row, len(whole) - len(item.answer) : len(whole)] = torch.tensor(item.answer)
        optimiser.zero_grad()
        torch.autograd.backward(model(input_ids=ids, labels=wanted).loss)
        optimiser.step()
    return FrozenGPT(model, tokenizer, name="taught")


def test_a_method_that_memorises_reads_eight_records_exactly() -> None:
    task, rows = utterances.task(), utterances.records()[:8]
    gpt = taught(task, rows)
    before = gpt.measure()
    settings = {"epochs": 40, "learning_rate": 0.02, "warmup_steps": 5, "patience": 40, "least_steps": 1}
    tunable, trained = tune("p_tuning", Answering(gpt, task), train_rows=rows, validation_rows=rows, settings=settings, seed=1)
    assert trained.history[-1].train_loss < trained.history[0].train_loss
    assert min(epoch.validation_loss for epoch in trained.history) >= 0
    assert {epoch.validation_accuracy for epoch in trained.history} == {-1.0}  # dozens of labels are not ranked epoch by epoch
    assert gpt.measure() == before
    found = evaluate(tunable, rows, labels=LABELS, slots_in="utterance")
    assert [(item.predicted, item.predicted_slots) for item in found] == [(record.label, record.slots) for record in rows]
    assert slot_scores(found) == {"span_f1": 1.0, "exact_match": 1.0}


def run(gpt: FrozenGPT, task: LocalisedTask, folder: Path, method: str) -> Outcome:
    rows = tuple(utterances.records())
    condition = study.Condition("en", task, rows, {record.id: number % 2 for number, record in enumerate(rows)}, "off", "")
    trial = study.Trial("en", "toy", method, {}, 0, 2, 1.0, 1)
    return running.run(trial, condition, gpt=gpt, prefixes=PrefixCache(gpt), keep=folder)


def test_outcomes_hold_slots_and_their_scores(tiny: FrozenGPT, tmp_path: Path) -> None:
    outcome = run(tiny, utterances.task(), tmp_path, "few_shot")
    assert outcome.error == ""
    assert (outcome.span_f1, outcome.exact_match) == tuple(slot_scores(outcome.predictions).values())
    stored = json.loads(json.dumps(outcome.to_json()))
    assert Outcome.from_json(stored) == outcome
    assert {item.id: item.slots for item in outcome.predictions} == {record.id: record.slots for record in utterances.records()[::2]}
    floor = run(tiny, utterances.task(), tmp_path, "majority")
    assert (floor.span_f1, floor.error) == (0.0, "")
    assert not any(item.predicted_slots for item in floor.predictions)
    other = run(tiny, replace(utterances.task(), slots=replace(utterances.task().slots, lead="\nParts:")), tmp_path, "majority")  # type: ignore[type-var]
    assert other.signature["prompt"] != floor.signature["prompt"]


def test_without_slots_the_json_is_as_before_and_old_files_are_read(tiny: FrozenGPT, tmp_path: Path) -> None:
    outcome = run(tiny, replace(utterances.task(), slots=None), tmp_path, "majority")
    stored = json.loads(json.dumps(outcome.to_json()))
    assert set(stored["predictions"][0]) == {"id", "label", "predicted", "probability"}
    assert not {"span_f1", "exact_match"} & set(stored)
    assert (outcome.span_f1, outcome.exact_match) == (None, None)
    assert Outcome.from_json(stored) == outcome


def test_a_table_refuses_other_slot_words(tiny: FrozenGPT, tmp_path: Path) -> None:
    task, table = utterances.task(), PromptTable()
    table.add(task.name, torch.zeros(10, tiny.hidden_size), card_for(task, tiny, trial="a"))
    table.save(tmp_path)
    again = PromptTable.load(tmp_path)
    again.take(task, tiny)
    assert task.slots is not None
    with pytest.raises(Refusal, match=r"en/toy was trained with the slot word .* for '\(none\)', this has ' nothing'; use the same slot word or tune again"):
        again.take(replace(task, slots=replace(task.slots, none=" nothing")), tiny)


def test_records_of_one_text_and_other_slots_are_told_apart(tiny: FrozenGPT) -> None:
    answering = Answering(tiny, utterances.task())
    one = utterances.records()[0]
    two: Record = replace(one, slots=())
    assert answering.encode([one])[0].answer != answering.encode([two])[0].answer
