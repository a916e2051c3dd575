"""deepl: the real client against a local server; the key reaches the server and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from templates.language import Language
from templates.refusal import Refusal
from tests.services import KEY, Service
from translation.translators import deepl


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as made:
        yield made


def test_texts_go_and_come_back_in_order(service: Service, english: Language, swedish: Language) -> None:
    translator = deepl.build(deepl.Settings(server_url=service.address), source=english, target=swedish, key=KEY)
    texts = [f"Sentence number {number}." for number in range(120)]
    assert [output.text for output in translator.translate(texts)] == [f"sv {text}" for text in texts]
    assert [len(asked["text"]) for asked in service.asked] == [50, 50, 20]
    assert {(asked["source_lang"], asked["target_lang"]) for asked in service.asked} == {("EN", "SV")}


def test_large_texts_are_parted_by_size(service: Service, english: Language, swedish: Language) -> None:
    translator = deepl.build(deepl.Settings(server_url=service.address), source=english, target=swedish, key=KEY)
    assert len(translator.translate(["word " * 5_000] * 4)) == 4
    assert [len(asked["text"]) for asked in service.asked] == [2, 2]


def test_english_as_a_target_has_a_region(service: Service, english: Language, swedish: Language) -> None:
    deepl.build(deepl.Settings(server_url=service.address), source=swedish, target=english, key=KEY).translate(["Hej."])
    assert (service.asked[0]["source_lang"], service.asked[0]["target_lang"]) == ("SV", "EN-GB")


def test_the_key_comes_from_the_environment_and_is_no_part_of_the_fingerprint(
    service: Service, english: Language, swedish: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = deepl.Settings(server_url=service.address)
    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    with pytest.raises(Refusal, match="there is no key; put it into the environment variable DEEPL_API_KEY"):
        deepl.build(settings, source=english, target=swedish)
    monkeypatch.setenv("DEEPL_API_KEY", KEY)
    one, two = deepl.build(settings, source=english, target=swedish), deepl.build(settings, source=english, target=swedish, key="another:fx")
    assert one.fingerprint == two.fingerprint
    assert one.translate(["Hi."])[0].text == "sv Hi."


@pytest.mark.parametrize("answer", ["whole", "quota"])
def test_what_the_service_refuses_is_said_without_the_key(
    answer: str, service: Service, english: Language, swedish: Language, caplog: pytest.LogCaptureFixture
) -> None:
    service.answer = answer
    key = "wrong-and-secret:fx" if answer == "whole" else KEY
    translator = deepl.build(deepl.Settings(server_url=service.address), source=english, target=swedish, key=key)
    with caplog.at_level(logging.DEBUG), pytest.raises(Refusal, match=r"^deepl: .* after 0 of 1 texts; check key, quota and network") as refused:
        translator.translate(["Hi."])
    assert key not in str(refused.value) and key not in caplog.text and key not in repr(vars(refused.value))
    assert refused.value.__cause__ is None
