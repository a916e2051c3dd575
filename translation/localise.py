"""localise: draft a benchmark's whole cell in a language: prompts, label words, variants, slot words; every doubt is said.

Drafted by machine, reviewed by nobody: the cell's `reviewed` is empty, so every report marks it. The places of fields, virtual tokens
and the answer are never given to the engine.
Misses: everything a reader of the language would see at once; see also label_words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from templates import prompt as prompts
from templates.benchmark import Benchmark
from templates.finding import Finding
from templates.language import Cell, Language
from templates.prompt import Place, Text, Virtual
from templates.refusal import Refusal
from templates.verbalizer import plain
from translation import label_words
from translation.engine import Translator
from translation.label_words import Choice
from translation.translate import translate_lines

ANSWER = "{answer}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted cell. `doubts`: "words.negative" or "slots.time" -> why a linguist should look there first."""

    benchmark: str
    cell: Cell
    doubts: Mapping[str, str]
    findings: tuple[Finding, ...]


def draft(benchmark: Benchmark, language: Language, *, translator: Translator, back: Translator | None = None) -> Draft:
    """Draft the cell from the benchmark's English one. `back` translates into English, for the choice of words and the check."""
    where = f"{language.code}/{benchmark.name}"
    words = _words(benchmark.words, language.code, translator=translator, back=back, closed=False)
    slots = _words(benchmark.slot_words, language.code, translator=translator, back=back, closed=True) if benchmark.slot_words else {}
    cell = Cell(
        prompt_of(benchmark.prompt, benchmark, translator=translator),
        {label: _blanks(benchmark.words[label], choice.text) for label, choice in words.items()},
        _variants(words, language.code),
        {name: prompt_of(text, benchmark, translator=translator) for name, text in benchmark.prompts.items()},
        "",
        {name: _blanks(benchmark.slot_words[name], choice.text) for name, choice in slots.items()},
        _line(benchmark.slots_lead, translator) if slots else "",
        _line(benchmark.slots_none, translator) if slots else "",
    )
    doubts = {f"{table}.{label}": "; ".join(choice.doubts) for table, found in (("words", words), ("slots", slots)) for label, choice in found.items()}
    if slots and back is not None:
        doubts |= {key: _comes_back(getattr(benchmark, key), getattr(cell, key), back) for key in ("slots_lead", "slots_none")}
    doubts = {key: said for key, said in doubts.items() if said}
    findings = [Finding("doubtful-word", where, f"{key} = {_said(cell, key)!r}: {said}", "warning") for key, said in doubts.items()]
    prompts_made = {"prompt": (cell.prompt, benchmark.prompt)} | {f"prompts.{name}": (cell.prompts[name], text) for name, text in benchmark.prompts.items()}
    for key, (made, english) in prompts_made.items():
        if made == english and any(isinstance(part, Text) and any(map(str.isalpha, part.text)) for part in _parts(english, benchmark)):
            findings.append(Finding("untranslated-prompt", where, f"{key} is still English: {made!r}", "warning"))
    return Draft(benchmark.name, cell, doubts, tuple(findings))


def _said(cell: Cell, key: str) -> str:
    table, _, label = key.partition(".")
    found = getattr(cell, table)
    return str(found[label] if label else found).strip()


def _comes_back(english: str, said: str, back: Translator) -> str:
    returned = back.translate([said.strip()])[0].text
    return "" if label_words.overlap(english, returned) == 1 else f"comes back as {returned!r}"


def _words(english: Mapping[str, str], code: str, *, translator: Translator, back: Translator | None, closed: bool) -> dict[str, Choice]:
    found = label_words.choose([word.strip() for word in english.values()], code, translator=translator, back=back, things=closed)
    return label_words.part(dict(zip(english, found, strict=True)), closed=closed)


def _variants(words: Mapping[str, Choice], code: str) -> dict[str, tuple[str, ...]]:
    """Variants of every word, without those that another label's word or variant would meet."""
    made: dict[str, tuple[str, ...]] = {}
    taken = {label: [plain(choice.text)] for label, choice in words.items()}
    found = label_words.variants([choice.text for choice in words.values()], code)
    for label, choice in words.items():
        others = [word for name, said in taken.items() if name != label for word in said]
        forms = [form for form in found.get(choice.text, ()) if not any(label_words.clash(plain(form), word, closed=False) for word in others)]
        if forms:
            made[label] = tuple(forms)
            taken[label] += [plain(form) for form in forms]
    return made


def prompt_of(english: str, benchmark: Benchmark, *, translator: Translator) -> str:
    """The prompt with its words translated and its places where they were: whole if the places survive in order, else piece by piece."""
    wanted = [part for part in _parts(english, benchmark) if not isinstance(part, Text)]
    body = english.removesuffix(ANSWER)
    whole = _line(body, translator) + ANSWER
    try:
        if [part for part in _parts(whole, benchmark) if not isinstance(part, Text)] == wanted:
            return whole
    except Refusal:
        pass
    return "".join(_piece(part, translator) for part in _parts(english, benchmark)) + ANSWER


def _parts(text: str, benchmark: Benchmark) -> tuple[Text | Place | Virtual, ...]:
    return prompts.parse(text, benchmark.fields, where=f"benchmark {benchmark.name} prompt").parts


def _piece(part: Text | Place | Virtual, translator: Translator) -> str:
    if isinstance(part, Text):
        return _line(part.text, translator).replace("{", "{{").replace("}", "}}")
    return f"{{{part.field}}}" if isinstance(part, Place) else f"[[{part.count}]]"


def _line(text: str, translator: Translator) -> str:
    return translate_lines([text], translator=translator, memory=None)[0]


def _blanks(english: str, text: str) -> str:
    """The word with the blanks of the English one."""
    start, end = len(english) - len(english.lstrip()), len(english.rstrip())
    return english[:start] + text + english[end:]
