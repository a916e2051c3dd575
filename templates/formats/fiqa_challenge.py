"""The FiQA 2018 challenge's JSON for task 1: {"55": {"sentence": ..., "info": [{"target": ..., "sentiment_score": "-0.374", ...}]}}.

Maia et al. 2018, https://doi.org/10.1145/3184558.3192301, https://sites.google.com/view/fiqa/home. One entry per item of `info`; its id is
`<key>-<place from 0>` unless the item has an `id`. A record keeps the sign of its score and not the score, so 1 and -1 are written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from templates.benchmark import Benchmark, Record
from templates.formats._comes_back import need_back
from templates.records import read_text
from templates.refusal import Refusal
from templates.store import write_json
from templates.task import LocalisedTask

SUFFIX = ".json"
SIGNS = {"positive": "1", "negative": "-1"}

logger = logging.getLogger(__name__)


def misfit(benchmark: Benchmark) -> str:
    """It holds sentence, target and the sign of a score."""
    fits = set(benchmark.fields) == {"sentence", "target"} and set(benchmark.labels) == set(SIGNS) and not benchmark.slot_words
    return "" if fits else "it holds a sentence, a target and a score, and these records are made otherwise"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {key!r} occurs twice, and one of them would be lost")
        found[key] = value
    return found


def _load(path: Path) -> list[tuple[str, Any]]:
    """(key, entry) of an object, or (number from 0, entry) of a list."""
    try:
        value = json.loads(read_text(path), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Refusal(f"{path}, line {error.lineno}, column {error.colno}: not valid JSON ({error.msg}).") from error
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: cannot be used as JSON: {str(error) or 'nested too deeply'}; mend the file.") from error
    if isinstance(value, dict):
        return list(value.items())
    return [(str(number), item) for number, item in enumerate(value)] if isinstance(value, list) else []


def recognises(path: Path) -> bool:
    """The first entry has `sentence` and `info`."""
    return any(isinstance(item, dict) and {"sentence", "info"} <= set(item) for _, item in _load(path)[:1])


def language_of(path: Path) -> str:
    """The format does not say."""
    return ""


def read(path: Path, benchmark: Benchmark) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The items of all entries."""
    for key, item in _load(path):
        if not isinstance(item, dict) or not isinstance(item.get("info"), list):
            raise Refusal(f"{path}, entry {key!r}: needs a sentence and a list called info; found {json.dumps(item)[:60]}.")
        for number, about in enumerate(item["info"]):
            place = f"entry {key!r}, info {number}"
            if not isinstance(about, dict):
                raise Refusal(f"{path}, {place}: needs an object with target and sentiment_score; found {json.dumps(about)[:60]}.")
            made = {"id": about.get("id", f"{key}-{number}"), "sentence": item.get("sentence")}
            made |= {"target": about["target"]} if "target" in about else {}
            made |= {"score": _score(about["sentiment_score"], where=f"{path}, {place}")} if "sentiment_score" in about else {}
            yield place, made


def _score(written: Any, *, where: str) -> float:
    try:
        return float("true" if isinstance(written, bool) else written)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refusal(f"{where}: sentiment_score must be a number from -1 to 1, found {json.dumps(written)[:60]}.") from error


def write(records: Iterable[Record], task: LocalisedTask, folder: Path) -> list[Path]:
    """`<benchmark>.<language>.json`; neighbours with the same sentence share an entry."""
    value: dict[str, Any] = {}
    for number, (sentence, group) in enumerate(groupby(records, key=lambda record: record.fields["sentence"]), start=1):
        items = []
        for record in group:
            item = {"id": record.id, "target": record.fields["target"], "sentiment_score": SIGNS[record.label]}
            back = {"id": record.id, "sentence": sentence, "target": item["target"], "score": float(item["sentiment_score"])}
            need_back(record, back, task.benchmark, kind="the challenge's JSON")
            items.append(item)
        value[str(number)] = {"sentence": sentence, "info": items}
    path = folder / f"{task.benchmark.name}.{task.language.code}{SUFFIX}"
    write_json(path, value)
    logger.warning("%s: scores are 1 and -1, since records keep the sign of a score and not the score", path)
    return [path]
