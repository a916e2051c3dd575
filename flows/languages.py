"""languages: what is there: every language with its words for each benchmark, who reviewed them, and what translates into it here."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from templates import catalogue, language
from templates.language import ENGLISH, Language

MODELS = catalogue.PACKAGE / "translation" / "models"
TRANSLATORS = catalogue.PACKAGE / "translation" / "translators"


def table() -> list[str]:
    """The table as lines of plain text, a language each, in the order of their codes."""
    benchmarks = catalogue.benchmarks()
    rows = [("code", "name", *benchmarks, "reviewed by", "translated by")]
    for spoken in map(language.load, language.codes()):
        reviewers = dict.fromkeys(cell.reviewed for cell in spoken.cells.values() if cell.reviewed)
        by = "the benchmarks' authors" if spoken.code == ENGLISH else ", ".join(reviewers) or "nobody"
        rows.append((spoken.code, spoken.name, *(coverage(spoken, name) for name in benchmarks), by, ", ".join(engines(spoken)) or "nothing here"))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def coverage(spoken: Language, benchmark: str) -> str:
    """`yes`: reviewed words; `draft`: words nobody has reviewed; `missing`: no table (a run then drafts its own)."""
    cell = spoken.cells.get(benchmark)
    if spoken.code == ENGLISH or (cell is not None and cell.reviewed):
        return "yes"
    return "missing" if cell is None else "draft"


def engines(spoken: Language) -> list[str]:
    """Translators that reach the language from English without fetching anything: `engine model`, the language file's own choice first."""
    if spoken.code == ENGLISH:
        return ["identity"]
    found = [f"ctranslate2 {name}" for name in models(spoken.code)]
    for path in sorted(TRANSLATORS.glob("[!_]*.py")):
        if "def reaches(" in path.read_text(encoding="utf-8"):  # only such a module is worth loading
            pair = catalogue.module("translation.translators", path.stem, "translator").reaches(source=language.load(ENGLISH), target=spoken)
            found += [f"{path.stem} {pair}"] if pair else []
    return sorted(found, key=lambda name: name.split()[0] != spoken.translator)


def models(code: str) -> list[str]:
    """The names of converted models from English into the language, the user's own and the shipped ones."""
    manifests: list[Path] = [*(catalogue.user_home() / "models").glob("*/manifest.json"), *MODELS.glob("*/manifest.json")]
    found = set()
    for path in manifests:
        with contextlib.suppress(OSError, ValueError):  # a broken one is refused where it is used
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(manifest, dict) and (manifest.get("source"), manifest.get("target")) == (ENGLISH, code):
                found.add(path.parent.name)
    return sorted(found)
