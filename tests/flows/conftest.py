"""A Prefect server for the tests of flows, started once; a user's folder with a tiny model; and one finished run."""

import json
import os
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from flows.__main__ import call
from tests.tiny import save_llama

REPOSITORY = Path(__file__).resolve().parents[2]
Lingraft = Callable[..., tuple[int, str, str]]
PATIENCE_SECONDS = 240.0  # for machines that are busy otherwise; on an idle one each wait takes a few
AT_AN_ADDRESS = """
from dataclasses import replace
from templates.benchmark import Url
from templates.benchmarks.fiqa import BENCHMARK as SHIPPED
BENCHMARK = replace(SHIPPED, sources=(Url("{address}", "{sha256}"),))
"""


def until(done: Callable[[], Any], *, what: str) -> Any:
    """Wait for something true, and give it back."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = done()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_SECONDS:g} s for {what}")


def follow(folder: Path, address: str, *, sha256: str = "") -> Path:
    """From now on FIQA comes from this address in the user's folder."""
    place = folder / "lingraft" / "benchmarks" / "fiqa.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(AT_AN_ADDRESS.format(address=address, sha256=sha256), encoding="utf-8")
    return place


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a Prefect server with a database of its own."""
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120), temporary_settings({"flows.heartbeat_frequency": None}):  # which a flow waits for at its end
        yield str(PREFECT_API_URL.value())


RULES = {
    "retry": False,
    "off": ["invented_words", "log_probability", "addition", "ending"],
}  # a gate that loads no dictionary and no model; tests of the gate have all


def write_study(folder: Path, name: str, model: Path, **change: Any) -> None:
    """The shipped smoke study on a tiny model with 40 rows of FIQA, as a user's own study."""
    table = tomllib.loads((REPOSITORY / "flows" / "studies" / "smoke.toml").read_text(encoding="utf-8"))
    table |= {"benchmarks": ["fiqa"], "rows": 40, "shard_rows": 12, "model": {"name": str(model), "threads": 1, "device": "cpu"}, "gate": RULES} | change
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


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A user's folder with a finished run `both` of FIQA and Assistant in Swedish, put together by hand: its prompts are drawn, not tuned."""
    import torch

    from flows.engines import gpt_for
    from flows.plan import make
    from pipeline.prompt_table import PromptTable, card_for
    from templates import records
    from templates.run_folder import Runs

    folder = tmp_path_factory.mktemp("asked")
    write_study(folder, "both", save_llama(folder / "model"), benchmarks=["fiqa", "assistant"], source="any")
    rows: dict[str, list[dict[str, Any]]] = {
        "fiqa": [{"id": f"f{number}", "sentence": f"Vinsten steg dag {number}", "target": "Acme", "label": "positive"} for number in range(3)],
        "assistant": [
            {"id": "u0", "label": "general_joke", "utterance": "berätta ett skämt"},
            {"id": "u1", "label": "alarm_set", "annotated": "väck mig klockan [time : fem] på [date : måndag]"},
            {"id": "u2", "label": "play_music", "annotated": "spela något av [artist_name : dover]"},
        ],
    }
    table = PromptTable()
    with chdir(folder):
        plan = make("sv", "both", data=None, out=Path("runs"))
        staged = Runs(plan.out).stage("sv", "both")
        lines = []
        for seed, benchmark in enumerate(plan.benchmarks):
            kept, _ = records.read_raw(benchmark, enumerate(rows[benchmark.name]), where="rows", settings=benchmark.settings())
            records.write(staged / "records" / f"{benchmark.name}.jsonl", kept, benchmark=benchmark.name, language="sv")
            prompt = 0.3 * torch.randn(10, 32, generator=torch.Generator().manual_seed(seed))
            table.add(f"sv/{benchmark.name}", prompt, card_for(plan.task_of(benchmark), gpt_for(plan)[0], trial=f"trial {benchmark.name}"))
            lines.append(json.dumps({"trial": f"trial {benchmark.name}", "predictions": [{"id": kept[0].id}]}))
        table.save(staged / "prompts")
        (staged / "outcomes.jsonl").write_text("\n".join(lines), encoding="utf-8")
        Runs(plan.out).publish(staged, "sv", "both", digest="0" * 8)
    return folder


class Receiver(BaseHTTPRequestHandler):
    """Writes down what is posted to it."""

    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A local chat server's webhook: its port, and the messages it got."""
    got: list[dict[str, Any]] = []
    listener = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Receiver,), {"got": got}))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listener.server_port, got
    listener.shutdown()
    listener.server_close()
    thread.join()


def make_block(port: int) -> None:
    """The notification block mattermost-webhook/ops, which posts to a receiver here."""
    from prefect.blocks.notifications import MattermostWebhook

    MattermostWebhook(hostname="127.0.0.1", port=port, token="abcdefghijklmnopqrstuvwx").save("ops", overwrite=True)  # type: ignore[arg-type]
