"""predict: label texts, and read their slots, with the tuned prompt of the latest run; needs no flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.engines import gpt_for
from flows.plan import Plan, make
from pipeline.answering import Answering
from pipeline.choose import probabilities
from pipeline.folds import reads_as
from pipeline.outcome import Prediction
from pipeline.prompt_table import PromptTable
from pipeline.slot_metrics import exact, span_f1
from templates import catalogue, records
from templates.benchmark import Benchmark, Excluded, Record
from templates.refusal import Refusal, did_you_mean
from templates.run_folder import Runs
from templates.slots import Slot


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says of one text. `label_known`, `slots_known`: the file says what is right. `seen`: the run's prompt was tuned on the record of
    that id or on one that reads the same, or may have been: everything of the run outside its test part."""

    said: Prediction
    has_slots: bool = False
    label_known: bool = False
    slots_known: bool = False
    seen: bool = False

    def to_json(self) -> dict[str, Any]:
        """id, label, probability; `slots` where the benchmark has some; `gold` and `gold_slots` where they are known; seen."""
        said: dict[str, Any] = {"id": self.said.id, "label": self.said.predicted, "probability": round(self.said.probability, 4)}
        said |= {"slots": _plain(self.said.predicted_slots)} if self.has_slots else {}
        said |= {"gold": self.said.label} if self.label_known else {}
        said |= {"gold_slots": _plain(self.said.slots)} if self.slots_known else {}
        return said | {"seen": self.seen}


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record
    label_known: bool = False
    slots_known: bool = False


def predict(language: str, study: str, benchmark: str, given: Sequence[str], *, data: Path | None, out: Path) -> Answer:
    """The answer for the fields given as name=value."""
    plan, shape = _asked(language, study, benchmark, data=data, out=out)
    fields = _fields(shape, given)
    record = Record("given", fields, shape.labels[0], "")
    if shape.slot_words:
        try:
            record = _row_with_slots(shape, {**fields, "id": "given"}, settings=plan.settings_of(shape)).record
        except ValueError as error:
            raise Refusal(f"--field: {str(error).rstrip('.')}; {shape.name} needs {', '.join(shape.fields)}.") from error
    return _answers(plan, shape, [_Row(record)], Runs(plan.out).finished(language, study).resolve())[0]


def predict_file(language: str, study: str, benchmark: str, source: Path, *, data: Path | None, out: Path) -> list[Answer]:
    """An answer for each JSON object of a JSON Lines file, which holds the benchmark's fields, and the label and slots if they are known: slots as
    the benchmark itself reads them."""
    plan, shape = _asked(language, study, benchmark, data=data, out=out)
    rows = list(_rows(shape, source, settings=plan.settings_of(shape)))
    if not rows:
        raise Refusal(f"{source}: holds no record; give one JSON object a line.")
    run = Runs(plan.out).finished(language, study).resolve()  # that one, whatever is published meanwhile
    answers = _answers(plan, shape, rows, run)
    names, texts = _seen(plan, shape, run)
    return [replace(answer, seen=answer.said.id in names or reads_as(row.record) in texts) for answer, row in zip(answers, rows, strict=True)]


def scored(answers: Sequence[Answer]) -> list[str]:
    """How many labels are right, and span F1 and exact match where slots are known; what the prompt was tuned on apart from the rest."""
    lines = []
    for name, seen in (("not tuned on", False), ("tuned on", True)):
        mine = [answer for answer in answers if answer.seen == seen]
        told = []
        if known := [answer.said for answer in mine if answer.label_known]:
            right = sum(item.label == item.predicted for item in known)
            told.append(f"{right:,} of {len(known):,} right ({right / len(known):.1%})")
        if marked := [answer.said for answer in mine if answer.slots_known]:
            told.append(f"span F1 {span_f1(marked):.1%} over {len(marked):,}")
        if both := [answer.said for answer in mine if answer.label_known and answer.slots_known]:
            told.append(f"label and all slots right {sum(map(exact, both)) / len(both):.1%}")
        lines += [f"{name}: {', '.join(told)}"] if told else []
    return lines


def _asked(language: str, study: str, benchmark: str, *, data: Path | None, out: Path) -> tuple[Plan, Benchmark]:
    plan = make(language, study, data=data, out=out)
    catalogue.check_name(benchmark, "benchmark")
    return plan, catalogue.benchmark(benchmark)


def _plain(slots: Sequence[Slot]) -> list[dict[str, Any]]:
    return [{"name": slot.name, "value": slot.value, "start": slot.start} for slot in slots]


def _fields(shape: Benchmark, given: Sequence[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or name not in shape.fields:
            raise Refusal(f"--field {item!r}: write name=value with a field of {shape.name} ({', '.join(shape.fields)}).{did_you_mean(name, shape.fields)}")
        if not value.strip():
            raise Refusal(f"--field {name}: the value is empty; give the text.")
        try:
            fields[name] = records.need_text({name: value}, name)
        except ValueError as error:
            raise Refusal(f"--field {name}: {str(error).rstrip('.')}; give the text in UTF-8.") from error
    missing = [name for name in shape.fields if name not in fields]
    if missing:
        raise Refusal(f"field {missing[0]!r} is missing; add --field {missing[0]}=...")
    return fields


def _rows(shape: Benchmark, source: Path, *, settings: Any) -> Iterator[_Row]:
    for number, raw in records.read_lines(source):
        name, label = str(raw.get("id", f"line {number}")), str(raw.get("label") or "")
        try:
            if shape.slot_words:
                row = _row_with_slots(shape, {**raw, "id": name}, settings=settings)
            else:
                fields = {field: records.need_text(raw, field) for field in shape.fields}
                row = _Row(Record(name, fields, label or shape.labels[0], ""), bool(label))
        except ValueError as error:
            raise Refusal(f"{source}, line {number}: {str(error).rstrip('.')}; {shape.name} needs {', '.join(shape.fields)}.") from error
        if row.record.label not in shape.labels:
            found, hint = row.record.label, did_you_mean(row.record.label, shape.labels)
            raise Refusal(f"{source}, line {number}: label {found!r} is not in {shape.name} ({records.listed(shape.labels)}).{hint}")
        yield row


def _row_with_slots(shape: Benchmark, raw: Mapping[str, Any], *, settings: Any) -> _Row:
    """The entry as its benchmark reads it; where no label can be read, any label stands in."""
    label_known = bool(raw.get("label", True))
    raw = raw if label_known else {key: value for key, value in raw.items() if key != "label"}
    try:
        found = shape.read(raw, settings)
    except ValueError:
        if "label" in raw:
            raise
        label_known = False
        found = shape.read({**raw, "label": shape.labels[0]}, settings)
    if isinstance(found, Excluded):
        raise ValueError(f"{shape.name} leaves this entry out ({found.reason})")
    return _Row(found, label_known, "slots" in raw or "annotated" in raw)


def _seen(plan: Plan, shape: Benchmark, run: Path) -> tuple[set[str], set[str]]:
    """Ids of the run's records that were not in the test part of the trial whose prompt the table holds, and how they read; what reads like a record
    of the test part was kept from the tuning."""
    trial = PromptTable.load(run / "prompts").cards[plan.task_of(shape).name].trial
    tested = {row["id"] for _, raw in records.read_lines(run / "outcomes.jsonl") if raw["trial"] == trial for row in raw["predictions"]}
    rows = records.read(run / "records" / f"{shape.name}.jsonl", shape)
    others = [row for row in rows if row.id not in tested]
    return {row.id for row in others}, {reads_as(row) for row in others} - {reads_as(row) for row in rows if row.id in tested}


def _answers(plan: Plan, shape: Benchmark, rows: Sequence[_Row], run: Path) -> list[Answer]:
    """Label, probability and slots of each row, by the prompt of this run."""
    table = PromptTable.load(run / "prompts")
    gpt, prefixes = gpt_for(plan)
    local = plan.task_of(shape)
    prompt = table.take(local, gpt)
    local = table.placed(local)
    answering = Answering(gpt, local, prefixes)
    asked = [replace(row.record, id=str(number), slots=()) for number, row in enumerate(rows)]  # a file may use an id twice
    encoded = answering.encode(asked)
    shares = probabilities(answering.rank(encoded, prompt, per_token=table.cards[local.name].per_token))
    labels = [shape.labels[int(best)] for best in shares.argmax(dim=1)]
    slots = answering.slots(encoded, asked, labels, prompt)
    answers = []
    for row, label, share, read in zip(rows, labels, shares.max(dim=1).values, slots, strict=True):
        text = row.record.fields[shape.slots_in] if shape.slot_words else ""
        said = Prediction(row.record.id, row.record.label, label, float(share), text, row.record.slots, read)
        answers.append(Answer(said, bool(shape.slot_words), row.label_known, row.slots_known))
    return answers
