"""prompt: parsing, rendering, errors with columns, NeMo templates both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import prompt
from templates.prompt import Text, Virtual
from templates.refusal import Refusal

FIELDS = ("sentence", "target")


def test_parts_and_counts() -> None:
    parsed = prompt.parse("[[3]] {sentence} Sentiment for {target}[[6]]:{answer}", FIELDS, where="here")
    assert parsed.virtual_tokens == 9
    assert parsed.fields == FIELDS
    assert parsed.render({"sentence": "Up.", "target": "Acme"}) == (Virtual(3), Text(" Up. Sentiment for Acme"), Virtual(6), Text(":"))


def test_escaped_braces() -> None:
    parsed = prompt.parse("{{x}} {sentence}{answer}", FIELDS, where="here")
    assert parsed.render({"sentence": "a"}) == (Text("{x} a"),)


@given(st.text(max_size=60))
def test_data_is_never_parsed(text: str) -> None:
    parsed = prompt.parse("{sentence}|{target}[[2]]:{answer}", FIELDS, where="here")
    first = parsed.render({"sentence": text, "target": "{answer} [[3]] <|VIRTUAL_PROMPT_0|>"})[0]
    assert first == Text(f"{text}|{{answer}} [[3]] <|VIRTUAL_PROMPT_0|>")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{sentence} Känsla för {targt}:{answer}", "here, column 23: field {targt} is not in the benchmark (sentence, target). Did you mean {target}?"),
        ("{sentence} [[10]]:", "here: the prompt has no {answer}; end it with {answer}, the place of the label word."),
        ("{sentence} {answer} .", "here, column 20: {answer} must come last; move ' .' before it."),
        ("{sentence}{answer}{answer}", "here, column 19: {answer} must come last; move what follows before it."),
        ("{sentence}[[ten]]{answer}", "here, column 11: [[ten]] must hold a number of virtual tokens from 1 to 200."),
        ("{sentence}[[0]]{answer}", "here, column 11: [[0]] must hold a number of virtual tokens from 1 to 200."),
        ("a } {sentence}{answer}", "here, column 3: lone '}'; write {{ or }} for a plain brace."),
        ("[[3]]:{answer}", "here: the prompt uses no field; it needs at least one of sentence, target."),
    ],
)
def test_errors_point_at_the_column(text: str, message: str) -> None:
    with pytest.raises(Refusal) as caught:
        prompt.parse(text, FIELDS, where="here")
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["[[10]] {sentence}:{answer}", "[[3]]{sentence}[[4]] {target}[[3]]:{answer}", "{sentence}[[7]]{answer}"])
def test_nemo_round_trip(text: str) -> None:
    parsed = prompt.parse(text, FIELDS, where="here")
    template = prompt.to_nemo(parsed, taskname="sentiment-task", truncate_field="sentence")
    assert sum(template["virtual_token_splits"]) == template["total_virtual_tokens"] == parsed.virtual_tokens
    assert prompt.from_nemo(template, FIELDS, where="there") == parsed


def test_nemo_template_of_the_source_study() -> None:
    template = {
        "taskname": "sentiment-task",
        "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>sentiment:{label}",
        "total_virtual_tokens": 16,
        "virtual_token_splits": [10, 6],
        "truncate_field": None,
        "answer_only_loss": True,
        "answer_field": "label",
    }
    parsed = prompt.from_nemo(template, FIELDS, where="nemo")
    assert parsed.source == "[[10]] {sentence} [[6]]sentiment:{answer}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_virtual_tokens": 15}, "virtual_token_splits add up to 16, total_virtual_tokens is 15"),
        ({"virtual_token_splits": [16]}, "found markers [0, 1] for 1 virtual_token_splits"),
        ({"answer_field": "answer"}, "prompt_template must end with {answer}"),
    ],
)
def test_nemo_checks(change: dict[str, object], message: str) -> None:
    template = {
        "taskname": "t",
        "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>sentiment:{label}",
        "total_virtual_tokens": 16,
        "virtual_token_splits": [10, 6],
        "truncate_field": None,
        "answer_only_loss": True,
        "answer_field": "label",
    }
    with pytest.raises(Refusal, match=r"^nemo: ") as caught:
        prompt.from_nemo(template | change, FIELDS, where="nemo")
    assert message in str(caught.value)
