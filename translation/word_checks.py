"""word_checks: are the prompts and label words sound: fields, blanks, collisions, English left over, forms, and what comes back?

The words are part of what is measured: a label word that means another thing, or a prompt half in English, spoils every row at once.
What a dictionary knows is simplemma's (https://github.com/adbar/simplemma); back-translation as a check of translated instruments:
Brislin 1970, https://doi.org/10.1177/135910457000100301.
Misses: a wrong sense that comes back as the same English word; register; a borrowed word that the dictionary does not hold. How words
fall into tokens is not asked here: that needs a model's tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import simplemma

from templates import lint
from templates import prompt as prompts
from templates.benchmark import Benchmark
from templates.finding import Finding
from templates.language import ENGLISH, Cell, Language, english_cell
from templates.prompt import Prompt, Text
from templates.refusal import Refusal
from templates.task import LocalisedTask, localise
from translation import label_words
from translation.engine import Translator

ACCUSED = 0.5  # a word whose way back shares less of the English lemmas than this is an accusation; up to 1 a doubt
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def check(language: Language, benchmark: Benchmark, *, prompt: str = "", back: Translator | None = None, why_no_back: str = "") -> list[Finding]:
    """All findings on the benchmark's words in this language. `prompt`: the alternative in use, the others are looked at too.

    `back` translates into English; without one a finding says so, for the reason given.
    """
    where = f"{language.code}/{benchmark.name}"
    cell = english_cell(benchmark) if language.code == ENGLISH else language.cells.get(benchmark.name)
    if cell is None:
        return [Finding("no-words", where, f"the language has no prompt and no words for {benchmark.name}")]
    found: list[Finding] = []
    for name in dict.fromkeys((prompt, "", *cell.prompts)):
        try:
            task = localise(benchmark, language, cell, prompt=name)
        except Refusal as refusal:
            found.append(Finding("unusable-words", where, str(refusal), "error" if name == prompt else "warning"))
            continue
        said = [one for one in lint.lint(task) if not found or one not in found]
        found += said if name == prompt else [_as_warning(one, name) for one in said]
        found += _prompt(task, name or "prompt", where=where)
    if language.code != ENGLISH:
        found += _words(cell, benchmark, language, where=where)
        found += _forms(cell, language, where=where)
        found += _back(cell, benchmark, back, where=where) if back is not None else [_no_back(where, why_no_back)]
    return list(dict.fromkeys(found))


def _as_warning(found: Finding, name: str) -> Finding:
    """What is wrong with a prompt that is not in use fails nothing."""
    return Finding(found.check, found.where, f"prompts.{name}: {found.what}" if name else found.what, "warning")


def _prompt(task: LocalisedTask, name: str, *, where: str) -> Iterator[Finding]:
    """Virtual tokens as in English, and no English words between the fields."""
    english = english_cell(task.benchmark)
    text = english.prompt if name == "prompt" else english.prompts.get(name, "")
    if not text or task.language.code == ENGLISH:
        return
    original = prompts.parse(text, task.benchmark.fields, where=where)
    if original.virtual_tokens != task.prompt.virtual_tokens:
        what = f"{name} has {task.prompt.virtual_tokens} virtual tokens, the English one {original.virtual_tokens}: the two train unlike prompts"
        yield Finding("virtual-tokens", where, what, "warning")
    left = [word for word in _said(task.prompt) if word in _said(original) and not _known(word, task.language.code)]
    if left:
        yield Finding("english-prompt", where, f"{name} still holds English: {', '.join(left)}", "warning")


def _said(prompt: Prompt) -> list[str]:
    return [word.casefold() for part in prompt.parts if isinstance(part, Text) for word in WORD.findall(part.text)]


def _known(word: str, code: str) -> bool:
    """Is a word that English has too also one of the language, in its dictionary form ("negative" and "for" are forms of other Swedish
    words)? Where there is no dictionary, what English knows is taken for English."""
    if not label_words.has_dictionary(code):
        return not simplemma.is_known(word, ENGLISH)
    return label_words.known(word, code) and label_words.base(word, code) == word


def _tables(cell: Cell, benchmark: Benchmark) -> list[tuple[str, str, str]]:
    """(key, the English word, the word) of every label and slot."""
    labels = [(f"words.{label}", benchmark.words[label].strip(), word.strip()) for label, word in cell.words.items() if label in benchmark.words]
    slots = [(f"slots.{name}", benchmark.slot_words[name].strip(), word.strip()) for name, word in cell.slots.items() if name in benchmark.slot_words]
    return labels + slots


def _words(cell: Cell, benchmark: Benchmark, language: Language, *, where: str) -> Iterator[Finding]:
    for key, english, word in _tables(cell, benchmark):
        ours = {one.casefold() for one in WORD.findall(english)}
        left = [one for one in WORD.findall(word) if one.casefold() in ours and not _known(one.casefold(), language.code)]
        if left:
            yield Finding("english-word", where, f"{key} = {word!r} still holds English: {', '.join(left)}", "warning")


def _forms(cell: Cell, language: Language, *, where: str) -> Iterator[Finding]:
    """A variant of one word is a form of the word; phrases are judged by eye alone."""
    if not label_words.has_dictionary(language.code):
        if cell.variants:
            yield Finding("no-dictionary", where, f"simplemma has no dictionary of {language.name}: variants and English left over are not verified", "warning")
        return
    for label, forms in cell.variants.items():
        word = cell.words.get(label, "").strip()
        for form in (form.strip() for form in forms):
            if not form.isalpha() or not word.isalpha():
                continue
            if not label_words.known(form, language.code):
                yield Finding("unknown-form", where, f"variants.{label}: {form!r} is in no dictionary of {language.name}", "warning")
            elif label_words.base(form, language.code) != label_words.base(word, language.code):
                yield Finding("other-word", where, f"variants.{label}: {form!r} is no form of {word!r} but another word", "warning")


def _back(cell: Cell, benchmark: Benchmark, back: Translator, *, where: str) -> Iterator[Finding]:
    """Every word translated back; those that come back as something else, with what."""
    tables = _tables(cell, benchmark)
    asked = list(dict.fromkeys(word for _, _, word in tables))
    returned: Mapping[str, str] = dict(zip(asked, (output.text for output in back.translate(asked)), strict=True))
    for key, english, word in tables:
        share = label_words.overlap(english, returned[word])
        if share < 1:
            doubt = "something else" if share < ACCUSED else "nearly the same"
            yield Finding("comes-back", where, f"{key} = {word!r} comes back as {returned[word]!r} for {english!r}: {doubt}", "warning")


def _no_back(where: str, why: str) -> Finding:
    return Finding("no-back-translation", where, f"label words were not translated back: {why or 'no engine into English was given'}", "warning")
