"""tmx: translation memories in TMX 1.4 (https://www.gala-global.org/tmx-14b), unit by unit, so that memory stays bounded.

The units are translate-toolkit's; its own reader keeps the whole file in memory.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from translate.storage.tmx import tmxunit

from templates.refusal import Refusal
from translation.training.reason import Reason

UNIT: Any = tmxunit  # the toolkit has no types
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read(path: Path, *, source: str, target: str) -> Iterator[tuple[str, str] | Reason]:
    """The texts of each unit in the two languages; en-GB counts as en. Codes inside a segment (`<ph>`, `<bpt>`) are markup."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle:
            walk = etree.iterparse(handle, events=("end",), tag="{*}tu", resolve_entities=False, no_network=True, load_dtd=False)
            for _, element in walk:
                yield _pair(UNIT.createfromxmlElement(element), source, target)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (gzip.BadGzipFile, EOFError, zlib.error, etree.XMLSyntaxError):
        yield Reason.DAMAGED
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); name an existing TMX file.") from error


def _pair(unit: Any, source: str, target: str) -> tuple[str, str] | Reason:
    found: dict[str, str] = {}
    for node in unit.getlanguageNodes():
        code = _wanted(node.get(_LANGUAGE) or node.get("lang") or "", (source, target))
        if not code or code in found:
            continue
        if any(len(segment) for segment in node.iterchildren("{*}seg")):
            return Reason.MARKUP
        found[code] = unit.getNodeText(node) or ""
    if source not in found or target not in found:
        return Reason.OTHER_LANGUAGE
    return found[source], found[target]


def _wanted(written: str, codes: tuple[str, str]) -> str:
    """Which of the two languages `en-GB` or `EN_us` is, or neither."""
    full = written.replace("_", "-").casefold()
    return next((code for code in codes if full == code.casefold()), "") or next((code for code in codes if full.split("-")[0] == code.casefold()), "")
