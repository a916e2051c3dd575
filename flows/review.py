"""review: a blind sample of the latest run as a sheet for people, and their verdicts back: numbers, and overrides for the next run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.export import wanted
from templates import catalogue
from templates.benchmark import Benchmark
from templates.language import ENGLISH, load
from templates.refusal import Refusal
from templates.run_folder import Runs
from templates.store import write_json
from translation import overrides, review_sheet
from translation import review as sampling
from translation.agreement import Agreement, Estimate, agreement
from translation.gate_report import percent
from translation.review import Sample
from translation.review_sheet import Filled
from translation.verdicts import Decided, decide


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
    run = runs.finished(language, study)
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
    ready = []
    for name, filled in by_benchmark.items():
        shape, sample = catalogue.benchmark(name), filled[0].sample
        decided, path = decide(filled, shape, when=now), overrides.path_of(language, name)
        ready.append((sample, agreement(sample, filled), decided, path, overrides.merged(overrides.read(path, shape), decided.overrides)))
    lines = []
    for sample, found, decided, path, merged in ready:
        if decided.overrides:
            overrides.write(path, merged)
        facts = {name: getattr(sample, name) for name in ("language", "benchmark", "study", "run", "seed")}
        told = {**facts, "sample": sample.key, "when": now, "sheets": [str(sheet) for sheet in sheets], **found.to_json()}
        told |= {"overrides": {"file": str(path), "written": len(decided.overrides), "unsettled": list(decided.unsettled)}}
        place = runs.out / ".reviews" / language / f"{sample.benchmark}.json"
        write_json(place, told)
        lines += [*lines_of(sample, found), *_said(decided, path), f"  {place}"]
    if any(decided.overrides for _, _, decided, _, _ in ready):
        lines.append(f"The next run applies them: lingraft judge {language} --study {ready[0][0].study}")
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


def _said(decided: Decided, path: Path) -> list[str]:
    kinds = {"corrections": 0, "released": 0, "quarantined": 0}
    for one in decided.overrides:
        kinds["quarantined" if one.quarantines else "corrections" if one.corrected else "released"] += 1
    lines = [f"  overrides: {', '.join(f'{name} {count:,}' for name, count in kinds.items())}"] + ([f"  {path}"] if decided.overrides else [])
    if decided.unsettled:
        lines.append(f"  reviewers want different things for {len(decided.unsettled):,} rows, which stay as they are: {', '.join(decided.unsettled[:5])}")
    return lines


def _share(found: Estimate | None) -> str:
    if found is None:
        return "unknown"
    low, high = (percent(bound) for bound in found.interval95)
    return f"{percent(found.share)} ({low} to {high}{f', without {found.unseen:,} rows of a kind that nobody reviewed' if found.unseen else ''})"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _maybe(value: float | None) -> str:
    return "unknown" if value is None else percent(value)
