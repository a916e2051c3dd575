"""Prompt: what the model reads, parsed once into parts.

Syntax: `{field}` puts a field of the record, `{answer}` (exactly once, last) the label word, `[[n]]` n virtual tokens *here*;
`{{` and `}}` are plain braces. Data is never parsed again: a sentence that contains `{target}` or `[[3]]` comes out verbatim.

NeMo's template form (seven keys, `<|VIRTUAL_PROMPT_i|>` markers) is read and written:
https://docs.nvidia.com/nemo-framework/user-guide/24.07/nemotoolkit/nlp/nemo_megatron/prompt_learning.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from templates.refusal import Refusal, did_you_mean

TOKEN = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}]*)\}|\[\[(?P<count>[^\[\]]*)\]\]|(?P<stray>[{}])")
NEMO_MARKER = re.compile(r"<\|VIRTUAL_PROMPT_(\d+)\|>")
MOST_VIRTUAL = 200


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place for one field of the record."""

    field: str


@dataclass(frozen=True, slots=True)
class Virtual:
    """`count` virtual tokens at this place."""

    count: int


Part = Text | Place | Virtual


@dataclass(frozen=True, slots=True)
class Prompt:
    """The parts before the answer, in order; `source` is the text they were parsed from."""

    source: str
    parts: tuple[Part, ...]

    @property
    def virtual_tokens(self) -> int:
        """P, the number of virtual tokens in all places together."""
        return sum(part.count for part in self.parts if isinstance(part, Virtual))

    def plain(self) -> Prompt:
        """The same words without virtual tokens."""
        return Prompt(self.source, tuple(part for part in self.parts if not isinstance(part, Virtual)))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields used, in order."""
        return tuple(part.field for part in self.parts if isinstance(part, Place))

    def render(self, fields: Mapping[str, str]) -> tuple[Text | Virtual, ...]:
        """The prompt with this record's fields put in; neighbouring texts are joined, so that they are tokenised as one."""
        out: list[Text | Virtual] = []
        for part in self.parts:
            if isinstance(part, Virtual):
                out.append(part)
                continue
            piece = fields[part.field] if isinstance(part, Place) else part.text
            if out and isinstance(out[-1], Text):
                out[-1] = Text(out[-1].text + piece)
            else:
                out.append(Text(piece))
        return tuple(part for part in out if not isinstance(part, Text) or part.text)


def parse(source: str, fields: Iterable[str], *, where: str) -> Prompt:
    """Parse a prompt for these fields; a Refusal points at the column (from 1)."""
    known = list(fields)

    def refuse(column: int, problem: str) -> Refusal:
        return Refusal(f"{where}, column {column + 1}: {problem}")

    parts: list[Part] = []
    answer_end, position = None, 0

    def literal(piece: str) -> None:
        if not piece:
            return
        if parts and isinstance(parts[-1], Text):
            parts[-1] = Text(parts[-1].text + piece)
        else:
            parts.append(Text(piece))

    for match in TOKEN.finditer(source):
        if answer_end is not None:
            raise refuse(answer_end, "{answer} must come last; move what follows before it.")
        literal(source[position : match.start()])
        position = match.end()
        if match["stray"]:
            raise refuse(match.start(), f"lone {match['stray']!r}; write {{{{ or }}}} for a plain brace.")
        if match["count"] is not None:
            if not match["count"].isdigit() or not 1 <= int(match["count"]) <= MOST_VIRTUAL:
                raise refuse(match.start(), f"[[{match['count']}]] must hold a number of virtual tokens from 1 to {MOST_VIRTUAL}.")
            parts.append(Virtual(int(match["count"])))
        elif match["field"] == "answer":
            answer_end = match.end()
        elif match["field"] is not None:
            if match["field"] not in known:
                hint = did_you_mean(match["field"], [*known, "answer"], shape="{{{}}}")
                raise refuse(match.start(), f"field {{{match['field']}}} is not in the benchmark ({', '.join(known)}).{hint}")
            parts.append(Place(match["field"]))
        else:
            literal(match.group()[0])
    if answer_end is None:
        raise Refusal(f"{where}: the prompt has no {{answer}}; end it with {{answer}}, the place of the label word.")
    if position < len(source):
        raise refuse(answer_end, f"{{answer}} must come last; move {source[position:]!r} before it.")
    if not any(isinstance(part, Place) for part in parts):
        raise Refusal(f"{where}: the prompt uses no field; it needs at least one of {', '.join(known)}.")
    return Prompt(source, tuple(parts))


def to_nemo(prompt: Prompt, *, taskname: str, truncate_field: str | None, answer_field: str = "label") -> dict[str, Any]:
    """NeMo's task template (seven keys) that says the same."""
    splits: list[int] = []
    out = ""
    for part in prompt.parts:
        if isinstance(part, Virtual):
            out += f"<|VIRTUAL_PROMPT_{len(splits)}|>"
            splits.append(part.count)
        else:
            out += f"{{{part.field}}}" if isinstance(part, Place) else part.text
    return {
        "taskname": taskname,
        "prompt_template": out + f"{{{answer_field}}}",
        "total_virtual_tokens": sum(splits),
        "virtual_token_splits": splits,
        "truncate_field": truncate_field,
        "answer_only_loss": True,
        "answer_field": answer_field,
    }


def from_nemo(template: Mapping[str, Any], fields: Iterable[str], *, where: str) -> Prompt:
    """A NeMo task template as a Prompt, with NeMo's own sanity checks."""
    needed = ("taskname", "prompt_template", "total_virtual_tokens", "virtual_token_splits", "truncate_field", "answer_only_loss", "answer_field")
    missing = [key for key in needed if key not in template]
    if missing:
        raise Refusal(f"{where}: key {missing[0]!r} is missing; a NeMo task template has {', '.join(needed)}.")
    text, splits = str(template["prompt_template"]), list(template["virtual_token_splits"])
    markers = [int(number) for number in NEMO_MARKER.findall(text)]
    if markers != list(range(len(splits))):
        raise Refusal(f"{where}: found markers {markers} for {len(splits)} virtual_token_splits; use <|VIRTUAL_PROMPT_0|> ... in order, one a split.")
    if sum(splits) != template["total_virtual_tokens"]:
        raise Refusal(f"{where}: virtual_token_splits add up to {sum(splits)}, total_virtual_tokens is {template['total_virtual_tokens']}; make them equal.")
    answer = f"{{{template['answer_field']}}}"
    if not text.endswith(answer):
        raise Refusal(f"{where}: prompt_template must end with {answer}, its answer_field.")
    body = NEMO_MARKER.sub(lambda match: f"[[{splits[int(match[1])]}]]", text.removesuffix(answer))
    return parse(body + "{answer}", fields, where=where)
