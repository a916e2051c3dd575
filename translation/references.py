"""references: how near are the translations to somebody's own translations of the same rows? chrF2 and BLEU by sacrebleu.

Popović 2015, https://aclanthology.org/W15-3049; Papineni et al. 2002, https://aclanthology.org/P02-1040; Post 2018 on signatures,
https://aclanthology.org/W18-6319. Intervals: percentile bootstrap over rows, 1,000 resamples (Koehn 2004,
https://aclanthology.org/W04-3250), from sacrebleu's own row statistics. BLEU is left out where references are short on average:
it counts four words in a row, which such texts do not have.
Misses: a translation as good as the reference in other words; and a reference may be worse than what is measured against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from templates import catalogue
from templates.benchmark import Benchmark
from templates.records import read_lines
from templates.refusal import Refusal
from translation.gate_report import GateReport, Metric, Row

RESAMPLES = 1_000
SEED = 12345  # sacrebleu's own
WORDS_FOR_BLEU = 10  # on average in the references
NAME = "reference"  # the rows' scores stand under reference(field)
Texts = Mapping[str, Mapping[str, str]]  # row id -> field -> text


def file_of(language: str, benchmark: str, data: Path | None = None) -> Path | None:
    """The user's `./lingraft/references/<language>/<benchmark>.jsonl`, else `<benchmark>_ref.<language>.jsonl` in `data`, in a folder
    `gold` in it, or in one beside it; None where there is none."""
    language, benchmark = catalogue.check_name(language, "language"), catalogue.check_name(benchmark, "benchmark")
    places = [catalogue.user_home() / "references" / language / f"{benchmark}.jsonl"]
    places += [folder / f"{benchmark}_ref.{language}.jsonl" for folder in ((data, data / "gold", data.parent / "gold") if data is not None else ())]
    return next((path for path in places if path.is_file()), None)


def read(path: Path, benchmark: Benchmark, *, language: str) -> dict[str, dict[str, str]]:
    """Row id -> field -> reference. A line holds `id` and for each field of the benchmark `<field>_<language>` or `<field>`; more is ignored."""
    found: dict[str, dict[str, str]] = {}
    for place, raw in read_lines(path):
        texts = {name: raw.get(f"{name}_{language}", raw.get(name)) for name in benchmark.fields}
        told = {name: text for name, text in texts.items() if isinstance(text, str) and text.strip()}
        name = raw.get("id")
        if not isinstance(name, str) or not told:
            wanted = " or ".join(f"{field}_{language}" for field in benchmark.fields)
            raise Refusal(f"{path}, line {place}: a reference needs id and {wanted} as texts, found {', '.join(raw) or 'nothing'}; add what is missing.")
        if name in found:
            raise Refusal(f"{path}, line {place}: id {name!r} stands there a second time; keep one reference for each row.")
        found[name] = told
    return found


def measured(report: GateReport, references: Texts, benchmark: Benchmark) -> GateReport:
    """The report with its references, and each of their rows with its chrF2. Nothing of it moves the verdict."""
    names = [name for name, shape in benchmark.fields.items() if shape.role == "text"]
    metrics: list[Metric] = []
    rows = {row.id: row for row in report.rows}
    for name in names:
        both = [row for row in report.rows if references.get(row.id, {}).get(name)]
        if both:
            found, scores = against([row.target.get(name, "") for row in both], [references[row.id][name] for row in both], field=name)
            metrics += found
            rows |= {row.id: _scored(rows[row.id], name, score) for row, score in zip(both, scores, strict=True)}
    return replace(report, rows=tuple(rows.values()), references=tuple(metrics))


def _scored(row: Row, field: str, score: float) -> Row:
    return replace(row, scores={**row.scores, f"{NAME}({field})": {"chrf2": round(score, 2)}})


def against(ours: Sequence[str], theirs: Sequence[str], *, field: str) -> tuple[list[Metric], list[float]]:
    """chrF2, and BLEU where texts are long enough, of `ours` against one reference each; and every text's own chrF2."""
    found: list[Metric] = []
    rows: list[float] = []
    long_enough = sum(len(text.split()) for text in theirs) >= WORDS_FOR_BLEU * len(theirs)
    for metric in (CHRF(), *((BLEU(),) if long_enough else ())):
        (one,) = measure(metric, theirs, ours)
        rows = rows or one.rows
        signature = f"{metric.get_signature()}|bs:{RESAMPLES}|seed:{SEED}"
        found.append(Metric(one.name, field, one.score, interval(one.drawn), signature, len(ours)))
    return found, rows


@dataclass(frozen=True, slots=True)
class Measured:
    """One system: its score, the scores of RESAMPLES draws of its rows, the score of each row."""

    name: str
    score: float
    drawn: NDArray[np.float64]
    rows: list[float]


def measure(metric: Any, references: Sequence[str], *systems: Sequence[str]) -> list[Measured]:
    """Every system against one reference for each row; draws are the same for all, so that their differences are paired.

    sacrebleu's public bootstrap gives one system's mean and half width, counts n-grams anew for each question, and holds all draws at
    once: gigabytes for 10,000 rows. References go in as one stream: a list for every row would score the first row alone.
    """
    assert all(len(system) == len(references) for system in systems)
    stats = [np.array(metric._extract_corpus_statistics(list(system), [list(references)]), dtype=float) for system in systems]
    generator, count = np.random.default_rng(SEED), len(references)
    drawn = np.empty((len(systems), RESAMPLES))
    for draw in range(RESAMPLES):
        weights = np.bincount(generator.integers(0, count, count), minlength=count)
        for number, one in enumerate(stats):
            drawn[number, draw] = metric._compute_score_from_stats(list(weights @ one)).score
    found = []
    for one, scores in zip(stats, drawn, strict=True):
        whole = metric._compute_score_from_stats(list(one.sum(0)))
        found.append(Measured(str(whole.name), float(whole.score), scores, [float(metric._compute_score_from_stats(list(row)).score) for row in one]))
    return found


def interval(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of draws."""
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
