"""What a NeMo `label` says: `positive`, or `Intent: iot_coffee\\nSlots: device_type(coffee machine), time(five)`, in names or in words.

Slots come without their places. A value is a piece of the utterance that stands after the one before it; that is also what tells a comma or
a bracket inside a value from one between two. What can be read in two ways is refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from templates.benchmark import Benchmark
from templates.language import ENGLISH, codes, load
from templates.slots import Slot
from templates.task import LocalisedTask, localise
from templates.verbalizer import plain

LEAD, NONE = "Slots:", "none"  # NeMo's own, beside those of a language
INTENT = re.compile(r"\s*intent:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """How labels and slot types are said; keys are `plain`. `leads`: what stands before the slots. `none`: what stands for no slots."""

    labels: Mapping[str, str]
    slots: Mapping[str, str]
    leads: tuple[str, ...]
    none: frozenset[str]


def words_of(task: LocalisedTask) -> Words:
    """The names themselves and the task's words; where both say the same, the word counts."""
    said = {plain(label): label for label in task.benchmark.labels}
    said |= {plain(word): label for label in task.benchmark.labels for word in task.verbalizer.candidates(label)}
    if task.slots is None:
        return Words(said, {}, (), frozenset())
    types = {plain(name): name for name in task.slots.words.labels}
    types |= {plain(word): name for name, word in task.slots.words.words.items()}
    return Words(said, types, (task.slots.lead.strip(), LEAD), frozenset({plain(task.slots.none), plain(NONE)}))


class Spoken:
    """Whose words to try for a file of one benchmark; languages are read when they are needed, and once."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        self.codes = codes()
        self.known: dict[str, list[Words]] = {}

    def of(self, code: str) -> list[Words]:
        """The words of a language's file; none where it has no table for the benchmark."""
        if code not in self.known:
            language = load(code)
            there = code == ENGLISH or self.benchmark.name in language.cells
            self.known[code] = [words_of(localise(self.benchmark, language))] if there else []
        return self.known[code]

    def groups(self, taskname: str) -> Iterator[list[Words]]:
        """The first group that understands an answer counts: the language that the task's name says, else English, else all others."""
        code, _, name = taskname.partition("/")
        if name == self.benchmark.name and code in self.codes:
            yield self.of(code)
        yield self.of(ENGLISH)
        yield [words for other in self.codes if other != ENGLISH for words in self.of(other)]


def understand(answer: str, utterance: str, words: Words, starts: Sequence[int] | None = None) -> list[tuple[str, tuple[Slot, ...]]]:
    """(label, slots) in at most two readings; none if these words do not say it. `starts`: where the slots stand, if that is known."""
    if not words.slots:
        label = words.labels.get(plain(answer))
        return [(label, ())] if label is not None else []
    begun = INTENT.match(answer)
    lead = re.search(rf"\s*(?:{'|'.join(re.escape(lead) for lead in words.leads)})", answer, re.IGNORECASE)
    if lead is None:
        return []
    label = words.labels.get(plain(answer[begun.end() if begun else 0 : lead.start()]))
    if label is None:
        return []
    said = answer[lead.end() :].strip()
    if plain(said) in words.none and not starts:
        return [(label, ())]
    return [(label, slots) for slots in _slots(said, utterance, words.slots, starts)]


def _slots(said: str, utterance: str, types: Mapping[str, str], starts: Sequence[int] | None) -> list[tuple[Slot, ...]]:
    """Every way (at most two) to read `type(value), type(value)` with values that stand in the utterance in this order."""

    @cache
    def rest(place: int, after: int, count: int) -> tuple[tuple[Slot, ...], ...]:
        if place == len(said):
            return ((),) if starts is None or count == len(starts) else ()
        found: dict[tuple[Slot, ...], None] = {}
        for opened in _all("(", said, place):
            name = types.get(plain(said[place:opened]))
            if name is None:
                continue
            for closed in _all(")", said, opened + 2):
                follows = re.match(r",\s*(?=.)|$", said[closed + 1 :], re.DOTALL)
                value = said[opened + 1 : closed]
                start = _place(utterance, value, after, starts[count] if starts is not None and count < len(starts) else None)
                if follows is None or start is None:
                    continue
                slot = Slot(name, value, start)
                found |= {(slot, *others): None for others in rest(closed + 1 + follows.end(), slot.end, count + 1)}
        return tuple(found)[:2]

    return list(rest(0, 0, 0))


def _all(mark: str, said: str, place: int) -> Iterable[int]:
    return (found.start() for found in re.finditer(re.escape(mark), said) if found.start() >= place)


def _place(utterance: str, value: str, after: int, known: int | None) -> int | None:
    """Where the value stands: where it is known to, else its next whole-word occurrence, else its next one at all."""
    if known is not None:
        return known if known >= after and utterance.startswith(value, known) else None
    first = found = utterance.find(value, after)
    while found >= 0 and (_in_word(utterance[found - 1 : found]) or _in_word(utterance[found + len(value) : found + len(value) + 1])):
        found = utterance.find(value, found + 1)
    return None if first < 0 else max(first, found)


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"
