"""google: the real reader against a local page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from templates.language import Language
from templates.refusal import Refusal
from tests.services import Service
from translation.translators import google


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as made:
        yield made


def test_one_request_a_text(service: Service, english: Language, swedish: Language) -> None:
    translator = google.build(google.Settings(service.address), source=english, target=swedish)
    texts = ["Shares rose 5 % & fell.", "<b>Profit</b>", "7"]
    assert [output.text for output in translator.translate(texts)] == [f"sv {text}" for text in texts]
    assert service.texts == texts


def test_what_is_too_long_is_cut_and_flagged(service: Service, english: Language, swedish: Language) -> None:
    (long,) = google.build(google.Settings(service.address), source=english, target=swedish).translate(["word " * 2_000])
    assert long.truncated and max(map(len, service.texts)) <= google.LONGEST


@pytest.mark.parametrize(("answer", "said"), [("busy", "TooManyRequests"), ("nothing", "TranslationNotFound")])
def test_a_page_that_gives_nothing_is_refused_in_a_sentence(answer: str, said: str, service: Service, english: Language, swedish: Language) -> None:
    service.answer = answer
    with pytest.raises(Refusal, match=f"^google: {said} after 0 of 1 texts; wait a while"):
        google.build(google.Settings(service.address), source=english, target=swedish).translate(["Hi."])


def test_a_language_that_google_does_not_know(english: Language, swedish: Language) -> None:
    with pytest.raises(Refusal, match="google: does not know en or xx"):
        google.build(google.Settings(), source=english, target=replace(swedish, codes={"google": "xx"}))
