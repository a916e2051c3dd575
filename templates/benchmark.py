"""Benchmark: the shape of one English data set: fields with roles, labels, English prompt and words, where it comes from.

One file a benchmark, in `templates/benchmarks/` or in the user's `./lingraft/benchmarks/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from templates.slots import Slot

RESERVED = ("id", "benchmark", "language", "label", "group", "source", "engine", "flags", "reasons", "slots", "source_slots", "fold")

METRICS = ("accuracy", "macro_f1")
SLOT_METRICS = ("span_f1", "exact_match")


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is translated as prose; `span` is a piece of the text (a company, a place). `truncate`: may be cut to fit."""

    role: Literal["text", "span"]
    truncate: bool = False


def text(*, truncate: bool = False) -> Field:
    """A field of running text."""
    return Field("text", truncate)


def span() -> Field:
    """A field that names something occurring in the text."""
    return Field("span")


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled example in one language.

    `slots` are pieces of the field `Benchmark.slots_in`; `source_slots` those of the English record it was translated from.
    `group` ties records that must stay on one side of a fold; `fold`: the one that a published split puts it in (formats of others do not say it).
    In a translated record `source` holds the English fields, `engine` the fingerprint of the translator, `flags` what the gate marked, `reasons` why it
    was quarantined.
    """

    id: str
    fields: Mapping[str, str]
    label: str
    group: str
    source: Mapping[str, str] | None = None
    engine: str = ""
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    source_slots: tuple[Slot, ...] = ()
    fold: int | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A source entry left out by the benchmark's own rule, counted under `reason`."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub data set at a pinned revision (a full commit hash), read by `datasets` without remote code."""

    repository: str
    revision: str
    splits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Url:
    """A JSON Lines file at an address, accepted only with this sha256; with an empty one whatever is there is followed."""

    address: str
    sha256: str


@dataclass(frozen=True, slots=True)
class NoSettings:
    """For benchmarks without settings of their own."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One English benchmark. `read` turns one raw entry (a JSON object) into a Record or an Excluded. `metric` is the number that reports and
    terminal show first, with its interval, and by which they call a method best; the others stand beside it.

    With `slot_words` (slot type -> word) its answer has a second part: after the label's word comes `slots_lead`, then the slots as
    ` word(value), word(value)`, or `slots_none`. Slots are pieces of the field `slots_in`. `slot_names`: the types whose values are
    names, which no language translates.
    """

    name: str
    fields: Mapping[str, Field]
    labels: tuple[str, ...]
    group_by: str
    prompt: str
    words: Mapping[str, str]
    metric: str
    read: Callable[[Mapping[str, Any], Any], Record | Excluded]
    licence: str
    citation: str
    settings: type = NoSettings
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Hub | Url, ...] = ()
    slot_words: Mapping[str, str] = field(default_factory=dict)
    slots_in: str = ""
    slot_names: tuple[str, ...] = ()
    slots_lead: str = "\nSlots:"
    slots_none: str = " none"

    def __post_init__(self) -> None:
        taken = [name for name in self.fields if name in RESERVED]
        if taken:
            raise ValueError(f"benchmark {self.name}: field {taken[0]!r} is a reserved key ({', '.join(RESERVED)})")
        if self.group_by not in self.fields:
            raise ValueError(f"benchmark {self.name}: group_by {self.group_by!r} is not a field ({', '.join(self.fields)})")
        if self.slot_words and self.slots_in not in self.fields:
            raise ValueError(f"benchmark {self.name}: slots_in {self.slots_in!r} is not a field ({', '.join(self.fields)})")
        metrics = METRICS + (SLOT_METRICS if self.slot_words else ())
        if self.metric not in metrics:
            raise ValueError(f"benchmark {self.name}: metric {self.metric!r} is none of {', '.join(metrics)}")
        if unknown := set(self.slot_names) - set(self.slot_words):
            raise ValueError(f"benchmark {self.name}: slot_names {sorted(unknown)} are not in slot_words")
        if set(self.words) != set(self.labels):
            raise ValueError(f"benchmark {self.name}: words are for {sorted(self.words)}, labels are {sorted(self.labels)}")
