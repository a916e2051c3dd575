"""notify: the server itself tells a block of runs that failed, and a block that is not there is refused."""

import time
from pathlib import Path
from typing import Any

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.states import Crashed

from flows import notify
from flows.adapt import adapt
from flows.endings import GateFailed
from templates.refusal import UnknownName
from tests.flows.conftest import make_block, until


def test_failures_of_every_kind_are_told_by_the_server(
    home: Path, server: str, cache: Path, receiver: tuple[int, list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, got = receiver
    make_block(port)
    for _ in range(2):
        assert notify.tell_failures("mattermost-webhook/ops") == "Failed, GateFailed, TrialsFailed, Crashed, TimedOut go to mattermost-webhook/ops"
    monkeypatch.chdir(home)
    with get_client(sync_client=True) as client:
        assert len(client.read_automations_by_name(notify.NAME)) == 1
        time.sleep(1.0)  # the server reads new automations from its own messages
        assert adapt("xx", "tiny", out=str(tmp_path), return_state=True).is_failed()
        with pytest.raises(GateFailed, match=r"^the gate failed and the study says stop \(fiqa: fail,kept=0%\)$") as stopped:
            adapt("sv", "copies", out=str(tmp_path), until="judge")
        assert Path(stopped.value.done["pointer"], "gate", "fiqa", "index.html").is_file()
        died = client.create_flow_run(adapt, parameters={"language": "sv", "study": "tiny"})
        client.set_flow_run_state(died.id, Crashed(message="exit code -9"), force=True)  # as the runner says of a process that was killed
        until(lambda: len(got) >= 3, what="three messages")
        for automation in client.read_automations_by_name(notify.NAME):
            client.delete_automation(automation.id)
    texts = sorted(" ".join(str(value) for value in message.values()) for message in got)
    assert len(texts) == 3
    assert any("ended as Failed" in text and "no language 'xx'" in text for text in texts)
    assert any("ended as GateFailed: the gate failed and the study says stop (fiqa: fail,kept=0%" in text for text in texts)
    assert any("ended as Crashed: exit code -9" in text for text in texts)


def test_a_block_that_is_not_there_is_a_usage_error(server: str) -> None:
    with pytest.raises(UnknownName, match="no notification block 'slack-webhook/nobody' on the server; make one"):
        notify.tell_failures("slack-webhook/nobody")
    with pytest.raises(UnknownName, match="--notify 'ops': names no block; make one"):
        notify.tell_failures("ops")


def test_a_block_that_cannot_notify_is_refused_and_what_was_told_before_stays(server: str) -> None:
    Secret(value="x").save("ops", overwrite=True)
    with pytest.raises(UnknownName, match="block 'secret/ops' cannot notify anybody; make one"):
        notify.tell_failures("secret/ops")
