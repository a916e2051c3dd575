"""lint: what goes wrong in words."""

from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.language import Cell
from templates.lint import lint
from templates.task import LocalisedTask, localise

GOOD = {"negative": " negativ", "positive": " positiv"}


def task(prompt: str, words: dict[str, str]) -> LocalisedTask:
    return localise(catalogue.benchmark("fiqa"), language.load("sv"), Cell(prompt, words, reviewed="a linguist"))


@pytest.mark.parametrize(
    ("prompt", "words", "check"),
    [
        ("{sentence}[[10]]:{answer}", GOOD, "lost-field"),
        ("{sentence}{target}[[10]]:{answer}", GOOD, "glued-fields"),
        ("{sentence} Känsla för{target}[[10]]:{answer}", GOOD, "glued-field"),
        ("{sentence}Känsla för {target}[[10]]:{answer}", GOOD, "glued-field"),
        ("{sentence} för {target}:{answer}", GOOD, "no-virtual-tokens"),
        ("{sentence} för {target}[[10]]: {answer}", GOOD, "doubled-blank"),
        ("{sentence} för {target}[[10]]:{answer}", {"negative": "negativ", "positive": "positiv"}, "answer-blank"),
        ("{sentence}  för {target}[[10]]:{answer}", GOOD, "double-blank"),
        ("{sentence} {sentence} för {target}[[10]]:{answer}", GOOD, "doubled-field"),
        ("{sentence} för {target}[[10]]:{answer}", {"negative": " da\u030alig", "positive": " bra"}, "not-nfc"),
    ],
)
def test_faults_are_found(prompt: str, words: dict[str, str], check: str) -> None:
    assert check in {finding.check for finding in lint(task(prompt, words))}


def test_a_reviewed_good_prompt_has_no_findings_and_a_draft_says_so() -> None:
    good = task("{sentence} Känsla för {target}[[10]]:{answer}", GOOD)
    assert lint(good) == []
    assert [finding.check for finding in lint(replace(good, reviewed=""))] == ["draft"]
