"""serve: a deployment a language that a real server runs, refusals in one sentence, and word of failures."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Failed, Pending

from flows import notify, plan, serve
from flows.__main__ import call
from flows.adapt import adapt
from templates import language
from templates.refusal import UnknownName
from tests.flows.conftest import write_study

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 240.0  # for machines that are busy otherwise; on an idle one each wait takes about ten


def until(done: Callable[[], Any], *, what: str) -> Any:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = done()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE_SECONDS:g} s for {what}")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--cron", "61 4 * * 1"), 2, "--cron '61 4 * * 1': does not parse; five fields are needed"),
        (("--cron", "every monday"), 2, "--cron 'every monday': five fields are needed (minute, hour, day, month, weekday), as in"),
        (("--cron", "0 4 31 2 *"), 2, "--cron '0 4 31 2 *': that day never comes"),
        (("--timezone", "Europe/Stokholm"), 2, "no time zone 'Europe/Stokholm'; the names are those of the IANA list, as Europe/Stockholm. Did you mean"),
        (("--study", "quik"), 2, "no study 'quik'"),
        (("--data", "nowhere"), 1, "nowhere: is no folder"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(["serve", "sv", *options]) == code
    error = capfd.readouterr().err
    assert error.startswith("lingraft: ") and message in error
    assert len(error.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("address", "message"),
    [(None, "PREFECT_API_URL names none"), ("http://127.0.0.1:9/api", "the Prefect server at http://127.0.0.1:9/api does not answer (ConnectError: ")],
)
def test_without_a_server_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], address: str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with temporary_settings({PREFECT_API_URL: address} if address else None, restore_defaults=[] if address else [PREFECT_API_URL]):
        assert call(["serve", "sv"]) == 1
    error = capfd.readouterr().err
    assert message in error and "start one with: prefect server start (it listens on 127.0.0.1)" in error
    assert len(error.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_next_runs_are_told_in_local_time_and_follow_the_clock() -> None:
    told = serve.next_runs("0 4 * * 1", "Europe/Stockholm", count=60)
    assert all(line.startswith("Mon ") and line.split()[2] == "04:00" for line in told)
    assert {line.split()[3] for line in told} == {"CET", "CEST"}


def test_a_second_run_of_a_language_is_cancelled_on_the_server(server: str, tmp_path: Path) -> None:
    made = serve.deployment("sv", study="smoke", data=None, out=tmp_path, cron="0 4 * * 1", timezone="Europe/Stockholm")
    name = made.apply()
    with get_client(sync_client=True) as client:
        found = client.read_deployment(name)
        assert found.global_concurrency_limit is not None and found.global_concurrency_limit.limit == 1
        assert found.concurrency_options is not None and found.concurrency_options.collision_strategy is ConcurrencyLimitStrategy.CANCEL_NEW
        assert found.entrypoint == "flows.adapt.adapt"
        assert found.parameters == {"language": "sv", "study": "smoke", "data": None, "out": str(tmp_path), "until": "report", "if_changed": True}
        schedule = found.schedules[0].schedule
        assert (schedule.cron, schedule.timezone) == ("0 4 * * 1", "Europe/Stockholm")  # type: ignore[union-attr]
        first, second = (client.create_flow_run_from_deployment(found.id) for _ in range(2))
        client.set_flow_run_state(first.id, Pending())
        client.set_flow_run_state(second.id, Pending())
        assert [client.read_flow_run(run.id).state.name for run in (first, second)] == ["Pending", "Cancelled"]  # type: ignore[union-attr]
        client.delete_deployment(found.id)


@pytest.fixture
def served(home: Path, server: str, tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """`lingraft serve sv` in a folder where the demo study is ten rows long."""
    write_study(tmp_path, "demo", home / "model", rows=10)
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONWARNINGS": "ignore",
        "PREFECT_API_URL": server,
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "LINGRAFT_CACHE": str(tmp_path / "cache"),
    }
    log = (tmp_path / "log.txt").open("w", encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-m", "flows", "serve", "sv"], cwd=tmp_path, env=environment, stdout=log, stderr=log, text=True)
    yield tmp_path, process
    log.close()
    if process.poll() is None:
        process.kill()
        process.wait(timeout=30)


@pytest.mark.slow
def test_a_served_run_publishes_and_the_next_finds_no_change(served: tuple[Path, subprocess.Popen[str]]) -> None:
    folder, process = served

    def ready() -> bool:
        assert process.poll() is None, (folder / "log.txt").read_text(encoding="utf-8")
        return "serving by" in (folder / "log.txt").read_text(encoding="utf-8")

    until(ready, what="lingraft serve")
    with get_client(sync_client=True) as client:
        found = until(lambda: [each for each in client.read_deployments() if each.name == "sv-demo"], what="the deployment")[0]
        assert not found.paused

        def run_once() -> Any:
            started = client.create_flow_run_from_deployment(found.id).id

            def ended() -> Any:
                state = client.read_flow_run(started).state
                return state if state is not None and state.is_final() else None

            return until(ended, what="a run")

        first, second = run_once(), run_once()
        assert (first.name, second.name) == ("Completed", "NoChange"), (first.message, second.message)
        told = second.message
        run = (folder / "runs" / "sv" / "demo").resolve()
        assert told.startswith(f"nothing changed since {run.name}: source fiqa ")
        assert json.loads((run / "manifest.json").read_text(encoding="utf-8"))["stage"] == "judge"
        assert len(list(run.parent.iterdir())) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        assert client.read_deployment(found.id).paused
        client.delete_deployment(found.id)
    said = (folder / "log.txt").read_text(encoding="utf-8")
    assert "adapt/sv-demo: demo up to judge, next Mon " in said
    assert "into " + str(folder / "runs") in said


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


def test_a_failed_run_and_a_failed_gate_are_told_by_the_server(server: str, receiver: tuple[int, list[dict[str, Any]]], tmp_path: Path) -> None:
    from prefect.blocks.notifications import MattermostWebhook

    port, got = receiver
    MattermostWebhook(hostname="127.0.0.1", port=port, token="abcdefghijklmnopqrstuvwx").save("ops", overwrite=True)  # type: ignore[arg-type]
    for _ in range(2):
        assert notify.tell_failures("mattermost-webhook/ops") == "Failed, GateFailed, Crashed, TimedOut go to mattermost-webhook/ops"
    with get_client(sync_client=True) as client, chdir(tmp_path):
        assert len(client.read_automations_by_name(notify.NAME)) == 1
        time.sleep(1.0)  # the server reads new automations from its own messages
        assert adapt("xx", "demo", return_state=True).is_failed()
        run = client.create_flow_run(adapt, parameters={"language": "sv", "study": "demo"})
        client.set_flow_run_state(run.id, Failed(name="GateFailed", message="fiqa: fail,kept=12%"), force=True)
        until(lambda: len(got) >= 2, what="two messages")
        for automation in client.read_automations_by_name(notify.NAME):
            client.delete_automation(automation.id)
    texts = sorted(" ".join(str(value) for value in message.values()) for message in got)
    assert len(texts) == 2
    assert any("ended as Failed" in text and "no language 'xx'" in text for text in texts)
    assert any("ended as GateFailed: fiqa: fail,kept=12%" in text for text in texts)


def test_a_block_that_is_not_there_is_a_usage_error(server: str) -> None:
    with pytest.raises(UnknownName, match="no notification block 'slack-webhook/nobody' on the server; make one"):
        notify.tell_failures("slack-webhook/nobody")
    with pytest.raises(UnknownName, match="--notify 'ops': names no block; make one"):
        notify.tell_failures("ops")


def test_the_shipped_deployments_for_work_pools_resolve() -> None:
    table = yaml.safe_load((REPOSITORY / "flows" / "prefect.yaml").read_text(encoding="utf-8"))
    names = [each["name"] for each in table["deployments"]]
    assert len(set(names)) == len(names) >= 2
    for each in table["deployments"]:
        flow = load_flow_from_entrypoint(each["entrypoint"], use_placeholder_flow=False)
        assert flow.name == "adapt"
        assert flow.validate_parameters(each["parameters"]) == each["parameters"]
        assert each["name"] == f"{each['parameters']['language']}-{each['parameters']['study']}"
        assert each["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        for schedule in each["schedules"]:
            assert serve.next_runs(schedule["cron"], schedule["timezone"])
        assert each["parameters"]["language"] in language.codes()
        assert plan.read_study(each["parameters"]["study"]).trials
