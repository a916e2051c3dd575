"""Store: digests, atomic writes, a content-addressed folder store, and the fingerprint of our own code.

A half-written file is never visible: everything is written beside its place, flushed, and moved there by `os.replace`.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from templates.refusal import Refusal

HOUSE = Path(__file__).resolve().parent.parent
PACKAGES = ("templates", "translation", "pipeline", "flows")


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def digest(value: Any) -> str:
    """sha256 (64 hex digits) of a JSON value in canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 (64 hex digits) of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def make_folder(path: Path) -> Path:
    """Create the folder, or refuse in one sentence if it cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise Refusal(
            f"{path}: cannot be written ({error.strerror}); choose another folder (--out for runs, LINGRAFT_CACHE for models and memories)."
        ) from error
    return path


def write_atomic(path: Path, blob: bytes) -> None:
    """Write bytes so that a reader sees the old file or the new one, never half of one, also after a power cut."""
    make_atomic(path, lambda staged: staged.write_bytes(blob))


def make_atomic(path: Path, make: Callable[[Path], object]) -> None:
    """The same for a file that `make` writes itself."""
    make_folder(path.parent)
    staged = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        make(staged)
        with staged.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(staged, path)
    except OSError as error:
        raise Refusal(f"{path}: cannot be written ({(error.strerror or str(error)).lower()}); free the place or name another file.") from error
    finally:
        staged.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically, indented, so that a person can read it."""
    write_atomic(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace"))  # lone surrogates as JSON escapes


class Store:
    """Folders addressed by the digest of everything that went into them. A folder is whole or absent."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str) -> Path | None:
        """The folder of `key`, or None."""
        path = self.root / key[:2] / key
        if not path.is_dir():
            return None
        os.utime(path)
        return path

    def drop(self, key: str) -> None:
        """Forget the folder of `key`, if there is one."""
        shutil.rmtree(self.root / key[:2] / key, ignore_errors=True)

    def get_or_make(self, key: str, make: Callable[[Path], None]) -> Path:
        """The folder of `key`; if absent, `make` fills a staging folder, which then takes its place in one move."""
        found = self.get(key)
        if found is not None:
            return found
        place = self.root / key[:2] / key
        make_folder(place.parent)
        staged = place.with_name(f".{key}.{uuid.uuid4().hex[:8]}.tmp")
        staged.mkdir()
        try:
            make(staged)
            try:
                os.replace(staged, place)
            except OSError:
                if not place.is_dir():  # another process put the same content there first
                    raise
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return place


def _source_of(name: str) -> Path | None:
    base = HOUSE / name.replace(".", "/")
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES}


@cache
def code_fingerprint(*modules: str) -> str:
    """sha256 over the sources of these house modules and of every house module they import, directly or not.

    A step's store key holds it, so that changed library code never meets an old result. Modules chosen by name at run
    time (a translator, a method) are no import statements: name them here too.
    """
    waiting, sources = list(modules), {}
    while waiting:
        name = waiting.pop()
        path = _source_of(name)
        if path is None or name in sources:
            continue
        sources[name] = file_digest(path)
        waiting.extend(_imports(path))
    return digest(sources)


def sweep(root: Path) -> None:
    """Remove staging folders and files that an interrupted run left behind."""
    for stale in _stale(root):
        if stale.is_dir():
            shutil.rmtree(stale, ignore_errors=True)
        else:
            stale.unlink(missing_ok=True)


def _stale(root: Path) -> Iterable[Path]:
    return list(root.glob("**/.*.tmp"))
