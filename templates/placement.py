"""placement: how many virtual tokens stand where, said apart from a prompt's words: `10 front, 6 end`.

Three places: `front`, before everything; `text`, right behind the last field; `end`, right before the answer. The published study of
Swedish FIQA tried 10 and 6 tokens at front and text, and chose 10 at the front
(https://developer.nvidia.com/blog/adapting-p-tuning-to-solve-non-english-downstream-tasks/).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from templates.prompt import MOST_VIRTUAL, Part, Place, Prompt, Text, Virtual
from templates.refusal import Refusal, did_you_mean

PLACES = ("front", "text", "end")
ITEM = re.compile(r"\s*(\d+)\s+(\w+)\s*")


def read(placement: str) -> dict[str, int]:
    """Place -> number of virtual tokens there."""
    found: dict[str, int] = {}
    for item in placement.split(","):
        said = ITEM.fullmatch(item)
        if said is None:
            raise Refusal(f"placement {placement!r}: {item.strip()!r} is not a number and a place; write it like '10 front' or '10 front, 6 text'.")
        count, place = int(said[1]), said[2]
        if place not in PLACES:
            raise Refusal(f"placement {placement!r}: no place {place!r}; there are {', '.join(PLACES)}.{did_you_mean(place, PLACES)}")
        if place in found or not 1 <= count <= MOST_VIRTUAL:
            raise Refusal(f"placement {placement!r}: each place is named once, with 1 to {MOST_VIRTUAL} virtual tokens.")
        found[place] = count
    return found


def move(prompt: Prompt, placement: str) -> Prompt:
    """The prompt with the same words and its virtual tokens where the placement says; empty: where they were.

    A text that follows the virtual tokens at the front begins with a blank, as a word in the middle of a text does.
    """
    if not placement.strip():
        return prompt
    counts = read(placement)
    parts = _joined(_without(prompt.parts))
    last = max((number for number, part in enumerate(parts) if isinstance(part, Place)), default=-1)
    made: list[Part] = []
    if "front" in counts:
        made.append(Virtual(counts["front"]))
        if not (isinstance(parts[0], Text) and parts[0].text[:1].isspace()):
            made.append(Text(" "))
    for number, part in enumerate(parts):
        made.append(part)
        if number == last and "text" in counts:
            made.append(Virtual(counts["text"]))
    if "end" in counts:
        made.append(Virtual(counts["end"]))
    made = _joined(made)
    return Prompt(written(made), tuple(made))


def _without(parts: Sequence[Part]) -> list[Part]:
    """The parts without virtual tokens, and without the second of two blanks that stood around some."""
    out: list[Part] = []
    removed = False
    for part in parts:
        if isinstance(part, Virtual):
            removed = True
            continue
        before = out[-1] if out else None
        doubled = before is None or (isinstance(before, Text) and before.text[-1:].isspace())
        single = removed and doubled and isinstance(part, Text) and part.text.startswith(" ")
        out.append(Text(part.text[1:]) if single and isinstance(part, Text) else part)
        removed = False
    return out


def written(parts: list[Part]) -> str:
    """The parts in the syntax of prompts."""
    out = ""
    for part in parts:
        if isinstance(part, Virtual):
            out += f"[[{part.count}]]"
        elif isinstance(part, Place):
            out += f"{{{part.field}}}"
        else:
            out += part.text.replace("{", "{{").replace("}", "}}")
    return out + "{answer}"


def _joined(parts: list[Part]) -> list[Part]:
    out: list[Part] = []
    for part in parts:
        if isinstance(part, Text) and not part.text:
            continue
        if out and isinstance(part, Text) and isinstance(out[-1], Text):
            out[-1] = Text(out[-1].text + part.text)
        elif out and isinstance(part, Virtual) and isinstance(out[-1], Virtual):
            out[-1] = Virtual(out[-1].count + part.count)
        else:
            out.append(part)
    return out
