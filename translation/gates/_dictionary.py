"""Which words a language has: simplemma's list of forms, then compounds of those, then hunspell's dictionary where the system has one.

simplemma: Barbaresi 2023, https://doi.org/10.5281/zenodo.4673264. hunspell's dictionaries are read by spylls
(https://github.com/zverok/spylls); loading one takes seconds and a lookup milliseconds, so it is asked last, and every answer is kept.
"""

from __future__ import annotations

import gc
import logging
from contextlib import closing
from functools import cache, lru_cache
from pathlib import Path
from typing import TextIO

import simplemma
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES
from spylls.hunspell import Dictionary, readers
from spylls.hunspell.readers.file_reader import FileReader

log = logging.getLogger(__name__)

HUNSPELL = Path("/usr/share/hunspell")
LINKS = {"sv": ("s", "e", "u", "o"), "nb": ("s", "e"), "nn": ("s", "e"), "da": ("s", "e"), "de": ("s", "es", "n", "en", "er"), "nl": ("s", "en", "e"), "fi": ()}
PART = 4  # letters of a compound's parts, at least; shorter ones make words out of anything, and hunspell knows which there are
LONGEST = 40  # letters: what is longer is no word, and taking it apart would cost the square of its length
HEAD, TAIL = 3, 5  # a first part may be shorter before a longer rest: "snökrönt"


@cache
def listed(code: str) -> str:
    """simplemma's name of the language, "" where it has none."""
    base = code.partition("-")[0]
    return base if base in SUPPORTED_LANGUAGES else ""


@cache
def file(code: str, folder: Path = HUNSPELL) -> Path | None:
    """hunspell's dictionary of the language without its ending; the language's largest where several countries have one."""
    found = [path for path in folder.glob(f"{code.partition('-')[0]}_*.dic") if path.with_suffix(".aff").is_file()]
    return max(found, key=lambda path: path.stat().st_size).with_suffix("") if found else None


class _Reader(FileReader):
    """spylls' reader, but one that closes its file."""

    def reset_io(self, obj: TextIO) -> None:
        """Go on reading from `obj`, at the same line."""
        self.close()
        super().reset_io(obj)

    def close(self) -> None:
        """Close the file, if one is open."""
        if hasattr(self, "io"):
            self.io.close()


@cache
def _hunspell(path: Path) -> Dictionary:
    log.info("reading the dictionary %s", path)
    collecting = gc.isenabled()
    gc.disable()  # a million small objects are made and none is garbage: half of the time would go into looking for it
    try:
        with closing(_Reader(f"{path}.aff")) as rules:
            aff, context = readers.read_aff(rules)
        with closing(_Reader(f"{path}.dic", encoding=context.encoding)) as words:
            return Dictionary(aff, readers.read_dic(words, aff=aff, context=context))
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=1 << 18)
def _is_listed(word: str, name: str) -> bool:
    return simplemma.is_known(word, lang=name)


def _is_compound(word: str, name: str) -> bool:
    """Whether the word falls into two listed words of some length, with a linking sound between them."""
    for end in range(HEAD, len(word) - PART + 1):
        head, rest = word[:end], word[end:]
        if end < PART and len(rest) < TAIL:
            continue
        doubled = head[-1] + rest if head[-1] == head[-2] else rest  # of three equal letters one is dropped: "toppolitiker"
        if not (_is_listed(rest, name) or _is_listed(doubled, name)):
            continue
        heads = (head, *(head.removesuffix(link) for link in LINKS[name]))
        if any(len(one) >= min(end, PART) and _is_listed(one, name) for one in heads):
            return True
    return False


def lists(word: str, code: str) -> bool:
    """Whether simplemma lists the word, written in lower case."""
    return bool(listed(code)) and len(word) <= LONGEST and _is_listed(word, listed(code))


@lru_cache(maxsize=1 << 16)
def forms(word: str, code: str) -> bool:
    """Whether the language may form a word that is not listed: as a compound, or as hunspell's dictionary says; none over LONGEST letters."""
    if len(word) > LONGEST:
        return False
    name, path = listed(code), file(code)
    return (name in LINKS and _is_compound(word, name)) or (path is not None and _hunspell(path).lookup(word))


@cache
def used(code: str) -> str:
    """The dictionaries of the language by name, "" without any."""
    path = file(code)
    return " and ".join([*([f"simplemma {listed(code)}"] if listed(code) else []), *([f"hunspell {path.name}"] if path else [])])
