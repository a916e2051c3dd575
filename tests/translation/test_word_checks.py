"""word_checks: every kind of fault in prompts and label words is found once, sound words are left alone, another engine's way back is used."""

import shutil
from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.language import Cell
from translation import word_checks
from translation.judge import judge
from translation.translators import apertium, identity

FIQA = catalogue.benchmark("fiqa")
SV, EN = language.load("sv"), language.load("en")
SOUND = Cell("{sentence} Känsla för {target}[[10]]:{answer}", {"negative": " negativ", "positive": " positiv"}, reviewed="A. Reader")


def checks(cell, **change):
    lang = replace(SV, cells={"fiqa": cell})
    return {(found.check, found.severity): found.what for found in word_checks.check(lang, FIQA, **change) if found.check != "no-back-translation"}


def test_sound_words_have_no_finding_and_the_missing_way_back_is_said():
    (only,) = word_checks.check(replace(SV, cells={"fiqa": SOUND}), FIQA, why_no_back="the engine goes one way")
    assert (only.check, only.severity) == ("no-back-translation", "warning")
    assert only.what == "label words were not translated back: the engine goes one way"
    assert word_checks.check(EN, FIQA) == []


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"prompt": "{sentence}[[10]]:{answer}"}, ("lost-field", "error"), "never shows {target}"),
        ({"prompt": "{sentence}{target}[[10]]:{answer}"}, ("glued-fields", "error"), "touch"),
        ({"prompt": "{sentence} Sentiment för {target}[[10]]:{answer}"}, None, ""),  # "sentiment" is Swedish too
        ({"prompt": "{sentence} Sentiment for {target}[[10]]:{answer}"}, ("english-prompt", "warning"), "for"),
        ({"prompt": "{sentence} Känsla för {target}[[3]]:{answer}"}, ("virtual-tokens", "warning"), "has 3 virtual tokens, the English one 10"),
        ({"words": {"negative": " negative", "positive": " positiv"}}, ("english-word", "warning"), "words.negative = 'negative' still holds English"),
        ({"words": {"negative": " positiv", "positive": " positiv"}}, ("unusable-words", "error"), "stands for both"),
        ({"words": {"negative": "negativ", "positive": " positiv"}}, ("answer-blank", "warning"), "the blank before an answer belongs to the word"),
        ({"variants": {"positive": ("positiva",)}}, None, ""),
        ({"variants": {"positive": ("positivkt",)}}, ("unknown-form", "warning"), "'positivkt' is in no dictionary"),
        ({"variants": {"positive": ("gladare",)}}, ("other-word", "warning"), "'gladare' is no form of 'positiv'"),
        ({"prompts": {"short": "{sentence}[[10]]:{answer}"}}, ("lost-field", "warning"), "prompts.short: the prompt never shows"),
        ({"reviewed": ""}, ("draft", "warning"), "nobody has reviewed"),
    ],
)
def test_every_fault_is_found_and_nothing_else(change, kind, said):
    found = checks(replace(SOUND, **change))
    assert list(found) == ([kind] if kind else [])
    assert not kind or said in found[kind]


def test_the_prompt_in_use_is_the_one_that_fails():
    cell = replace(SOUND, prompts={"short": "{sentence}[[10]]:{answer}"})
    assert ("lost-field", "error") in checks(cell, prompt="short")


def test_a_language_without_words_is_an_error():
    assert [found.check for found in word_checks.check(replace(SV, cells={}), FIQA)] == ["no-words"]


def test_a_language_without_a_dictionary_says_what_is_not_verified():
    lang = replace(SV, code="xx", name="Exish", cells={"fiqa": replace(SOUND, variants={"positive": ("positiva",)})})
    assert {found.check for found in word_checks.check(lang, FIQA)} == {"no-dictionary", "no-back-translation"}


def test_words_that_come_back_as_something_else_are_named():
    back = identity.build(identity.Settings(), source=SV, target=EN)
    found = [found for found in word_checks.check(replace(SV, cells={"fiqa": SOUND}), FIQA, back=back) if found.check == "comes-back"]
    assert [one.what.partition(" comes")[0] for one in found] == []  # "negativ" reads nearly as "negative"
    odd = replace(SOUND, words={"negative": " dyster", "positive": " positiv"})
    (found,) = [found for found in word_checks.check(replace(SV, cells={"fiqa": odd}), FIQA, back=back) if found.check == "comes-back"]
    assert found.what == "words.negative = 'dyster' comes back as 'dyster' for 'negative': something else"


@pytest.mark.skipif(shutil.which("apertium") is None, reason="apertium is not installed")
def test_catalan_goes_both_ways():
    ca = language.load("ca")
    if not apertium.reaches(source=ca, target=EN):
        pytest.skip("the pair from Catalan into English is not installed")
    back = apertium.build(apertium.Settings(), source=ca, target=EN)
    found = {one.check for one in word_checks.check(ca, catalogue.benchmark("assistant"), back=back)}
    assert "comes-back" in found and "no-back-translation" not in found


def test_words_move_the_verdict_as_gates_toml_says():
    from tests.translation.test_judge import rows

    source, translated = rows()
    verdicts = {}
    cells = {
        "draft": replace(SOUND, reviewed=""),
        "english": replace(SOUND, words={"negative": " negative", "positive": " positiv"}),
        "lost": replace(SOUND, prompt="{sentence}[[10]]:{answer}"),
    }
    for name, cell in cells.items():
        lang = replace(SV, cells={"fiqa": cell})
        report = judge(source, translated, benchmark=FIQA, language=lang, words=word_checks.check(lang, FIQA))
        assert report.words and not report.findings
        verdicts[name] = report.verdict
    assert verdicts == {"draft": "pass", "english": "warn", "lost": "fail"}
