"""single: what concerns one record, one file or one folder and needs no flow: show, translate a file, clean."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from flows.engines import gpt_for, memories, memory_for, translator_for
from flows.plan import make
from pipeline.answering import Answering
from pipeline.prompt_table import as_tuned
from templates import catalogue, records
from templates.prompt import Virtual
from templates.refusal import Refusal
from templates.run_folder import Runs, prune_store
from templates.store import write_atomic
from translation.translate import translate_lines


def show(language: str, study: str, benchmark: str, *, data: Path | None, out: Path) -> list[str]:
    """One kept record of the latest run as the model reads it (the first, or the first with slots): text, tokens, answers; of a benchmark with slots
    also the whole reply that is trained on, with its end mark among the tokens."""
    plan = make(language, study, data=data, out=out)
    shape = catalogue.benchmark(benchmark)
    run = Runs(plan.out).finished(language, study)
    path = run / "records" / f"{benchmark}.jsonl"
    kept = records.read(path, shape)
    if not kept:
        raise Refusal(f"{path}: no record was kept; look at the gate's page beside it.")
    record = next((row for row in kept if row.slots), kept[0])
    answering = Answering(gpt_for(plan)[0], as_tuned(plan.task_of(shape), run / "prompts"))
    example = answering.task.example(record)
    text = "".join("".join(f"<v{number}>" for number in range(part.count)) if isinstance(part, Virtual) else part.text for part in example.parts)
    tokens = answering.tokens
    encoded = tokens.encode_record(answering.task, record)

    def pieces(ids: Iterable[int]) -> str:
        return " ".join(f"<v{-token - 1}>" if token < 0 else repr(tokens.tokenizer.decode([token])) for token in ids)

    def below(written: str) -> str:
        return written.replace("\n", "\n        ")

    lines = [f"record {record.id} ({record.label})", f"text    {below(text)}", f"tokens  {pieces(encoded.before + encoded.stem)}"]
    said = answering.task.slots
    if said is not None:
        lines += [f"reply   {below(''.join((example.answer, *example.tail)))}", f"tokens  {pieces(encoded.answer)}"]
    for label in answering.task.verbalizer.labels:
        for word in answering.task.verbalizer.candidates(label):
            lines.append(f"answer  {label}: {word!r} = {pieces(tokens.answer(word))}")
    if said is not None:
        for name, word in {**said.words.words, "(lead)": said.lead, "(none)": said.none}.items():
            lines.append(f"slot    {name}: {word!r} = {pieces(tokens.answer(word))}")
    return lines


def translate_file(language: str, study: str, *, source: Path, target: Path) -> str:
    """Translate a UTF-8 file line by line; says what was done."""
    plan = make(language, study, data=None, out=Path("runs"))
    text = records.read_text(source, hint="name an existing text file with --in")
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
    """Prune runs, sets of refreshed records, stored results and translation memories; says what went."""
    runs = Runs(out.resolve())
    lines = [f"removed {path}" for path in (*runs.prune(keep=keep), *runs.prune_refreshed(keep=keep))]
    lines.append(f"removed {prune_store(runs.store, older_than_seconds=days * 86400)} stored results unused for {days:g} days")
    border = time.time() - days * 86400
    old = [path for path in memories().glob("*.sqlite") if path.stat().st_mtime < border]
    for path in old:
        for part in path.parent.glob(f"{path.name}*"):
            part.unlink()
    lines.append(f"removed {len(old)} translation memories unused for {days:g} days")
    return lines
