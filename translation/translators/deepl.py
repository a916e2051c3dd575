"""deepl: DeepL's service through its own client (https://github.com/DeepLcom/deepl-python). Texts leave this machine.

The key comes from the environment variable DEEPL_API_KEY or from whoever builds the engine. It is no setting, so it stands in no study,
fingerprint, memory or report. What the service says may change from day to day, which no fingerprint can show.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import deepl

from templates.language import Language
from templates.refusal import Refusal
from templates.store import digest
from translation.engine import Output

SENDS_TO = "DeepL (api.deepl.com)"
KEY_VARIABLE = "DEEPL_API_KEY"
HIDDEN = "(the key)"
AT_ONCE, BYTES_AT_ONCE = 50, 60_000  # the service takes 50 texts and 128 KiB a request
REGIONAL = {"EN": "EN-GB", "PT": "PT-PT"}  # targets that need a region


@dataclass(frozen=True, slots=True)
class Settings:
    """`server_url`: another address of the service, empty for the one that fits the key. `formality` where the language has it."""

    server_url: str = ""
    formality: Literal["default", "more", "less", "prefer_more", "prefer_less"] = "default"


def build(settings: Settings, *, source: Language, target: Language, key: str = "") -> DeepL:
    """The client for this pair of languages; nothing is sent yet."""
    secret = (key or os.environ.get(KEY_VARIABLE, "")).strip()
    if not secret:
        raise Refusal(f"deepl: there is no key; put it into the environment variable {KEY_VARIABLE} or into the Prefect Secret deepl-api-key.")
    logging.getLogger("deepl").addFilter(_WithoutKey(secret))
    client = deepl.DeepLClient(secret, server_url=settings.server_url or None, send_platform_info=False)
    return DeepL(client, secret, settings, source, target)


class _WithoutKey(logging.Filter):
    """The client logs what the service answers; should that ever hold the key, the log does not."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if self._secret in said:
            record.msg, record.args = said.replace(self._secret, HIDDEN), None
        return True


class DeepL:
    """No score, never truncated."""

    def __init__(self, client: deepl.DeepLClient, secret: str, settings: Settings, source: Language, target: Language) -> None:
        self._client, self._secret, self._formality = client, secret, settings.formality
        self._source = source.code_for("deepl").upper().partition("-")[0]
        wanted = target.code_for("deepl").upper()
        self._target = REGIONAL.get(wanted, wanted)
        self.fingerprint = digest(["deepl", settings.formality, self._source, self._target])

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """See Translator. A Refusal says what the service said, without the key."""
        outputs: list[Output] = []
        for part in _parts(texts):
            try:
                said = self._client.translate_text(part, source_lang=self._source, target_lang=self._target, formality=self._formality)
            except (deepl.DeepLException, ValueError) as error:
                why = " ".join(str(error).replace(self._secret, HIDDEN).split())[:200].rstrip(".")
                raise Refusal(f"deepl: {why} after {len(outputs)} of {len(texts)} texts; check key, quota and network.") from None
            outputs += [Output(one.text, math.nan, False) for one in (said if isinstance(said, list) else [said])]
        return outputs


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode("utf-8", "replace"))
        if part and (len(part) == AT_ONCE or size + length > BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part
