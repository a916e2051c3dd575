"""train-translator: parallel text becomes a translator of the user's own, ready in ./lingraft/models."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from templates.refusal import Refusal

if TYPE_CHECKING:
    from translation.training.candidate import Dev
    from translation.training.loop import Told

SHOWN_SECONDS = 60.0  # between two lines where no terminal shows a bar


def train_translator(
    to: Annotated[str, typer.Option("--to", help="Target language; several as sv,ca make one translator for all of them.")],
    corpus: Annotated[
        list[str], typer.Option("--corpus", help="A prepared corpus, or folder or files of parallel text, or opus:NAME; repeat, CODE=... for several targets.")
    ],
    source: Annotated[str, typer.Option("--from", help="Source language.")] = "en",
    minutes: Annotated[float, typer.Option("--minutes", help="Train for so long, over all sittings.", min=0)] = 0,
    steps: Annotated[int, typer.Option("--steps", help="Instead of minutes: so many steps, over all sittings.", min=0)] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training in the work folder, if there is one.")] = False,
    licences: Annotated[str, typer.Option("--licences", help="Use only sources under these, as in CC0-1.0,MIT or shippable.")] = "",
    markers: Annotated[
        bool | None,
        typer.Option("--markers/--no-markers", help="Teach it to carry markers around phrases, as slots need; else so where eflomal is installed."),
    ] = None,
    dev: Annotated[list[str] | None, typer.Option("--dev", help="English<TAB>translation, .tsv or .tsv.gz; repeat, CODE=... for several targets.")] = None,
    dev_rows: Annotated[int, typer.Option("--dev-rows", help="The first so many rows of each dev set.", min=1)] = 200,
    fraction: Annotated[float, typer.Option("--fraction", help="Of the corpus, as 0.25: what more text is worth says evaluate-translator.")] = 1.0,
    start: Annotated[
        Path | None, typer.Option("--start-from", help="Begin with weights and pieces of another training's work folder, as lingraft/training/en-sv.")
    ] = None,
    shape: Annotated[str, typer.Option("--shape", help="small (9 MB) or medium (14 MB); big on a GPU, tiny to try things out.")] = "small",
    dropout: Annotated[
        float | None, typer.Option("--dropout", help="Instead of the shape's 0.1; 0 learns faster where text is read only a few times.", min=0, max=0.9)
    ] = None,
    vocabulary: Annotated[int, typer.Option("--vocabulary", help="Pieces that texts are cut into.", min=300)] = 8000,
    batch_tokens: Annotated[int, typer.Option("--batch-tokens", help="Tokens in a step, padding counted.", min=64)] = 4096,
    learning_rate: Annotated[float, typer.Option("--learning-rate", help="The highest of the schedule.", min=0)] = 8e-4,
    warm_up: Annotated[int, typer.Option("--warm-up", help="Steps in which it rises.", min=1)] = 800,
    anneal: Annotated[bool, typer.Option("--anneal/--no-anneal", help="Let the learning rate fall in the last fifth.")] = True,
    evaluate_minutes: Annotated[float, typer.Option("--evaluate-minutes", help="Between two looks at dev.", min=0)] = 20,
    checkpoint_minutes: Annotated[float, typer.Option("--checkpoint-minutes", help="What a kill can cost.", min=0)] = 5,
    patience: Annotated[int, typer.Option("--patience", help="Stop after so many looks at dev without a better one.", min=1)] = 12,
    threads: Annotated[int, typer.Option("--threads", help="CPU cores; 0: all.", min=0)] = 0,
    precision: Annotated[str, typer.Option("--precision", help="auto (what is faster here), float32 or bfloat16.")] = "auto",
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other weights and another order.")] = 0,
    work: Annotated[Path | None, typer.Option("--work", help="Where checkpoints and tokens lie; else ./lingraft/training/FROM-TO.")] = None,
    to_folder: Annotated[Path | None, typer.Option("--out", help="Where the translator goes; else ./lingraft/models/FROM-TO, where it is found.")] = None,
) -> None:
    """Train a translator from parallel text; the best so far is always ready to use. Kill it when you like, go on with --resume."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "10000")  # shapes of products it stays prepared for; read once, when torch is loaded
    from templates.catalogue import user_home
    from translation.training.loop import Settings
    from translation.training.make import Order, make
    from translation.training.schedule import Goal

    targets = tuple(code.strip() for code in to.split(",") if code.strip())
    name = "-".join((source, *targets))
    work = work or user_home() / "training" / name
    place = to_folder or user_home() / "models" / name
    settings = Settings(
        batch_tokens=batch_tokens,
        learning_rate=learning_rate,
        warm_up=warm_up,
        evaluate_minutes=evaluate_minutes,
        checkpoint_minutes=checkpoint_minutes,
        patience=patience,
        seed=seed,
        device=_device(device),
    )
    if precision not in ("auto", "float32", "bfloat16"):
        raise Refusal(f"--precision {precision}: allowed are auto, float32 and bfloat16.")
    if start is not None:
        _need_licences(start, licences)
    order = Order(
        source=source,
        corpora=prepared(_by_target(corpus, targets, "--corpus"), source, work, licences, seed, markers),
        goal=Goal(steps=steps, minutes=minutes, fall=0.2 if anneal else 0.0),
        work=work,
        out=place,
        dev=_dev(_by_target(dev or [], targets, "--dev"), source, dev_rows),
        fraction=fraction,
        start=start,
        shape=shape,
        dropout=dropout,
        vocabulary=vocabulary,
        precision=precision,  # type: ignore[arg-type]
        threads=threads or len(os.sched_getaffinity(0)),
        resume=resume,
        settings=settings,
    )
    console = Console(stderr=True, highlight=False)
    with _shown(console) as on_step:
        done = make(order, on_step=on_step)
    best = max((score for _, score in done.scores), default=0.0)
    out = Console(highlight=False, soft_wrap=True, emoji=False)
    out.print(f"{done.step:,} steps, {done.tokens:,} target tokens, {done.minutes:.0f} minutes; best dev chrF2 {best:.1f}", markup=False)
    out.print(f"The translator is in {place}, its card in {place / 'card.md'}.", markup=False)


def _by_target(entries: list[str], targets: tuple[str, ...], option: str) -> dict[str, list[str]]:
    """Target language -> entries; CODE= may be left out where there is one target."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        code, mark, rest = entry.partition("=")
        if mark and code in targets:
            found.setdefault(code, []).append(rest)
        elif len(targets) == 1:
            found.setdefault(targets[0], []).append(entry)
        else:
            raise Refusal(f"{option} {entry}: say for which of {', '.join(targets)} it is, as in {option} {targets[0]}={entry}.")
    return found


def prepared(entries: dict[str, list[str]], source: str, work: Path, licences: str, seed: int, markers: bool | None, *, teach: bool = True) -> dict[str, Path]:
    """Target language -> prepared corpus; parallel text is prepared now, in the work folder. `teach`: put placeholders into some of it."""
    from translation.training import alignment, corpus, facts, marking, sources
    from translation.training.make import at_work
    from translation.training.teach_placeholders import Teacher

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    found: dict[str, Path] = {}
    wanted = tuple(one.strip() for one in licences.split(",") if one.strip())
    allowed = sources.allowed(wanted)
    for target, paths in entries.items():
        if len(paths) == 1 and (Path(paths[0]) / facts.FILE).is_file():
            found[target] = Path(paths[0])
            if barred := facts.barred(facts.read(found[target]), allowed):
                raise Refusal(f"{paths[0]}: was prepared with text under {barred}, which --licences leaves out; prepare it again from the files.")
            continue
        found[target] = work / f"corpus-{target}"
        marked = alignment.possible() if markers is None else markers
        if markers is None and not marked:
            console.print("eflomal is not installed, so markers around phrases are not taught; pip install 'lingraft[align]' for them.", markup=False)
        given = corpus.Settings(seed=seed, licences=wanted, marking=marking.Settings() if marked else None)
        with at_work(work):
            made = corpus.prepare(paths, found[target], source=source, target=target, settings=given, teach=(Teacher(source, target),) if teach else ())
        console.print(facts.summary(made), markup=False)
    return found


def _need_licences(start: Path, licences: str) -> None:
    """Refuse to start from a training that saw text under other licences than these."""
    from translation.training import facts, lineage, sources

    allowed = sources.allowed(tuple(one.strip() for one in licences.split(",") if one.strip()))
    for seen in lineage.seen(start) if allowed is not None else ():
        if barred := facts.barred(seen, allowed):
            raise Refusal(f"{start}: was trained on text under {barred}, which --licences leaves out; start from another training, or from none.")


def _dev(entries: dict[str, list[str]], source: str, rows: int) -> tuple[Dev, ...]:
    from templates.language import ENGLISH
    from translation import gold
    from translation.training.candidate import Dev

    found = []
    for target, paths in entries.items():
        for path in paths:
            read = gold.read(Path(path))[:rows]
            pairs = tuple((pair.source, pair.target) if source == ENGLISH else (pair.target, pair.source) for pair in read)
            found.append(Dev(Path(path).name.partition(".")[0], target, pairs))
    return tuple(found)


def _device(asked: str) -> str:
    import torch

    if asked not in ("auto", "cpu", "cuda") or (asked == "cuda" and not torch.cuda.is_available()):
        raise Refusal(f"--device {asked}: {'there is no CUDA device here' if asked == 'cuda' else 'allowed are auto, cpu and cuda'}.")
    return asked if asked != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


@contextmanager
def _shown(console: Console) -> Iterator[Callable[[Told], None]]:
    """A bar with loss, speed and time left; without a terminal a line now and then."""
    columns = (
        TextColumn("training"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        line = progress.add_task("training", total=1.0, note="")

        shown = time.monotonic() - SHOWN_SECONDS + 5  # the first one soon

        def heard(told: Told) -> None:
            note = f"step {told.step:,}  loss {told.loss:.3f}  {told.tokens_per_second:,.0f} tokens/s  dev {told.score:.1f}"
            progress.update(line, completed=min(1.0, told.reached), note=note)
            nonlocal shown
            if not console.is_terminal and time.monotonic() - shown > SHOWN_SECONDS:
                shown = time.monotonic()
                left = told.minutes * (1 / told.reached - 1) if told.reached else 0.0
                console.print(f"{note}  {told.minutes:.1f} minutes, {max(0.0, left):.0f} left", markup=False)

        yield heard
