"""The command line: `lingraft STAGE LANGUAGE`. It settles folders and exit codes; everything else is in the flows."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from flows.back_translate import back_translate
from flows.calibrate import calibrate
from flows.continual import continual
from flows.crosscheck import crosscheck
from flows.doctor import doctor
from flows.evaluate_translator import evaluate_translator
from flows.export import export
from flows.export_prompt import export_prompt
from flows.gate_power import gate_power
from flows.graft import graft
from flows.train_translator import train_translator
from templates import catalogue
from templates.refusal import Refusal
from templates.store import PACKAGES

DONE, ERROR = 0, 1  # 1 also: TrialsFailed, 2: usage (UnknownName, typer), 3: GateFailed, 4: another run holds the language (Busy)
app = typer.Typer(help="English benchmarks in, a tuned and measured model in another language out.", no_args_is_help=True, add_completion=False)
out = Console(highlight=False, soft_wrap=True, emoji=False)

Language = Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")]
StudyName = Annotated[str, typer.Option("--study", help="A study of flows/studies or ./lingraft/studies.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder with <benchmark>.en.jsonl, .csv or .json, instead of hub and sample.")]
Out = Annotated[Path, typer.Option("--out", help="Where runs go.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print plan and cost, run nothing.")]


def _run(language: str, study: str, data: Path | None, runs: Path, until: str, dry_run: bool, if_changed: bool = False) -> None:
    from flows import plan as plans

    plan = plans.make(language, study, data=data, out=runs)
    if dry_run:
        from flows.cost import preview

        for line in preview(plan, until=until):
            out.print(line, markup=False)
        return
    from templates.store import make_folder

    make_folder(plan.out)
    from flows.adapt import adapt
    from flows.endings import Unsuccessful

    state: Any = adapt(language, study, str(plan.data) if plan.data else None, str(plan.out), until, if_changed, return_state=True)
    found = state.result(raise_on_failure=False)
    if state.is_failed() and not isinstance(found, Unsuccessful):
        raise found if isinstance(found, BaseException) else RuntimeError(state.message)
    done = found.done if isinstance(found, Unsuccessful) else found
    for path in [*done.get("lines", []), *done.get("paths", [])]:
        out.print(path, markup=False)
    if "pointer" in done:
        show_done(done)
    if isinstance(found, Unsuccessful):
        raise typer.Exit(found.exit_code)


def show_done(done: dict[str, Any]) -> None:
    """Verdict, headline numbers, paths."""
    for name, line in done["gates"].items():
        out.print(f"gate {name}: {line}", markup=False)
        for reason in done["why"][name]:
            out.print(f"  - {reason}", markup=False)
    for line in done["headline"]:
        out.print(line, markup=False)
    pointer = Path(done["pointer"])
    shown = os.path.relpath(pointer) if pointer.is_relative_to(Path.cwd()) else str(pointer)
    for name in ("report.html", *(f"gate/{name}/index.html" for name in done["gates"])):
        if (pointer / name).is_file():
            out.print(f"  {shown}/{name}", markup=False)
    if done["stopped"]:
        out.print('The gate failed and the study says stop: nothing was tuned. Mend the translation, or set on_fail = "continue".', markup=False)
    if done["broken"]:
        out.print("What failed in all its trials is missing above; mend the cause and run again, the rest is kept:", markup=False)
    for line in done["broken"]:
        out.print(f"  - {line}", markup=False)


def _stage_command(stage: str, summary: str) -> None:
    def command(language: Language, study: StudyName = "demo", data: Data = None, runs: Out = Path("runs"), dry_run: DryRun = False) -> None:
        _run(language, study, data, runs, stage, dry_run)

    command.__doc__ = summary
    app.command(stage)(command)


_stage_command("refresh", "Fetch the English records; says what was added, removed and changed since the last refresh.")
_stage_command("translate", "Refresh, then translate.")
_stage_command("judge", "Up to the quality gate: verdict, page, kept and quarantined records.")
_stage_command("study", "Up to tuning and measuring, with the report.")
_stage_command("report", "Everything; what is in the store is not done again.")


@app.command()
def adapt(
    language: Language,
    study: StudyName = "demo",
    data: Data = None,
    runs: Out = Path("runs"),
    dry_run: DryRun = False,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="Publish nothing new if nothing changed since the last run.")] = False,
) -> None:
    """The main job: refresh, translate, judge, localise, tune, report; English first, for comparison."""
    _run(language, study, data, runs, "report", dry_run, if_changed)


@app.command()
def serve(
    languages: Annotated[list[str], typer.Argument(help="Language codes; each gets a Prefect deployment of its own.")],
    cron: Annotated[str, typer.Option("--cron", help="When to run: minute, hour, day, month, weekday.")] = "0 4 * * 1",
    timezone: Annotated[str, typer.Option("--timezone", help="Where the clock hangs, as in Europe/Stockholm.")] = "Europe/Stockholm",
    study: Annotated[str | None, typer.Option("--study", help="Run all of this study; without it the study datasets up to the gate.")] = None,
    data: Data = None,
    runs: Out = Path("runs"),
    notify: Annotated[str | None, typer.Option("--notify", help="Prefect notification block told of failures, as TYPE/NAME.")] = None,
) -> None:
    """Run on a schedule, by a running Prefect server; a run that would change nothing ends at once."""
    from flows.serve import serve as begin

    begin(languages, study=study, data=data, out=runs, cron=cron, timezone=timezone, notify=notify, say=lambda line: out.print(line, markup=False))


@app.command()
def localise(
    language: Language,
    study: StudyName = "demo",
    data: Data = None,
    runs: Out = Path("runs"),
    dry_run: DryRun = False,
    ignore_table: Annotated[bool, typer.Option("--ignore-table", help="Print how far a fresh draft agrees with the language's tables; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Draft again what nobody has reviewed.")] = False,
) -> None:
    """Up to the prompts and label words, linted. A language without words for the study gets a drafted file to review instead."""
    from flows import draft
    from flows import plan as plans
    from templates.language import load

    wanted = [catalogue.benchmark(name) for name in plans.read_study(study).benchmarks]
    if ignore_table:
        lines = draft.agreement(language, study)
    elif force or draft.missing(load(language), wanted):
        lines = (draft.would if dry_run else draft.write)(language, study, force=force)
    else:
        return _run(language, study, data, runs, "localise", dry_run)
    for line in lines:
        out.print(line, markup=False)
    return None


@app.command()
def languages() -> None:
    """Every language: its words for each benchmark (yes, draft, missing), who reviewed them, what translates into it here."""
    from flows.languages import table

    for line in table():
        out.print(line, markup=False)


@app.command()
def predict(
    language: Language,
    benchmark: Annotated[str, typer.Argument(help="A benchmark.")],
    field: Annotated[list[str] | None, typer.Option("--field", help="name=value, once for each field.")] = None,
    source: Annotated[Path | None, typer.Option("--in", help="Instead of --field: a JSON Lines file with the fields, and label and slots if known.")] = None,
    study: StudyName = "demo",
    data: Data = None,
    runs: Out = Path("runs"),
) -> None:
    """Label one text, or a file of texts, with the tuned prompt of the latest run; with slots, a line for each: name, value."""
    from flows.predict import predict as one
    from flows.predict import predict_file, scored

    if (source is None) == (not field):
        raise Refusal("predict needs either --field name=value for each field, or --in FILE; give one of them.")
    if source is not None:
        answers = predict_file(language, study, benchmark, source, data=data, out=runs)
        for answer in answers:
            out.print(json.dumps(answer.to_json(), ensure_ascii=False), markup=False)
        for line in scored(answers):
            print(line, file=sys.stderr)
        return
    said = one(language, study, benchmark, field or [], data=data, out=runs).said
    out.print(f"{said.predicted}\t{said.probability:.3f}", markup=False)
    for slot in said.predicted_slots:
        out.print(f"{slot.name}\t{slot.value}", markup=False)


@app.command()
def show(
    language: Language, benchmark: Annotated[str, typer.Argument(help="A benchmark.")], study: StudyName = "demo", data: Data = None, runs: Out = Path("runs")
) -> None:
    """One record exactly as the model reads it, virtual tokens visible."""
    from flows.single import show as one

    for line in one(language, study, benchmark, data=data, out=runs):
        out.print(line, markup=False)


@app.command("translate-text")
def translate_text(
    language: Language,
    source: Annotated[Path, typer.Option("--in", help="UTF-8 text, a line each.")],
    target: Annotated[Path, typer.Option("--out", help="Where the translated lines go.")],
    study: StudyName = "demo",
) -> None:
    """Translate a text file line by line: same count, same order."""
    from flows.single import translate_file

    out.print(translate_file(language, study, source=source, target=target), markup=False)


for command in (continual, doctor, export, export_prompt, gate_power, calibrate, train_translator, evaluate_translator, back_translate, crosscheck, graft):
    app.command()(command)


@app.command()
def review(
    language: Language,
    more: Annotated[list[Path] | None, typer.Argument(help="Further sheets to import.")] = None,
    to: Annotated[Path | None, typer.Option("--export", help="Write a blind sample of the latest run to this sheet (.csv).")] = None,
    sheet: Annotated[Path | None, typer.Option("--import", help="Read the verdicts of this sheet, and of those named after it.")] = None,
    benchmark: Annotated[str, typer.Option("--benchmark", help="Export only this one of the study's benchmarks.")] = "",
    study: StudyName = "demo",
    rows: Annotated[int, typer.Option("--rows", help="Rows to draw of each benchmark.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other rows.")] = 0,
    runs: Out = Path("runs"),
) -> None:
    """Let people judge a sample: --export draws it, --import reads their verdicts; corrections go to ./lingraft/overrides."""
    from flows.review import review as either

    sheets = [*([sheet] if sheet else []), *(more or [])]
    for line in either(language, study, to=to, sheets=sheets, out=runs, only=benchmark, rows=rows, seed=seed):
        out.print(line, markup=False)


@app.command()
def clean(
    keep: Annotated[int, typer.Option("--keep", help="Runs, and sets of refreshed records, to keep of each language and study.", min=1)] = 5,
    runs: Out = Path("runs"),
    days: Annotated[float, typer.Option(help="Stored results unused for this long go.", min=0)] = 30,
) -> None:
    """Prune the history of runs and of refreshed records, and stored results and memories that nothing has used for a while."""
    from flows.single import clean as prune

    for line in prune(runs, keep=keep, days=days):
        out.print(line, markup=False)


def call(arguments: Sequence[str]) -> int:
    """Run one command; the exit code. What cannot be done is said in one sentence on standard error."""
    try:
        app(args=list(arguments), prog_name="lingraft")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else ERROR
    except Refusal as refusal:
        print(f"lingraft: {refusal}", file=sys.stderr)
        return refusal.exit_code
    return DONE


def main() -> None:
    """Entry point of the console script: one sentence and the right exit code for whatever cannot be done."""
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if sys.argv[1:2] == ["serve"]:  # what its runs say goes to the server, and to the terminal or journal
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")
        os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", ",".join(PACKAGES))
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # an error is said once, below
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")
    said = logging.StreamHandler()
    said.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    for package in PACKAGES:
        logging.getLogger(package).addHandler(said)
    sys.exit(call(sys.argv[1:]))


if __name__ == "__main__":
    main()
