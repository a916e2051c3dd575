"""review: a blind sample of the latest run as a sheet for people, and their verdicts back: numbers, and overrides for the next run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.export import wanted
from templates import catalogue
from templates.benchmark import Benchmark
from templates.language import ENGLISH, load
from templates.refusal import Refusal
from templates.run_folder import Runs
from translation import overrides, review_sheet, reviews
from translation import review as sampling
from translation.agreement import Agreement, Estimate, agreement
from translation.gate_report import percent
from translation.overrides import Override
from translation.page_rows import visible
from translation.review import Sample
from translation.review_sheet import Filled
from translation.verdicts import Decided, decide, kept_corrections, replaced


def review(language: str, study: str, *, to: Path | None, sheets: Sequence[Path], out: Path, only: str, rows: int, seed: int) -> list[str]:
    """Export a sheet to `to`, or import `sheets`."""
    if (to is None) == (not sheets):
        raise Refusal("review needs either --export SHEET.csv, or --import SHEET.csv and perhaps further sheets after it; give one of them.")
    return read(language, sheets, out=out) if to is None else export(language, study, to, out=out, only=only, rows=rows, seed=seed)


def export(language: str, study: str, sheet: Path, *, out: Path, only: str = "", rows: int, seed: int) -> list[str]:
    """Draw a sample of each benchmark (or `only` one) of the latest run and write the sheet; says what was written."""
    _need_translated(language)
    review_sheet.need_new(sheet)
    shapes = {shape.name: shape for shape in wanted(study, only)}
    runs = Runs(out.resolve())
    run = next(iter(runs.published(language, study)), None) or runs.finished(language, study)
    samples = [
        sampling.draw(sampling.judged_in(run, shape), language=language, study=study, benchmark=name, run=run.name, rows=rows, seed=seed)
        for name, shape in shapes.items()
    ]
    for sample in samples:
        sampling.save(sample, runs.out)
    review_sheet.write(sheet, samples, shapes)
    lines = [f"{sample.benchmark}: {len(sample.rows):,} of {sum(sample.sizes.values()):,} rows (sample {sample.key})" for sample in samples]
    return [*lines, f"  {sheet}", f"Fill in the verdicts, then: lingraft review {language} --import {sheet}"]


def read(language: str, sheets: Sequence[Path], *, out: Path) -> list[str]:
    """Read verdicts back; everything is checked before anything is written. Says what they mean."""
    _need_translated(language)
    runs = Runs(out.resolve())
    by_benchmark: dict[str, list[Filled]] = {}
    for one in _filled(language, sheets, runs.out):
        by_benchmark.setdefault(one.sample.benchmark, []).append(one)
    if not by_benchmark:
        raise Refusal(f"{', '.join(map(str, sheets))}: no row has a verdict; write {', '.join(overrides.VERDICTS)} into the column verdict.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ready = [_ready(filled, sheets, out=runs.out, when=now) for filled in by_benchmark.values()]
    lines = []
    for benchmark in ready:
        if benchmark.decided.overrides:
            overrides.write(benchmark.path, benchmark.merged)
        if benchmark.changed:
            reviews.write(benchmark.place, benchmark.samples)
        lines += [*lines_of(benchmark.sample, benchmark.agreement), *_said(benchmark), f"  {benchmark.place}"]
    decided = any(one.decided.overrides for one in ready)
    what = "The next run applies them" if decided else "The next run says so on the gate's page"
    lines.append(f"{what}: lingraft judge {language} --study {ready[0].sample.study}")
    return [visible(" ".join(line.splitlines())) for line in (*lines, *_unsound(ready))]


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that an import will write and say of one benchmark."""

    sample: Sample
    agreement: Agreement
    decided: Decided
    path: Path
    merged: list[Override]
    place: Path
    samples: dict[str, reviews.Entry]
    replaced: tuple[str, ...]
    changed: bool


def _ready(filled: list[Filled], sheets: Sequence[Path], *, out: Path, when: str) -> _Ready:
    sample = filled[0].sample
    shape, path = catalogue.benchmark(sample.benchmark), overrides.path_of(sample.language, sample.benchmark)
    old = overrides.read(path, shape)
    decided = kept_corrections(decide(filled, shape, when=when), old)
    place = reviews.path_of(out, sample.language, sample.benchmark)
    samples = reviews.read(place)
    before = samples.get(sample.key)
    added = reviews.add(sample, before, filled)
    said = [f"override of row {one.id}: {_word(one)} by {_word(two)}" for one, two in replaced(old, decided.overrides)]
    known = (*added.replaced, *said)
    found = agreement(sample, added.filled)
    told = {"file": str(path), "written": len(decided.overrides), "unsettled": list(decided.unsettled), "unsound": dict(decided.unsound)}
    facts = {name: getattr(sample, name) for name in ("language", "benchmark", "study", "run", "seed")}
    imports = [*(before or {}).get("imports", []), {"when": when, "sheets": [str(sheet) for sheet in sheets], "overrides": told, "replaced": list(known)}]
    votes = reviews.votes_of(added.filled)
    samples[sample.key] = {**facts, "sample": sample.key, "when": when, **found.to_json(), "votes": votes, "imports": imports}
    return _Ready(sample, found, decided, path, overrides.merged(old, decided.overrides), place, samples, known, added.new or bool(said))


def _word(one: Override) -> str:
    """An override in a few words."""
    what = "a correction" if one.corrected and not one.quarantines else one.verdict
    return f"{what} of {one.reviewer} ({one.when[:10]})"


def _unsound(ready: Iterable[_Ready]) -> list[str]:
    """The rows that were found good and stay out, last, so that nobody reads them before the verdicts are in."""
    lines = []
    for one in ready:
        if one.decided.unsound:
            todo = "a correction (verdict minor or major) releases them"
            lines.append(f"{one.sample.benchmark}: found good and yet left out, as the text is not sound, {len(one.decided.unsound):,} rows; {todo}:")
            lines += [f"  {row}: {why}" for row, why in one.decided.unsound.items()]
    return lines


def _need_translated(language: str) -> None:
    if load(language).code == ENGLISH:
        raise Refusal(f"{ENGLISH} is the source, so there is no translation to review; name another language.")


def _filled(language: str, sheets: Iterable[Path], out: Path) -> list[Filled]:
    """All verdicts of all sheets; no reviewer may judge a row twice, and one import holds one sample of a benchmark."""
    found: list[Filled] = []
    seen: dict[tuple[str, str, str], str] = {}
    first: dict[str, Filled] = {}
    for sheet in sheets:
        samples = _samples(sheet, language, out)
        shapes: Mapping[str, Benchmark] = {sample.benchmark: catalogue.benchmark(sample.benchmark) for sample in samples.values()}
        for one in review_sheet.read(sheet, samples, shapes):
            other = first.setdefault(one.sample.benchmark, one)
            if other.sample.key != one.sample.key:
                todo = "import the sheets of each sample by themselves"
                raise Refusal(f"{one.where}: sample {one.sample.key} of {one.sample.benchmark}, and {other.where} is of sample {other.sample.key}; {todo}.")
            key = one.sample.benchmark, one.row.record.id, one.reviewer
            if key in seen:
                raise Refusal(f"{one.where}: {one.reviewer} judged row {key[1]!r} already ({seen[key]}); leave one verdict a reviewer and row.")
            seen[key] = one.where
            found.append(one)
    return found


def _samples(sheet: Path, language: str, out: Path) -> dict[str, Sample]:
    """Key -> sample of every row of a sheet."""
    found: dict[str, Sample] = {}
    for line, cells in review_sheet.cells_of(sheet):
        review_sheet.need_columns(cells, review_sheet.HEAD, where=f"{sheet}, line {line}")
        key = cells["sample"].strip()
        if key in found:
            continue
        path = sampling.path_of(out, language, key)
        if not review_sheet.KEY.fullmatch(key) or not path.is_file():
            raise Refusal(f"{sheet}, line {line}: sample {key!r} was not exported for {language} from {out}; name the right language and --out.")
        found[key] = sampling.load(path)
    return found


def lines_of(sample: Sample, found: Agreement) -> list[str]:
    """The numbers in words."""
    reviewed = sum(seen.reviewed for seen in found.strata.values())
    people = ", ".join(f"{name} {count:,}" for name, count in found.reviewers.items())
    verdicts = ", ".join(f"{name} {count:,}" for name, count in found.verdicts.items())
    gate, table = found.gate, found.gate.table
    lines = [
        f"{sample.benchmark}: {reviewed:,} of {len(sample.rows):,} rows reviewed ({people}): {verdicts}",
        f"  good translations (ok or minor): {_share(found.kept)} of the kept rows, {_share(found.all)} of all",
        f"  gate and people: quarantined {table['quarantined_bad']:,} bad, {table['quarantined_good']:,} good;"
        f" kept {table['kept_bad']:,} bad, {table['kept_good']:,} good",
        f"  over the whole set: {_maybe(gate.precision)} of what the gate quarantines is bad, and it quarantines {_maybe(gate.recall)} of what is bad;"
        f" kappa {_number(gate.kappa)}",
    ]
    for pair in found.pairs:
        one, two = pair.reviewers
        lines.append(f"  {one} and {two} on {pair.rows:,} rows: kappa {_number(pair.kappa)}, of good or bad {_number(pair.kappa_good)}")
    return lines


def _said(one: _Ready) -> list[str]:
    decided = one.decided
    kinds = {"corrections": 0, "released": 0, "quarantined": 0}
    for override in decided.overrides:
        kinds["quarantined" if override.quarantines else "corrections" if override.corrected else "released"] += 1
    lines = [f"  overrides: {', '.join(f'{name} {count:,}' for name, count in kinds.items())}"] + ([f"  {one.path}"] if decided.overrides else [])
    if decided.unsettled:
        lines.append(f"  reviewers want different things for {len(decided.unsettled):,} rows, which stay as they are: {', '.join(decided.unsettled[:5])}")
    return lines + [f"  replaced: {what}" for what in one.replaced]


def _share(found: Estimate | None) -> str:
    if found is None:
        return "unknown"
    low, high = (percent(bound) for bound in found.interval95)
    return f"{percent(found.share)} ({low} to {high}{f', without {found.unseen:,} rows of a kind that nobody reviewed' if found.unseen else ''})"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _maybe(value: float | None) -> str:
    return "unknown" if value is None else percent(value)
