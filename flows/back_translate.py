"""back-translate: text of one language becomes parallel text to train on, by a translator of the opposite direction."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from templates.refusal import Refusal


def back_translate(
    files: Annotated[list[Path], typer.Argument(help="Text in the language --to, a sentence a line: NAME.LANGUAGE.txt or .txt.gz, or folders of such.")],
    to: Annotated[str, typer.Option("--to", help="The language of the text; the trained translator will write it.")],
    engine: Annotated[str, typer.Option("--with", help="What translates it back, as sv-en, a folder or an engine; else the model TO-FROM.")] = "",
    source: Annotated[str, typer.Option("--from", help="The language it is translated back into.")] = "en",
    folder: Annotated[Path, typer.Option("--out", help="Where the pairs go; name it with --corpus then.")] = Path("back"),
    most: Annotated[int, typer.Option("--most", help="Sentences of each file.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws others, where a file has more.")] = 0,
) -> None:
    """Turn text into training pairs for train-translator: the target side is people's own, the source side a machine's."""
    from flows.engines import memory_for
    from flows.named_engine import host_of, open_engine
    from flows.step import bar
    from translation.training import back_translation as training

    name = engine or f"{to}-{source}"
    if host := host_of(name):
        raise Refusal(f"{name}: sends texts to {host}, which back-translate never does; name a translator that runs here.")
    texts = [text for file in files for text in (_texts(file, to) if file.is_dir() else [file])]
    known = open_engine(name, source=to, target=source)
    out = Console(highlight=False, soft_wrap=True, emoji=False)
    with memory_for(known.translator) as memory:
        for text in texts:
            with bar(f"back {text.name}") as advance:
                options = {"source": source, "target": to, "back": known.translator, "memory": memory, "most": most, "seed": seed}
                made = training.back_translate(text, folder, **options, on_batch=lambda count: advance(count, "sentences"))  # type: ignore[arg-type]
            out.print(f"{made.path}: {made.written:,} pairs of {made.read:,} lines", markup=False)


def _texts(folder: Path, language: str) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.name.endswith((f".{language}.txt", f".{language}.txt.gz")))
    if not found:
        raise Refusal(f"{folder}: holds no file NAME.{language}.txt or .txt.gz; name files or another folder.")
    return found
