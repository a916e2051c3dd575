"""Refresh: get a benchmark's English records from the first source that has them, and cut a fair sample.

Sources in order: the user's folder, the benchmark's own (hub at a pinned revision, address), the shipped sample. An address with a
sha256 stands for that file and no other; one without is followed as the file there changes. What an address once gave is kept:
when it cannot be had, no other source is put in its place.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from templates import catalogue, data_file
from templates.benchmark import Benchmark, Excluded, Hub, Record, Url
from templates.hub import reachable
from templates.records import Lines, parse_lines, read_lines, read_raw
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.store import digest
from translation import download

Source = Literal["any", "data", "hub", "url", "sample"]
SAMPLES = catalogue.PACKAGE / "templates" / "samples"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`origin` says where the records came from, `digest` (64 hex digits) what they are, whatever the source."""

    records: list[Record]
    excluded: list[Excluded]
    origin: str
    digest: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Ids of one set of records against an earlier one, each in the order of its set."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __str__(self) -> str:
        return f"added {len(self.added):,}, removed {len(self.removed):,}, changed {len(self.changed):,}"


class Gone(Refusal):
    """A source that once gave records gives none now. `passing`: asking again in a minute may help."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class _Unreachable(Exception):
    """A source that cannot be had now; the next one may."""


def fetch(benchmark: Benchmark, *, data: Path | None, source: str = "any", settings: Any, cache: Path | None = None) -> Fetched:
    """The records of the first source that answers; with a `source` other than "any" of that one or a Refusal.

    `cache`: a folder where copies of what addresses gave are kept from one call to the next.
    """
    if source not in get_args(Source):
        raise UnknownName(f"no source {source!r}; there are {', '.join(get_args(Source))}.{did_you_mean(source, get_args(Source))}")
    if source == "data" and data is None:
        raise Refusal(f"source 'data' for {benchmark.name}: no folder was given; name it with --data DIR.")
    problems = []
    for kind, where, get in _sources(benchmark, data, cache):
        if source not in ("any", kind):
            continue
        try:
            lines = get()
        except _Unreachable as problem:
            problems.append(f"{where}: {problem}")
            if source == "any":
                logger.warning("%s: %s cannot be had (%s); trying the next source", benchmark.name, where, problem)
            continue
        records, excluded = read_raw(benchmark, lines, where=where, settings=settings)
        if not records:
            raise Refusal(f"{where}: holds no usable {benchmark.name} entry ({len(excluded)} excluded by its rule); give a file with labelled entries.")
        return Fetched(records, excluded, where, digest_of(records))
    why = "; ".join(problems) or "it names none of that kind"
    raise Refusal(f"no source {source!r} for {benchmark.name}: {why}; give a folder with --data DIR or use the shipped sample with source 'sample'.")


def digest_of(records: Iterable[Record]) -> str:
    """sha256 of the records in canonical form: id and everything that `diff` compares."""
    return digest([[record.id, *_content(record)] for record in records])


def diff(old: Iterable[Record], new: Iterable[Record]) -> Diff:
    """What became of the records, by id; a record is changed if its fields, label, group, slots or published fold are."""
    before, after = ({record.id: _content(record) for record in records} for records in (old, new))
    return Diff(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name, content in after.items() if name in before and before[name] != content),
    )


def _content(record: Record) -> list[Any]:
    slots = [[asdict(slot) for slot in record.slots]] if record.slots else []
    fold = [{"fold": record.fold}] if record.fold is not None else []
    return [dict(record.fields), record.label, record.group, *slots, *fold]


def _sources(benchmark: Benchmark, data: Path | None, cache: Path | None) -> list[tuple[str, str, Callable[[], Lines]]]:
    found: list[tuple[str, str, Callable[[], Lines]]] = []
    if data is not None:
        path = data_file.find(data, benchmark)
        found.append(("data", str(path), lambda: data_file.read(path, benchmark)))
    for own in benchmark.sources:
        if isinstance(own, Hub):
            found.append(("hub", f"hub {own.repository}@{own.revision[:12]}", lambda own=own: _from_hub(own)))  # type: ignore[misc]
        else:
            found.append(("url", download.shown(own.address), lambda own=own: _from_url(own, cache)))  # type: ignore[misc]
    shipped = catalogue.files("sample", SAMPLES, ".jsonl").get(f"{benchmark.name}.en")
    if shipped is not None:
        found.append(("sample", f"sample {shipped.name}", lambda: read_lines(shipped)))
    return found


def _from_hub(hub: Hub) -> Lines:
    if not reachable():
        raise _Unreachable("the hub does not answer")
    import datasets  # slow to load, and not needed for the other sources
    from huggingface_hub.errors import HfHubHTTPError

    try:
        parts = [datasets.load_dataset(hub.repository, revision=hub.revision, split=split) for split in hub.splits]
    except (OSError, ValueError, RuntimeError, HfHubHTTPError, datasets.exceptions.DatasetsError) as error:
        raise _Unreachable(f"{type(error).__name__}: {' '.join(str(error).split())[:120]}") from error
    return enumerate((row for part in parts for row in part), start=1)


def _from_url(url: Url, cache: Path | None) -> Lines:
    where = download.shown(url.address)
    if "@" in url.address.partition("//")[2].partition("/")[0]:
        raise Refusal(f"{where}: the benchmark's address holds a user name, which would be kept with the data; fetch the file and name its folder with --data.")
    kept = download.last(cache, url.address) if cache is not None else None
    try:
        copy = download.get(url.address, kept=kept)
    except download.Unavailable as error:
        if kept is None:
            raise _Unreachable(str(error)) from error
        if url.sha256 != kept.sha256:
            when = f"what it gave on {kept.when[:10]} and every run are kept, and no other source is put in its place"
            raise Gone(f"{where}: {error}; {when}: try again later, or name a folder with --data.", passing=error.passing) from error
        logger.warning("%s: %s; the copy of %s has the expected sha256 and is used", where, error, kept.when)
        copy = kept
    if url.sha256 and copy.sha256 != url.sha256:
        change = "the file was changed: check it, then update the benchmark"
        raise Refusal(f"{where}: sha256 is {copy.sha256}, the benchmark expects {url.sha256}; {change}.")
    lines = list(parse_lines(copy.blob, where=where))
    if cache is not None and copy is not kept:
        copy.save(cache, url.address)
    return lines


def sample(records: Sequence[Record], n: int, *, seed: int) -> tuple[list[Record], list[Record]]:
    """(kept, left out), both in the order of `records`: `n` records with the labels in proportion and no group divided.

    If whole groups cannot make up exactly `n`, fewer are kept.
    """
    if n < 1:
        raise Refusal(f"a sample of {n} records was asked for; ask for at least 1.")
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    order = sorted(groups)
    random.Random(f"{seed}/sample").shuffle(order)
    quota = _quota(Counter(record.label for record in records), min(n, len(records)))
    taken: Counter[str] = Counter()
    kept: set[str] = set()
    for strict in (True, False):  # first inside every label's quota, then filling what is left
        for group in order:
            more = Counter(record.label for record in groups[group])
            fits = all(taken[label] + number <= quota[label] for label, number in more.items()) if strict else taken.total() + more.total() <= n
            if group not in kept and fits:
                kept.add(group)
                taken += more
    return [record for record in records if record.group in kept], [record for record in records if record.group not in kept]


def _quota(counts: Counter[str], n: int) -> dict[str, int]:
    """Largest remainders: whole numbers in proportion that add up to n."""
    exact = {label: count * n / counts.total() for label, count in counts.items()}
    quota = {label: int(share) for label, share in exact.items()}
    for label in sorted(exact, key=lambda label: (quota[label] - exact[label], label))[: n - sum(quota.values())]:
        quota[label] += 1
    return quota
