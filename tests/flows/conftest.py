"""A Prefect server for the tests of flows, started once; a user's folder with a tiny model; and one finished run."""

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from flows.__main__ import call
from tests.tiny import save_llama

REPOSITORY = Path(__file__).resolve().parents[2]
Lingraft = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a Prefect server with a database of its own."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


def write_study(folder: Path, name: str, model: Path, **change: Any) -> None:
    """The shipped smoke study on a tiny model with 40 rows of FIQA, as a user's own study."""
    table = tomllib.loads((REPOSITORY / "flows" / "studies" / "smoke.toml").read_text(encoding="utf-8"))
    table |= {"benchmarks": ["fiqa"], "rows": 40, "shard_rows": 12, "model": {"name": str(model), "threads": 1}} | change
    place = folder / "lingraft" / "studies" / f"{name}.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(tomlkit.dumps(table), encoding="utf-8")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with the study `tiny`."""
    folder = tmp_path_factory.mktemp("home")
    model = save_llama(folder / "model")
    write_study(folder, "tiny", model)
    write_study(folder, "both", model, benchmarks=["fiqa", "assistant"], rows={"fiqa": 40, "assistant": 70})
    write_study(folder, "copies", model, on_fail="stop", translator={"engine": "identity"})
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where translation memories of the tests go."""
    folder = tmp_path_factory.mktemp("cache")
    old = os.environ.get("LINGRAFT_CACHE")
    os.environ["LINGRAFT_CACHE"] = str(folder)
    yield folder
    if old is None:
        del os.environ["LINGRAFT_CACHE"]
    else:
        os.environ["LINGRAFT_CACHE"] = old


@pytest.fixture(scope="session")
def adapted(home: Path, server: str, cache: Path) -> Path:
    """The user's folder after `lingraft adapt sv --study tiny`."""
    from flows.adapt import adapt

    with chdir(home):
        assert adapt("sv", "tiny", out="runs", return_state=True).is_completed()
    return home


@pytest.fixture
def lingraft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Lingraft:
    """Run a command in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = call(arguments)
        said = capfd.readouterr()
        return code, said.out, said.err

    return run
