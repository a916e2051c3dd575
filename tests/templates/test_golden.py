"""The golden files are the rendered prompts: every language and benchmark, as the model reads them. A linguist reviews the diff.

Rewrite them with: LINGRAFT_REWRITE=1 python -m pytest tests/templates/test_golden.py
"""

import os
from pathlib import Path

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.language import ENGLISH
from templates.lint import lint
from templates.prompt import Virtual
from templates.slots import Slot
from templates.task import localise

GOLDEN = Path(__file__).parent.parent / "golden" / "prompts"
FIELDS = {
    "fiqa": {"sentence": "Kestrane's profit fell 12.5% to £3m; shares down", "target": "Kestrane"},
    "assistant": {"utterance": "book squash with ada at half past six"},
}
SLOTS = (Slot("event_name", "squash", 5), Slot("person", "ada", 17), Slot("time", "half past six", 24))
FEW = 4  # labels; a benchmark with more shows its alternative prompts with the first two only
CELLS = [(code, name) for code in language.codes() for name in catalogue.benchmarks() if code == ENGLISH or name in language.load(code).cells]


@pytest.mark.parametrize(("code", "name"), CELLS)
def test_rendered_prompts_are_golden(code: str, name: str) -> None:
    benchmark, spoken = catalogue.benchmark(name), language.load(code)
    cell = spoken.cells.get(name)
    alternatives = ["", *(benchmark.prompts if cell is None else cell.prompts)]
    lines = []
    for alternative in alternatives:
        task = localise(benchmark, spoken, prompt=alternative)
        assert [finding for finding in lint(task) if finding.severity == "error"] == []
        shown = benchmark.labels if not alternative or len(benchmark.labels) <= FEW else benchmark.labels[:2]
        for label in shown:
            example = task.example(Record("1", FIELDS[name], label, "g"))
            text = "".join(f"[[{part.count}]]" if isinstance(part, Virtual) else part.text for part in example.parts)
            answers = " | ".join(task.verbalizer.candidates(label))
            lines.append(f"{alternative or 'default'}, {label}:\n  {text}>>>{example.answer}<<<\n  accepted:{answers}\n")
        if task.slots is not None and not alternative:
            for slots in ((), SLOTS):
                answer = task.example(Record("1", FIELDS[name], benchmark.labels[0], "g", slots=slots))
                lines.append(f"{len(slots)} slots:\n  >>>{answer.answer}{''.join(answer.tail)}<<<\n")
            lines += [f"slot {slot}: {''.join(task.slots.pieces([Slot(slot, '...', 0)])[1:])}\n" for slot in benchmark.slot_words]
    path = GOLDEN / code / f"{name}.txt"
    if os.environ.get("LINGRAFT_REWRITE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "".join(lines)
