"""gate-power: plant faults into human translations, judge them, and print what the gate caught and what it accused wrongly."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.status import Status
from rich.table import Table

from templates.refusal import Refusal

if TYPE_CHECKING:
    from flows.plan import Plan
    from translation.power import Alarms, Gather, Power

log = logging.getLogger(__name__)


def gate_power(
    language: Annotated[str, typer.Argument(help="Language code of the translations.")],
    source: Annotated[Path, typer.Option("--gold", help="Human translations: .tsv or .tsv.gz, a line English, tab, translation.")],
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures here too; ./lingraft/power/LANGUAGE.json goes onto the page.")] = None,
    neighbours: Annotated[
        Path | None, typer.Option("--neighbours", help="Sentences in neighbour languages, codes in line 1; else neighbours.tsv.gz beside the gold.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", help="Rows to plant each fault in.", min=1)] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed plants into other rows.")] = 0,
    study: Annotated[str, typer.Option("--study", help="Whose translator and limits.")] = "demo",
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Without the checks that need the translator: seconds instead of minutes.")] = False,
) -> None:
    """The gate's own test: faults planted into human translations, how many it catches, and its false alarms."""
    from flows.plan import Plan, read_study
    from templates.language import load
    from templates.store import file_digest, write_json
    from translation import gold, limits, power
    from translation.known_power import limits_digest

    plan = Plan(study, read_study(study), load(language), None, Path("runs").resolve())
    there = plan.language
    pairs = gold.read(source)
    beside = source.with_name(gold.NEIGHBOURS)
    found = neighbours or (beside if beside.is_file() else None)
    foreign = gold.read_neighbours(found) if found else None
    lines = limits.read(there, plan.study.gate, where=f"study {study}, [gate]")
    with Console(stderr=True).status("planting and judging") as status:
        model = None if rules_only else _model(plan, status)
        measured = power.measure(pairs, there, limits=lines, neighbours=foreign, rows=rows, seed=seed, gather=model)
    if report is not None:
        said = {"language": language, "gold": source.name, "gold_sha256": file_digest(source), "seed": seed, "rules_only": model is None}
        said |= {"limits": limits_digest(lines)}
        write_json(report, {**measured.to_json(), **said})
    show(measured, Console(highlight=False, emoji=False), title=f"{source.name} in {there.name}: {measured.rows:,} human translations")


def _model(plan: Plan, status: Status) -> Gather | None:
    """What force-decodes with the plan's translator; None, said in a line, where there is none or it gives no log-probabilities."""
    from flows.engines import engine_of, memories, translator_for
    from translation import evidence
    from translation.engine import Scorer

    try:
        translator = translator_for(plan)
    except Refusal as refusal:
        log.warning("without evidence from a model: %s", refusal)
        return None
    if not isinstance(translator, Scorer):
        log.warning("without evidence from a model: %s gives no log-probabilities", engine_of(plan))
        return None
    done = 0

    def told(pairs: int) -> None:
        nonlocal done
        done += pairs
        status.update(f"{done:,} pairs of sentences measured with the translator")

    cache = memories() / f"{translator.fingerprint[:32]}.measured.sqlite"
    return partial(evidence.gather, translator=translator, cache=cache, on_batch=told)


def show(measured: Power, out: Console, *, title: str) -> None:
    """One table: the untouched rows, every fault, and where something had to be put in first, the same rows before the fault."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, caption_justify="left")
    table.caption = "Shares in %. Caught: quarantined or marked. Sound: the same rows before the fault, with what was put into both sides."
    for name in ("fault", "n", "caught", "quar.", "marked", "AUROC", "first check"):
        table.add_column(name, justify="left" if name in ("fault", "first check") else "right", no_wrap=True)
    _sound(table, "none: false alarms", measured.false_alarms)
    for fault, caught in measured.recall.items():
        best = max((values[fault] for values in measured.auroc.values() if fault in values), default=0.0)
        shares = (f"{100 * share:.1f}" for share in (caught.caught, caught.quarantined, caught.marked))
        table.add_row(fault, f"{caught.n:,}", *shares, f"{best:.3f}", next(iter(caught.by_check), ""))
        if fault in measured.inserted:
            _sound(table, "  sound", measured.inserted[fault])
    out.print(table)
    for fault, caught in measured.recall.items():
        if len(caught.forms) > 1:
            out.print(f"{fault}: " + ", ".join(f"{form} {100 * share:.0f} % of {n}" for form, (n, share) in caught.forms.items()), markup=False, soft_wrap=True)
    for fault, why in measured.left_out.items():
        out.print(f"{fault}: not planted: {why}", markup=False, soft_wrap=True)


def _sound(table: Table, name: str, alarms: Alarms) -> None:
    table.add_row(name, f"{alarms.n:,}", "", f"{100 * alarms.quarantined:.1f}", f"{100 * alarms.marked:.1f}", "", next(iter(alarms.by_check), ""), style="dim")
