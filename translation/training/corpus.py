"""Corpus: parallel text of any origin becomes a prepared corpus: read, cleaned, weighted, in style copies, taught, shuffled, in shards.

Nothing is held in memory but one shard's lines and 8 bytes for each pair kept: cleaned pairs wait on disk until their number is known.
"""

from __future__ import annotations

import logging
import random
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import reduce
from pathlib import Path

from templates import language
from templates.refusal import Refusal
from templates.store import code_fingerprint, digest, file_digest, make_folder
from translation.training import cleaning, inputs, kept_out, shards, sources, styles, weights
from translation.training import facts as kept_facts
from translation.training.cleaning import Cleaner
from translation.training.facts import Facts, Origin
from translation.training.inputs import Input
from translation.training.pair import Pair
from translation.training.reason import Reason
from translation.training.sources import Source

HEARD = 10_000  # lines between two reports of progress

Teach = Callable[[Pair, random.Random], Pair]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """`licences`: those that may be used, or presets of sources.toml such as `shippable`; none named: all.

    `lowered`: after so many of the copies of a conversational pair a lower-cased one is written too (caps do not count these).
    """

    seed: int = 0
    licences: tuple[str, ...] = ()
    lowered: float = 0.4
    shard_pairs: int = 100_000
    cleaning: cleaning.Settings = field(default_factory=cleaning.Settings)

    def __post_init__(self) -> None:
        if not 0 <= self.lowered <= 1 or self.shard_pairs < 1:
            raise ValueError("lowered is a share from 0 to 1, shard_pairs at least 1")


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """The pairs of an origin that wait on disk, and the count of its lines by what became of them."""

    path: Path
    read: int
    kept: int
    reasons: Mapping[str, int]


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
    with _workplace(make_folder(out)) as work:
        cleaner = Cleaner(given.cleaning, source=ours, target=theirs, keep_out=kept_out.load(keep_out))
        cleaned = {}
        for origin in sorted(known, key=lambda name: (-known[name].weight, name)):  # of two copies the one that weighs more is kept
            cleaned[origin] = _clean(origin, [one for one in used if one.origin == origin], cleaner, work, on_progress)
        factors = weights.factors({origin: one.kept for origin, one in cleaned.items()}, known)
        origins = _scatter(cleaned, known, factors, work, given, teach)
        total = sum(origin.written for origin in origins)
        if not total:
            raise Refusal(f"no pair of {sum(one.read for one in cleaned.values()):,} was kept ({_said(origins)}); check languages and columns of the files.")
        files = _shuffle(work, out, given.seed)
        settings_said = asdict(given) | {"teach": [_name(one) for one in teach], "keep_out": [path.name for path in keep_out]}
        made = Facts(key, source, target, given.seed, total, files, tuple(origins), left_out, settings_said)
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
    spoken = [[one.code, one.script, one.mistaken_for] for one in languages]
    modules = [__name__, *(_module(one) for one in teach)]
    taught = [_name(one) for one in teach]
    facts = {origin: sources.facts(one) for origin, one in known.items()}
    return digest([held, facts, spoken, sorted(map(file_digest, keep_out)), asdict(given), taught, code_fingerprint(*modules)])


def _module(teach: Teach) -> str:
    return str(getattr(teach, "__module__", type(teach).__module__))


def _name(teach: Teach) -> str:
    """What tells one way of teaching from another: a function's name, or the settings of a dataclass."""
    if is_dataclass(teach):
        return repr(teach)
    return f"{_module(teach)}.{getattr(teach, '__qualname__', type(teach).__qualname__)}"


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    work = out / f".work.{uuid.uuid4().hex[:8]}.tmp"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clean(origin: str, held: Sequence[Input], cleaner: Cleaner, work: Path, on_progress: Callable[[str, int], None] | None) -> _Cleaned:
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
    return _Cleaned(path, read, kept, {str(reason): count for reason, count in sorted(reasons.items())})


def _scatter(
    cleaned: Mapping[str, _Cleaned], known: Mapping[str, Source], factors: Mapping[str, float], work: Path, given: Settings, teach: Sequence[Teach]
) -> list[Origin]:
    """Copies of every pair, in their styles and taught, thrown by chance into as many heaps as there will be shards."""
    expected = sum(one.kept * factors.get(origin, 0.0) for origin, one in cleaned.items())
    heaps = max(1, round(expected / given.shard_pairs))
    origins = []
    with ExitStack() as stack:
        handles = [stack.enter_context((work / f"{number:03d}.heap").open("w", encoding="utf-8", newline="\n")) for number in range(heaps)]
        for origin in sorted(cleaned):
            one, about, factor = cleaned[origin], known[origin], factors.get(origin, 0.0)
            throw = random.Random(f"{given.seed}:throw:{origin}")
            taught = [(each, random.Random(f"{given.seed}:teach:{_name(each)}:{origin}")) for each in teach]
            written = lowered = 0
            share = given.lowered if about.style == "conversational" else 0.0
            for copy, is_lowered in _copies(one.path, origin, factor, share, given.seed):
                pair = reduce(lambda changed, way: way[0](changed, way[1]), taught, copy)
                handles[throw.randrange(heaps)].write(f"{pair.source}\t{pair.target}\t{pair.origin}\n")
                written += 1
                lowered += is_lowered
            facts = (about.licence, about.attribution, about.weight, round(factor, 6), one.read, one.kept, written, lowered, one.reasons)
            origins.append(Origin(origin, *facts))
    return origins


def _copies(path: Path, origin: str, factor: float, lowered: float, seed: int) -> Iterator[tuple[Pair, bool]]:
    draw, style = (random.Random(f"{seed}:{name}:{origin}") for name in ("draw", "style"))
    with path.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            source, target = line.rstrip("\n").split("\t")
            pair = Pair(source, target, origin)
            for _ in range(int(factor) + (draw.random() < factor % 1)):
                yield pair, False
                if style.random() < lowered and (spoken := styles.lowered(pair)) is not None:
                    yield spoken, True


def _shuffle(work: Path, out: Path, seed: int) -> dict[str, str]:
    """Every heap in a new order as a shard; then the old corpus goes and the new one takes its place. Name -> sha256."""
    staged = []
    for number, heap in enumerate(sorted(work.glob("*.heap"))):
        lines = heap.read_text(encoding="utf-8").split("\n")[:-1]
        place = work / f"shard-{number:03d}.tsv.gz"
        shards.write([f"{line}\n" for line in lines], place, random.Random(f"{seed}:shuffle:{number}"))
        heap.unlink()
        staged.append(place)
    (out / kept_facts.FILE).unlink(missing_ok=True)
    for old in out.glob(shards.PATTERN):
        old.unlink()
    return {place.name: file_digest(place.replace(out / place.name)) for place in staged}


def _said(origins: Sequence[Origin]) -> str:
    counts = sum((Counter(origin.reasons) for origin in origins), Counter[str]())
    return ", ".join(f"{reason} {count:,}" for reason, count in counts.most_common()) or "nothing read"
