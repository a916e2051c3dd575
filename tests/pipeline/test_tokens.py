"""tokens: the answer begins its own token and is the same everywhere; virtual tokens stand where the prompt says (house tests 5, 6)."""

import pytest

from pipeline.frozen_gpt import FrozenGPT
from pipeline.tokens import Tokens
from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask, localise


@pytest.mark.parametrize("code", ["en", "sv"])
@pytest.mark.parametrize("prompt", ["", "published", "split"])
def test_answer_tokens_are_the_same_everywhere(gpt: FrozenGPT, code: str, prompt: str, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load(code), prompt=prompt)
    tokens = Tokens(gpt.tokenizer, limit=256)
    for label in task.verbalizer.labels:
        for word in task.verbalizer.candidates(label):
            ids = tokens.answer(word)
            assert gpt.tokenizer.decode(list(ids)).strip() == word.strip()
    for record in records[:6]:
        encoded = tokens.encode_record(task, record)
        assert encoded.answer == tokens.answer(task.verbalizer.words[record.label])
        text = gpt.tokenizer.decode([token for token in encoded.before + encoded.stem if token >= 0], skip_special_tokens=True)
        assert "".join(text.split()) == "".join("".join(getattr(part, "text", "") for part in task.example(record).parts).split())


def test_virtual_tokens_stand_where_the_prompt_says(gpt: FrozenGPT, records: list[Record]) -> None:
    task = localise(catalogue.benchmark("fiqa"), language.load("en"), prompt="split")
    tokens = Tokens(gpt.tokenizer, limit=256)
    encoded = tokens.encode_record(task, records[0])
    ids = encoded.before + encoded.stem
    virtual = [place for place, token in enumerate(ids) if token < 0]
    assert [-ids[place] - 1 for place in virtual] == list(range(16))
    start = len(tokens.start)
    assert virtual[:10] == list(range(start, start + 10))
    assert gpt.tokenizer.decode(list(ids[virtual[-1] + 1 :])).strip() == ":"


def test_no_dummy_prefix_before_an_answer(gpt: FrozenGPT) -> None:
    tokens = Tokens(gpt.tokenizer, limit=256)
    assert gpt.tokenizer.decode([*tokens.opening("Sentiment"), *tokens.answer(" positive")]) == "Sentiment positive"
    assert gpt.tokenizer.decode([*tokens.opening("Sentiment"), *tokens.continuing(":")]) == "Sentiment:"


def test_long_text_is_cut_and_the_question_stays(tiny: FrozenGPT, task: LocalisedTask) -> None:
    tokens = Tokens(tiny.tokenizer, limit=128)
    record = Record("1", {"sentence": "Acme rises as Borealis waits " * 350, "target": "Acme"}, "positive", "g")
    encoded = tokens.encode_record(task, record)
    assert 100 <= len(encoded.before) + len(encoded.stem) <= 128
    assert "Sentiment for Acme" in tiny.tokenizer.decode(list(encoded.before))
    with pytest.raises(Refusal, match=r"record '1': .* shorten it"):
        tokens.encode_record(task, Record("1", {"sentence": "x", "target": "Acme " * 300}, "positive", "g"))
