"""How many pairs can be taught to carry placeholders, how fast, and how often a unit is written as a human translation writes it.

`LINGRAFT_DATA=... python -m tests.speed.placeholders [pairs of each source]`; what a person wrote otherwise is printed.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

from templates import language
from translation import gold
from translation.shield.shielding import Placeholders
from translation.shield.written import written
from translation.training.pair import Pair
from translation.training.teach_placeholders import matched, teach

EN, SV = language.load("en"), language.load("sv")


def parallel(folder: Path, most: int) -> None:
    rng, counts, seconds = random.Random(1), Counter[str](), 0.0
    for path in sorted(folder.glob("*.tsv.gz")):
        pairs = gold.read(path)
        pairs = rng.sample(pairs, min(most, len(pairs)))
        began = time.perf_counter()
        taught = [teach(Pair(one.source, one.target, ""), rng, language=SV) for one in pairs]
        seconds += time.perf_counter() - began
        for one, other in zip(pairs, taught, strict=True):
            both = all(re.search(r"\d", side) for side in (one.source, one.target))
            changed, left = one.source != other.source, re.search(r"\d", re.sub("⟦.⟧", "", other.source))
            counts.update(pairs=1, taught=changed, numbers=both, some=both and changed, all=both and not left)
    print(dict(counts), f"some {counts['some'] / counts['numbers']:.3f} all {counts['all'] / counts['numbers']:.3f} {counts['pairs'] / seconds:.0f} pairs/s")


def human(path: Path) -> None:
    counts, pairs = Counter[str](), gold.read(path)
    for pair in pairs[: len(pairs) // 2]:
        places = {place.unit: pair.target[place.start : place.end] for place in matched(pair.source, pair.target, language=SV)}
        for unit in Placeholders(EN, SV).units(pair.source):
            best, theirs = written(unit, SV)[0], places.get(unit)
            verdict = "none" if theirs is None else "same" if theirs.casefold() == best.casefold() else "other way"
            counts[f"{unit.kind} {verdict}"] += 1
            if verdict != "same" and unit.kind != "name":
                print(f"  {unit.written!r} -> {best!r}, {theirs or pair.target!r}")
    print(path.name, dict(sorted(counts.items())))


if __name__ == "__main__":
    data = Path(os.environ["LINGRAFT_DATA"])
    for name in ("tatoeba_test", "pud"):
        human(data / "gold" / f"{name}.en-sv.tsv.gz")
    parallel(data / "parallel", int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
