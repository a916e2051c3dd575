"""single: what concerns one text or one folder and needs no flow: predict, show, translate a file, clean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.engines import gpt_for, memories, memory_for, translator_for
from flows.plan import Plan, make
from pipeline.answering import Answering
from pipeline.choose import probabilities
from pipeline.prompt_table import PromptTable
from templates import catalogue, records
from templates.benchmark import Benchmark, Record
from templates.prompt import Virtual
from templates.refusal import Refusal, did_you_mean
from templates.run_folder import Runs, prune_store
from templates.store import write_atomic
from translation.translate import translate_lines


def _benchmark(plan: Plan, name: str) -> Benchmark:
    catalogue.check_name(name, "benchmark")
    return catalogue.benchmark(name)


def predict(language: str, study: str, benchmark: str, given: list[str], *, data: Path | None, out: Path) -> tuple[str, float]:
    """(label, probability among the labels) for the fields given as name=value."""
    plan = make(language, study, data=data, out=out)
    shape = _benchmark(plan, benchmark)
    record = Record("given", _fields(shape, given), shape.labels[0], "")
    return _predict(plan, shape, [record])[0]


def predict_file(language: str, study: str, benchmark: str, source: Path, *, data: Path | None, out: Path) -> Iterator[dict[str, Any]]:
    """For each JSON object of a JSON Lines file, which holds the benchmark's fields: id, label, probability, `gold` if it has a label, and `seen` if
    the run's prompt was tuned on the record of that id (or may have been: everything of the run outside its test part)."""
    plan = make(language, study, data=data, out=out)
    shape = _benchmark(plan, benchmark)
    rows: list[Record] = []
    gold: list[str] = []
    for number, raw in records.read_lines(source):
        try:
            fields = {name: records.need_text(raw, name) for name in shape.fields}
        except ValueError as error:
            raise Refusal(f"{source}, line {number}: {str(error).rstrip('.')}; {benchmark} needs {', '.join(shape.fields)}.") from error
        label = str(raw.get("label", ""))
        if label and label not in shape.labels:
            raise Refusal(
                f"{source}, line {number}: label {label!r} is not in {benchmark} ({records.listed(shape.labels)}).{did_you_mean(label, shape.labels)}"
            )
        gold.append(label)
        rows.append(Record(str(raw.get("id", number)), fields, shape.labels[0], ""))
    if not rows:
        raise Refusal(f"{source}: holds no record; give one JSON object a line.")
    seen = _seen(plan, shape)
    for row, right, (label, share) in zip(rows, gold, _predict(plan, shape, rows), strict=True):
        yield {"id": row.id, "label": label, "probability": round(share, 4)} | ({"gold": right} if right else {}) | {"seen": row.id in seen}


def _fields(shape: Benchmark, given: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or name not in shape.fields:
            raise Refusal(f"--field {item!r}: write name=value with a field of {shape.name} ({', '.join(shape.fields)}).{did_you_mean(name, shape.fields)}")
        if not value.strip():
            raise Refusal(f"--field {name}: the value is empty; give the text.")
        fields[name] = value
    missing = [name for name in shape.fields if name not in fields]
    if missing:
        raise Refusal(f"field {missing[0]!r} is missing; add --field {missing[0]}=...")
    return fields


def _seen(plan: Plan, shape: Benchmark) -> set[str]:
    """Ids of the run's records that were not in the test part of the trial whose prompt the table holds."""
    run = Runs(plan.out).finished(plan.language.code, plan.study_name)
    trial = PromptTable.load(run / "prompts").cards[plan.task_of(shape).name].trial
    tested = {row["id"] for _, raw in records.read_lines(run / "outcomes.jsonl") if raw["trial"] == trial for row in raw["predictions"]}
    return {row.id for row in records.read(run / "records" / f"{shape.name}.jsonl", shape)} - tested


def _predict(plan: Plan, shape: Benchmark, rows: list[Record]) -> list[tuple[str, float]]:
    """Label and probability of each row, by the prompt of the latest run."""
    table = PromptTable.load(Runs(plan.out).finished(plan.language.code, plan.study_name) / "prompts")
    gpt, prefixes = gpt_for(plan)
    local = plan.task_of(shape)
    prompt = table.take(local, gpt)
    answering = Answering(gpt, local, prefixes)
    shares = probabilities(answering.rank(answering.encode(rows), prompt))
    return [(shape.labels[int(best)], float(share)) for share, best in zip(*shares.max(dim=1), strict=True)]


def show(language: str, study: str, benchmark: str, *, data: Path | None, out: Path) -> list[str]:
    """The first kept record of the latest run as the model reads it: text, tokens, answers."""
    plan = make(language, study, data=data, out=out)
    shape = _benchmark(plan, benchmark)
    path = Runs(plan.out).finished(language, study) / "records" / f"{benchmark}.jsonl"
    found = records.read(path, shape)
    if not found:
        raise Refusal(f"{path}: no record was kept; look at the gate's page beside it.")
    answering = Answering(gpt_for(plan)[0], plan.task_of(shape))
    example = answering.task.example(found[0])
    text = "".join("".join(f"<v{number}>" for number in range(part.count)) if isinstance(part, Virtual) else part.text for part in example.parts)
    encoded = answering.tokens.encode_record(answering.task, found[0])
    pieces = [f"<v{-token - 1}>" if token < 0 else repr(answering.tokens.tokenizer.decode([token])) for token in encoded.before + encoded.stem]
    lines = [f"record {found[0].id} ({found[0].label})", f"text    {text}", f"tokens  {' '.join(pieces)}"]
    for label in answering.task.verbalizer.labels:
        for word in answering.task.verbalizer.candidates(label):
            ids = answering.tokens.answer(word)
            lines.append(f"answer  {label}: {word!r} = {' '.join(repr(answering.tokens.tokenizer.decode([token])) for token in ids)}")
    return lines


def translate_file(language: str, study: str, *, source: Path, target: Path) -> str:
    """Translate a UTF-8 file line by line; says what was done."""
    plan = make(language, study, data=None, out=Path("runs"))
    try:
        text = source.read_bytes().decode("utf-8")
    except OSError as error:
        raise Refusal(f"{source}: cannot be read: {error.strerror}; name an existing text file with --in.") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{source}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error
    lines = text.split("\n")
    ends = lines[-1] == ""
    lines = lines[:-1] if ends else lines
    translator = translator_for(plan)
    with memory_for(translator) as memory:
        moved = translate_lines([line.rstrip("\r") for line in lines], translator=translator, memory=memory)
    moved = [" ".join(line.splitlines()) for line in moved]
    write_atomic(target, ("\n".join(moved) + ("\n" if ends else "")).encode("utf-8"))
    return f"{len(moved):,} lines to {target}"


def clean(out: Path, *, keep: int, days: float) -> list[str]:
    """Prune runs, stored results and translation memories; says what went."""
    runs = Runs(out.resolve())
    lines = [f"removed {path}" for path in runs.prune(keep=keep)]
    lines.append(f"removed {prune_store(runs.store, older_than_seconds=days * 86400)} stored results unused for {days:g} days")
    border = time.time() - days * 86400
    old = [path for path in memories().glob("*.sqlite") if path.stat().st_mtime < border]
    for path in old:
        for part in path.parent.glob(f"{path.name}*"):
            part.unlink()
    lines.append(f"removed {len(old)} translation memories unused for {days:g} days")
    return lines
