"""A tiny prepared corpus: the sentences of a small grammar, with placeholders and markers, in a shard with its facts."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

from translation import markers
from translation.training import shards
from translation.training.facts import Facts, Origin

SUBJECTS = {"the dog": "hunden", "the cat": "katten", "my sister": "min syster", "the bank": "banken", "a teacher": "en lärare", "the king": "kungen"}
VERBS = {"sees": "ser", "buys": "köper", "wants": "vill ha", "sells": "säljer"}
OBJECTS = {"the house": "huset", "an old car": "en gammal bil", "⟦1⟧ shares": "⟦1⟧ aktier", "a green lamp": "en grön lampa"}
MARKED = ("a green lamp", "en grön lampa")


def sentences() -> list[tuple[str, str]]:
    parts = itertools.product(SUBJECTS.items(), VERBS.items(), OBJECTS.items())
    return [_marked(f"{s[0]} {v[0]} {o[0]}.", f"{s[1]} {v[1]} {o[1]}.") for s, v, o in parts]


def _marked(source: str, target: str) -> tuple[str, str]:
    both = ((source, MARKED[0]), (target, MARKED[1]))
    said = [markers.insert(text, [(text.index(phrase), text.index(phrase) + len(phrase))]) if phrase in text else text for text, phrase in both]
    return said[0], said[1]


def write(folder: Path, pairs: list[tuple[str, str]], *, source: str = "en", target: str = "sv", digest: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{ours}\t{theirs}\tgrammar\n" for ours, theirs in pairs]
    shards.write(lines, folder / "shard-000.tsv.gz", random.Random(0))
    origin = Origin("grammar", "CC0-1.0", "Written for a test.", 1.0, 1.0, len(pairs), len(pairs), len(pairs), 0, {})
    Facts(digest or f"{source}{target}{len(pairs)}", source, target, 0, len(pairs), {"shard-000.tsv.gz": ""}, (origin,), {}, {}).write(folder)
    return folder
