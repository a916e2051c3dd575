"""Hub: whether the Hugging Face hub answers now, asked once and briefly, before its clients begin to retry for half a minute."""

from __future__ import annotations

import urllib.error
import urllib.request
from functools import cache

from huggingface_hub import constants

PATIENCE_SECONDS = 5.0


@cache
def reachable() -> bool:
    """Any answer counts, also a refusal. Honours HF_ENDPOINT, HF_HUB_OFFLINE and the proxy variables; remembered for the process."""
    if constants.HF_HUB_OFFLINE:
        return False
    try:
        with urllib.request.urlopen(urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE_SECONDS):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
