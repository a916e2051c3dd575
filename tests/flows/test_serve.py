"""serve: a deployment a language that a real server runs, one run at a time, and refusals in one sentence."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, FlowRun
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Pending

from flows import notify, plan, serve
from flows.__main__ import call
from templates import language, records
from templates.run_folder import Busy
from tests.flows.conftest import PATIENCE_SECONDS, follow, make_block, until, write_study
from tests.served import Site

REPOSITORY = Path(__file__).resolve().parents[2]
ROWS = [raw for _, raw in records.read_lines(REPOSITORY / "templates" / "samples" / "fiqa.en.jsonl")][:10]


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


def test_the_server_plans_the_runs_of_a_deployment_and_cancels_a_second_one(server: str, tmp_path: Path) -> None:
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
        httpx.post(f"{server}/deployments/{found.id}/schedule", json={"min_runs": 2}).raise_for_status()  # what the server's scheduler does each minute
        planned = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[found.id])))
        times = sorted(run.expected_start_time.astimezone(ZoneInfo("Europe/Stockholm")) for run in planned if run.expected_start_time)
        assert len(times) >= 2 and {(moment.weekday(), moment.hour, moment.minute) for moment in times} == {(0, 4, 0)}
        first, second = (client.create_flow_run_from_deployment(found.id) for _ in range(2))
        client.set_flow_run_state(first.id, Pending())
        client.set_flow_run_state(second.id, Pending())
        assert [client.read_flow_run(run.id).state.name for run in (first, second)] == ["Pending", "Cancelled"]  # type: ignore[union-attr]
        client.delete_deployment(found.id)


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Iterator[tuple[Path, Site]]:
    """A user's folder whose study datasets is a few rows of FIQA from an address."""
    with Site(ROWS) as site:
        write_study(tmp_path, "datasets", home / "model", source="url", rows=0)
        follow(tmp_path, site.address)
        yield tmp_path, site


@contextmanager
def running(command: Sequence[str], folder: Path, server: str) -> Iterator[tuple[subprocess.Popen[str], Callable[[], str]]]:
    """A process of the same Python in the folder, and what it has said so far."""
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONWARNINGS": "ignore",
        "PREFECT_API_URL": server,
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "LINGRAFT_CACHE": str(folder / "cache"),
    }
    place = folder / "log.txt"
    with place.open("w", encoding="utf-8") as log:
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log, text=True)
        try:
            yield process, lambda: place.read_text(encoding="utf-8")
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=30)


def deployments() -> list[Any]:
    with get_client(sync_client=True) as client:
        return client.read_deployments()


def begin(name: str) -> UUID:
    with get_client(sync_client=True) as client:
        return client.create_flow_run_from_deployment(client.read_deployment_by_name(f"adapt/{name}").id).id


def ended(run: UUID) -> FlowRun:
    """The run, once it is over."""

    def final() -> FlowRun | None:
        with get_client(sync_client=True) as client:
            found = client.read_flow_run(run)
        return found if found.state is not None and found.state.is_final() else None

    found: FlowRun = until(final, what="a run")
    return found


def name_of(run: FlowRun) -> str | None:
    return run.state and run.state.name


@pytest.mark.slow
def test_served_runs_follow_each_other_publish_once_and_tell(
    folder: tuple[Path, Site], server: str, receiver: tuple[int, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    place, site = folder
    monkeypatch.chdir(place)
    make_block(receiver[0])
    with running(["flows", "serve", "sv", "en", "--notify", "mattermost-webhook/ops"], place, server) as (process, said):
        until(lambda: "serving by" in said() or process.poll() is not None, what="lingraft serve")
        assert process.poll() is None, said()
        deployed = until(lambda: two if len(two := deployments()) == 2 else None, what="two deployments")
        assert not any(each.paused for each in deployed)
        site.go.clear()
        first = begin("sv-datasets")
        until(lambda: site.asked, what="the first run")
        assert call(["adapt", "sv", "--study", "datasets"]) == 4  # by hand, while the scheduled run holds the language
        assert "another run holds sv" in capfd.readouterr().err
        second, other = begin("sv-datasets"), begin("en-datasets")
        time.sleep(3.0)  # three times as long as the runner waits between two looks
        with get_client(sync_client=True) as client:
            assert {client.read_flow_run(run).start_time for run in (second, other)} == {None}
        site.go.set()
        runs = [ended(run) for run in (first, second, other)]
        assert name_of(runs[0]) == name_of(runs[2]) == "Completed", said()
        assert name_of(runs[1]) in ("Cancelled", "NoChange")
        times = sorted((run.start_time, run.end_time) for run in runs if run.start_time and run.end_time)
        assert all(before[1] <= after[0] for before, after in pairwise(times)), times
        third = ended(begin("sv-datasets"))
        published = (place / "runs" / "sv" / "datasets").resolve()
        assert third.state is not None and third.state.message is not None
        assert (third.state.name, third.state.message.partition(": source fiqa ")[0]) == ("NoChange", f"nothing changed since {published.name}")
        assert json.loads((published / "manifest.json").read_text(encoding="utf-8"))["stage"] == "judge"
        assert len(list(published.parent.iterdir())) == 1
        site.answer = "gone"
        assert name_of(ended(begin("en-datasets"))) == "Failed"
        told = until(lambda: [said for said in map(str, receiver[1]) if "it answered 404" in said], what="a message")
        assert "ended as Failed" in told[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    with get_client(sync_client=True) as client:
        for each in deployed:
            assert client.read_deployment(each.id).paused
            client.delete_deployment(each.id)
        for automation in client.read_automations_by_name(notify.NAME):
            client.delete_automation(automation.id)
    assert "adapt/sv-datasets: datasets up to judge, next Mon " in said()
    assert f"into {place / 'runs'}" in said()


@pytest.mark.slow
def test_the_shipped_deployments_run_from_a_work_pool(folder: tuple[Path, Site], server: str) -> None:
    place, _ = folder

    def prefect(*command: str) -> str:
        with running(["prefect", *command], place, server) as (process, said):
            assert process.wait(timeout=PATIENCE_SECONDS) == 0, said()
        return said()

    prefect("work-pool", "create", "lingraft", "--type", "process")
    prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(REPOSITORY / "flows" / "prefect.yaml"))
    started = begin("sv-datasets")
    prefect("worker", "start", "--pool", "lingraft", "--limit", "1", "--run-once")
    found = ended(started)
    assert name_of(found) == "Completed", found.state
    assert json.loads((place / "runs" / "sv" / "datasets" / "manifest.json").read_text(encoding="utf-8"))["stage"] == "judge"
    assert not (place / "flows").exists()
    with get_client(sync_client=True) as client:
        for name in ("sv-datasets", "ca-datasets"):
            deployed = client.read_deployment_by_name(f"adapt/{name}")
            assert (deployed.pull_steps or [], deployed.work_pool_name) == ([], "lingraft")
            assert deployed.global_concurrency_limit is not None and deployed.global_concurrency_limit.limit == 1
            client.delete_deployment(deployed.id)
        client.delete_work_pool("lingraft")


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
        assert plan.read_study(each["parameters"]["study"]).trials or each["parameters"]["until"] == "judge"


def test_a_deployment_is_served_once(tmp_path: Path) -> None:
    with serve._served(tmp_path, "sv-datasets"):
        with pytest.raises(Busy, match=r"another process serves sv-datasets from .*; stop that one first"), serve._served(tmp_path, "sv-datasets"):
            pass
        with serve._served(tmp_path, "ca-datasets"):
            pass
    with serve._served(tmp_path, "sv-datasets"):
        pass
