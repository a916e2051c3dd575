"""What all tests share: folders of real data if present, no network, no telemetry, a Prefect home of their own."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook
from xdist.scheduler import LoadScopeScheduling

HOME = tempfile.mkdtemp(prefix="lingraft-tests-")
os.environ["PREFECT_HOME"] = f"{HOME}/prefect"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"
os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "120"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"  # the test processes share the cores; threads that wait for one another by spinning cost all of them time
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

SHAPED = ("answering", "batch", "choose", "frozen_gpt", "prefix", "prompt_encoder", "splice")
install_import_hook([f"pipeline.{name}" for name in SHAPED], "beartype.beartype")  # shapes in signatures are checked wherever a test runs them

# Every run sees the same examples, however slow the machine is just then; --hypothesis-profile=default draws new ones.
settings.register_profile("same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

REPOSITORY = Path(__file__).resolve().parent.parent


class OneServer(LoadScopeScheduling):
    """A file's tests go to one process; those of flows all to the same one, so that one Prefect server is started and one run adapted."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/flows" if nodeid.startswith("tests/flows/") else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneServer:
    return OneServer(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data, or a skip."""
    folder = Path(os.environ.get("LINGRAFT_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; name its folder in LINGRAFT_DATA")
    return folder


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("LINGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
