"""Force-decoded log-probability of a set, measured and remembered, beside translating the same set, which any run pays."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from templates import catalogue, language
from tests.speed.pairs import paired, say
from translation import evidence, refresh
from translation.translate import translate_records
from translation.translators import ctranslate2


def main() -> None:
    """Time `--times` pairs over `--rows` records of the shipped sample, then once from the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--benchmark", default="fiqa")
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    benchmark, swedish = catalogue.benchmark(given.benchmark), language.load("sv")
    rows = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records[: given.rows]
    translator = ctranslate2.build(ctranslate2.Settings(), source=language.load("en"), target=swedish)
    moved = translate_records(rows, benchmark, translator=translator, memory=None, language=swedish)
    found = paired(
        lambda: evidence.gather(rows, moved, benchmark, translator=translator),
        lambda: translate_records(rows, benchmark, translator=translator, memory=None, language=swedish),
        times=given.times,
    )
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "measured.sqlite"
        evidence.gather(rows, moved, benchmark, translator=translator, cache=cache)
        started = time.perf_counter()
        evidence.gather(rows, moved, benchmark, translator=translator, cache=cache)
        remembered = len(rows) / (time.perf_counter() - started)
    print(f"rows a second: measured {len(rows) / found['ours_seconds']:.0f}, remembered {remembered:.0f}, translated {len(rows) / found['peer_seconds']:.0f}")
    say("evidence", rows=len(rows), peer="translation", remembered_rows_per_second=round(remembered), **found)


if __name__ == "__main__":
    main()
