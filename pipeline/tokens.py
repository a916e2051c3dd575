"""Tokens: an Example becomes token ids and virtual slots, so that the answer always begins its own token.

Texts on the two sides of a virtual token, and prompt and answer, are tokenised apart. A piece that continues a text is
tokenised behind an anchor character that is cut off again: SentencePiece then adds no dummy prefix (" positive" would become
two blanks), and byte-level BPE sees a piece in the middle of a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from transformers import PreTrainedTokenizerBase

from templates.benchmark import Record
from templates.prompt import Text, Virtual
from templates.refusal import Refusal
from templates.task import Example, LocalisedTask

ANCHORS = ("\n", ",", "x", "0", ")", "я")
MOST_SLOTS = 8  # of one utterance when decoding; Assistant (Liu et al. 2019) has six at most
SLACK = 4  # tokens by which a value's first word may outgrow its share of the utterance, since it is tokenised apart


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example in ids. `before` is frozen text whose keys and values can be reused; `stem` runs from the first virtual
    token to the answer, virtual token k written as -(k + 1); `answer` are the ids trained on: the label word and, where a
    benchmark has slots, the slots and `end`, the mark that closes them."""

    id: str
    before: tuple[int, ...]
    stem: tuple[int, ...]
    answer: tuple[int, ...]
    label: str
    end: tuple[int, ...] = ()

    @property
    def shown(self) -> tuple[int, ...]:
        """The answer as a demonstration shows it, without its end mark."""
        return self.answer[: len(self.answer) - len(self.end)]

    def whole(self) -> Encoded:
        """The same with nothing that is read beforehand."""
        return replace(self, before=(), stem=self.before + self.stem)


class Tokens:
    """The tokenizer of one model, asked only through this class."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, limit: int) -> None:
        self.tokenizer = tokenizer
        self.limit = limit
        self._answers: dict[str, tuple[int, ...]] = {}
        plain = self._ids("a")
        special = list(tokenizer("a")["input_ids"])
        self.start = tuple(special[: len(special) - len(plain)]) if special[-len(plain) :] == plain else ()
        if not self.start and special[: len(plain)] != plain and special[0] != plain[0]:
            self.start = (special[0],)

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def opening(self, text: str) -> tuple[int, ...]:
        """Ids of a text that begins the sequence, with the tokens the tokenizer itself puts at a beginning."""
        return (*self.start, *self._ids(text))

    def separator(self) -> tuple[int, ...]:
        """Ids between demonstrations: a blank line, or what the tokenizer keeps of one (GPT-SW3's drops newlines)."""
        for text in ("\n\n", " | "):
            try:
                return self.continuing(text)
            except Refusal:
                continue
        return ()

    def continuing(self, text: str) -> tuple[int, ...]:
        """Ids of a text that follows something: no dummy prefix, never merged with what stands before."""
        for anchor in ANCHORS:
            alone, both = self._ids(anchor), self._ids(anchor + text)
            if alone and len(both) > len(alone) and both[: len(alone)] == alone:
                return tuple(both[len(alone) :])
        raise Refusal(f"tokenizer {type(self.tokenizer).__name__}: cannot tokenise {text!r} apart from what stands before it; choose other label words.")

    def answer(self, word: str) -> tuple[int, ...]:
        """Ids of an answer word, or of a piece of the slots, the same in training, ranking, decoding and demonstrations."""
        if word not in self._answers:
            self._answers[word] = self.continuing(word)
        return self._answers[word]

    def end(self) -> tuple[int, ...]:
        """Ids that close an answer with slots: the tokenizer's end of text, or a full stop where it has none."""
        last = self.tokenizer.eos_token_id
        return (int(last),) if last is not None else self.answer(".")

    def room(self, task: LocalisedTask, text: str) -> int:
        """Tokens to keep free behind a prompt for its answer; with slots, for as many as `text` can hold up to MOST_SLOTS."""
        longest = max(len(self.answer(word)) for label in task.verbalizer.labels for word in task.verbalizer.candidates(label))
        if task.slots is None:
            return longest
        named = max(len(self.answer(task.slots.words.words[name])) for name in task.slots.words.labels)
        marks = sum(len(self.answer(mark)) for mark in (task.slots.opened, task.slots.closed, task.slots.between))
        count = min(MOST_SLOTS, len(text.split()))
        values = (len(self.continuing(text)) if text else 0) + count * (named + marks + SLACK)
        return longest + len(self.answer(task.slots.lead)) + max(values, len(self.answer(task.slots.none))) + len(self.end())

    def least(self, task: LocalisedTask) -> int:
        """Places that the prompt's words and virtual tokens and the longest answer take when every field is empty."""
        parts = task.prompt.render(dict.fromkeys(task.prompt.fields, ""))
        return len(self.parts(parts)) + self.room(task, "")

    def parts(self, parts: Sequence[Text | Virtual]) -> tuple[int, ...]:
        """Ids of rendered parts, virtual token k as -(k + 1)."""
        ids: list[int] = list(self.start) if parts and isinstance(parts[0], Virtual) else []
        virtual = 0
        for number, part in enumerate(parts):
            if isinstance(part, Virtual):
                ids.extend(-(virtual + k + 1) for k in range(part.count))
                virtual += part.count
            else:
                ids.extend(self.opening(part.text) if number == 0 else self.continuing(part.text))
        return tuple(ids)

    def encode(self, example: Example) -> Encoded:
        """The example in ids, split where its first virtual token stands (or before its last token, if it has none)."""
        ids = self.parts(example.parts)
        split = next((place for place, token in enumerate(ids) if token < 0), len(ids) - 1)
        end = self.end() if example.tail else ()
        tail = tuple(token for piece in example.tail for token in self.continuing(piece))
        return Encoded(example.id, ids[:split], ids[split:], self.answer(example.answer) + tail + end, example.label, end)

    def encode_record(self, task: LocalisedTask, record: Record) -> Encoded:
        """Encode a record; a text field marked `truncate` is cut from its right end, at blanks, until the model can hold it
        and its answer. Slots that stand in what was cut go with it; where their field may not be cut, no room is kept for more
        slots than the record has."""
        slots_in = task.benchmark.slots_in
        cuttable = bool(slots_in) and task.benchmark.fields[slots_in].truncate
        while True:
            encoded = self.encode(task.example(record))
            room = max(self.room(task, record.fields[slots_in] if cuttable else ""), len(encoded.answer))
            excess = len(encoded.before) + len(encoded.stem) + room - self.limit
            if excess <= 0:
                return encoded
            record = self._shorter(task, record, excess)

    def _shorter(self, task: LocalisedTask, record: Record, excess: int) -> Record:
        longest = max((name for name, field in task.benchmark.fields.items() if field.truncate), key=lambda name: len(record.fields[name]), default=None)
        words = record.fields[longest].split() if longest else []
        if longest is None or not record.fields[longest]:
            raise Refusal(f"record {record.id!r}: {excess} tokens more than the model holds ({self.limit}) and no field that may be cut; shorten it.")
        text = record.fields[longest]
        excess = max(1, excess // 4) if longest == task.benchmark.slots_in else excess  # with the text go slots and the room kept for them
        cut = max(1, min(len(text), excess))  # a token is at least one byte, so cutting `excess` characters never cuts too much of long words
        shorter = text[:-cut].rsplit(None, 1)[0] if len(words) > 1 and len(text) > cut else text[:-cut]
        slots = tuple(slot for slot in record.slots if slot.end <= len(shorter)) if longest == task.benchmark.slots_in else record.slots
        return replace(record, fields={**record.fields, longest: shorter}, slots=slots)
