"""All rule checks of the gate, together and each by itself, in one process and in several, beside langdetect alone on the same texts."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable

import langdetect

from templates import catalogue, language
from templates.benchmark import Record
from tests.gold import pairs
from tests.speed.pairs import paired, say
from translation import limits, scoring
from translation.judge import judge

SETS = ("pud", "lines", "sweden_facts", "tatoeba_test")  # news, literature and manuals, public information, conversation


def _records(rows: int) -> tuple[list[Record], list[Record]]:
    """Distinct human translations; said again with another number where there are fewer of them than asked for."""
    found = list(dict.fromkeys(pair for name in SETS for pair in pairs(name)))
    more = ((f"{source} {turn}", f"{target} {turn}") for turn in range(1, 1 + rows // len(found)) for source, target in found)
    chosen = [*found, *more][:rows]
    labels = catalogue.benchmark("fiqa").labels
    source = [Record(str(index), {"sentence": text, "target": "Shell"}, labels[index % 2], text) for index, (text, _) in enumerate(chosen)]
    moved = [
        Record(one.id, {"sentence": text, "target": "Shell"}, one.label, one.group, source=one.fields) for one, (_, text) in zip(source, chosen, strict=True)
    ]
    return source, moved


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    """(wall, processor) seconds of one call; the second without other processes."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Time `--rows` rows: cold with 1 and 2 processes, warm with 1, every check, and `--times` pairs against langdetect on 200 of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    benchmark, swedish = catalogue.benchmark("fiqa"), language.load("sv")
    source, moved = _records(given.rows)
    facts: dict[str, float] = {}

    def run(many: int, count: int | None = None) -> None:
        judge(source[:count], moved[:count], benchmark=benchmark, language=swedish, processes=many)

    for name, many in (("two_processes_cold", 2), ("one_process_cold", 1), ("one_process_warm", 1)):
        wall, processor = _seconds(lambda many=many: run(many))
        facts[name] = round(given.rows / wall)
        print(f"{name.replace('_', ' ')}: {given.rows / wall:,.0f} rows a second ({wall:.1f} s; {processor:.1f} s of this process's own)")
    texts = [(one.fields["sentence"], other.fields["sentence"]) for one, other in zip(source, moved, strict=True)][:2000]
    for name, check in limits.gates().items():
        if check.SCOPE in ("field", "text"):
            _, processor = _seconds(lambda check=check: [check.score(*pair, swedish) for pair in texts])
            facts[f"{name}_us"] = round(1e6 * processor / len(texts))
            print(f"{name}: {1e6 * processor / len(texts):,.0f} microseconds a text")

    def detect() -> None:
        for _, text in texts[:200]:
            langdetect.DetectorFactory.seed = 0
            langdetect.detect_langs(text)

    found = paired(lambda: run(1, 200), detect, times=given.times)
    print(f"rows a second: the whole gate {200 / found['ours_seconds']:.0f}, langdetect alone {200 / found['peer_seconds']:.0f}")
    say("gate", rows=given.rows, pays_from=scoring.PAYS, peer="langdetect alone", **facts, **found)


if __name__ == "__main__":
    main()
