"""FiQA 2018 task 1: is the sentence good or bad news for the target?

Maia et al. 2018, "WWW'18 Open Challenge: Financial Opinion Mining and Question Answering",
https://doi.org/10.1145/3184558.3192301. The label is the sign of the sentiment score, as in the study that this project
follows (two labels); entries at or below `threshold` in absolute value are left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from templates.benchmark import Benchmark, Excluded, Hub, Record, span, text
from templates.records import need_number, need_text


@dataclass(frozen=True, slots=True)
class Settings:
    """`threshold`: a score counts as positive above it, as negative below its negative; 0 keeps every signed entry."""

    threshold: float = 0.0


def read(raw: Mapping[str, Any], settings: Settings) -> Record | Excluded:
    """One raw entry: id (or _id), sentence, target and either a score in [-1, 1] or a ready label."""
    name = need_text(raw, "id" if "id" in raw else "_id")
    fields = {"sentence": need_text(raw, "sentence"), "target": need_text(raw, "target")}
    score = need_number(raw, "score", low=-1.0, high=1.0) if "score" in raw or "label" not in raw else None
    if "label" in raw:
        label = need_text(raw, "label")
        if score and label in ("negative", "positive") and (score > 0) != (label == "positive"):
            raise ValueError(f"label {label!r} and score {score:g} contradict each other; keep the right one of the two")
        return Record(name, fields, label, fields["sentence"])
    assert score is not None
    if abs(score) <= settings.threshold:
        return Excluded(name, f"score no further than {settings.threshold:g} from 0" if settings.threshold else "score 0")
    return Record(name, fields, "positive" if score > 0 else "negative", fields["sentence"])


BENCHMARK = Benchmark(
    name="fiqa",
    fields={"sentence": text(truncate=True), "target": span()},
    labels=("negative", "positive"),
    group_by="sentence",
    prompt="{sentence} Sentiment for {target}[[10]]:{answer}",
    prompts={
        "published": "[[10]] {sentence} Sentiment for {target}:{answer}",
        "split": "[[10]] {sentence} Sentiment for {target}[[6]]:{answer}",
    },
    words={"negative": " negative", "positive": " positive"},
    metric="accuracy",
    read=read,
    licence="none stated by its authors; research use",
    citation="Maia et al. 2018, https://doi.org/10.1145/3184558.3192301",
    settings=Settings,
    sources=(Hub("TheFinAI/fiqa-sentiment-classification", "b669064ceb406dfc33a86a8ddce203b7395a0fa1", ("train", "valid", "test")),),
)
