"""SlotGrammar and Reader: what may be said next while slots are decoded, as token sequences. No model here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.tokens import MOST_SLOTS, Tokens
from templates.refusal import Refusal
from templates.slots import Slot
from templates.task import SlotWords

MOST_WORDS = 12  # of one value; Assistant (Liu et al. 2019) has eight at most


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be said: its tokens, and what it means: a slot's name, a span (start, end), or the end (None)."""

    ids: tuple[int, ...]
    means: str | tuple[int, int] | None


class SlotGrammar:
    """The token sequences of one task's slots under one tokenizer: `first` behind the lead, `following` behind a slot."""

    def __init__(self, words: SlotWords, tokens: Tokens) -> None:
        self.tokens = tokens
        self.lead = tokens.answer(words.lead)
        self.closed = tokens.answer(words.closed)
        opened, between, end = tokens.answer(words.opened), tokens.answer(words.between), tokens.end()
        named = [Option(tokens.answer(words.words.words[name]) + opened, name) for name in words.words.labels]
        self.first = (Option(tokens.answer(words.none) + end, None), *named)
        self.following = (Option(end, None), *(Option(between + option.ids, option.means) for option in named))
        told: dict[tuple[int, ...], str] = {}
        for option in named:
            if option.ids in told:
                raise Refusal(f"slot words of {told[option.ids]!r} and {option.means!r} are the same tokens to this model's tokenizer; choose other words.")
            told[option.ids] = str(option.means)

    def values(self, text: str) -> list[Option]:
        """Every span of whole words of at most MOST_WORDS words, by start, then by end; spans the tokenizer cannot set apart are left out."""
        words = [match.span() for match in re.finditer(r"\S+", text)]
        found = []
        for first, (start, _) in enumerate(words):
            for _, end in words[first : first + MOST_WORDS]:
                try:
                    found.append(Option(self.tokens.continuing(text[start:end]) + self.closed, (start, end)))
                except Refusal:
                    continue
        return found


class Reader:
    """The slots of one utterance while they are read. `room`: how many tokens may yet be fed behind `begun`.

    Where one option ends and another goes on with the same tokens, the one that ends is taken.
    """

    def __init__(self, grammar: SlotGrammar, text: str, begun: Sequence[int], *, room: int) -> None:
        self.grammar = grammar
        self.text = text
        self.slots: list[Slot] = []
        self.done = False
        self._pending = list(begun)
        self._room = room
        self._name = ""
        self._values: list[Option] | None = None
        self._options: list[Option] = []
        self._depth = 0
        self._offer_names(grammar.first)
        self._advance()

    def feed(self) -> list[int]:
        """The tokens decided on since the last call."""
        given, self._pending = self._pending, []
        return given

    def choices(self) -> list[int]:
        """The tokens that may come next, in ascending order; at least two, unless done."""
        return sorted({option.ids[self._depth] for option in self._options})

    def take(self, token: int) -> None:
        """Decide on a token, and on all that then follow without a choice."""
        self._say(token)
        self._advance()

    def _say(self, token: int) -> None:
        self._options = [option for option in self._options if option.ids[self._depth] == token]
        self._pending.append(token)
        self._room -= 1
        self._depth += 1

    def _advance(self) -> None:
        while not self.done:
            ended = next((option for option in self._options if len(option.ids) == self._depth), None)
            if ended is not None:
                self._complete(ended)
                continue
            choices = self.choices()
            if len(choices) > 1:
                return
            self._say(choices[0])

    def _complete(self, option: Option) -> None:
        if option.means is None:
            self.done = True
        elif isinstance(option.means, str):
            self._name, self._options, self._depth = option.means, self._behind(), 0
        else:
            start, end = option.means
            self.slots.append(Slot(self._name, self.text[start:end], start))
            self._offer_names(self.grammar.following)

    def _behind(self) -> list[Option]:
        """The values that stand behind the last slot and still fit; of those that read the same, the first."""
        if self._values is None:
            self._values = self.grammar.values(self.text)
        place = self.slots[-1].end if self.slots else 0
        found: dict[tuple[int, ...], Option] = {}
        for option in self._values:
            if isinstance(option.means, tuple) and option.means[0] >= place and len(option.ids) <= self._room:
                found.setdefault(option.ids, option)
        return list(found.values())

    def _offer_names(self, options: Sequence[Option]) -> None:
        shortest = min((len(option.ids) for option in self._behind()), default=None) if len(self.slots) < MOST_SLOTS else None
        if shortest is None:
            self.done = True
            return
        self._depth = 0
        self._options = [option for option in options if option.means is None or len(option.ids) + shortest <= self._room]
        self.done = len(self._options) == 1
