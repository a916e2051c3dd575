"""inputs: everything the report shows, gathered by whoever has the run folder in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.inspection import VirtualToken
from pipeline.outcome import Outcome
from pipeline.report.summary import Summary
from templates.benchmark import Record
from templates.finding import Finding
from templates.language import ENGLISH, Cell


@dataclass(frozen=True, slots=True)
class Model:
    """The frozen GPT: its name, its number of parameters, and the fingerprint of its weights."""

    name: str
    parameters: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Facts:
    """From the manifest: versions, seconds per stage, where each benchmark's data came from, the translator."""

    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a probe expected of so many trials, what they took, and the most memory the process held."""

    trials: int
    expected: float
    actual: float
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All the page shows. Mappings are by benchmark.

    `gates`: gate.json as read. `quarantine`: reason -> rows. `words`: what was used (`reviewed` empty: DRAFT). `samples`: records,
    quarantined ones carry reasons. `source_tokens_left`: share 0-1 of source-language tokens in the kept target text. `links`:
    name -> path relative to the page; `gate/<benchmark>`, `records/<benchmark>`, `quarantine/<benchmark>`, `words/<benchmark>`
    are shown beside what they belong to, all others at the end. `prompts`: the virtual tokens of each tuned task. `searches`: the short trials behind
    searched placements. `cost`: None where too little was run for a probe. `read_english`: the GPT (name@fingerprint) that read English text,
    where that is another than `model`.
    """

    language_code: str
    language_name: str
    study: str
    summary: Summary
    model: Model
    gates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quarantine: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Mapping[str, Cell] = field(default_factory=dict)
    samples: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    source_tokens_left: Mapping[str, float] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, Sequence[VirtualToken]] = field(default_factory=dict)
    searches: Sequence[Outcome] = ()
    cost: Cost | None = None
    read_english: str = ""

    @property
    def benchmarks(self) -> tuple[str, ...]:
        """Every benchmark the page has something to say about, in order."""
        return tuple(dict.fromkeys((*self.gates, *self.words, *(table.benchmark for table in self.summary.tables))))

    def spoken(self, condition: str) -> str:
        """A condition in a reader's words."""
        if condition == ENGLISH:
            return "English"
        return "Control" if ">" in condition else self.language_name if condition == self.language_code else condition
