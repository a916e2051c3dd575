"""drift: what moved since the run before, and whether it matters: shares, the texts themselves, and their nearness to references.

A share matters where the 95 % interval of its change leaves out 0. A change of chrF2 against references matters where its paired
bootstrap interval does, and where it reaches 1.00: the difference at which 70 % of human judges agree which system is better (60 % at
0.54, 80 % at 1.63, 90 % at 3.05: Kocmi et al. 2024, https://arxiv.org/abs/2401.06760).
Misses: rows that were mended and rows that were broken in equal number; a change of limits is said, not undone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sacrebleu.metrics.chrf import CHRF

from translation.gate_report import SCHEMA_VERSION, Comparison, Delta, GateReport
from translation.references import SEED, Texts, interval, measure
from translation.shares import Share, difference

AGREE = ((3.05, 90), (1.63, 80), (1.00, 70), (0.54, 60))  # chrF difference, per cent of judges who see it
LEAST = 1.00
COMPARABLE = (1, SCHEMA_VERSION)
MOST = 1_000  # texts measured for drift: counting n-grams takes milliseconds a text
SAME_ROWS = 5  # common rows below which texts are not compared


def compare(report: GateReport, folder: Path, *, run: str, references: Texts | None = None) -> Comparison | None:
    """Compare with the gate.json and rows.jsonl of `folder`; None where there are none. Files of another age are named, never a reason to stop."""
    try:
        before = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
        lines = (folder / "rows.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")  # texts may hold other line ends
        version = before["schema_version"]
        if version not in COMPARABLE:
            return Comparison(run, (), f"its gate.json has schema version {version}, this one is {SCHEMA_VERSION}: they cannot be compared")
        texts = {row["id"]: row["target"] for row in map(json.loads, lines)}
        deltas = [*_shares(report, before), *_texts(report, texts), *_nearness(report, texts, references or {})]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Comparison(run, (), f"its gate cannot be read ({type(error).__name__}: {error}): it cannot be compared")
    return Comparison(run, tuple(deltas), _note(report, before, texts))


def _note(report: GateReport, before: Mapping[str, Any], texts: Mapping[str, Any]) -> str:
    """What blurs the comparison."""
    ours, theirs = json.loads(json.dumps(report.settings)), before["settings"]
    other = [name for part in ("lines", "checks") for name in ours[part] if ours[part][name] != theirs[part].get(name)]
    said = [f"limits are not those of then: {', '.join(other)}"] if other else []
    new, gone = len({row.id for row in report.rows} - texts.keys()), len(texts.keys() - {row.id for row in report.rows})
    if new or gone:
        said.append(f"{new:,} rows are new and {gone:,} gone")
    return "; ".join(said)


def _shares(report: GateReport, before: Mapping[str, Any]) -> Iterator[Delta]:
    """Keep rate, the share of rows kept but marked, every check's flagged share, every slot type's carried share."""
    numbers = before["statistics"]
    rows = numbers["kept"] + numbers["quarantined"]
    yield _share("keep rate", Share(report.statistics.kept, report.statistics.rows), Share(numbers["kept"], rows))
    if "marked" in numbers:
        yield _share("marked", Share(report.statistics.marked, report.statistics.rows), Share(numbers["marked"], rows))
    then = {check["id"]: Share(check["n_flagged"], check["n_evaluated"]) for check in before["checks"]}
    for check in report.checks:
        if check.id in then:
            yield _share(f"flagged by {check.id}", check.flagged, then[check.id])
    carried = {name: Share(raw["carried"], raw["slots"]) for name, raw in before.get("per_slot_type", {}).items()}
    if carried and report.slot_types:
        yield _share("slots carried", _all(report.slot_types), _all(carried))


def _all(shares: Mapping[str, Share]) -> Share:
    return Share(sum(share.hits for share in shares.values()), sum(share.of for share in shares.values()))


def _share(name: str, now: Share, before: Share) -> Delta:
    interval = difference(now, before)
    beyond = not interval[0] <= 0 <= interval[1]
    how = f"{before.hits:,} of {before.of:,} → {now.hits:,} of {now.of:,}; {'beyond' if beyond else 'within'} chance"
    return Delta(name, before.value, now.value, interval, beyond, how)


def _texts(report: GateReport, then: Mapping[str, Mapping[str, str]]) -> Iterator[Delta]:
    """How far the translations themselves moved: chrF2 of now against then, 100 where none did."""
    both = [(row.target, then[row.id]) for row in report.rows if row.id in then]
    pairs = [(text, old[name]) for target, old in both for name, text in target.items() if old.get(name)]
    if len(pairs) < SAME_ROWS:
        return
    changed = sum(now != old for now, old in pairs)
    score, ends = 100.0, (0.0, 0.0)
    if changed:
        drawn = random.Random(SEED).sample(pairs, min(MOST, len(pairs)))
        (found,) = measure(CHRF(), [old for _, old in drawn], [now for now, _ in drawn])
        low, high = interval(found.drawn)
        score, ends = found.score, (low - 100, high - 100)
    measured = f"; measured on {MOST:,} of them, drawn by lot" if changed and len(pairs) > MOST else ""
    how = f"{changed:,} of {len(pairs):,} texts differ{measured}; says how far they moved, not whether they are better"
    yield Delta("texts (chrF2 of now against then)", 100.0, score, ends, 100 - score >= LEAST, how)


def _nearness(report: GateReport, then: Mapping[str, Mapping[str, str]], references: Texts) -> Iterator[Delta]:
    """chrF2 against references, now and then, on the rows that both have."""
    for name in {metric.field: None for metric in report.references}:
        found = [(row.target.get(name, ""), then[row.id].get(name, ""), references.get(row.id, {}).get(name, "")) for row in report.rows if row.id in then]
        rows = [one for one in found if one[2]]
        if len(rows) < SAME_ROWS:
            continue
        now, old, wanted = ([row[side] for row in rows] for side in range(3))
        ours, theirs = measure(CHRF(), wanted, now, old)
        low, high = interval(ours.drawn - theirs.drawn)
        score, before = ours.score, theirs.score
        moved = abs(score - before)
        agree = next((share for least, share in AGREE if moved >= least), 0)
        how = f"{len(rows)} rows; " + (f"a difference that {agree} % of judges see" if agree else "less than 60 % of judges would see it")
        yield Delta(f"chrF2 of {name} against references", before, score, (low, high), moved >= LEAST and not low <= 0 <= high, how)
