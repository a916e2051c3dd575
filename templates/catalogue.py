"""Catalogue: the folder is the registry. What the user keeps in `./lingraft/` comes first, then what the package ships."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from templates.benchmark import Benchmark
from templates.refusal import Refusal, UnknownName, did_you_mean

PACKAGE = Path(__file__).resolve().parent.parent
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # the part of BCP 47 (RFC 5646) that can safely be a file name
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


def user_home() -> Path:
    """Where the user's own languages, benchmarks and studies lie."""
    return Path.cwd() / "lingraft"


def check_name(name: str, kind: str) -> str:
    """The name itself, if it can be a file name; otherwise an UnknownName. Nothing reaches a path before this."""
    pattern = CODE if kind == "language" else NAME
    if not pattern.fullmatch(name):
        raise UnknownName(f"{name!r} is not a {kind} name; allowed are letters, digits and dashes as in {'sv or pt-BR' if kind == 'language' else 'fiqa'}.")
    return name


def files(kind: str, shipped: Path, suffix: str) -> dict[str, Path]:
    """Name -> file of every language, benchmark or study, the user's own first."""
    found: dict[str, Path] = {}
    for folder in (user_home() / shipped.name, shipped):
        for path in sorted(folder.glob(f"*{suffix}")):
            if not path.name.startswith("_"):
                found.setdefault(path.stem, path)
    return found


def find(kind: str, name: str, shipped: Path, suffix: str) -> Path:
    """The file behind a name; an UnknownName lists what there is and names the nearest."""
    check_name(name, kind)
    known = files(kind, shipped, suffix)
    if name not in known:
        raise UnknownName(f"no {kind} {name!r}; there are {', '.join(sorted(known))}.{did_you_mean(name, known)}")
    return known[name]


def benchmark(name: str) -> Benchmark:
    """The BENCHMARK of `benchmarks/<name>.py`."""
    path = benchmark_file(name)
    if path.is_relative_to(PACKAGE / "templates"):
        module = importlib.import_module(f"templates.benchmarks.{name}")
    else:
        spec = importlib.util.spec_from_file_location(f"lingraft_user_{name}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # where a dataclass in it looks up its own module
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # whatever a file of the user's may raise
            raise Refusal(f"{path}: cannot be read: {type(error).__name__}: {str(error).rstrip('.')}; mend the file.") from error
    found = getattr(module, "BENCHMARK", None)
    if not isinstance(found, Benchmark):
        raise Refusal(f"{path}: defines no BENCHMARK; assign one Benchmark to that name.")
    return found


def benchmark_file(name: str) -> Path:
    """Where a benchmark is defined; its digest belongs into the key of everything made of it."""
    return find("benchmark", name, PACKAGE / "templates" / "benchmarks", ".py")


def benchmarks() -> list[str]:
    """The names of all benchmarks."""
    return sorted(files("benchmark", PACKAGE / "templates" / "benchmarks", ".py"))


def module(package: str, name: str, kind: str) -> ModuleType:
    """`package/name.py`, imported only now, so that its heavy dependencies load only when it is chosen."""
    folder = PACKAGE / package.replace(".", "/")
    known = sorted(path.stem for path in folder.glob("*.py") if not path.name.startswith("_"))
    if name not in known:
        raise UnknownName(f"no {kind} {name!r}; there are {', '.join(known)}.{did_you_mean(name, known)}")
    return importlib.import_module(f"{package}.{name}")
