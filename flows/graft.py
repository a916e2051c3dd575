"""graft: from parallel text to a GPT that reads another language; needs no flow."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.train_translator import prepared
from templates.language import ENGLISH
from templates.refusal import Refusal
from templates.store import code_fingerprint, make_folder, write_atomic
from translation import stand_ins

if TYPE_CHECKING:
    from pipeline.graft.aligned import Aligned
    from pipeline.graft.graft import Facts
    from pipeline.graft.train import Told

SYMBOLS = stand_ins.symbols()  # what a corpus prepared for translators has in places of words
SHOWN_SECONDS = 30.0  # between two lines of progress


def graft(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    corpus: Annotated[list[str], typer.Option("--corpus", help="A prepared corpus, or folder or files of parallel text, or opus:NAME; repeat.")],
    model: Annotated[str, typer.Option("--model", help="The English GPT it grows on.")] = "smollm2-135m",
    minutes: Annotated[float, typer.Option("--minutes", help="Train for so long, over all sittings; vocabulary and links come before.", min=0)] = 0,
    steps: Annotated[int, typer.Option("--steps", help="Instead of minutes: so many steps, over all sittings.", min=0)] = 0,
    licences: Annotated[str, typer.Option("--licences", help="Use only sources under these, as in CC0-1.0,MIT or shippable.")] = "",
    vocabulary: Annotated[int, typer.Option("--vocabulary", help="Tokens of the language.", min=300)] = 16384,
    rank: Annotated[int, typer.Option("--rank", help="Of the changes of each weight.", min=1)] = 16,
    learning_rate: Annotated[float, typer.Option("--learning-rate", help="The highest of the schedule.", min=0)] = 1e-3,
    batch_tokens: Annotated[int, typer.Option("--batch-tokens", help="Tokens in a step, padding counted.", min=64)] = 2048,
    most: Annotated[int, typer.Option("--pairs", help="Use at most so many pairs of the corpus.", min=1)] = 200_000,
    dtype: Annotated[str, typer.Option("--dtype", help="float32 or bfloat16, of the frozen weights and the states.")] = "bfloat16",
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, or auto: the GPU where there is one.")] = "auto",
    threads: Annotated[int, typer.Option("--threads", help="CPU cores; 0: all.", min=0)] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other changes to begin with and another order.")] = 0,
    work: Annotated[Path | None, typer.Option("--work", help="Where links, tokenizer and checkpoint lie; else ./lingraft/training/MODEL-LANGUAGE.")] = None,
    to_folder: Annotated[Path | None, typer.Option("--out", help="Where the graft goes; else ./lingraft/models/MODEL-LANGUAGE, where it is found.")] = None,
) -> None:
    """Give an English GPT the vocabulary of another language and teach it to read that as its translation. Kill it when you like; it goes on."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "10000")
    from pipeline.graft import distil, train
    from pipeline.graft import graft as grafts
    from pipeline.graft import vocabulary as words
    from pipeline.graft.student import Student
    from pipeline.load_gpt import grafted, load_gpt
    from templates import language as languages
    from templates.catalogue import user_home
    from translation.training import alignment, shards
    from translation.training.make import at_work

    spoken = languages.load(language)
    if spoken.code == ENGLISH:
        raise Refusal(f"graft {language}: {model} reads English already; name another language.")
    if (minutes > 0) == (steps > 0):
        raise Refusal(f"graft: give either --minutes or --steps, above 0 (found {minutes:g} minutes, {steps} steps).")
    if not alignment.possible():
        raise Refusal("graft: eflomal, which aligns words, is not installed; pip install 'lingraft[align]' (it needs a C compiler).")
    name = f"{Path(model).name}-{spoken.code}"
    work, place = work or user_home() / "training" / name, to_folder or user_home() / "models" / name
    out = Console(stderr=True, highlight=False, soft_wrap=True)
    if grafted(model) is not None:
        raise Refusal(f"graft: {model} is a graft itself; name what it grows on with --model.")
    model = str(Path(model).resolve()) if Path(model).is_dir() else model
    grafts.need_place(place)
    teacher = load_gpt(model, dtype=dtype, threads=threads or len(os.sched_getaffinity(0)), device=device)
    grafts.need_base(teacher)
    assert teacher.by_hand is not None
    folder = prepared({spoken.code: corpus}, ENGLISH, work, licences, seed, False, teach=False)[spoken.code]
    about = shards.facts(folder)
    if (about.source, about.target) != (ENGLISH, spoken.code):
        raise Refusal(f"{folder}: is a corpus of {about.source} and {about.target}, in that order; a graft of {spoken.code} needs {ENGLISH} and {spoken.code}.")
    with at_work(work):
        pairs = list(_linked(folder, work, most=most))
        tokenizer = words.learn(teacher.tokenizer, (pair.new for pair in pairs), size=vocabulary)
        out.print(f"{len(pairs):,} pairs with linked words; {len(tokenizer):,} tokens of {spoken.name}", markup=False)
        counts = words.count(pairs, teacher.tokenizer, tokenizer)
        begun = words.transplant(counts, teacher.tokenizer, tokenizer, teacher.model.get_input_embeddings().weight)
        student = Student(begun, teacher.by_hand.weights, rank=rank, seed=seed)
        settings = distil.Settings(rank=rank, learning_rate=learning_rate, batch_tokens=batch_tokens, seed=seed)
        found = distil.examples(pairs, teacher, tokenizer, longest=settings.longest)
        del pairs, counts
        goal = train.Goal(minutes=minutes, steps=steps)
        tokens = train.train(student, teacher, found, goal=goal, settings=settings, checkpoint=work / "checkpoint.safetensors", on_step=_shown(out))
        facts = grafts.Facts(spoken.code, model, grafts.sketch(teacher), rank, tokens)
        grafts.write(place, student, tokenizer, facts=facts, card=_card(facts, folder, len(found)))
        Console(highlight=False, soft_wrap=True, emoji=False).print(f"The graft is in {place}; name it as the model of a study: {name}", markup=False)


def _linked(folder: Path, work: Path, *, most: int) -> Iterator[Aligned]:
    """The corpus's first pairs with their links; they are found once, since the aligner leaves much to chance, and kept in `work`."""
    from pipeline.graft.aligned import Aligned
    from translation.training import alignment, shards

    made_by = code_fingerprint("translation.training.alignment")
    kept = make_folder(work) / f"linked.{shards.facts(folder).digest[:12]}.{made_by[:8]}.{most}.jsonl"
    if not kept.is_file():
        _link(folder, kept, most=most)
    with kept.open(encoding="utf-8") as lines:
        for line in lines:
            known, new, links, sure = json.loads(line)
            yield Aligned(known, new, tuple(alignment.words(known)), tuple(alignment.words(new)), _pairs(links), _pairs(sure))


def _link(folder: Path, kept: Path, *, most: int) -> None:
    """Have the aligner look at all pairs at once."""
    from itertools import islice

    from translation.training import alignment, shards

    plain = (pair for pair in shards.read(folder) if not any(symbol in pair.source for symbol in SYMBOLS))
    read = [(pair.source, pair.target) for pair in islice(plain, most)]
    found = zip(read, alignment.align(lambda: read, kept.parent), strict=True)
    made = [[*pair, sorted(links.all), sorted(links.sure)] for pair, links in found]
    write_atomic(kept, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made).encode("utf-8"))


def _pairs(links: Iterable[list[int]]) -> frozenset[tuple[int, int]]:
    return frozenset((left, right) for left, right in links)


def _shown(out: Console) -> Callable[[Told], None]:
    shown = -SHOWN_SECONDS

    def heard(told: Told) -> None:
        nonlocal shown
        if told.seconds - shown < SHOWN_SECONDS and told.reached < 1:
            return
        shown = told.seconds
        left = told.seconds * (1 / told.reached - 1) / 60 if told.reached else 0.0
        unlike = " ".join(f"{one:.3f}" for one in told.losses.unlike)
        speed = f"{told.tokens / max(told.seconds, 1e-6):,.0f} tokens/s"
        following = f"next token {told.losses.next_token:.2f}" if told.losses.next_token is not None else "lowest layers"
        out.print(f"step {told.step:,}  {following}  unlike {unlike}  {speed}  {left:.0f} minutes left", markup=False)

    return heard


def _card(facts: Facts, folder: Path, examples: int) -> str:
    """What it is made of, and whom the licences of its text ask to name."""
    from translation.training import facts as kept_facts

    corpus = kept_facts.read(folder)
    used = [f"| {origin.name} | {origin.written:,} | {origin.licence} |" for origin in corpus.origins if origin.written]
    return "\n".join(
        [
            f"# {Path(facts.model).name}-{facts.language}: a graft made by lingraft",
            "",
            f"A vocabulary for {facts.language} and changes of rank {facts.rank} of every weight of {facts.model}, learnt from {examples:,} pairs",
            f"of sentences in {facts.tokens:,} tokens. Its embeddings began as mixtures of those of {facts.model}, whose licence holds too.",
            f"The pairs, copies counted, from a corpus of {corpus.pairs:,} (`{corpus.digest[:16]}`):",
            "",
            "| source | pairs | licence |",
            "|---|---:|---|",
            *used,
            "",
            kept_facts.attributions(corpus),
            "",
        ]
    )
