"""lint: what goes wrong in words, as far as text alone shows."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from templates.finding import Finding
from templates.prompt import Place, Text
from templates.task import LocalisedTask


def lint(task: LocalisedTask) -> list[Finding]:
    """All findings about one task's prompt and words; what cannot be used at all was refused when it was parsed."""
    where = f"{task.language.code}/{task.benchmark.name}"
    found: list[Finding] = []

    def say(check: str, what: str, severity: str = "warning") -> None:
        found.append(Finding(check, where, what, "error" if severity == "error" else "warning"))

    for name in task.benchmark.fields:
        if name not in task.prompt.fields:
            say("lost-field", f"the prompt never shows {{{name}}}", "error")
        if task.prompt.fields.count(name) > 1:
            say("doubled-field", f"the prompt shows {{{name}}} {task.prompt.fields.count(name)} times")
    if task.prompt.virtual_tokens == 0:
        say("no-virtual-tokens", "the prompt has no [[n]]; p-tuning has nothing to train there", "error")
    parts = task.prompt.parts
    for left, right in pairwise(parts):
        if isinstance(left, Place) and isinstance(right, Place):
            say("glued-fields", f"{{{left.field}}} and {{{right.field}}} touch; put a blank or a word between them", "error")
        if isinstance(left, Place) and isinstance(right, Text) and right.text[0].isalnum():
            say("glued-field", f"{{{left.field}}} runs into {right.text[:12]!r}", "error")
        if isinstance(left, Text) and isinstance(right, Place) and left.text[-1].isalnum():
            say("glued-field", f"{left.text[-12:]!r} runs into {{{right.field}}}", "error")
    ends_blank = bool(parts) and isinstance(parts[-1], Text) and parts[-1].text[-1].isspace()
    for label, word in task.verbalizer.words.items():
        if ends_blank and word[:1].isspace():
            say("doubled-blank", f"the prompt ends with a blank and {word!r} begins with one", "error")
        if ends_blank or not word[:1].isspace():
            say("answer-blank", f"the blank before an answer belongs to the word: write {' ' + word.strip()!r} for {label}")
        if word != unicodedata.normalize("NFC", word):
            say("not-nfc", f"the word of {label} is not in Unicode NFC", "error")
    if "  " in task.prompt.source:
        say("double-blank", "the prompt holds two blanks in a row")
    if not task.reviewed:
        say("draft", "prompt and words are a draft that nobody has reviewed")
    return found
