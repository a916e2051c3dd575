"""notify: an automation of the Prefect server that tells a notification block when a run fails or its gate does.

The server itself sends the message, so it comes also when the process that ran died. Blocks:
https://docs.prefect.io/v3/api-ref/python/prefect-blocks-notifications (most are apprise behind a form).
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import get_client
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.adapt import adapt
from templates.refusal import UnknownName

NAME = "lingraft: a run failed"
FAILURES = ("Failed", "GateFailed", "TrialsFailed", "Crashed", "TimedOut")
BODY = "{{ flow_run.name }} ended as {{ flow_run.state.name }}: {{ flow_run.state.message }}\n{{ flow_run|ui_url }}"


def tell_failures(block: str) -> str:
    """Make or renew the automation; `block` is written type/name, as in slack-webhook/ops. Says what it did."""
    kind, _, name = block.partition("/")
    how = "make one in the UI of the server under Blocks, and name it type/name, as slack-webhook/ops"
    if not (kind and name):
        raise UnknownName(f"--notify {block!r}: names no block; {how}.")
    with get_client(sync_client=True) as client:
        try:
            found = client.read_block_document_by_name(name, kind)
        except ObjectNotFound as error:
            raise UnknownName(f"no notification block {block!r} on the server; {how}.") from error
        if "notify" not in (found.block_schema.capabilities if found.block_schema is not None else ()):
            raise UnknownName(f"block {block!r} cannot notify anybody; {how}.")
        automation = AutomationCore(
            name=NAME,
            description="Made by lingraft serve --notify.",
            trigger=EventTrigger(
                expect={f"prefect.flow-run.{state}" for state in FAILURES},
                match_related=ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": adapt.name}),
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            actions=[SendNotification(block_document_id=found.id, subject="lingraft: {{ flow_run.name }}", body=BODY)],
        )
        old = client.read_automations_by_name(NAME)
        client.create_automation(automation)
        for extra in old:  # only now, so that there is always one
            client.delete_automation(extra.id)
    return f"{', '.join(FAILURES)} go to {block}"
