"""judge: the terminal says the verdict and why, the run before and the user's references stand beside it, Prefect shows the same."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import plan
from flows.judge import compared
from templates import catalogue, records
from templates.benchmark import Record
from templates.slots import Slot
from templates.store import file_digest
from tests.flows.conftest import Lingraft, write_study
from translation import judge as gates


def gate_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "runs" / "sv" / "mine" / "gate" / "fiqa" / "gate.json").read_text(encoding="utf-8"))


def test_a_judged_set_beside_the_run_before_and_references(lingraft: Lingraft, server: str, cache: Path, tmp_path: Path) -> None:
    write_study(tmp_path, "mine", Path("no model is needed"), gate={})
    code, out, error = lingraft("judge", "sv", "--study", "mine")
    assert (code, error) == (0, "")
    first = gate_of(tmp_path)
    lines = out.splitlines()
    assert lines[0] == f"gate fiqa: {first['verdict']},kept={first['statistics']['keep_rate']:.0%}"
    assert lines[-2] == "  - nobody has reviewed these rows, so how many of the kept ones are right is not known"
    assert [line.removeprefix("  - ") for line in lines if line.startswith("  - ")] == why(first)
    assert lines[-1] == "  runs/sv/mine/gate/fiqa/index.html"
    assert (first["previous"], first["references"]) == (None, [])
    assert {found["check"] for found in first["words"]} == {"draft"}

    place = tmp_path / "lingraft" / "references" / "sv" / "fiqa.jsonl"
    place.parent.mkdir(parents=True)
    kept = [raw for _, raw in records.read_lines(tmp_path / "runs" / "sv" / "mine" / "records" / "fiqa.jsonl")]
    place.write_text("".join(json.dumps({"id": raw["id"], "sentence_sv": raw["sentence"]}) + "\n" for raw in kept[:8]), encoding="utf-8")
    before = (tmp_path / "runs" / "sv" / "mine").resolve().name
    code, _, _ = lingraft("judge", "sv", "--study", "mine")
    second = gate_of(tmp_path)
    assert code == 0
    assert second["previous"]["run"] == before
    moved = {delta["name"]: delta for delta in second["previous"]["deltas"]}
    assert moved["texts (chrF2 of now against then)"]["now"] == 100
    assert not any(delta["matters"] for delta in moved.values())
    assert next((one["name"], one["score"], one["n"]) for one in second["references"]) == ("chrF2", 100.0, 8)
    manifest = json.loads((tmp_path / "runs" / "sv" / "mine" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["basis"]["references fiqa"] == second["provenance"]["references"]["sha256"]  # a new reference is a reason to judge again
    assert manifest["gates"]["fiqa"]["why"] == why(second)
    assert second["provenance"]["references"]["file"] == str(place)
    assert shown("gate-sv-fiqa").startswith(f"# fiqa in Swedish: {second['verdict']}\n")
    assert "## Since " + before.replace("_", r"\_") in shown("gate-sv-fiqa")
    assert [row["check"] for row in json.loads(shown("gate-sv-fiqa-checks"))] == [check["id"] for check in second["checks"]]


def why(gate: dict[str, Any]) -> list[str]:
    from translation.gate_summary import important

    return important(gate)


def shown(key: str) -> str:
    """The data of Prefect's latest artifact of this key."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = [artifact for artifact in client.read_artifacts() if artifact.key == key]
    return str(max(found, key=lambda artifact: artifact.created).data)


def test_references_that_lie_with_the_data_are_found_and_slots_are_measured_on_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path, "copied", tmp_path / "model", benchmarks=["assistant"], rows=0, source="any", translator={"engine": "identity"})
    data, gold = tmp_path / "shared" / "benchmarks", tmp_path / "shared" / "gold" / "assistant_ref.sv.jsonl"
    for folder in (data, gold.parent):
        folder.mkdir(parents=True)
    (data / "assistant.en.jsonl").write_text("")
    gold.write_text(json.dumps({"id": "u1", "utterance_sv": "spela dover", "annotated_sv": "spela [artist_name : dover]"}) + "\n", encoding="utf-8")
    made, shape = plan.make("sv", "copied", data=data, out=tmp_path / "runs"), catalogue.benchmark("assistant")
    source = [Record("u1", {"utterance": "play dover"}, "play_music", "u1", slots=(Slot("artist_name", "dover", 5),))]
    moved = [replace(source[0], fields={"utterance": "spela dover"}, source=source[0].fields, slots=(Slot("artist_name", "dover", 6),))]
    found, provenance = compared(made, shape, gates.judge(source, moved, benchmark=shape, language=made.language), source)
    assert provenance == {"references": {"file": str(gold), "sha256": file_digest(gold)}}
    scores = {(one.name, one.n): one.score for one in found.references}
    assert scores == {("chrF2", 1): 100, ("slot precision", 1): 100, ("slot recall", 1): 100, ("slot span F1", 1): 100}
