"""view: what each section of the page shows, worked out beforehand so that the HTML template decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from pipeline.outcome import Outcome, Prediction, is_target
from pipeline.report import charts, sentences
from pipeline.report.inputs import Inputs
from pipeline.report.measure import METRICS
from pipeline.report.summary import Cell, Table
from pipeline.significance import calibration_error
from pipeline.slot_metrics import nemo_slots, slot_scores
from templates.benchmark import Record
from templates.language import ENGLISH
from templates.prompt import TOKEN, Virtual, parse
from templates.task import SlotWords
from templates.verbalizer import Verbalizer

MISTAKES = 10  # listed where labels are too many for a matrix
SILENT = "Never naming a slot"
EXAMPLES = 6  # shown per benchmark, quarantined and kept each


def about(inputs: Inputs) -> str:
    """What this run is, in two sentences."""
    outcomes = [outcome for table in inputs.summary.tables for outcome in table.outcomes]
    origin = "; ".join(dict.fromkeys(inputs.facts.origin.values()))
    said = f"This run took {' and '.join(inputs.benchmarks) or 'no benchmark'}{f' ({origin})' if origin else ''}"
    if inputs.language_code != ENGLISH and inputs.gates:
        said += f", translated it into {inputs.language_name}{f' with {inputs.facts.engine}' if inputs.facts.engine else ''}, and judged every row"
    if not outcomes:
        return f"{said}. No model was tuned or measured."
    methods = len({(outcome.method, str(outcome.settings)) for outcome in outcomes})
    said += f". It then measured {methods} method{'s' if methods > 1 else ''} in {len(outcomes):,} trial{'s' if len(outcomes) > 1 else ''} "
    said += f"({', '.join(dict.fromkeys(name for table in inputs.summary.tables for name in _conditions(inputs, table)))}) "
    beside = f" ({inputs.read_english.partition('@')[0]} for English)" if inputs.read_english else ""
    but = " but where it is fine-tuned" if any(outcome.method == "fine_tuning" for outcome in outcomes) else ""
    return said + f"on {inputs.model.name}{beside}, whose {inputs.model.parameters:,} parameters stay frozen{but}, always on rows that were not trained on."


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the two tables of numbers: `cells` by method name, each at its largest fraction, and `draws` by method name and fraction.

    `best` is the name to mark as best, `floor` the majority label's number. `beside`: it holds what target-language numbers are read beside."""

    title: str
    note: str
    target: bool
    beside: bool
    cells: Mapping[str, Cell]
    draws: Mapping[tuple[str, float], Cell]
    best: str
    floor: float | None


def columns(inputs: Inputs, table: Table) -> list[Column]:
    """The columns that hold a number. What stands beside a target-language number has its method, settings and fraction."""
    language, metric = inputs.language_name, table.metrics[0]
    controls = [condition for condition in dict.fromkeys(outcome.condition for outcome in table.outcomes) if ">" in condition]
    wanted = [(condition, False, inputs.spoken(condition), f"{language} text and prompt") for condition in table.targets]
    if inputs.language_code != ENGLISH:
        wanted.append((ENGLISH, True, "English, same rows", f"only rows tested in {language}" if table.targets else f"only rows kept in {language}"))
    wanted.append((ENGLISH, False, "English, all rows", "English text and prompt"))
    wanted += [(condition, True, "Control", f"English text, {language} prompt, same rows") for condition in controls]
    targets = {cell.name: cell for condition in table.targets for cell in table.main(condition)}
    found = []
    for condition, kept, title, note in wanted:
        draws = {(cell.name, cell.fraction): cell for cell in table.cells if (cell.condition, cell.kept) == (condition, kept)}
        cells = {cell.name: cell for cell in table.main(condition, kept=kept)}
        if kept:
            draws = _beside(table, condition, draws)
            same = {name: draws.get((name, targets[name].fraction)) if name in targets else cells[name] for name in (*targets, *cells)}
            taken = [cell for name, cell in same.items() if name in targets]
            cells = {name: cell for name, cell in same.items() if cell is not None and (name in targets or not any(cell is one for one in taken))}
        if draws:
            best = max(cells.values(), key=lambda cell: cell.of(metric).mean, default=None)
            floor = next((cell.of(metric).mean for cell in cells.values() if cell.method == "majority"), None)
            mark = best.name if best is not None and len(cells) > 1 else ""
            found.append(Column(title, note, is_target(condition), kept and bool(targets), cells, draws, mark, floor))
    return found


def _beside(table: Table, condition: str, draws: Mapping[tuple[str, float], Cell]) -> dict[tuple[str, float], Cell]:
    """`draws` of another condition, and under the name of each target-language number what stands beside it, which may have another name there: the
    English prompt that it began at."""
    local = [cell for cell in table.cells if cell.condition in table.targets and not cell.kept]
    there = {(cell.name, cell.fraction): table.beside(cell, condition, kept=True) for cell in local}
    return dict(draws) | {key: cell for key, cell in there.items() if cell is not None}


def table_view(inputs: Inputs, table: Table) -> dict[str, Any]:
    """One table of the summary, with its sentences and charts."""
    target = table.targets[0] if table.targets else ENGLISH
    name = f"{table.benchmark}-{table.part}"
    shown = columns(inputs, table)
    failures = dict.fromkeys(table.names, 0)
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        failures[method] += bool(outcome.error)
    fractions: dict[tuple[str, str], set[float]] = {}
    for cell in table.cells:
        fractions.setdefault((cell.condition, cell.name), set()).add(cell.fraction)
    several = {method for (_, method), drawn in fractions.items() if len(drawn) > 1}
    main = next((cell for cell in table.main(target) if cell.method != "majority"), None)
    return {
        "table": table,
        "columns": shown,
        "metric": table.metrics[0],
        "measured": ("intent " if table.slots and table.metrics[0] == "accuracy" else "") + METRICS[table.metrics[0]],
        "draws": list(dict.fromkeys((cell.name, cell.fraction) for cell in table.cells if cell.name in several)),
        "controlled": any(">" in cell.condition for cell in table.cells),
        "hows": list(dict.fromkeys(sentences.how_made(cell.of(table.metrics[0])) for column in shown for cell in column.cells.values())),
        "failures": failures,
        "floors": {method for outcome, method in zip(table.outcomes, table.names, strict=True) if outcome.method == "majority"},
        "cost": sentences.cost(table, language=inputs.language_name, two_readers=bool(inputs.read_english)),
        "lead": sentences.lead(table, target, language=inputs.spoken(target)),
        "curve": _curve(inputs, table, target, fractions, name=name),
        "learning": _learning(inputs, table, name=name),
        "confusion": _confusion(table, main, inputs.spoken(target), name=name) if main else "",
        "confusion_title": _confusion_title(table, main, inputs.spoken(target)) if main else "",
        "mistakes": _mistakes(table, main) if main else [],
        "trials": list(zip(table.outcomes, table.names, strict=True)),
        "comparisons": [(inputs.spoken(gap.condition), inputs.spoken(gap.other_condition), gap) for gap in (*table.leads, *table.costs)],
        "calibration": _calibration(inputs, table),
        "dialects": _dialects(inputs, table) if table.slots else [],
        "searches": _searches(inputs, table.benchmark) if table.part == 0 else [],
    }


def _calibration(inputs: Inputs, table: Table) -> list[tuple[str, str, float, float, float]]:
    """(language, method, mean probability of the answer given, how often it is right, expected calibration error), on all data, methods that rank."""
    found = []
    for condition in dict.fromkeys(outcome.condition for outcome in table.outcomes):
        for cell in table.main(condition):
            rows = [item for outcome in _trials_of(table, cell) for item in outcome.predictions]
            if cell.method == "majority" or not rows:
                continue
            said, right = [item.probability for item in rows], [item.label == item.predicted for item in rows]
            error = calibration_error(said, right)
            found.append((inputs.spoken(condition), cell.name, sum(said) / len(said), sum(right) / len(right), error))
    return found


def _dialects(inputs: Inputs, table: Table) -> list[tuple[str, str, dict[str, float]]]:
    """(language, method, scores) of slots in both dialects, over all test rows of its trials on all data, and at the end of each language what
    NeMo's gives to whoever never names a slot."""
    found: list[tuple[str, str, dict[str, float]]] = []
    for condition in dict.fromkeys(outcome.condition for outcome in table.outcomes):
        tested: dict[str, Prediction] = {}
        for cell in table.main(condition):
            rows = [item for outcome in _trials_of(table, cell) for item in outcome.predictions]
            tested |= {item.id: item for item in rows}
            found.append((inputs.spoken(condition), cell.name, {**slot_scores(rows), **nemo_slots(rows)}))
        if tested:
            silent = [replace(item, predicted_slots=()) for item in tested.values()]
            found.append((inputs.spoken(condition), SILENT, {"span_f1": 0.0, **nemo_slots(silent)}))
    return found


def _searches(inputs: Inputs, benchmark: str) -> list[tuple[str, str, int, float, float]]:
    """(language, placement, how often it was chosen, mean and least validation loss), by language and mean loss. One choice is made for each fold, seed and
    settings."""
    choices: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for outcome in inputs.searches:
        if outcome.benchmark == benchmark and not outcome.error and outcome.best_epoch:
            plain = {key: value for key, value in outcome.settings.items() if key != "placement"}
            found = choices.setdefault((outcome.condition, str((outcome.fold, outcome.seed, sorted(plain.items())))), [])
            found.append((outcome.history[outcome.best_epoch - 1].validation_loss, str(outcome.settings["placement"])))
    losses: dict[tuple[str, str], list[float]] = {}
    chosen: Counter[tuple[str, str]] = Counter()
    for (condition, _), found in choices.items():
        chosen[condition, min(found, key=lambda item: item[0])[1]] += 1
        for loss, placement in found:
            losses.setdefault((condition, placement), []).append(loss)
    lines = sorted(((*key, chosen[key], sum(each) / len(each), min(each)) for key, each in losses.items()), key=lambda line: (line[0], line[3]))
    return [(inputs.spoken(condition), *rest) for condition, *rest in lines]  # type: ignore[misc]


def _conditions(inputs: Inputs, table: Table) -> list[str]:
    found = dict.fromkeys(outcome.condition for outcome in table.outcomes)
    return [inputs.spoken(condition) for condition in sorted(found, key=lambda one: (not is_target(one), one != ENGLISH))]


def _curve(inputs: Inputs, table: Table, target: str, fractions: Mapping[tuple[str, str], set[float]], *, name: str) -> Markup | str:
    metric, points = table.metrics[0], dict[charts.Series, list[charts.Draw]]()
    for outcome, method in zip(table.outcomes, table.names, strict=True):
        if not outcome.error and outcome.method != "majority" and len(fractions[(outcome.condition, method)]) > 1:
            points.setdefault((inputs.spoken(outcome.condition), method), []).append((outcome.fraction, outcome.train_rows, getattr(outcome, metric)))
    if not points:
        return ""
    conditions = _conditions(inputs, table)
    ordered = dict(sorted(points.items(), key=lambda item: conditions.index(item[0][0])))
    floor = next((cell.of(metric).mean for cell in table.main(target) if cell.method == "majority"), None)
    measured = METRICS[metric]
    title = f"{measured[0].upper()}{measured[1:]} on {table.benchmark} against the number of training rows, one line per language and method, one dot per trial"
    return Markup(charts.fraction_curve(ordered, conditions=conditions, floor=floor, title=title, name=f"{name}-curve", measured=measured))


def _learning(inputs: Inputs, table: Table, *, name: str) -> Markup | str:
    trained = [(one, method) for one, method in zip(table.outcomes, table.names, strict=True) if one.history]
    largest = {
        (one.condition, method): max(other.fraction for other, same in trained if (other.condition, same) == (one.condition, method)) for one, method in trained
    }
    shown = [((inputs.spoken(one.condition), method), one) for one, method in trained if one.fraction == largest[(one.condition, method)]]
    title = "Validation accuracy and loss by epoch, one line per trial; a ring marks the epoch that was kept"
    return Markup(charts.learning_curves(shown, conditions=_conditions(inputs, table), title=title, name=f"{name}-learning")) if shown else ""


def _trials_of(table: Table, cell: Cell) -> list[Outcome]:
    wanted = (cell.condition, cell.name, cell.fraction)
    return [one for one, method in zip(table.outcomes, table.names, strict=True) if (one.condition, method, one.fraction) == wanted]


def _confusion_title(table: Table, cell: Cell, spoken: str) -> str:
    said = f"{cell.name}, {spoken}: "
    if len(table.labels) <= charts.MOST_LABELS:
        return said + "share of the true label, and count over all its trials"
    return said + f"counts over all its trials; the {charts.MOST_LABELS - 1} labels mixed up most, all others together"


def _mistakes(table: Table, cell: Cell) -> list[tuple[str, str, int, float]]:
    """(true label, answered label, count, share of the true label) of the most frequent mistakes, where the matrix cannot show all labels."""
    if len(table.labels) <= charts.MOST_LABELS:
        return []
    counts = charts.confusions(_trials_of(table, cell), table.labels)
    rows = counts.sum(axis=1)
    pairs = sorted(((-counts[row, column], row, column) for row, column in zip(*counts.nonzero(), strict=True) if row != column))
    return [(table.labels[row], table.labels[column], int(-count), float(-count / rows[row])) for count, row, column in pairs[:MISTAKES]]


def _confusion(table: Table, cell: Cell, spoken: str, *, name: str) -> Markup:
    trials = _trials_of(table, cell)
    title = f"{cell.name} in {spoken}: true label against answered label, share of the true label and count over all trials"
    return Markup(charts.confusion(trials, table.labels, title=title, name=f"{name}-confusion"))


def words_view(inputs: Inputs, benchmark: str) -> dict[str, Any]:
    """Prompt and words of a benchmark, with one kept row put in where there is one; of a benchmark with slots a row that has some, if there is."""
    words = inputs.words[benchmark]
    names = [match["field"] for match in TOKEN.finditer(words.prompt) if match["field"] and match["field"] != "answer"]
    prompt = parse(words.prompt, names, where=f"report, {benchmark} prompt")
    kept = [record for record in inputs.samples.get(benchmark, ()) if not record.reasons and set(names) <= set(record.fields)]
    example = next((record for record in kept if record.slots), next(iter(kept), None))
    fields = example.fields if example else {name: "{" + name + "}" for name in names}
    parts = [(part.count, "") if isinstance(part, Virtual) else (0, part.text) for part in prompt.render(fields)]
    label = example.label if example else next(iter(words.words), "")
    slots = example.slots if example else ()
    tail = SlotWords(Verbalizer(words.slots, {}), words.slots_lead, words.slots_none).pieces(slots) if words.slots else ()
    answer = words.words.get(label, "") + "".join(tail)
    return {"cell": words, "parts": parts, "answer": answer, "example": example is not None, "virtual": prompt.virtual_tokens}


def samples_view(records: Sequence[Record]) -> dict[str, list[Record]]:
    """A few quarantined and a few kept records."""
    return {
        "quarantined": [record for record in records if record.reasons][:EXAMPLES],
        "kept": [record for record in records if not record.reasons][:EXAMPLES],
    }
