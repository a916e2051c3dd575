"""language_file: put drafted tables into a language's TOML, so that a linguist finds every doubt beside its word; compare two cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import tomlkit
from tomlkit.items import Item, Table

from templates.language import Cell
from templates.refusal import Refusal
from templates.verbalizer import plain
from translation.localise import Draft

HEADER = "drafted by lingraft localise {code}; reviewed by nobody: look at the words with a comment first, then put your name into reviewed"


def with_drafts(text: str, drafts: Iterable[Draft], *, code: str, where: str) -> str:
    """The file's text with each draft's table added, or put in the place of an unreviewed one; all else stays as it is."""
    document = tomlkit.parse(text)
    for draft in drafts:
        present = document.get(draft.benchmark)
        if present is not None and present.get("reviewed"):
            raise Refusal(f"{where}: [{draft.benchmark}] was reviewed by {present['reviewed']}; a draft never replaces it: remove the table by hand first.")
        document.pop(draft.benchmark, None)
        document[draft.benchmark] = table_of(draft, code=code)
    return tomlkit.dumps(document)


def table_of(draft: Draft, *, code: str) -> Table:
    """The cell as a table; a doubtful word has its doubt beside it."""
    cell, table = draft.cell, tomlkit.table()
    table.add(tomlkit.comment(HEADER.format(code=code)))
    table["reviewed"] = ""
    table["prompt"] = cell.prompt
    for key in ("slots_lead", "slots_none"):
        if getattr(cell, key):
            table[key] = _item(getattr(cell, key), draft.doubts.get(key, ""))
    for name in ("words", "variants", "prompts", "slots"):
        values: Mapping[str, object] = getattr(cell, name)
        if values:
            table[name] = inner = tomlkit.table()
            for key, value in values.items():
                inner[key] = _item(value, draft.doubts.get(f"{name}.{key}", ""))
    return table


def _item(value: object, doubt: str) -> Item:
    made = tomlkit.item(list(value) if isinstance(value, tuple) else value)
    return made.comment(" ".join(doubt.split())) if doubt else made


@dataclass(frozen=True, slots=True)
class Compared:
    """One word of two cells; `key` as in `words.negative`."""

    key: str
    made: str
    drafted: str
    how: Literal["same", "variant", "different"]


def compare(made: Cell, drafted: Cell) -> list[Compared]:
    """Every label and slot word of a table beside a draft's: the same word, a variant of it, or a different one."""
    found = []
    for name in ("words", "slots"):
        ours, theirs = getattr(made, name), getattr(drafted, name)
        for label in ours:
            word, other = plain(ours[label]), plain(theirs.get(label, ""))
            forms = {plain(form) for cell in (made, drafted) for form in cell.variants.get(label, ())} if name == "words" else set()
            how: Literal["same", "variant", "different"] = "same" if word == other else "variant" if {word, other} & forms else "different"
            found.append(Compared(f"{name}.{label}", ours[label].strip(), theirs.get(label, "").strip(), how))
    return found
