"""serve: one Prefect deployment a language, run on a schedule by this process, one run at a time.

A run ends as NoChange where nothing changed since the last published one. A second run of the same language is cancelled, by
whichever process it was begun; runs outside Prefect are kept apart by the lock of the language.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import zoneinfo
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import prefect
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL
from prefect.types.entrypoint import EntrypointType

from flows.adapt import adapt
from flows.notify import tell_failures
from flows.plan import make
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.run_folder import Busy, one_at_a_time
from templates.store import make_folder

PATIENCE_SECONDS = 5.0
START = "start one with: prefect server start (it listens on 127.0.0.1), then: export PREFECT_API_URL=http://127.0.0.1:4200/api"


class BadSchedule(Refusal):
    """A cron expression that cannot be used (exit code 2, like every usage error)."""

    exit_code = 2


def need_server() -> str:
    """The address of the running server, or a Refusal that says how to start one."""
    address = PREFECT_API_URL.value()
    if not address:
        raise Refusal(f"serve needs a running Prefect server and PREFECT_API_URL names none; {START}")
    with get_client(sync_client=True, httpx_settings={"timeout": PATIENCE_SECONDS}) as client:
        problem = client.api_healthcheck()
    if problem is not None:
        why = " ".join(f"{type(problem).__name__}: {problem}".split())
        raise Refusal(f"the Prefect server at {address} does not answer ({why}); {START}")
    return str(address)


def next_runs(cron: str, timezone: str, *, count: int = 2) -> list[str]:
    """When the schedule next fires, in local time; refused are cron expressions and time zones that there are not."""
    zones = zoneinfo.available_timezones()
    if timezone not in zones:
        raise UnknownName(f"no time zone {timezone!r}; the names are those of the IANA list, as Europe/Stockholm.{did_you_mean(timezone, zones)}")
    shape = 'five fields are needed (minute, hour, day, month, weekday), as in "0 4 * * 1"'
    if len(cron.split()) != 5:
        raise BadSchedule(f"--cron {cron!r}: {shape}.")
    from prefect.server.schemas.schedules import CronSchedule  # slow to load

    try:
        schedule = CronSchedule(cron=cron, timezone=timezone)
    except ValueError as error:
        raise BadSchedule(f"--cron {cron!r}: does not parse; {shape}.") from error
    try:
        dates = asyncio.run(schedule.get_dates(count))
    except ValueError as error:
        raise BadSchedule(f"--cron {cron!r}: that day never comes; {shape}.") from error
    return [date.astimezone(zoneinfo.ZoneInfo(timezone)).strftime("%a %Y-%m-%d %H:%M %Z") for date in dates]


def deployment(language: str, *, study: str | None, data: Path | None, out: Path, cron: str, timezone: str) -> RunnerDeployment:
    """The deployment of one language: the whole study, or without one the study datasets up to the gate."""
    plan = make(language, study or "datasets", data=data, out=out)
    named = {"language": language, "study": plan.study_name, "data": str(plan.data) if plan.data else None, "out": str(plan.out)}
    made = adapt.to_deployment(
        name=f"{language}-{plan.study_name}",
        description=f"{plan.study.title} ({plan.language.name})",
        tags=["lingraft", language],
        version=importlib.metadata.version("lingraft"),
        parameters={**named, "until": "report" if study else "judge", "if_changed": True},
        schedule=Cron(cron, timezone=timezone),
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(made, RunnerDeployment)
    return made


def serve(
    languages: Sequence[str],
    *,
    study: str | None,
    data: Path | None,
    out: Path,
    cron: str,
    timezone: str,
    notify: str | None = None,
    say: Callable[[str], None],
) -> None:
    """Serve until interrupted. `notify`: the notification block (type/name) that is told when a run fails."""
    runs = next_runs(cron, timezone)
    wanted = list(dict.fromkeys(languages))
    deployments = [deployment(language, study=study, data=data, out=out, cron=cron, timezone=timezone) for language in wanted]
    address = need_server()
    make_folder(out.resolve())
    if notify:
        say(tell_failures(notify))
    for each in deployments:
        say(f"{each.flow_name}/{each.name}: {each.parameters['study']} up to {each.parameters['until']}, next {', '.join(runs)}")
    say(f"serving by {address}, one run at a time, into {out.resolve()}; stop with Ctrl-C, which pauses the schedules")
    with contextlib.ExitStack() as held:  # one that is served twice would be paused by whoever ends first
        for each in deployments:
            held.enter_context(_served(out.resolve(), each.name or ""))
        held.callback(_pause, deployments, address)
        prefect.serve(*deployments, limit=1, pause_on_shutdown=False, print_starting_message=False)


def _served(out: Path, name: str) -> contextlib.AbstractContextManager[None]:
    """The right to serve a deployment from this folder; Busy (exit code 4) if another process does."""
    why = f"another process serves {name} from {out}; stop that one first, or use another --out."
    return one_at_a_time(out / ".locks" / f"serve-{name}.lock", Busy(why))


def _pause(deployments: Sequence[RunnerDeployment], address: str) -> None:
    """Pause the schedules of all deployments, however serving ended: what Prefect pauses inside its event loop can be cut off by a SIGTERM."""
    try:
        with get_client(sync_client=True) as client:
            for each in deployments:
                with contextlib.suppress(ObjectNotFound):
                    client.pause_deployment(client.read_deployment_by_name(f"{each.flow_name}/{each.name}").id)
    except httpx.HTTPError as error:
        raise Refusal(f"the schedules could not be paused: the Prefect server at {address} does not answer ({type(error).__name__}: {error}).") from error
