"""RunFolder: `runs/<lang>/<study>` is a relative symlink to a finished run in `runs/.history/`, swapped in one move.

A run is staged out of sight, then moved to its place in the history, then pointed to. What is in the history never changes.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from templates.catalogue import check_name
from templates.refusal import Refusal
from templates.store import Store, make_folder, sweep


class Busy(Refusal):
    """Another run holds this language."""

    exit_code = 4


@contextmanager
def one_at_a_time(place: Path, otherwise: Refusal, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock at `place`, also across processes; `otherwise` is raised where another one holds it."""
    make_folder(place.parent)
    lock = FileLock(place)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise otherwise from error
    try:
        yield
    finally:
        lock.release()


class Runs:
    """All runs below one folder (`--out`)."""

    def __init__(self, out: Path) -> None:
        self.out = out

    @property
    def store(self) -> Store:
        """Results of steps, addressed by what went into them; shared by all runs of this folder."""
        return Store(self.out / ".store")

    def current(self, language: str, study: str) -> Path:
        """The pointer to the latest finished run."""
        return self.out / check_name(language, "language") / check_name(study, "study")

    def finished(self, language: str, study: str) -> Path:
        """The latest finished run, or a Refusal that says how to make one."""
        path = self.current(language, study)
        if not path.is_dir():
            raise Refusal(f"{path}: there is no finished run; make one with: lingraft adapt {language} --study {study}")
        return path.resolve()

    def published(self, language: str, study: str) -> list[Path]:
        """Every run in the history, the latest first, pointed to or not."""
        history = self.out / ".history" / check_name(language, "language") / check_name(study, "study")
        return sorted((path for path in history.glob("*") if not path.name.startswith(".") and path.is_dir()), reverse=True)

    @contextmanager
    def hold(self, language: str, *, wait_seconds: float = 0) -> Iterator[None]:
        """One run per language, also across processes; Busy (exit code 4) if another one holds it."""
        place = self.out / ".locks" / f"{check_name(language, 'language')}.lock"
        with one_at_a_time(place, Busy(f"another run holds {language} in {self.out}; wait for it, or use another --out."), wait_seconds=wait_seconds):
            yield

    def stage(self, language: str, study: str) -> Path:
        """A fresh staging folder; the language must be held. What interrupted runs of this study left is removed."""
        history = make_folder(self.out / ".history" / check_name(language, "language") / check_name(study, "study"))
        sweep(history)
        staged = history / f".{uuid.uuid4().hex[:8]}.tmp"
        staged.mkdir()
        return staged

    def publish(self, staged: Path, language: str, study: str, *, digest: str, point: bool = True) -> Path:
        """Move a run to its place in the history and point to it; returns the pointer, or without `point` the place itself."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        place = staged.parent / f"{stamp}-{digest[:8]}"
        os.replace(staged, place)
        if not point:
            return place
        pointer = self.current(language, study)
        make_folder(pointer.parent)
        if pointer.exists() and not pointer.is_symlink():
            raise Refusal(f"{pointer}: is not a link made by lingraft; move it away, then run again (the run itself is in {place}).")
        fresh = pointer.with_name(f".{pointer.name}.{uuid.uuid4().hex[:8]}.tmp")
        fresh.symlink_to(os.path.relpath(place, pointer.parent))
        os.replace(fresh, pointer)
        return pointer

    def prune(self, *, keep: int) -> list[Path]:
        """Remove all but the latest `keep` runs of each language and study (never one that is pointed to); returns what went."""
        gone: list[Path] = []
        for study in sorted((self.out / ".history").glob("*/*")):
            pointer = self.out / study.parent.name / study.name
            pointed = pointer.resolve() if pointer.is_symlink() else None
            old = sorted(path for path in study.iterdir() if path.is_dir() and not path.name.startswith("."))[: -keep or None]
            for path in old:
                if path.resolve() != pointed:
                    shutil.rmtree(path)
                    gone.append(path)
        return gone

    def prune_refreshed(self, *, keep: int) -> list[Path]:
        """Remove all but the latest `keep` (at least 1) sets of refreshed records of each language, study and benchmark, each with the diff that
        led to it; returns what went. The latest set is the one that the next refresh is compared with."""
        gone: list[Path] = []
        for history in sorted((self.out / ".refreshed").glob("*/*/*/history")):
            sets: dict[str, list[Path]] = {}
            for path in sorted(history.iterdir()):
                if not path.name.startswith("."):
                    sets.setdefault(path.name.partition(".")[0], []).append(path)
            for name in sorted(sets)[: -max(keep, 1)]:
                for path in sets[name]:
                    path.unlink()
                gone += sets[name]
        return gone


def prune_store(store: Store, *, older_than_seconds: float) -> int:
    """Remove stored results that no run has asked for since then; returns how many."""
    border = datetime.now(UTC).timestamp() - older_than_seconds
    old = [path for path in store.root.glob("??/*") if path.is_dir() and path.stat().st_mtime < border]
    for path in old:
        shutil.rmtree(path)
    stale = [path for path in (store.root / ".unfinished").glob("*") if path.stat().st_mtime < border]
    for path in stale:
        path.unlink()
    return len(old) + len(stale)
