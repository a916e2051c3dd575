"""Make: a translator from prepared corpora: tokenizer, tokens, model, loop, and the best of its candidates in `out`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import sentencepiece
import torch

from templates.refusal import Refusal
from templates.run_folder import one_at_a_time
from templates.store import digest, file_digest, make_folder, write_json
from translation import stand_ins
from translation.training import checkpoint, lineage, loop, precision, shape, shards, tokenizer, tokens
from translation.training.candidate import Candidate, Dev
from translation.training.card import Card
from translation.training.checkpoint import Progress
from translation.training.facts import Facts
from translation.training.loop import Told
from translation.training.pair import Pair
from translation.training.precision import Precision
from translation.training.schedule import Goal
from translation.training.tokens import Tokens, key

HELD_OUT = 500  # pairs of each corpus, where no dev set is given

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What to make. `corpora`: target language -> folder of a prepared corpus, either way round; `work`: where all that a resumed training needs is kept;
    without `dev` sets some pairs of the corpora are held out for that. `fraction`: of the corpora's sentences; smaller ones are part of larger ones.
    `start`: the work folder of another training, of any languages, whose weights and pieces this one begins with (Zoph et al. 2016,
    https://arxiv.org/abs/1604.02201). `dropout`: instead of the shape's."""

    source: str
    corpora: Mapping[str, Path]
    goal: Goal
    work: Path
    out: Path
    dev: tuple[Dev, ...] = ()
    fraction: float = 1.0
    start: Path | None = None
    shape: str = "small"
    dropout: float | None = None
    vocabulary: int = 8000
    precision: Precision = "auto"
    threads: int = 2
    resume: bool = False
    settings: loop.Settings = field(default_factory=loop.Settings)


def make(order: Order, *, on_step: Callable[[Told], None] | None = None) -> Progress:
    """Train, and leave the best candidate in `order.out`; how far the training is then."""
    make_folder(order.out.parent)
    threads = torch.get_num_threads()
    with at_work(order.work):
        try:
            torch.set_num_threads(order.threads)
            return _make(order, on_step)
        finally:
            torch.set_num_threads(threads)


def at_work(folder: Path) -> AbstractContextManager[None]:
    """One training in a work folder, also across processes."""
    why = f"{folder}: another training is at work there; wait for it, or name another --work folder."
    return one_at_a_time(folder / ".lock", Refusal(why))


def _make(order: Order, on_step: Callable[[Told], None] | None) -> Progress:
    if not 0 < order.fraction <= 1:
        raise Refusal(f"a fraction of {order.fraction:g} of the corpus; allowed is above 0 and at most 1.")
    resumed = (order.work / loop.LATEST).is_file()
    if resumed and not order.resume:
        raise Refusal(f"{order.work}: a training stands there; go on with it with --resume, or name another --work folder.")
    facts = {code: shards.facts(folder) for code, folder in order.corpora.items()}
    targets, size = tuple(order.corpora), shape.find(order.shape)
    if order.dropout is not None:
        size = replace(size, dropout=order.dropout)
    for code, one in facts.items():
        if {one.source, one.target} != {order.source, code}:
            raise Refusal(f"{order.corpora[code]}: is a corpus of {one.source} and {one.target}, asked for are {order.source} and {code}.")
    start = None if resumed else order.start
    if start is not None:
        _need_training(start)
        lineage.inherit(order.work, start)
    elif order.start is not None:
        logger.warning("--start-from counts at the beginning only: %s is gone on with", order.work)
    pieces = _pieces(order, facts, start, resumed=resumed)
    lineage.record(order.work, facts.values())
    dev = order.dev or tuple(_held_out(order, facts, code) for code in targets)
    read = _tokens(order, facts, pieces, dev)
    model = shape.build(size, pieces=len(pieces), seed=order.settings.seed)
    if start is not None:
        checkpoint.begin_with(start / loop.LATEST, dict(model.named_parameters()))
    if order.settings.device == "cpu":
        model.set_attn_implementation("eager")  # for sentences, and two cores, an eighth faster than sdpa
    quick = precision.bfloat16(model, order.precision, device=order.settings.device)
    settings = replace(order.settings, bfloat16=quick)
    weights = sum(parameter.numel() for parameter in model.parameters())
    candidate = Candidate(
        work=order.work,
        out=order.out,
        pieces=order.work / "tokenizer",
        config=model.config,
        source=order.source,
        targets=targets,
        dev=dev,
        card=Card(order.source, facts, size, settings, read.facts, len(pieces), weights, lineage.earlier(order.work, facts.values())),
        placeholders=_carries(read, "placeholders"),
        markers=_carries(read, "markers"),
        share=order.fraction,
        threads=order.threads,
    )
    logger.info("%d pairs, %d weights, %d threads", len(read.starts), weights, order.threads)
    corpus = digest([sorted(str(one.digest) for one in facts.values()), *([order.fraction] if order.fraction < 1 else [])])
    return loop.train(
        model,
        read,
        goal=order.goal,
        settings=settings,
        work=order.work,
        corpus=corpus,
        resume=order.resume,
        evaluate=candidate.evaluate,
        on_step=on_step,
    )


def _carries(read: Tokens, name: str) -> bool:
    return int(str(read.facts[name])) > 0


def pairs(folder: Path, *, source: str, fraction: float = 1.0) -> Iterator[Pair]:
    """The corpus with `source` as the language that is translated, whichever way round it was prepared."""
    if shards.facts(folder).source == source:
        yield from shards.read(folder, fraction=fraction)
    else:
        for pair in shards.read(folder, fraction=fraction):
            yield Pair(pair.target, pair.source, pair.origin)


def _need_training(start: Path) -> None:
    missing = [name for name in (loop.LATEST, *(f"tokenizer/{name}" for name in tokenizer.FILES)) if not (start / name).is_file()]
    if missing:
        raise Refusal(f"{start}: holds no training to start from (no {missing[0]}); name the work folder of one, such as lingraft/training/en-sv.")


def _pieces(order: Order, facts: Mapping[str, Facts], start: Path | None, *, resumed: bool) -> sentencepiece.SentencePieceProcessor:
    """The tokenizer of the work folder. Resumed, it stays what it was, whatever corpus is read now."""
    folder, targets = order.work / "tokenizer", tuple(order.corpora)
    tags = targets if len(targets) > 1 else ()
    asked: dict[str, object] = {"corpora": sorted(one.digest for one in facts.values()), "fraction": order.fraction, "targets": list(targets)}
    asked |= {"vocabulary": order.vocabulary} | ({"start": file_digest(start / "tokenizer" / "source.spm")} if start is not None else {})
    made = folder / "made.json"
    there = json.loads(made.read_text(encoding="utf-8")) if made.is_file() else None
    if there == asked or (there and resumed):
        return tokenizer.load(folder, targets=tags)
    if start is not None:
        tokenizer.adopt(start / "tokenizer", folder, source=order.source, targets=targets)
    else:
        texts = chain.from_iterable((pair.source, pair.target) for one in order.corpora.values() for pair in shards.read(one, fraction=order.fraction))
        logger.info("learning %d pieces", order.vocabulary)
        tokenizer.learn(texts, folder, size=order.vocabulary, source=order.source, targets=targets, threads=order.threads)
    write_json(made, asked)
    return tokenizer.load(folder, targets=tags)


def _held_out(order: Order, facts: Mapping[str, Facts], code: str) -> Dev:
    """The first pairs of the corpus that share no side; all their copies stay out of training too. None at all from a corpus that is too small."""
    chosen: dict[str, tuple[str, str]] = {}
    seen: set[str] = set()
    most = min(HELD_OUT, facts[code].pairs // 20)
    for pair in pairs(order.corpora[code], source=order.source, fraction=order.fraction):
        if len(chosen) == most:
            break
        if not {key(pair.source), key(pair.target)} & seen:
            chosen[pair.source] = (pair.source, pair.target)
            seen |= {key(pair.source), key(pair.target)}
    if not chosen:
        raise Refusal(f"{order.corpora[code]}: {facts[code].pairs} pairs are too few to hold some out for dev; give a dev set with --dev.")
    return Dev(f"held out ({code})", code, tuple(chosen.values()))


def _tokens(order: Order, facts: Mapping[str, Facts], pieces: sentencepiece.SentencePieceProcessor, dev: tuple[Dev, ...]) -> Tokens:
    held = {key(text) for one in dev for pair in one.pairs for text in pair}
    several = len(order.corpora) > 1
    asked: dict[str, object] = {
        "corpora": {code: one.digest for code, one in facts.items()},
        "source": order.source,
        "tokenizer": file_digest(order.work / "tokenizer" / "source.spm"),
        "held": digest(sorted(held)),
        "fraction": order.fraction,
    }
    folder = order.work / "tokens"
    known = tokens.read(folder, asked=asked)
    if known is not None:
        return known
    logger.info("encoding the corpus")
    corpora = [(stand_ins.tag(code) if several else "", pairs(path, source=order.source, fraction=order.fraction)) for code, path in order.corpora.items()]
    return tokens.write(corpora, folder, pieces=pieces, held=held, asked=asked)
