"""LocalisedTask: benchmark x language x prompt x verbalizer; it turns a record into what the model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from templates import prompt as prompts
from templates import verbalizer as verbalizers
from templates.benchmark import Benchmark, Record
from templates.language import ENGLISH, Cell, Language, english_cell
from templates.prompt import Prompt, Text, Virtual
from templates.refusal import UnknownName, did_you_mean
from templates.slots import Slot
from templates.verbalizer import Verbalizer


@dataclass(frozen=True, slots=True)
class Example:
    """One record as the model reads it: parts in order, then the answer (with its own blank). `group` ties folds.

    `tail`: what follows the label's word where a benchmark has slots, in pieces that are tokenised apart."""

    id: str
    parts: tuple[Text | Virtual, ...]
    label: str
    answer: str
    group: str
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotWords:
    """How slots are said: `lead`, then ` word(value), word(value)` or `none`. The pieces are tokenised apart, in training as in decoding."""

    words: Verbalizer
    lead: str
    none: str
    opened: str = "("
    closed: str = ")"
    between: str = ","

    def pieces(self, slots: Sequence[Slot]) -> tuple[str, ...]:
        """The text of these slots, in pieces: lead, word, "(", value, ")", ",", word ..."""
        if not slots:
            return (self.lead, self.none)
        out = [self.lead]
        for number, slot in enumerate(slots):
            out += [self.between] * bool(number)
            out += [self.words.words[slot.name], self.opened, slot.value, self.closed]
        return tuple(out)


@dataclass(frozen=True, slots=True)
class LocalisedTask:
    """`reviewed` is empty while prompt and words are a draft nobody has reviewed; every report then says so."""

    benchmark: Benchmark
    language: Language
    prompt: Prompt
    verbalizer: Verbalizer
    reviewed: str
    slots: SlotWords | None = None

    @property
    def name(self) -> str:
        """The key of its rows in the prompt table."""
        return f"{self.language.code}/{self.benchmark.name}"

    def example(self, record: Record) -> Example:
        """The record in this task's words."""
        tail = self.slots.pieces(record.slots) if self.slots is not None else ()
        return Example(record.id, self.prompt.render(record.fields), record.label, self.verbalizer.words[record.label], record.group, tail)


def localise(benchmark: Benchmark, language: Language, cell: Cell | None = None, *, prompt: str = "") -> LocalisedTask:
    """Join benchmark and language. `cell` defaults to the language file's; `prompt` names one of its alternatives."""
    if cell is None:
        cell = english_cell(benchmark) if language.code == ENGLISH else language.cells.get(benchmark.name)
    if cell is None:
        raise UnknownName(f"{language.file}: no table [{benchmark.name}]; add prompt and words to that file.")
    where = f"{language.file}, [{benchmark.name}]" if language.code != ENGLISH else f"benchmark {benchmark.name}"
    text = cell.prompt
    if prompt:
        if prompt not in cell.prompts:
            raise UnknownName(f"{where}: no prompt {prompt!r}; there are {', '.join(cell.prompts) or 'none'}.{did_you_mean(prompt, cell.prompts)}")
        text = cell.prompts[prompt]
    parsed = prompts.parse(text, benchmark.fields, where=f"{where} prompt")
    words = verbalizers.build(benchmark.labels, cell.words, cell.variants, where=f"{where} words")
    slots = None
    if benchmark.slot_words:
        named = verbalizers.build(tuple(benchmark.slot_words), cell.slots, {}, where=f"{where} slots", closed=True)
        slots = SlotWords(named, cell.slots_lead or benchmark.slots_lead, cell.slots_none or benchmark.slots_none)
    return LocalisedTask(benchmark, language, parsed, words, cell.reviewed, slots)
