"""Input: a file (or two side by side) of parallel text; and how folders, files and `opus:NAME` become a list of them.

`tatoeba.en-sv.tsv.gz` says by its name which column is which language; `mine.tsv` has the source language first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from templates.refusal import Refusal
from translation.training import moses, opus, tmx, tsv
from translation.training.reason import Reason

KINDS = ".tsv, .tmx or a pair of .{} and .{}, each also with .gz"


@dataclass(frozen=True, slots=True)
class Input:
    """`paths`: one file, or two in Moses' form, source first. `swapped`: the file's first column is the target language."""

    origin: str
    kind: str
    paths: tuple[Path, ...]
    swapped: bool = False

    def read(self, *, source: str, target: str) -> Iterator[tuple[str, str] | Reason]:
        """Its pairs, source first, and its bad lines."""
        if self.kind == "moses":
            yield from moses.read(*self.paths)
        elif self.kind == "tmx":
            yield from tmx.read(self.paths[0], source=source, target=target)
        else:
            for found in tsv.read(self.paths[0]):
                yield (found[1], found[0]) if self.swapped and not isinstance(found, Reason) else found


def find(entries: Sequence[str | Path], *, source: str, target: str, downloads: Path) -> list[Input]:
    """What the entries hold for these two languages, each file once, by origin. Other files of a folder are passed over."""
    found: dict[tuple[Path, ...], Input] = {}
    for entry in entries:
        name = str(entry).removeprefix("opus:")
        path = opus.fetch(name, downloads, source=source, target=target) if name != str(entry) else Path(entry).expanduser()
        if not path.exists():
            raise Refusal(f"{path}: not found; name a folder or files of parallel text ({KINDS.format(source, target)}), or opus:NAME.")
        paths = sorted(path.iterdir()) if path.is_dir() else [path]
        held = [made for one in paths if one.is_file() and (made := _input(one, source, target)) is not None]
        if not held:
            raise Refusal(f"{path}: holds no parallel text of {source} and {target}; needed is {KINDS.format(source, target)}.")
        found |= {made.paths: made for made in held}
    return sorted(found.values(), key=lambda made: (made.origin, made.paths))


def _input(path: Path, source: str, target: str) -> Input | None:
    """The input that the file belongs to; None where it is none, or one of other languages."""
    name = path.name.removesuffix(".gz")
    origin, _, rest = "_".join(name.split()).partition(".")
    if path.name.startswith("."):
        return None
    *between, ending = rest.split(".")
    if ending in (source, target):
        pair = tuple(_beside(path, name.removesuffix(ending) + code) for code in (source, target))
        return Input(origin, "moses", tuple(one for one in pair if one is not None)) if None not in pair else None
    if ending == "tmx":
        return Input(origin, "tmx", (path,))
    if ending != "tsv":
        return None
    code = f"[a-z]{{2}}|{source}|{target}"
    said = next((match.groups() for part in reversed(between) if (match := re.fullmatch(rf"({code})[-_]({code})", part))), (source, target))
    return Input(origin, "tsv", (path,), swapped=said == (target, source)) if sorted(said) == sorted((source, target)) else None


def _beside(path: Path, name: str) -> Path | None:
    return next((one for one in (path.with_name(name), path.with_name(f"{name}.gz")) if one.is_file()), None)
