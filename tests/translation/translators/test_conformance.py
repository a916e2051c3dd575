"""Every translator in the folder keeps the same promises."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from templates import catalogue, language
from templates.language import Language
from templates.refusal import UnknownName
from tests.services import KEY, Service
from translation.engine import Scorer

FOLDER = catalogue.PACKAGE / "translation" / "translators"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.name.startswith("_"))
ODD = ["{answer}", "{target} [[3]]", "<|VIRTUAL_PROMPT_0|>", "</s>", "<unk> <pad>", "Ålgård 😀👩‍💻 日本語", "a\x00b", "7", "a" * 300, "Shares rose."]


TARGETS = {"apertium": "ca"}  # Swedish for the others


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the services are answered for, with their key in the environment."""
    with Service() as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPL_API_KEY", KEY)
        yield service.address


def built(name: str, tiny_marian: Path, english: Language, address: str) -> tuple[Any, Any, Any]:
    """(module, its settings, the translator built with them); skipped with the reason where what it needs is not installed"""
    module, target = catalogue.module("translation.translators", name, "translator"), language.load(TARGETS.get(name, "sv"))
    if name == "apertium" and not module.reaches(source=english, target=target):
        pytest.skip("apertium with the pair eng-cat is not installed (apt install apertium apertium-eng-cat)")
    given = {"server_url": address} if hasattr(module, "SENDS_TO") else {"model": str(tiny_marian)} if name == "transformers" else {}
    settings = module.Settings(**given)
    return module, settings, module.build(settings, source=english, target=target)


@pytest.fixture(scope="module", params=NAMES)
def chosen(request: pytest.FixtureRequest, tiny_marian: Path, english: Language, address: str) -> tuple[Any, Any, Any]:
    return built(request.param, tiny_marian, english, address)


def texts_of(outputs: list[Any]) -> list[str]:
    return [output.text for output in outputs]


def test_settings_are_frozen_and_have_defaults(chosen: tuple[Any, Any, Any]) -> None:
    module, settings, _ = chosen
    assert module.Settings() == module.Settings()
    assert type(settings).__dataclass_params__.frozen


def test_nothing_in_nothing_out(chosen: tuple[Any, Any, Any]) -> None:
    assert chosen[2].translate([]) == []


def test_count_and_order_are_kept_whatever_the_lengths(chosen: tuple[Any, Any, Any]) -> None:
    texts = ["The bank fell.", "Shares in the bank rose today after strong sales.", "Profit.", "The market closed lower than many had hoped.", "Profit."]
    together = chosen[2].translate(texts)
    assert texts_of(together) == [chosen[2].translate([text])[0].text for text in texts]
    assert len(set(texts_of(together))) == 4


def test_the_same_text_gives_the_same_output(chosen: tuple[Any, Any, Any]) -> None:
    texts = ["Shares in the bank rose today.", "Profit fell."]
    assert texts_of(chosen[2].translate(texts)) == texts_of(chosen[2].translate(texts))


def test_strange_data_does_not_crash(chosen: tuple[Any, Any, Any]) -> None:
    outputs = chosen[2].translate(ODD)
    assert len(outputs) == len(ODD)
    for output in outputs:
        assert isinstance(output.text, str)
        assert math.isnan(output.score) or output.score <= 0.0


def test_a_text_of_10_000_characters_is_whole_or_flagged(chosen: tuple[Any, Any, Any]) -> None:
    text = "the market closed lower " * 417
    (long, short) = chosen[2].translate([text, "Profit fell."])
    assert long.truncated or len(long.text) > 0.8 * len(text)
    assert not (short.truncated and short.text == "Profit fell.")


def test_the_fingerprint_is_stable_and_follows_settings_or_languages(chosen: tuple[Any, Any, Any], english: Language) -> None:
    module, settings, translator = chosen
    target = language.load(TARGETS.get(module.__name__.rpartition(".")[2], "sv"))
    assert re.fullmatch(r"[0-9a-f]{64}", translator.fingerprint)
    assert module.build(settings, source=english, target=target).fingerprint == translator.fingerprint
    if any(field.name == "beam_size" for field in dataclasses.fields(settings)):
        other = module.build(dataclasses.replace(settings, beam_size=2), source=english, target=target)
    else:
        other = module.build(settings, source=target, target=english)
    assert other.fingerprint != translator.fingerprint


def test_fingerprints_differ_between_translators(tiny_marian: Path, english: Language, address: str) -> None:
    there = [name for name in NAMES if name != "apertium" or catalogue.module("translation.translators", name, "translator").modes() is not None]
    found = {built(name, tiny_marian, english, address)[2].fingerprint for name in there}
    assert len(found) == len(there) >= 3


PAIRS = [("Shares rose.", "Aktierna steg."), ("The market closed lower than many had hoped.", "Marknaden stängde lägre än många hade hoppats."), ("", "Hej.")]


def scorer(chosen: tuple[Any, Any, Any]) -> Scorer:
    if not isinstance(chosen[2], Scorer):
        pytest.skip(f"{chosen[0].__name__.rpartition('.')[2]} offers no log-probabilities")
    return chosen[2]


def test_a_scorer_measures_every_token_and_its_mean(chosen: tuple[Any, Any, Any]) -> None:
    sources, targets = zip(*PAIRS, strict=True)
    tokens, means = scorer(chosen).token_log_probabilities(sources, targets), scorer(chosen).log_probabilities(sources, targets)
    assert len(tokens) == len(means) == len(PAIRS)
    for one, mean in zip(tokens, means, strict=True):
        assert len(one) >= 2 and max(one) <= 0.0
        assert mean == pytest.approx(sum(one) / len(one), abs=1e-4)


def test_a_scorer_depends_on_no_batch_mate(chosen: tuple[Any, Any, Any]) -> None:
    sources, targets = zip(*PAIRS * 7, strict=True)
    alone = [scorer(chosen).log_probabilities([source], [target])[0] for source, target in PAIRS]
    assert scorer(chosen).log_probabilities(sources, targets) == pytest.approx(alone * 7, abs=1.01e-4)
    assert scorer(chosen).log_probabilities([], []) == []


def test_a_scorer_bears_what_is_too_long_or_strange(chosen: tuple[Any, Any, Any]) -> None:
    for odd in [*ODD, "the market closed lower " * 417]:
        (found,) = scorer(chosen).log_probabilities([odd], [odd])
        assert math.isfinite(found) and found <= 0.0


def test_a_typo_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean ctranslate2"):
        catalogue.module("translation.translators", "ctranslat2", "translator")
