"""What every step shares: its place in the store, and a bar on the terminal.

Prefect's own cache is off everywhere: a key of inputs and the step's own source would return old results after library code
changed. Ours holds inputs, settings and the fingerprint of every house module the step imports.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.cache_policies import NO_CACHE
from prefect.settings import temporary_settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from templates.store import Store, code_fingerprint, digest

STEP: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}


def key_of(step: str, *, inputs: Any, modules: Sequence[str]) -> str:
    """The store key of a step's result."""
    return digest({"step": step, "inputs": inputs, "code": code_fingerprint(*modules)})


def stored(store: Store, step: str, *, inputs: Any, modules: Sequence[str], make: Callable[[Path], None]) -> Path:
    """The folder with the step's result: from the store, or made now."""
    return store.get_or_make(key_of(step, inputs=inputs, modules=modules), make)


@contextmanager
def without_heartbeats() -> Iterator[None]:
    """Stages run in here send none of their own: that of the run around them says that it lives, and each would wait up to a second for the
    thread that sends it to end."""
    with temporary_settings({"flows.heartbeat_frequency": None}):
        yield


@contextmanager
def bar(title: str, total: int | None = None) -> Iterator[Callable[[int, str], None]]:
    """A progress bar; call what it gives with how many are done now and a few words. Without `total` the end is not known."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<34}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=False) as progress:
        line = progress.add_task(title, total=total, note="")

        def advance(done: int, note: str = "") -> None:
            progress.update(line, advance=done, note=note)

        yield advance
        progress.update(line, total=progress.tasks[0].completed)
