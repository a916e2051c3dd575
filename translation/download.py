"""Download: a file at an address. The copy of last time is kept with its ETag, so that an unchanged file is not sent again.

Conditional requests as in RFC 9110, section 13 (https://www.rfc-editor.org/rfc/rfc9110#section-13). A body shorter than the
server announced is no file; one that ends early without an announced length cannot be told from a whole one.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from templates.store import file_digest, write_atomic, write_json

TIMEOUT_SECONDS = 30.0
MOST_BYTES = 2**30
PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers that may be another in a minute

logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """The file cannot be had now. `passing`: asking again in a minute may help."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Copy:
    """What an address gave: the bytes, their sha256, when (ISO 8601, UTC), and what the server calls this version."""

    blob: bytes
    sha256: str
    when: str
    etag: str = ""
    modified: str = ""

    def save(self, folder: Path, address: str) -> None:
        """Keep it as the last copy of this address; a reader sees this one or the one before."""
        place = _place(folder, address)
        write_atomic(place / f"{self.sha256}.body", self.blob)
        facts = {name: value for name, value in asdict(self).items() if name != "blob"}
        write_json(place / "copy.json", {"address": shown(address), **facts})
        for old in place.glob("*.body"):
            if old.stem != self.sha256:
                old.unlink(missing_ok=True)


def last(folder: Path, address: str) -> Copy | None:
    """The kept copy; None if there is none, or if it was damaged since."""
    place = _place(folder, address)
    try:
        facts: dict[str, Any] = json.loads((place / "copy.json").read_text(encoding="utf-8"))
        body = place / f"{facts['sha256']}.body"
        if file_digest(body) != facts["sha256"]:
            return None
        return Copy(body.read_bytes(), facts["sha256"], facts["when"], facts["etag"], facts["modified"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def get(address: str, *, kept: Copy | None = None) -> Copy:
    """The file as it is now: `kept` itself if the server says that it is still the same."""
    request = urllib.request.Request(address)
    if kept is not None and kept.etag:
        request.add_header("If-None-Match", kept.etag)
    elif kept is not None and kept.modified:
        request.add_header("If-Modified-Since", kept.modified)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            blob: bytes = answer.read(MOST_BYTES + 1)
            headers = answer.headers
        if len(blob) > MOST_BYTES:
            raise Unavailable(f"it is larger than {MOST_BYTES / 2**30:g} GiB", passing=False)
        announced = headers.get("Content-Length") or ""
        if announced.isdecimal() and len(blob) < int(announced):  # which only a read without a limit says itself
            raise http.client.IncompleteRead(blob, int(announced) - len(blob))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 304 and kept is not None:
            logger.info("%s: not modified since %s", shown(address), kept.when)
            return kept
        raise Unavailable(f"it answered {error.code} ({error.reason})", passing=error.code in PASSING) from error
    except http.client.IncompleteRead as error:
        got = len(error.partial)
        raise Unavailable(f"the body was cut off after {got:,} of {got + (error.expected or 0):,} bytes", passing=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(_masked(str(getattr(error, "reason", "") or error), address) or type(error).__name__, passing=True) from error
    except ValueError as error:
        raise Unavailable(f"it is no address ({_masked(str(error), address)})", passing=False) from error
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Copy(blob, hashlib.sha256(blob).hexdigest(), now, headers.get("ETag") or "", headers.get("Last-Modified") or "")


def shown(address: str) -> str:
    """The address as it may be said and kept: without user and password, the values of its query left out, since a key may be one of them."""
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError:  # no address; urlopen says so
        return address.partition("?")[0].rpartition("@")[2]
    told = "&".join(f"{part.partition('=')[0]}=…" if "=" in part else "…" for part in parts.query.split("&")) if parts.query else ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=told, fragment="").geturl()


def _masked(text: str, address: str) -> str:
    """What an error says, which may quote the address."""
    query = address.partition("?")[2].partition("#")[0]
    return text.replace(query, "…") if query else text


def _place(folder: Path, address: str) -> Path:
    return folder / hashlib.sha256(address.encode("utf-8")).hexdigest()[:32]
