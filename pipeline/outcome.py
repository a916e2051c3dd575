"""Outcome: what one trial gave, with the signature that says what it may be compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from templates.language import ENGLISH
from templates.slots import Slot


@dataclass(frozen=True, slots=True)
class Prediction:
    """One test record: its gold label, the label ranked first, and the probability of that label among the labels.

    Where the benchmark has slots: the `text` they stand in, the gold slots and those that were decoded."""

    id: str
    label: str
    predicted: str
    probability: float
    text: str = ""
    slots: tuple[Slot, ...] = ()
    predicted_slots: tuple[Slot, ...] = ()

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Prediction:
        """Back from a JSON object; `text` and slots may be absent."""
        slots = {key: tuple(Slot(**slot) for slot in value[key]) for key in ("slots", "predicted_slots") if key in value}
        return Prediction(**{**value, **slots})


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training part. Losses are nats per answer token; accuracy is a ratio. What was not measured is -1: all of the validation
    without validation rows, its accuracy where answers have slots."""

    number: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial.

    `condition` names text and prompt: "sv" (Swedish text, Swedish prompt), "en" (English text, English prompt), "en>sv"
    (English text under the Swedish prompt). `signature` holds everything two comparable outcomes must share but for what a
    table varies. A trial that failed has `error` and no predictions. `span_f1` and `exact_match` (see slot_metrics) are None where
    the benchmark has no slots, and then absent from the JSON object, as are empty slots and `chosen`, the settings that short trials before found.
    """

    trial: str
    signature: Mapping[str, str]
    condition: str
    benchmark: str
    method: str
    settings: Mapping[str, Any]
    fold: int
    fraction: float
    seed: int
    train_rows: int
    validation_rows: int
    test_rows: int
    accuracy: float = 0.0
    macro_f1: float = 0.0
    predictions: tuple[Prediction, ...] = ()
    history: tuple[Epoch, ...] = ()
    best_epoch: int = 0
    trained_parameters: int = 0
    stored_parameters: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default_factory=tuple)
    error: str = ""
    span_f1: float | None = None
    exact_match: float | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        value = asdict(self)
        for item in value["predictions"]:
            for key in [key for key in ("text", "slots", "predicted_slots") if not item[key]]:
                del item[key]
        for key in [key for key in ("span_f1", "exact_match", "chosen") if value[key] in (None, {})]:
            del value[key]
        return value

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Outcome:
        """Back from a JSON object."""
        rest = dict(value)
        rest["predictions"] = tuple(Prediction.from_json(item) for item in rest["predictions"])
        rest["history"] = tuple(Epoch(**item) for item in rest["history"])
        rest["notes"] = tuple(rest["notes"])
        return Outcome(**rest)


def is_target(condition: str) -> bool:
    """Whether a condition is text and prompt of a language other than English."""
    return condition != ENGLISH and ">" not in condition


def signature_text(signature: Mapping[str, str]) -> str:
    """The signature as one line, `key=value|key=value`, in the manner of sacreBLEU (Post 2018, https://aclanthology.org/W18-6319)."""
    return "|".join(f"{key}={value}" for key, value in signature.items())
