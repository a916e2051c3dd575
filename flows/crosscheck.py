"""crosscheck: a random sample of the benchmarks through other engines, and a blind sheet for a reviewer whose verdicts are read back.

Engines that send text away do so only here, only with --send, and whole texts in one piece, so that the characters announced are those
that go. Their keys are in no file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from templates.language import ENGLISH
from templates.refusal import Refusal

if TYPE_CHECKING:
    from flows.plan import Plan
    from translation.crosscheck import Crosscheck
    from translation.crosscheck_sheet import Preference
    from translation.engine import Translator

SHOWN = 5  # rows printed
ASKED_AT_ONCE = 50  # texts of a service between two writes to the memory
SECRET = "deepl-api-key"  # how Prefect's Secret block is called


class NeedsSend(Refusal):
    """Texts would leave this machine and nobody allowed it (a usage error)."""

    exit_code = 2


def crosscheck(
    language: Annotated[str, typer.Argument(help="Language code.")],
    more: Annotated[list[str] | None, typer.Argument(help="Further engines, or further sheets to import.")] = None,
    engines: Annotated[list[str] | None, typer.Option("--with", help="An engine: apertium, transformers:FOLDER, ctranslate2:FOLDER, deepl, google.")] = None,
    rows: Annotated[int, typer.Option("--sample", help="Texts to draw.")] = 200,
    send: Annotated[bool, typer.Option("--send", help="Allow engines that send texts away.")] = False,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="Write a blind sheet for a reviewer (.csv).")] = None,
    back: Annotated[Path | None, typer.Option("--import", help="Read the verdicts of this sheet, and of those named after it.")] = None,
    benchmark: Annotated[str, typer.Option("--benchmark", help="Only this one of the study's benchmarks.")] = "",
    study: Annotated[str, typer.Option("--study", help="Whose translator and benchmarks.")] = "demo",
    data: Annotated[Path | None, typer.Option("--data", help="Folder with <benchmark>.en.jsonl, .csv or .json, instead of hub and sample.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other texts.")] = 0,
    runs: Annotated[Path, typer.Option("--out", help="Where runs go.")] = Path("runs"),
) -> None:
    """Compare our translations with those of other engines: agreement, disagreements first, and a blind sheet."""
    from flows.plan import Plan, read_study
    from templates.language import load

    out = Console(highlight=False, emoji=False, soft_wrap=True)
    spoken = load(language)
    if spoken.code == ENGLISH:
        raise Refusal(f"{ENGLISH} is the source, so there is no translation to compare; name another language.")
    if back is not None:
        for line in verdicts(language, [back, *map(Path, more or [])], runs):
            out.print(line, markup=False)
        return
    names = list(dict.fromkeys([*(engines or []), *(more or [])]))
    if not names:
        raise Refusal("crosscheck needs another engine to compare with; name one by --with, as apertium or transformers:FOLDER.")
    if sheet is not None:
        from translation.review_sheet import need_new

        need_new(sheet)
    plan = Plan(study, read_study(study), spoken, data, runs.resolve())
    found = _compared(plan, names, rows=rows, seed=seed, only=benchmark, send=send, out=out)
    show(found, out)
    for path in _write(found, runs.resolve(), sheet):
        out.print(f"  {path}", markup=False)
    if sheet is not None:
        out.print(f"Fill in the column better, then: lingraft crosscheck {language} --import {sheet}", markup=False)


def _compared(plan: Plan, names: Sequence[str], *, rows: int, seed: int, only: str, send: bool, out: Console) -> Crosscheck:
    from flows.engines import engine_of, memory_for, translator_for
    from flows.named_engine import host_of, open_engine, short
    from translation import crosscheck as checking
    from translation.translate import translate_lines

    sample = _sample(plan, rows=rows, seed=seed, only=only)
    texts = list(sample.values())
    hosts = {name: host for name in names if (host := host_of(name))}
    _need_send(hosts, texts, send)
    ours = engine_of(plan)
    said = {f"{ours} (ours)": translator_for(plan)}
    labels = {name: short(name) if [short(other) for other in names].count(short(name)) == 1 else name for name in names}
    for name in names:
        said[labels[name]] = open_engine(name, source=ENGLISH, target=plan.language.code, key=_key(name)).translator
    answers: dict[str, Sequence[str]] = {}
    for name, label, translator in zip(["", *names], said, said.values(), strict=True):
        with Console(stderr=True).status(f"{label}: {len(texts):,} texts"):
            if name not in hosts:
                with memory_for(translator) as memory:
                    answers[label] = translate_lines(texts, translator=translator, memory=memory)
                continue
            answers[label], sent = _sent(texts, translator)
        out.print(f"{label}: sent {sent:,} characters to {hosts[name]}", markup=False)
    return checking.compare(sample, answers, language=plan.language.code, seed=seed)


def _sample(plan: Plan, *, rows: int, seed: int, only: str) -> dict[str, str]:
    from flows.export import wanted
    from translation import crosscheck as checking
    from translation import refresh

    fetched = []
    for shape in wanted(plan.study_name, only):
        source = "data" if plan.data is not None else plan.study.source
        fetched.append((shape, refresh.fetch(shape, data=plan.data, source=source, settings=plan.settings_of(shape)).records))
    return checking.draw(fetched, rows=rows, seed=seed)


def _need_send(hosts: dict[str, str], texts: Sequence[str], send: bool) -> None:
    if hosts and not send:
        where = " and to ".join(f"{name.partition(':')[0]} at {host}" for name, host in hosts.items())
        size = sum(map(len, texts))
        raise NeedsSend(f"crosscheck would send {size:,} characters ({len(texts):,} texts) to {where}; add --send to allow it, or leave that engine out.")


def _sent(texts: Sequence[str], translator: Translator) -> tuple[list[str], int]:
    """What a service says of whole texts, each asked for once ever; and the characters that went there now."""
    from flows.engines import memory_for

    with memory_for(translator) as memory:
        there = memory.get_many(translator.fingerprint, texts)
        new = [text for text in dict.fromkeys(texts) if text not in there]
        for start in range(0, len(new), ASKED_AT_ONCE):
            part = new[start : start + ASKED_AT_ONCE]
            memory.put_many(translator.fingerprint, dict(zip(part, translator.translate(part), strict=True)))
        known = memory.get_many(translator.fingerprint, texts)
    return [known[text].text for text in texts], sum(map(len, new))


def _key(name: str) -> str:
    """The service's key from Prefect's Secret, where the engine needs one and the environment has none."""
    from flows.named_engine import module_of

    variable = getattr(module_of(name), "KEY_VARIABLE", "")
    if not variable or os.environ.get(variable):
        return ""
    from prefect.blocks.system import Secret

    try:
        block: Any = Secret.load(SECRET)
        return str(block.get())
    except ValueError:  # no such block; the engine says what is missing
        return ""


def _write(found: Crosscheck, out: Path, sheet: Path | None) -> list[Path]:
    from templates.store import write_atomic, write_json
    from translation import crosscheck_sheet
    from translation.crosscheck import tsv

    folder = _folder(out, found.language, found.key)
    rows = "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in found.rows)
    write_atomic(folder / "rows.jsonl", rows.encode("utf-8", "backslashreplace"))
    write_atomic(folder / "rows.tsv", tsv(found.rows).encode("utf-8", "backslashreplace"))
    write_json(folder / "summary.json", found.to_json())
    if sheet is None:
        return [folder / "rows.tsv"]
    made = crosscheck_sheet.blind(found)
    write_json(folder / "sides.json", crosscheck_sheet.to_json(made))
    crosscheck_sheet.write(sheet, made)
    return [folder / "rows.tsv", sheet]


def _folder(out: Path, language: str, key: str) -> Path:
    return out / ".crosschecks" / language / key


def verdicts(language: str, sheets: Sequence[Path], runs: Path) -> list[str]:
    """Read sheets of one export back: which engine the reviewers prefer, in lines; the figures go beside the key."""
    from templates.store import write_json
    from translation import crosscheck_sheet as blind

    keys = {path: blind.key_of(path) for path in sheets}
    if len(set(keys.values())) > 1:
        raise Refusal(f"{', '.join(map(str, sheets))}: are of different exports ({', '.join(sorted(set(keys.values())))}); import each by itself.")
    folder = _folder(runs.resolve(), language, keys[sheets[0]])
    try:
        raw = json.loads((folder / "sides.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal(f"{sheets[0]}: sheet {keys[sheets[0]]} was not exported for {language} from {runs}; name the right language and --out.") from error
    sheet = blind.from_json(raw, where=str(folder / "sides.json"))
    votes = [vote for path in sheets for vote in blind.read(path, sheet)]
    if not votes:
        raise Refusal(f"{', '.join(map(str, sheets))}: no row has a verdict; write {', '.join(blind.VERDICTS)} into the column better.")
    people, found = blind.reviewers(votes), blind.preferences(votes, ours=sheet.ours)
    told: list[dict[str, Any]] = [{"reviewers": [one, two], "rows": shared, "kappa": kappa} for one, two, shared, kappa in people]
    write_json(folder / "preferences.json", {"sheet": sheet.key, "ours": sheet.ours, "engines": [asdict(one) for one in found], "agreement": told})
    return [*_lines(found, sheet.ours), *_kappas(told), f"  {folder / 'preferences.json'}"]


def _lines(found: Sequence[Preference], ours: str) -> list[str]:
    lines = []
    for one in found:
        lines.append(f"{ours} against {one.engine}: {one.rows:,} rows reviewed, {one.ours:,} to {one.theirs:,}, {one.ties:,} ties")
        if one.share is not None and one.interval95 is not None and one.first_side is not None:
            low, high = one.interval95
            share = f"{100 * one.share:.0f} % ({100 * low:.0f} to {100 * high:.0f} %)"
            lines.append(f"  where one is preferred, ours in {share}; sign test p = {one.p_value:.3f}; the left text in {100 * one.first_side:.0f} %")
    return lines


def _kappas(told: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for one in told:
        names, kappa = one["reviewers"], one["kappa"]
        lines.append(f"  {' and '.join(names)} on {one['rows']} rows: kappa {'undefined' if kappa is None else f'{kappa:.2f}'}")
    return lines


def show(found: Crosscheck, out: Console) -> None:
    """Agreement with each engine, then the rows that agree least."""
    table = Table(title=f"{found.ours} and others, {len(found.rows):,} texts", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("engine", "chrF2", "95 %", "same"):
        table.add_column(name, justify="left" if name == "engine" else "right", no_wrap=True)
    for one in found.agreements:
        table.add_row(one.engine, f"{one.chrf2:.1f}", f"{one.interval95[0]:.1f} to {one.interval95[1]:.1f}", f"{one.same:,}")
    out.print(table)
    for row in found.rows[:SHOWN]:
        out.print(f"{row.agreement:.1f}  {row.source}", markup=False)
        for engine, text in row.said.items():
            out.print(f"      {engine}: {text}", markup=False)
