"""Corpus: parallel text of any origin becomes a prepared corpus: read, cleaned, weighted, in style copies, taught, marked, shuffled, in shards.

Nothing is held in memory but one shard's lines and 8 bytes for each pair kept: cleaned pairs wait on disk until their number is known. Only
marking holds every word, as a number, while it aligns them.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from templates import language
from templates.refusal import Refusal
from templates.store import code_fingerprint, digest, file_digest, make_folder, sweep
from translation.training import cleaning, heaps, inputs, kept_out, marking, shards, sources, teaching, weights
from translation.training import facts as kept_facts
from translation.training.cleaning import Cleaner
from translation.training.facts import Facts, Origin
from translation.training.heaps import Cleaned
from translation.training.inputs import Input
from translation.training.reason import Reason
from translation.training.sources import Source
from translation.training.teaching import Teach

HEARD = 10_000  # lines between two reports of progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """`licences`: those that may be used, or presets of sources.toml such as `shippable`; none named: all.

    `lowered`: after so many of the copies of a conversational pair a lower-cased one is written too (caps do not count these).
    `marking`: put markers around phrases, which needs eflomal; word links come by chance that no seed fixes, so two corpora made with equal
    settings then differ in some phrases.
    """

    seed: int = 0
    licences: tuple[str, ...] = ()
    lowered: float = 0.4
    shard_pairs: int = 100_000
    cleaning: cleaning.Settings = field(default_factory=cleaning.Settings)
    marking: marking.Settings | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.lowered <= 1 or self.shard_pairs < 1:
            raise ValueError("lowered is a share from 0 to 1, shard_pairs at least 1")


def prepare(
    entries: Sequence[str | Path],
    out: Path,
    *,
    source: str = "en",
    target: str = "sv",
    settings: Settings | None = None,
    keep_out: Sequence[Path] | None = None,
    teach: Sequence[Teach] = (),
    downloads: Path | None = None,
    on_progress: Callable[[str, int], None] | None = None,
) -> Facts:
    """Make the corpus in `out` from folders, files and `opus:NAME` entries, unless it is there already; its facts.

    `keep_out`: files with texts that must not be trained on; None: what lies in gold/ and benchmarks/ beside the entries. `teach`: each
    changes a pair, such as by putting placeholders into it; hears a generator of its own. `on_progress` hears origin and lines read in it.
    """
    given = settings or Settings()
    ours, theirs = language.load(source), language.load(target)
    found = inputs.find(entries, source=source, target=target, downloads=downloads or out / "downloads")
    known, left_out = _sources(entries, found, given.licences)
    used = [one for one in found if one.origin in known]
    keep_out = kept_out.beside(entries) if keep_out is None else keep_out
    key = _digest(used, known, [ours, theirs], keep_out, given, teach)
    if shards.whole(out, key):
        logger.info("%s: holds this corpus already (%s)", out, key[:12])
        return shards.facts(out)
    sweep(make_folder(out))  # of a run that was killed
    with _workplace(out) as work:
        cleaner = Cleaner(given.cleaning, source=ours, target=theirs, keep_out=kept_out.load(keep_out))
        cleaned = {}
        for origin in sorted(known, key=lambda name: (-known[name].weight, name)):  # of two copies the one that weighs more is kept
            cleaned[origin] = _clean(origin, [one for one in used if one.origin == origin], cleaner, work, on_progress)
        factors = weights.factors({origin: one.kept for origin, one in cleaned.items()}, known)
        origins = heaps.scatter(cleaned, known, factors, work, teach=teach, lowered=given.lowered, shard_pairs=given.shard_pairs, seed=given.seed)
        total = sum(origin.written for origin in origins)
        if not total:
            raise Refusal(f"no pair of {sum(one.read for one in cleaned.values()):,} was kept ({_said(origins)}); check languages and columns of the files.")
        marked = marking.mark_heaps(work, settings=given.marking, seed=given.seed) if given.marking is not None else 0
        files = heaps.shuffle(work, out, seed=given.seed)
        said = asdict(given) | {"licences": [*given.licences], "teach": [teaching.name(one) for one in teach], "keep_out": [path.name for path in keep_out]}
        made = Facts(key, source, target, given.seed, total, files, tuple(origins), left_out, said, marked)
        made.write(out)
    logger.info("%s", kept_facts.summary(made))
    return made


def _sources(entries: Sequence[str | Path], found: Sequence[Input], licences: Sequence[str]) -> tuple[dict[str, Source], dict[str, str]]:
    """Origin -> Source of what may be used, and origin -> licence of what may not."""
    folders = [path for entry in entries if (path := Path(entry).expanduser()).is_dir()]
    table, allowed = sources.load(folders), sources.allowed(licences, folders)
    origins = dict.fromkeys(one.origin for one in found)
    for folder in folders:
        if missing := sorted(sources.named(folder) - set(origins)):
            raise Refusal(f"{folder / sources.OWN}: names the source {missing[0]!r}, of which there is no file; there are {', '.join(origins)}.")
    known = {origin: table.get(origin, Source()) for origin in origins}
    left_out = {name: one.licence for name, one in known.items() if allowed is not None and not allowed.issuperset(one.licences)}
    if len(left_out) == len(known):
        raise Refusal(f"--licences leaves out every source ({', '.join(f'{name}: {tag}' for name, tag in left_out.items())}); allow one of their licences.")
    return {origin: one for origin, one in known.items() if origin not in left_out}, left_out


def _digest(
    used: Sequence[Input],
    known: Mapping[str, Source],
    languages: Sequence[language.Language],
    keep_out: Sequence[Path],
    given: Settings,
    teach: Sequence[Teach],
) -> str:
    held = [[one.origin, one.kind, one.swapped, [file_digest(path) for path in one.paths]] for one in used]
    spoken = [[one.code, one.script, one.mistaken_for, asdict(one.write)] for one in languages]
    modules = [__name__, *(teaching.module(one) for one in teach)]  # marking's among those that this module imports
    taught = [teaching.name(one) for one in teach]
    facts = {origin: sources.facts(one) for origin, one in known.items()}
    return digest([held, facts, spoken, sorted(map(file_digest, keep_out)), asdict(given), taught, code_fingerprint(*modules)])


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    work = out / f".work.{uuid.uuid4().hex[:8]}.tmp"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clean(origin: str, held: Sequence[Input], cleaner: Cleaner, work: Path, on_progress: Callable[[str, int], None] | None) -> Cleaned:
    path, read, kept = work / f"{origin}.cleaned", 0, 0
    reasons: Counter[Reason] = Counter()
    source, target = cleaner.codes
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for one in held:
            for columns in one.read(source=source, target=target):
                read += 1
                judged = columns if isinstance(columns, Reason) else cleaner.judge(*columns, origin=origin)
                if isinstance(judged, Reason):
                    reasons[judged] += 1
                else:
                    kept += 1
                    handle.write(f"{judged.source}\t{judged.target}\n")
                if on_progress is not None and read % HEARD == 0:
                    on_progress(origin, read)
    if on_progress is not None:
        on_progress(origin, read)
    return Cleaned(path, read, kept, {str(reason): count for reason, count in sorted(reasons.items())})


def _said(origins: Sequence[Origin]) -> str:
    counts = sum((Counter(origin.reasons) for origin in origins), Counter[str]())
    return ", ".join(f"{reason} {count:,}" for reason, count in counts.most_common()) or "nothing read"
