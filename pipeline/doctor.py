"""doctor: label words under a tokenizer and a model: what is ambiguous is refused, what is unlucky is a warning.

Peers look at a label's first token alone, and find out late that two labels share it
(https://github.com/csinva/tree-prompt/issues/1, https://github.com/thunlp/OpenPrompt/issues/78).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from pipeline.answering import Answering
from pipeline.choose import probabilities
from pipeline.methods import few_shot
from pipeline.slot_grammar import SlotGrammar
from pipeline.tokens import Tokens
from templates.benchmark import Record
from templates.finding import Finding
from templates.refusal import Refusal
from templates.task import LocalisedTask

CONTENT_FREE = ("N/A", "...", "-")
ONE_SIDED = 0.9  # share of one label, whatever the text, from which a warning is due
BYTE = re.compile(r"<0x[0-9A-F]{2}>")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One answer: its label, its text, its tokens as the tokenizer writes them, and what became of its leading blank: `joined` to the first token, a
    token `apart`, `lost`, or `none` where the word has no blank."""

    label: str
    word: str
    pieces: tuple[str, ...]
    blank: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All words of a task, the prior of each label (share under the frozen model on content-free text), and what was noticed."""

    task: str
    words: tuple[Word, ...]
    priors: Mapping[str, float]
    findings: tuple[Finding, ...]


@torch.no_grad()
def examine(answering: Answering) -> Diagnosis:
    """The label words of one task under its tokenizer and model.

    Priors are measured on texts that say nothing (Zhao et al. 2021, https://arxiv.org/abs/2102.09690), without virtual tokens or demonstrations.
    """
    task, tokens = answering.task, answering.tokens
    words = [(label, word) for label in task.verbalizer.labels for word in task.verbalizer.candidates(label)]
    described = tuple(Word(label, word, _pieces(tokens, word), _blank(tokens, word)) for label, word in words)
    found = [*_ambiguous(tokens, task), *_first_tokens(tokens, task), *_odd_pieces(tokens, described, where=task.name)]
    priors: dict[str, float] = {}
    if not any(finding.severity == "error" for finding in found):
        priors = _priors(answering)
        top = max(priors, key=lambda label: priors[label])
        if priors[top] > ONE_SIDED:
            what = f"on texts that say nothing the untuned model gives {priors[top]:.0%} to {top!r}; zero- and few-shot will mostly answer that"
            found.append(Finding("one-sided-prior", task.name, what, "warning"))
    return Diagnosis(task.name, described, priors, tuple(found))


def refuse_ambiguous(tokens: Tokens, task: LocalisedTask) -> None:
    """Refuse words that cannot be told apart under this tokenizer, however well a model is tuned."""
    for finding in _ambiguous(tokens, task):
        raise Refusal(f"{task.name}: {finding.what}.")


def _ambiguous(tokens: Tokens, task: LocalisedTask) -> list[Finding]:
    """Answers of two labels of which one is, or begins, the other: a longer answer can never be likelier than its own beginning; and slot words of
    the same tokens."""
    ids = [(label, word, tokens.answer(word)) for label in task.verbalizer.labels for word in task.verbalizer.candidates(label)]
    by_start: dict[tuple[int, ...], tuple[str, str]] = {answer: (label, word) for label, word, answer in reversed(ids)}
    found = []
    for label, word, answer in ids:
        for length in range(1, len(answer) + 1):
            other = by_start.get(answer[:length])
            if other is not None and other[0] != label:
                same = "has the same tokens as" if length == len(answer) else "begins with all tokens of"
                what = f"{word!r} ({label}) {same} {other[1]!r} ({other[0]}) under this tokenizer; choose words that part earlier"
                found.append(Finding("ambiguous-words", task.name, what))
                break
    if task.slots is not None:
        try:
            SlotGrammar(task.slots, tokens)
        except Refusal as error:
            found.append(Finding("ambiguous-slot-words", task.name, str(error).rstrip(".")))
    return found


def _first_tokens(tokens: Tokens, task: LocalisedTask) -> list[Finding]:
    labels_of: dict[int, set[str]] = defaultdict(set)
    for label in task.verbalizer.labels:
        labels_of[tokens.answer(task.verbalizer.words[label])[0]].add(label)
    shared = sorted((sorted(labels) for labels in labels_of.values() if len(labels) > 1), key=lambda labels: (-len(labels), labels))
    if not shared:
        return []
    groups = "; ".join(_some(labels) for labels in shared[:SHOWN]) + (f"; and {len(shared) - SHOWN} more groups" if len(shared) > SHOWN else "")
    what = (
        f"{sum(map(len, shared))} of {len(task.verbalizer.labels)} labels share their first token with another ({groups}); ranking whole words tells them apart"
    )
    return [Finding("first-token", task.name, what, "warning")]


def _some(labels: Sequence[str]) -> str:
    return ", ".join(labels[:SHOWN]) + (f" and {len(labels) - SHOWN} others" if len(labels) > SHOWN else "")


def _odd_pieces(tokens: Tokens, words: Sequence[Word], *, where: str) -> list[Finding]:
    found = []
    unknown = tokens.tokenizer.unk_token_id
    odd = [word for word in words if unknown is not None and unknown in tokens.answer(word.word)]
    if odd:
        what = f"{_quoted(odd)} hold tokens this tokenizer does not know; the model cannot say them"
        found.append(Finding("unknown-pieces", where, what, "warning"))
    odd = [word for word in words if any(BYTE.fullmatch(piece) or "\ufffd" in piece for piece in word.pieces)]
    if odd:
        what = f"{_quoted(odd)} are spelt in single bytes; the model has hardly seen them as words"
        found.append(Finding("byte-pieces", where, what, "warning"))
    odd = [word for word in words if word.blank in ("apart", "lost")]
    if odd:
        what = f"the blank before {_quoted(odd)} is {' or '.join(sorted({word.blank for word in odd}))}; such answers read unlike running text"
        found.append(Finding("blank", where, what, "warning"))
    return found


def _quoted(words: Sequence[Word]) -> str:
    return ", ".join(repr(word.word) for word in words[:SHOWN]) + (f" and {len(words) - SHOWN} others" if len(words) > SHOWN else "")


def _pieces(tokens: Tokens, word: str) -> tuple[str, ...]:
    """Decoded where that shows the piece; as the tokenizer writes it where decoding would hide it (single bytes, SentencePiece's blank)."""
    shown = []
    for token in tokens.answer(word):
        written = str(tokens.tokenizer.convert_ids_to_tokens(token))
        shown.append(written if BYTE.fullmatch(written) else written.replace("▁", " ") if "▁" in written else str(tokens.tokenizer.decode([token])))
    return tuple(shown)


def _blank(tokens: Tokens, word: str) -> str:
    if word == word.lstrip():
        return "none"
    pieces = _pieces(tokens, word)
    if not "".join(pieces)[:1].isspace():
        return "lost"
    return "joined" if pieces[0].strip() else "apart"


def _priors(answering: Answering) -> dict[str, float]:
    benchmark = answering.task.benchmark
    empty = [Record(f"content-free-{number}", dict.fromkeys(benchmark.fields, text), benchmark.labels[0], "") for number, text in enumerate(CONTENT_FREE)]
    shares = probabilities(few_shot.build(answering, few_shot.Settings(shots=0), seed=0).scores(empty)).mean(dim=0)
    return dict(zip(answering.task.verbalizer.labels, shares.tolist(), strict=True))
