"""A language that is the toy one with every word spelt backwards."""

import re

import pytest
from transformers import PreTrainedTokenizerBase

from pipeline.frozen_gpt import FrozenGPT
from pipeline.graft import vocabulary
from pipeline.graft.aligned import Aligned
from tests.tiny import byte_bpe, llama, toy_records


def backwards(text: str) -> str:
    return re.sub(r"\w+", lambda word: word[0][::-1], text)


@pytest.fixture(scope="session")
def tiny() -> FrozenGPT:
    """Llama-like, its head its embeddings."""
    tokenizer = byte_bpe()
    return FrozenGPT(llama(len(tokenizer), tied=True), tokenizer, name="tiny")


@pytest.fixture(scope="session")
def pairs() -> list[Aligned]:
    made = []
    for record in toy_records():
        text = record.fields["sentence"]
        spans = tuple(match.span() for match in re.finditer(r"\w+|,", text))
        links = frozenset((number, number) for number in range(len(spans)))
        made.append(Aligned(text, backwards(text), spans, spans, links, links))
    return made


@pytest.fixture
def mirrored(tiny: FrozenGPT, pairs: list[Aligned]) -> PreTrainedTokenizerBase:
    """Its tokenizer, made like the tiny model's."""
    return vocabulary.learn(tiny.tokenizer, [pair.new for pair in pairs], size=460)
