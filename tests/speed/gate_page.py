"""The gate's page on a large set: what it weighs, how long it takes to write, to open in Chromium and to filter.

Written are `--rows` rows: the pairs below, or those of `--gold` (English<TAB>translation, gzipped), judged once and repeated under
other ids. Timings are wall clock; those of the page are the least of `--times`, taken from the browser's own clock.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from templates import catalogue, language
from templates.benchmark import Record
from translation import gate_page
from translation.gate_report import RETRIED, GateReport, Share, state_of
from translation.judge import judge

CHROMIUM = Path("/usr/bin/chromium")
METHODS = ((), ("marked",), ("aligned", "copied"))
PAIRS = (
    ("Shares of the company rise again after a strong quarter.", "Bolagets aktier stiger igen efter ett starkt kvartal."),
    ("The board proposes a dividend of 3.50 per share.", "Styrelsen föreslår en utdelning på 3,50 per aktie."),
    ("Operating profit fell by 12 % in the second quarter.", "Rörelseresultatet sjönk under det andra kvartalet."),
    ("Analysts expect the group to cut costs next year.", "Analysts expect the group to cut costs next year."),
    ("The deal is worth about 1.2 billion euros.", "Affären är värd omkring 1,2 miljarder euro."),
    ("Sales in Asia grew faster than anyone had hoped.", ""),
    ("The chief executive leaves at the end of May.", "Verkställande direktören lämnar i slutet av maj."),
    ("Investors are selling because the outlook is weak.", "Investerare säljer eftersom utsikterna är svaga."),
    ("A new factory opens in the north of the country this autumn.", "En ny fabrik öppnar i landets norra del i höst."),
    ("The bank raises its target price from 40 to 55.", "Banken höjer sin riktkurs från 40 till 55."),
    ("Turnover was lower than a year earlier.", "Omsättningen var lägre än ett år tidigare."),
    ("The court has not yet decided who must pay.", "Domstolen har ännu inte avgjort vem som måste betala."),
)
FILTER = """async ([id, value]) => {
  const tool = document.getElementById(id), from = performance.now();
  tool.value = value;
  tool.dispatchEvent(new Event(tool.matches("select") ? "change" : "input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - from;
}"""


def large(rows: int, pairs: Sequence[tuple[str, str]] = PAIRS) -> GateReport:
    """A report of that many rows: the pairs judged, then repeated; every fifth has a marked piece, every ninth kept one a retry."""
    benchmark, swedish = catalogue.benchmark("fiqa"), language.load("sv")
    source = [Record(f"row-{n}", {"sentence": ours, "target": "Shell"}, benchmark.labels[n % 2], f"g{n}") for n, (ours, _) in enumerate(pairs)]
    made = [replace(one, fields={"sentence": theirs, "target": "Shell"}, source=one.fields) for one, (_, theirs) in zip(source, pairs, strict=True)]
    made[1] = replace(made[1], flags=("span-copied",))
    found = judge(source, made, benchmark=benchmark, language=swedish)
    repeated = tuple(_copies(found, rows))
    flagged = {check.id: [row.id for row in repeated if check.id in row.failed] for check in found.checks}
    checks = tuple(replace(check, samples=tuple(flagged[check.id][:20]), flagged=Share(len(flagged[check.id]), rows)) for check in found.checks)
    gone = sum(row.decision == "quarantine" for row in repeated)
    again = sum(row.decision == "retry" for row in repeated)
    decisions = {label: [row.decision for row in repeated if row.label == label] for label in benchmark.labels}
    kept = {label: Share(sum(one != "quarantine" for one in made), len(made)) for label, made in decisions.items()}
    marked = sum(state_of(row.decision, row.flags) == "marked" for row in repeated)
    numbers = replace(found.statistics, rows=rows, kept=rows - gone, quarantined=gone, retried=again, marked=marked)
    return replace(found, rows=repeated, checks=checks, labels=kept, statistics=numbers)


def _copies(found: GateReport, rows: int) -> Iterator[Any]:
    for n, row in zip(range(rows), itertools.cycle(found.rows)):
        marked = {"sentence": {"source": ((0, 3),), "target": ((0, 5),)}} if n % 5 == 0 else row.spans
        again = {"decision": "retry", "retried": "beam", "flags": (*row.flags, f"{RETRIED}beam")} if row.decision == "keep" and n % 9 == 0 else {}
        yield replace(row, id=f"{row.id}-{n}", spans=marked, methods=METHODS[n % 3], **again)


STEPS = (
    *(("text", "profit"), ("text", ""), ("check", "2"), ("check", ""), ("label", "1"), ("label", ""), ("decision", "marked"), ("decision", "")),
    *(("score", "1"), ("least", "0.5"), ("least", ""), ("score", "")),
)
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


def timings(page: Any, address: str, *, times: int) -> dict[str, float]:
    """Milliseconds: from navigation until the table stands; the slowest filter from its event until its rows are laid out.

    `filter_cpu`: the same in processor time of the page's thread, which other work on the machine does not stretch.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    opened, filtered, worked = [], [], []
    for _ in range(times):
        page.goto(address)
        page.wait_for_selector("#rows tbody tr")
        opened.append(page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
        page.wait_for_timeout(500)
        spent = [_work(session)]
        filtered.append([])
        for step in STEPS:
            filtered[-1].append(page.evaluate(FILTER, step))
            spent.append(_work(session))
        worked.append([after - before for before, after in itertools.pairwise(spent)])
    slowest = {name: max(min(values) for values in zip(*found, strict=True)) for name, found in (("filter", filtered), ("filter_cpu", worked))}
    return {"open": min(opened), **slowest}


def _work(session: Any) -> float:
    """Milliseconds of processor time that scripts, layout and style of the page have taken so far."""
    return 1000 * sum(one["value"] for one in session.send("Performance.getMetrics")["metrics"] if one["name"] in WORK)


def main() -> None:
    """Print a line of figures, then the same as JSON."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--pairs", type=int, default=300, help="how many pairs of --gold are judged")
    given = parser.parse_args()
    pairs: Sequence[tuple[str, str]] = PAIRS
    if given.gold:
        with gzip.open(given.gold, "rt", encoding="utf-8") as lines:
            pairs = [tuple(line.rstrip("\n").split("\t")[:2]) for line in itertools.islice(lines, given.pairs)]  # type: ignore[misc]
    found = large(given.rows, pairs)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        began = time.perf_counter()
        gate_page.write(found, Path(folder), provenance={})
        wrote = time.perf_counter() - began
        file = Path(folder, "index.html")
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        took = timings(browser.new_page(viewport={"width": 1280, "height": 900}), file.as_uri(), times=given.times)
        browser.close()
        size = file.stat().st_size / 1e6
    filters = f"filters in at most {took['filter']:,.0f} ms (processor {took['filter_cpu']:,.0f} ms)"
    print(f"{given.rows:,} rows: {size:.1f} MB, written in {wrote:.1f} s, opens in {took['open']:,.0f} ms, {filters}")
    figures = {"rows": given.rows, "megabytes": size, "write_seconds": wrote, **{f"{key}_ms": value for key, value in took.items()}}
    print(json.dumps({"name": "gate_page", **figures}))


if __name__ == "__main__":
    main()
