"""placement: virtual tokens move, words stay; what cannot be meant is refused."""

import pytest

from templates import catalogue, language
from templates.placement import move, written
from templates.prompt import Prompt, parse
from templates.refusal import Refusal
from templates.task import localise

FIELDS = ("sentence", "target")


def prompt(source: str) -> Prompt:
    return parse(source, FIELDS, where="here")


@pytest.mark.parametrize(
    ("source", "placement", "expected"),
    [
        ("{sentence} Sentiment for {target}[[10]]:{answer}", "", "{sentence} Sentiment for {target}[[10]]:{answer}"),
        ("{sentence} Sentiment for {target}[[10]]:{answer}", "10 front", "[[10]] {sentence} Sentiment for {target}:{answer}"),
        ("[[10]] {sentence}:{answer}", "5 text", "{sentence}[[5]]:{answer}"),
        ("[[10]] {sentence}:{answer}", "7 end", "{sentence}:[[7]]{answer}"),
        ("[[10]] {sentence}:{answer}", "10 front, 6 text", "[[10]] {sentence}[[6]]:{answer}"),
        ("{sentence}[[3]]{answer}", "2 text,3 end", "{sentence}[[5]]{answer}"),
        ("Text: {sentence} [[10]] Sentiment for {target}:{answer}", "10 end", "Text: {sentence} Sentiment for {target}:[[10]]{answer}"),
        ("\n{sentence}[[3]]:{answer}", "3 end", "\n{sentence}:[[3]]{answer}"),
        ("a{{b}} {sentence}[[3]]{answer}", "1 front", "[[1]] a{{b}} {sentence}{answer}"),
    ],
)
def test_only_virtual_tokens_move(source: str, placement: str, expected: str) -> None:
    moved = move(prompt(source), placement)
    assert moved.source == expected
    assert moved == prompt(expected)
    assert moved.virtual_tokens == prompt(expected).virtual_tokens


@pytest.mark.parametrize("code", ["en", "sv", "ca"])
def test_every_shipped_prompt_is_written_as_it_was_read(code: str) -> None:
    for name in ("fiqa", "assistant"):
        made = localise(catalogue.benchmark(name), language.load(code)).prompt
        assert written(list(made.parts)) == made.source
        assert move(move(made, "4 front"), "10 text").parts == move(made, "10 text").parts


@pytest.mark.parametrize(
    ("placement", "message"),
    [
        ("ten front", "'ten front' is not a number and a place; write it like '10 front'"),
        ("10 frnt", r"no place 'frnt'; there are front, text, end. Did you mean front\?"),
        ("10 front, 3 front", "each place is named once"),
        ("0 end", "with 1 to 200 virtual tokens"),
        ("10 front,", "'' is not a number and a place"),
    ],
)
def test_what_cannot_be_meant_is_refused(placement: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        move(prompt("{sentence}[[3]]{answer}"), placement)
