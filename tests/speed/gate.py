"""The whole gate (all checks, all reasons) beside language identification alone, which any gate with langdetect pays."""

from __future__ import annotations

import argparse

import langdetect

from templates import catalogue, language
from templates.benchmark import Record
from tests.speed.pairs import paired, say
from translation import refresh
from translation.judge import judge
from translation.translate import translate_records
from translation.translators import ctranslate2


def main() -> None:
    """Time `--times` pairs over `--rows` translated records of the shipped sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    benchmark, swedish = catalogue.benchmark("fiqa"), language.load("sv")
    rows = refresh.fetch(benchmark, data=None, source="sample", settings=benchmark.settings()).records[: given.rows]
    translator = ctranslate2.build(ctranslate2.Settings(), source=language.load("en"), target=swedish)
    moved: list[Record] = translate_records(rows, benchmark, translator=translator, memory=None)
    texts = [record.fields["sentence"] for record in moved]

    def detect() -> None:
        for text in texts:
            langdetect.DetectorFactory.seed = 0
            langdetect.detect_langs(text)

    found = paired(lambda: judge(rows, moved, benchmark=benchmark, language=swedish), detect, times=given.times)
    print(f"rows a second: the whole gate {len(rows) / found['ours_seconds']:.0f}, langdetect alone {len(rows) / found['peer_seconds']:.0f}")
    say("gate", rows=given.rows, peer="langdetect alone", **found)


if __name__ == "__main__":
    main()
