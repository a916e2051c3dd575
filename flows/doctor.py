"""doctor: the label words of a language under the model's tokenizer, and how the untuned model leans; needs no flow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from templates.refusal import UnknownName, did_you_mean

if TYPE_CHECKING:
    from pipeline.doctor import Diagnosis


def doctor(
    language: Annotated[str, typer.Argument(help="Language code, as in templates/languages or ./lingraft/languages.")],
    study: Annotated[str, typer.Option("--study", help="Whose benchmarks and model.")] = "demo",
    benchmark: Annotated[str, typer.Option("--benchmark", help="Only this one of the study's benchmarks.")] = "",
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the English records, where the study asks for one.")] = None,
) -> None:
    """Label words under the model's tokenizer: pieces, blanks, clashes, and which label the untuned model prefers. Ambiguous words: exit code 1."""
    from flows.engines import gpt_for
    from flows.plan import make
    from pipeline.answering import Answering
    from pipeline.doctor import examine

    plan = make(language, study, data=data, out=Path("runs"))
    names = [shape.name for shape in plan.benchmarks]
    if benchmark and benchmark not in names:
        raise UnknownName(f"--benchmark {benchmark!r}: study {study} has {', '.join(names)}.{did_you_mean(benchmark, names)}")
    gpt, prefixes = gpt_for(plan)
    found = [examine(Answering(gpt, plan.task_of(shape), prefixes)) for shape in plan.benchmarks if benchmark in ("", shape.name)]
    out = Console(highlight=False, soft_wrap=True, emoji=False)
    for diagnosis in found:
        for line in told(diagnosis):
            out.print(line, markup=False)
    if any(finding.severity == "error" for diagnosis in found for finding in diagnosis.findings):
        raise typer.Exit(1)


def told(diagnosis: Diagnosis) -> list[str]:
    """The diagnosis in lines: each word with its tokens, each label's prior at its first word, then what was noticed."""
    labels = len({word.label for word in diagnosis.words})
    lines = [f"{diagnosis.task}: {len(diagnosis.words)} words for {labels} labels, {_lengths(diagnosis)}"]
    width = max(len(word.label) for word in diagnosis.words)
    shown: set[str] = set()
    for word in diagnosis.words:
        prior = f"{diagnosis.priors[word.label]:6.1%}" if diagnosis.priors and word.label not in shown else " " * 6
        shown.add(word.label)
        blank = "" if word.blank in ("joined", "none") else f"  (blank {word.blank})"
        lines.append(f"  {word.label:<{width}}  {prior}  {word.word!r} = {' '.join(repr(piece) for piece in word.pieces)}{blank}")
    return lines + [f"  {finding}" for finding in diagnosis.findings]


def _lengths(diagnosis: Diagnosis) -> str:
    sizes = sorted({len(word.pieces) for word in diagnosis.words})
    return f"{sizes[0]} token each" if sizes == [1] else f"{sizes[0]} to {sizes[-1]} tokens each" if len(sizes) > 1 else f"{sizes[0]} tokens each"
