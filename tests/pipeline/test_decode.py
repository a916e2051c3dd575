"""decode: slots are exact whatever the batch, the padding and the cache (house test 7), and nothing unparsable can come out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import decode as decoding
from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache
from pipeline.slot_grammar import MOST_WORDS, Reader, SlotGrammar
from pipeline.tokens import MOST_SLOTS, Tokens
from templates import slots as marks
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from templates.verbalizer import Verbalizer
from tests.pipeline import utterances
from tests.speed.decoding import naive


def decoded(gpt: FrozenGPT, rows: list[Record], prompt: torch.Tensor, *, name: str = "", cache: PrefixCache | None = None) -> list[tuple[Slot, ...]]:
    answering = Answering(gpt, utterances.task(prompt=name), cache)
    return answering.slots(answering.encode(rows), rows, [row.label for row in rows], prompt)


@pytest.mark.parametrize("name", ["", "first"])
def test_batch_padding_and_cache_equal_the_plain_way(gpt: FrozenGPT, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task, rows = utterances.task(prompt=name), [utterances.records()[number] for number in (5, 0, 9)]
    answering = Answering(gpt, task)
    torch.manual_seed(3)
    prompt = torch.randn(10, gpt.hidden_size) * 2
    expected = [
        naive(gpt, task, answering.tokens, item, row.fields["utterance"], row.label, prompt)
        for item, row in zip(answering.encode(rows), rows, strict=True)
    ]  # fmt: skip
    assert any(expected)
    assert decoded(gpt, rows, prompt, name=name) == expected
    assert decoded(gpt, rows, prompt, name=name, cache=PrefixCache(gpt, gibibytes=0.0)) == expected
    assert decoded(gpt, rows[::-1], prompt, name=name)[::-1] == expected
    monkeypatch.setattr(decoding, "BATCH", 1)
    assert decoded(gpt, rows, prompt, name=name) == expected


def test_too_many_rows_at_once_are_read_again_in_halves(tiny: FrozenGPT, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    rows, prompt = utterances.records()[:10], torch.randn(10, tiny.hidden_size, generator=torch.Generator().manual_seed(3))
    whole, real = decoded(tiny, rows, prompt), decoding._read

    def narrow(gpt: FrozenGPT, readers: list[Reader], *given: Any) -> None:
        real(gpt, readers, *given)
        if len(readers) > 3:
            raise MemoryError  # after all was read

    monkeypatch.setattr(decoding, "_read", narrow)
    assert decoded(tiny, rows, prompt) == whole and any(whole)
    assert "out of memory with 10 records at a time; going on with 5" in caplog.text


def test_other_prompts_read_other_slots(tiny: FrozenGPT) -> None:
    """Were every prompt to read the same, the test above would show little."""
    torch.manual_seed(5)
    found = {str(decoded(tiny, utterances.records(), torch.randn(10, tiny.hidden_size) * 2)) for _ in range(4)}
    assert len(found) == 4


def test_virtual_tokens_count(tiny: FrozenGPT) -> None:
    rows = utterances.records()
    answering = Answering(tiny, utterances.task())
    assert answering.slots(answering.encode(rows), rows, [row.label for row in rows], torch.zeros(10, tiny.hidden_size)) == decoded(
        tiny, rows, torch.zeros(10, tiny.hidden_size)
    )


@settings(max_examples=60, deadline=None)
@given(said=st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters=" (),\t"), max_size=30), data=st.data())
def test_whatever_is_chosen_parses(said: str, data: st.DataObject, make_gpt: Callable[[str], FrozenGPT]) -> None:
    """Choose at random where the model would choose: slots stand where they say, in order, and say what was fed."""
    task = utterances.task()
    assert task.slots is not None
    tokens = Tokens(make_gpt(data.draw(st.sampled_from(["llama-bpe", "gpt-sw3"]))).tokenizer, limit=256)
    reader = Reader(SlotGrammar(task.slots, tokens), said, [1], room=data.draw(st.sampled_from([0, 5, 200])))
    first, *fed = reader.feed()
    assert first == 1
    while not reader.done:
        choices = reader.choices()
        assert len(choices) > 1
        reader.take(data.draw(st.sampled_from(choices)))
        fed += reader.feed()
    marks.check(said, reader.slots)
    assert all(slot.name in utterances.SLOTS and slot.value in said and slot.value.strip() == slot.value for slot in reader.slots)
    assert len(reader.slots) <= min(MOST_SLOTS, len(said.split()))
    assert all(len(slot.value.split()) <= MOST_WORDS for slot in reader.slots)
    written = [token for piece in task.slots.pieces(reader.slots)[1:] for token in tokens.answer(piece)]
    if reader.slots:
        assert fed[: len(written)] == written


def test_no_more_slots_than_the_bound_and_none_beyond_the_models_positions(tiny: FrozenGPT) -> None:
    task = utterances.task()
    assert task.slots is not None
    grammar = SlotGrammar(task.slots, Tokens(tiny.tokenizer, limit=256))

    def most(said: str, room: int) -> tuple[int, int]:
        reader, fed = Reader(grammar, said, [], room=room), 0
        while not reader.done:
            names = [token for token in reader.choices() if token not in (grammar.first[0].ids[0], grammar.following[0].ids[0])]
            reader.take((names or reader.choices())[0])
            fed += len(reader.feed())
        return len(reader.slots), fed

    assert most("word " * 30, 10_000)[0] == MOST_SLOTS
    for room in (0, 3, 9, 17, 40):
        count, fed = most("word " * 30, room)
        assert fed <= room
    assert most("", 100) == (0, 0)
    assert count > 0


def test_slot_words_that_are_the_same_tokens_are_refused(make_gpt: Callable[[str], FrozenGPT]) -> None:
    task = utterances.task()
    assert task.slots is not None
    same = replace(task.slots, words=Verbalizer({"time": " 否", "date": " 是"}, {}))
    with pytest.raises(Refusal, match="slot words of 'time' and 'date' are the same tokens"):
        SlotGrammar(same, Tokens(make_gpt("gpt-sw3").tokenizer, limit=256))
