"""crosscheck: do other engines say what ours says? Agreement by chrF2, the rows that agree least first.

Popović 2015, https://aclanthology.org/W15-3049, by sacrebleu; ours is taken as the reference. Agreement is no quality: engines may
agree in an error, and two good translations may share few words. It says where to look.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sacrebleu.metrics.chrf import CHRF

from templates.benchmark import Benchmark, Record
from templates.refusal import Refusal
from templates.store import digest
from translation.references import RESAMPLES, SEED, interval, measure


@dataclass(frozen=True, slots=True)
class Row:
    """One text and what each engine made of it. `agreement`: the mean of the others' chrF2 (0-100) against ours."""

    id: str
    source: str
    said: Mapping[str, str]
    agreement: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Ours and one other engine: chrF2 over all rows with its interval, and rows where both say the same letter by letter."""

    engine: str
    chrf2: float
    interval95: tuple[float, float]
    same: int
    signature: str


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """`rows`: the least agreement first. `key` (8 hex digits) names texts, engines and what they said."""

    key: str
    language: str
    seed: int
    ours: str
    agreements: tuple[Agreement, ...]
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything but the rows."""
        facts = {name: getattr(self, name) for name in ("key", "language", "seed", "ours")}
        return {**facts, "rows": len(self.rows), "engines": [asdict(one) for one in self.agreements]}


def draw(records: Iterable[tuple[Benchmark, Sequence[Record]]], *, rows: int, seed: int) -> dict[str, str]:
    """`benchmark/id/field` -> English text, up to `rows` different texts at random; the same seed draws the same."""
    if rows < 1:
        raise Refusal(f"a sample of {rows} rows cannot be drawn; ask for at least one with --sample.")
    texts: dict[str, str] = {}
    for benchmark, found in records:
        for record in found:
            for name, field in benchmark.fields.items():
                if field.role == "text" and record.fields[name].strip():
                    texts.setdefault(record.fields[name], f"{benchmark.name}/{record.id}/{name}")
    chosen = random.Random(f"{seed} crosscheck").sample(sorted(texts), min(rows, len(texts)))
    return {texts[text]: text for text in chosen}


def compare(sample: Mapping[str, str], said: Mapping[str, Sequence[str]], *, language: str, seed: int) -> Crosscheck:
    """Compare what engines said of the sample's texts; the first engine is ours."""
    ours, *others = said
    if not others:
        raise Refusal("crosscheck needs another engine to compare with; name one by --with.")
    agreements, by_engine = [], []
    for engine in others:
        metric = CHRF()
        (one,) = measure(metric, said[ours], said[engine])
        low, high = interval(one.drawn)
        same = sum(left == right for left, right in zip(said[ours], said[engine], strict=True))
        signature = f"{metric.get_signature()}|bs:{RESAMPLES}|seed:{SEED}"
        agreements.append(Agreement(engine, round(one.score, 2), (round(low, 2), round(high, 2)), same, signature))
        by_engine.append(one.rows)
    means = [sum(scores) / len(scores) for scores in zip(*by_engine, strict=True)]
    texts = [dict(zip(said, texts, strict=True)) for texts in zip(*said.values(), strict=True)]
    rows = [Row(name, source, told, round(mean, 2)) for (name, source), told, mean in zip(sample.items(), texts, means, strict=True)]
    rows.sort(key=lambda row: (row.agreement, row.id))
    key = digest([language, seed, list(said), [[row.id, row.source, dict(row.said)] for row in rows]])[:8]
    return Crosscheck(key, language, seed, ours, tuple(agreements), tuple(rows))


def tsv(rows: Iterable[Row]) -> str:
    """The rows for a spreadsheet or a pager: agreement, id, the English text, a column for each engine; blanks for tabs and line ends."""
    rows = list(rows)
    lines = [["agreement", "id", "source", *(rows[0].said if rows else ())]]
    lines += [[f"{row.agreement:.1f}", row.id, row.source, *row.said.values()] for row in rows]
    return "".join("\t".join(" ".join(cell.split()) for cell in line) + "\n" for line in lines)
