"""NeMo's prompt-learning form: {"taskname": ..., fields ..., "label": ...} a line, and task templates of seven keys beside it.

https://docs.nvidia.com/nemo-framework/user-guide/24.07/nemotoolkit/nlp/nemo_megatron/prompt_learning.html. Written are the words the model is
trained on here, so that NeMo puts together the same text. NeMo refuses keys that its template does not name: ids, and the places of slots that
the text alone does not give, go into `<benchmark>.<language>.ids.jsonl`, a line for a line. A task is called `<language>/<benchmark>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from templates import prompt as prompts
from templates.benchmark import Benchmark, Record
from templates.formats._comes_back import comes_back, need_back
from templates.formats._nemo_answer import Spoken, Words, understand, words_of
from templates.language import codes
from templates.prompt import Prompt
from templates.records import first_of, need_text, read_lines
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.store import write_atomic, write_json
from templates.task import LocalisedTask

SUFFIX = ".jsonl"
IDS = ".ids.jsonl"
TEMPLATES = "task_templates.json"
ANSWER = "label"


def recognises(path: Path) -> bool:
    """The first entry has a `taskname`."""
    return "taskname" in first_of(path)


def language_of(path: Path) -> str:
    """The language that the name of the first entry's task begins with, if it is one of ours."""
    code, slash, _ = str(first_of(path).get("taskname", "")).partition("/")
    return code if slash and code in codes() else ""


def misfit(benchmark: Benchmark) -> str:
    """It holds whatever has a label."""
    return "it calls a key of its own taskname" if "taskname" in benchmark.fields else ""


def read(path: Path, benchmark: Benchmark, *, task: LocalisedTask | None = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The entries of one file, in label names or in words: those of `task`, or of the language its name says, else of English, else of any other."""
    lines, spoken = list(read_lines(path)), Spoken(benchmark)
    beside = path.with_name(path.name.removesuffix(SUFFIX) + IDS)
    rows = [row for _, row in read_lines(beside)] if beside.is_file() else [{"id": f"{raw.get('taskname')}-{number}"} for number, raw in lines]
    if len(rows) != len(lines):
        raise Refusal(f"{beside}: has {len(rows)} lines and {path.name} {len(lines)}; write both again, or move the ids away.")
    for (number, raw), row in zip(lines, rows, strict=True):
        try:
            groups = [[words_of(task)]] if task is not None else spoken.groups(need_text(raw, "taskname"))
            yield number, entry(raw, benchmark, groups, row)
        except ValueError as error:
            raise Refusal(f"{path}, line {number}: {str(error).rstrip('.')}; {benchmark.name} needs {', '.join(benchmark.fields)} and {ANSWER}.") from error


def entry(raw: Mapping[str, Any], benchmark: Benchmark, groups: Iterable[list[Words]], row: Mapping[str, Any]) -> dict[str, Any]:
    """A NeMo line as the benchmark reads it; ValueError says what is wrong."""
    fields = {name: need_text(raw, name) for name in benchmark.fields}
    answer = need_text(raw, ANSWER)
    starts = row.get("starts")
    if starts is not None and not (isinstance(starts, list) and all(isinstance(start, int) for start in starts)):
        raise ValueError(f"the starts beside it must be numbers, found {json.dumps(starts)[:60]}")
    for group in groups:
        found = dict.fromkeys(reading for words in group for reading in understand(answer, fields.get(benchmark.slots_in, ""), words, starts))
        if len(found) > 1:
            raise ValueError(f"label {answer!r} can be read in more than one way, as {' or as '.join(_said(*reading) for reading in list(found)[:2])}")
        for label, slots in found:
            made = {"id": need_text(row, "id"), **fields, "label": label}
            return made | ({"slots": [{"name": slot.name, "value": slot.value, "start": slot.start} for slot in slots]} if benchmark.slot_words else {})
    raise ValueError(f"label {answer!r} says nothing in the words of any language here{_form(benchmark)}")


def _said(label: str, slots: Iterable[Any]) -> str:
    return f"{label} [{', '.join(f'{slot.name}: {slot.value!r} at {slot.start}' for slot in slots)}]"


def _form(benchmark: Benchmark) -> str:
    if not benchmark.slot_words:
        return f" ({', '.join(benchmark.labels[:12])})"
    return f" (as in '{benchmark.labels[0]}\\nSlots: {next(iter(benchmark.slot_words))}(value)' or '... none', with values of the utterance in their order)"


def template_of(task: LocalisedTask) -> dict[str, Any]:
    """The task's prompt as NeMo's template; a Refusal if NeMo would read it as something else."""
    used = task.prompt.fields
    cut = next((name for name, field in task.benchmark.fields.items() if field.truncate and name in used), None)
    made = prompts.to_nemo(task.prompt, taskname=task.name, truncate_field=cut, answer_field=ANSWER)
    where = f"prompt of {task.name} as NeMo's template"
    if prompts.from_nemo(made, task.benchmark.fields, where=where).parts != task.prompt.parts:
        raise Refusal(f"{where}: {task.prompt.source!r} holds text that NeMo takes for a place; use another prompt.")
    return made


def line_of(record: Record, task: LocalisedTask) -> dict[str, str]:
    """The record as NeMo reads it: the fields that the prompt uses, and the answer."""
    example = task.example(record)
    used = {name: record.fields[name] for name in task.benchmark.fields if name in task.prompt.fields}
    return {"taskname": task.name, **used, ANSWER: example.answer + "".join(example.tail)}


def prompt_in(path: Path, benchmark: Benchmark, *, taskname: str = "") -> Prompt:
    """The prompt of a file of task templates (a JSON list of them), by its task's name or the only one there."""
    found = {str(template.get("taskname")): template for template in _templates(path)}
    if not taskname and len(found) == 1:
        taskname = next(iter(found))
    if taskname not in found:
        raise UnknownName(f"{path}: no task {taskname!r}; there are {', '.join(found) or 'none'}.{did_you_mean(taskname, found)}")
    return prompts.from_nemo(found[taskname], benchmark.fields, where=f"{path}, task {taskname}")


def _templates(path: Path) -> list[dict[str, Any]]:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: not valid JSON in UTF-8 ({error}); it must be a list of task templates: mend it or move it away.") from error
    if not isinstance(value, list) or not all(isinstance(template, dict) for template in value):
        raise Refusal(f"{path}: found JSON of another kind; it must be a list of task templates: mend it or move it away.")
    return value


def write(records: Iterable[Record], task: LocalisedTask, folder: Path) -> list[Path]:
    """The lines, the ids, and the task's template in `task_templates.json`, where those of other tasks stay."""
    template, words = template_of(task), [[words_of(task)]]
    names = "|".join(re.escape(name) for name in (*task.prompt.fields, ANSWER))
    filled = re.compile(rf"{{(?:{names})}}|<\|VIRTUAL_PROMPT_\d+\|>|<prompt_\d+>")
    lines, ids = [], []
    for record in records:
        raw = line_of(record, task)
        strange = filled.search("\n".join([*raw.values()][1:]))
        if strange:
            raise Refusal(f"{task.name}, record {record.id!r}: its text holds {strange.group()!r}, which NeMo would fill in; leave the record out.")
        lines.append(raw)
        ids.append(_row(record, raw | dict(record.fields), task.benchmark, words))
    stem = f"{task.benchmark.name}.{task.language.code}"
    paths = [folder / f"{stem}{SUFFIX}", folder / f"{stem}{IDS}", folder / TEMPLATES]
    put = with_others(template, paths[2])
    for path, rows in zip(paths, (lines, ids), strict=False):
        write_atomic(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8"))
    write_json(paths[2], put)
    return paths


def with_others(template: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    """What a file of task templates holds once `template` stands in it: those of other tasks stay."""
    return [*(kept for kept in _templates(path) if kept.get("taskname") != template["taskname"]), template] if path.exists() else [template]


def _row(record: Record, raw: Mapping[str, Any], benchmark: Benchmark, words: list[list[Words]]) -> dict[str, Any]:
    """The line beside: the id, and where the slots stand if the text alone would put them elsewhere."""
    row: dict[str, Any] = {"id": record.id}
    try:
        if comes_back(record, entry(raw, benchmark, words, row), benchmark):
            return row
    except ValueError:
        pass
    row["starts"] = [slot.start for slot in record.slots]
    try:
        need_back(record, entry(raw, benchmark, words, row), benchmark, kind="NeMo's form")
    except ValueError as error:
        raise Refusal(f"{benchmark.name}, record {record.id!r}: would not come back from NeMo's form ({str(error).rstrip('.')}); leave it out.") from error
    return row
