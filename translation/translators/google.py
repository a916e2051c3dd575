"""google: Google Translate's public page, read by deep-translator (https://github.com/nidhaloff/deep-translator). Texts leave this machine.

One request a text and no key; the page allows a few requests a second and may refuse more. What it says may change from day to day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from deep_translator import GoogleTranslator
from deep_translator.exceptions import BaseError, RequestError, ServerException, TooManyRequests

from templates.language import Language
from templates.refusal import Refusal
from templates.store import digest
from translation.engine import Output

SENDS_TO = "Google Translate (translate.google.com)"
LONGEST = 4_900  # characters; the page takes 5,000


@dataclass(frozen=True, slots=True)
class Settings:
    """`server_url`: another address that answers as the page does, empty for Google's own."""

    server_url: str = ""


def build(settings: Settings, *, source: Language, target: Language) -> Google:
    """The reader for this pair of languages; nothing is sent yet."""
    ours, theirs = source.code_for("google"), target.code_for("google")
    try:
        page = GoogleTranslator(source=ours, target=theirs)
    except BaseError as error:
        raise Refusal(f"google: does not know {ours} or {theirs}; write Google's codes under [codes] google in the languages' files.") from error
    if settings.server_url:
        page._base_url = settings.server_url  # the only way that the reader offers
    return Google(page, digest(["google", ours, theirs]))


class Google:
    """No score; what is longer than the page takes is cut and flagged."""

    def __init__(self, page: GoogleTranslator, fingerprint: str) -> None:
        self._page = page
        self.fingerprint = fingerprint

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. Texts in which the page finds nothing to translate come back as they are."""
        outputs: list[Output] = []
        for text in texts:
            try:
                said = self._page.translate(text[:LONGEST])
            except (BaseError, RequestError, ServerException, TooManyRequests, requests.RequestException) as error:
                why = type(error).__name__
                raise Refusal(f"google: {why} after {len(outputs)} of {len(texts)} texts; wait a while and ask for fewer with --sample.") from error
            outputs.append(Output(said or text[:LONGEST], math.nan, len(text) > LONGEST))
        return outputs
