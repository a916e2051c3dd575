"""evaluate-translator: measure translators on human translations and on the behaviour suite; print tables, write JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from templates.language import ENGLISH
from templates.refusal import Refusal

if TYPE_CHECKING:
    from flows.named_engine import NamedEngine
    from translation.training.behaviour import Behaviour
    from translation.training.evaluation import Measured, Translate

SCHEMA_VERSION = 1


def evaluate_translator(
    models: Annotated[list[str], typer.Argument(help="A model's folder or name, or engine:model; gold files may stand here too. Several: a data-size table.")],
    gold: Annotated[list[Path], typer.Option("--gold", help="Human translations (.tsv, .tsv.gz) or references (fiqa_ref.sv.jsonl); may be repeated.")],
    report: Annotated[Path | None, typer.Option("--json", help="Write all figures here too.")] = None,
    against: Annotated[str, typer.Option("--against", help="Another model: differences with paired bootstrap.")] = "",
    half: Annotated[str, typer.Option("--half", help="first (to look at), second (to judge by) or all of each file.")] = "all",
    source: Annotated[str, typer.Option("--from", help="Source language, where the model does not say.")] = "",
    target: Annotated[str, typer.Option("--to", help="Target language, where the model does not say.")] = "",
    data: Annotated[Path | None, typer.Option("--data", help="Folder with <benchmark>.en.jsonl, for references in .jsonl.")] = None,
    shares: Annotated[str, typer.Option("--shares", help="Share of the corpus that each model saw, in %, as 25,50,100; else as the models say.")] = "",
    behaviour: Annotated[bool, typer.Option("--behaviour/--no-behaviour", help="Run the behaviour suite, for models from English.")] = True,
    plain: Annotated[bool, typer.Option("--plain", help="The engine alone, without shielding and cutting into sentences.")] = False,
) -> None:
    """Measure a translator: BLEU, chrF2, TER, what must survive, and the effect of more training data."""
    from flows.gold_files import need_writable
    from flows.named_engine import open_engine, short
    from templates.store import write_json
    from translation.training import gold_set

    files = [*gold, *(Path(name) for name in models if gold_set.is_gold(name))]
    names = [name for name in models if not gold_set.is_gold(name)]
    if not names:
        raise Refusal("evaluate-translator needs a model beside the gold files; name its folder first.")
    out, told = Console(highlight=False, emoji=False), []
    given = _shares(shares, len(names))
    if report is not None:
        need_writable(report)
    other = open_engine(_kept_here(against), source=source, target=target) if against else None
    for name, model in [(name, open_engine(_kept_here(name), source=source, target=target)) for name in names]:
        foreign = model.target.code if model.source.code == ENGLISH else model.source.code
        sets = [gold_set.read(file, half=half, language=foreign, data=data) for file in files]
        _need_same_pair(model, other)
        measured, kept = _measure(model, other, sets, plain=plain, behaviour=behaviour)
        show(measured, out, title=f"{short(name)}: {model.source.code} to {model.target.code}, half {half}", against=short(against))
        if kept is not None:
            show_behaviour(kept, out)
        told.append(_told(model, measured, kept))
    sizes = _sizes(told, given)
    show_sizes(sizes, out)
    if report is not None:
        rest = {"half": half, "plain": plain, "against": None if other is None else {"model": short(against), "fingerprint": other.translator.fingerprint}}
        write_json(report, {"schema_version": SCHEMA_VERSION, **rest, "models": told, "data_size": sizes})


def _kept_here(name: str) -> str:
    from flows.named_engine import host_of

    if host := host_of(name):
        raise Refusal(f"{name} sends texts to {host}, which evaluate-translator never does; compare it with lingraft crosscheck --send.")
    return name


def _need_same_pair(model: NamedEngine, other: NamedEngine | None) -> None:
    if other is not None and (model.source.code, model.target.code) != (other.source.code, other.target.code):
        pairs = f"{model.source.code}-{model.target.code}, {other.name} {other.source.code}-{other.target.code}"
        raise Refusal(f"{model.name} translates {pairs}; compare models for one pair of languages.")


def _translate(engine: NamedEngine, plain: bool) -> Translate:
    from translation.translate import translate_lines

    if plain:
        return lambda texts: [one.text for one in engine.translator.translate(list(texts))]
    return lambda texts: translate_lines(list(texts), translator=engine.translator, memory=None)


def _measure(model: NamedEngine, other: NamedEngine | None, sets: Sequence[Any], *, plain: bool, behaviour: bool) -> tuple[list[Measured], Behaviour | None]:
    from translation.training import behaviour as suite
    from translation.training.evaluation import evaluate

    ours, theirs = _translate(model, plain), None if other is None else _translate(other, plain)
    measured: list[Measured] = []
    with Console(stderr=True).status("translating") as status:
        for gold in sets:
            status.update(f"{gold.name}: {len(gold.pairs):,} texts")
            measured.append(evaluate(gold, ours, source=model.source, target=model.target, against=theirs))
        status.update("the behaviour suite")
        kept = suite.measure(ours, model.target) if behaviour and model.source.code == ENGLISH else None
    return measured, kept


def _told(model: NamedEngine, measured: Sequence[Measured], kept: Behaviour | None) -> dict[str, Any]:
    from flows.named_engine import short

    facts = {"model": short(model.name), "engine": model.engine, "fingerprint": model.translator.fingerprint, "share": model.share}
    facts |= {"source": model.source.code, "target": model.target.code}
    return {**facts, "gold": [one.to_json() for one in measured], "behaviour": kept.to_json() if kept is not None else None}


def _shares(shares: str, models: int) -> list[float]:
    """Shares of the corpus (0-1), one for each model; none where none are given."""
    try:
        given = [float(share) / 100 for share in shares.split(",")] if shares else []
    except ValueError as error:
        raise Refusal(f"--shares {shares}: not numbers; write percentages with commas between them, as 25,50,100.") from error
    if given and (len(given) != models or not all(0 < share <= 1 for share in given)):
        raise Refusal(f"--shares {shares}: {len(given)} shares for {models} models; give each model one above 0 and at most 100.")
    return given


def _sizes(told: Sequence[dict[str, Any]], given: Sequence[float]) -> list[dict[str, Any]]:
    """chrF2 of every set by the share of the corpus, smallest first; empty where fewer than two models say their share."""
    if given:
        told = [{**one, "share": share} for one, share in zip(told, given, strict=True)]
    known = sorted((one for one in told if one["share"] is not None), key=lambda one: one["share"])
    if len(known) < 2:
        return []
    return [{"share": one["share"], "model": one["model"], "chrf2": {gold["name"]: gold["scores"]["chrf2"]["score"] for gold in one["gold"]}} for one in known]


def show(measured: Sequence[Measured], out: Console, *, title: str, against: str = "") -> None:
    """One row for each gold set."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, caption_justify="left")
    table.caption = "±: half of the interval that holds 95 % of 1,000 draws. TER: lower is better. e/l/c: outputs empty, looping, copied."
    table.caption += f" Differences to {against}, * p < 0.05." if against else ""
    for name in ("set", "n", "chrF2", "BLEU", "TER", *(("chrF2 diff", "BLEU diff") if against else ()), "e/l/c"):
        table.add_column(name, justify="left" if name == "set" else "right", no_wrap=True)
    for one in measured:
        scores = [f"{score.score:.1f} ±{(score.interval95[1] - score.interval95[0]) / 2:.1f}" for score in one.scores.values()]
        pairs = [one.against[name] for name in ("chrf2", "bleu")] if one.against else []
        paired = [f"{pair.difference:+.1f}{'*' if pair.p_value < 0.05 else ' '}" for pair in pairs]
        table.add_row(one.gold.name, f"{len(one.gold.pairs):,}", *scores, *paired, f"{one.faults.empty}/{one.faults.loops}/{one.faults.copies}")
    out.print(table)
    for name in next(iter(measured)).scores if measured else ():
        out.print(f"{name}: {measured[0].scores[name].signature}", markup=False, soft_wrap=True)


def show_behaviour(kept: Behaviour, out: Console) -> None:
    """Shares by kind, and the first failures."""
    table = Table(title="behaviour suite", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("kept or rightly localised", "n", "kept", "%"):
        table.add_column(name, justify="left" if name[0] == "k" and name != "kept" else "right", no_wrap=True)
    for kind, share in {**kept.by_kind, "all": kept.share}.items():
        table.add_row(kind, f"{share.of:,}", f"{share.hits:,}", f"{100 * share.value:.1f}")
    out.print(table)
    for failure in kept.failures[:10]:
        out.print(f"{failure.kind} {failure.piece}: {json.dumps(failure.output, ensure_ascii=False)}", markup=False, soft_wrap=True)


def show_sizes(sizes: Sequence[dict[str, Any]], out: Console) -> None:
    """chrF2 against data size."""
    if not sizes:
        return
    table = Table(title="chrF2 by share of corpus", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("set", no_wrap=True)
    for size in sizes:
        table.add_column(f"{100 * size['share']:g} %", justify="right", no_wrap=True)
    for name in sizes[0]["chrf2"]:
        table.add_row(name, *(f"{size['chrf2'][name]:.1f}" for size in sizes))
    out.print(table)
