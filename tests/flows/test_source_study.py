"""What the source study needs beyond a plain one: searched placements, prompts that begin at the English one, a cost told beforehand, exports, doctor."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from flows import plan as plans
from flows.localise import localise_benchmark
from flows.study import study
from pipeline.outcome import Outcome
from templates import catalogue, records
from templates.refusal import Refusal
from templates.run_folder import Runs
from tests.flows.conftest import Lingraft, write_study
from tests.tiny import save_llama, toy_records

FAST = {"epochs": 2, "least_steps": 1, "batch_size": 32}
TRIALS: list[dict[str, Any]] = [
    {"method": "majority"},
    {"method": "p_tuning", "settings": FAST},
    {"method": "p_tuning", "settings": {**FAST, "start": "english"}, "conditions": ["target"]},
    {
        "method": "p_tuning",
        "settings": {**FAST, "placement": "searched"},
        "conditions": ["target", "english", "control"],
        "search": ["4 front", "3 text, 2 end"],
        "search_settings": {"epochs": 1},
    },
]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, server: str, cache: Path) -> tuple[Path, list[Outcome]]:
    """A folder with a finished Swedish run of such a study; the Swedish rows are English ones that say so."""
    from contextlib import chdir

    folder = tmp_path_factory.mktemp("searched")
    write_study(folder, "mine", save_llama(folder / "model"), trials=TRIALS, folds={"count": 3, "run": [0]})
    shape = catalogue.benchmark("fiqa")
    rows = [{"id": row.id, "sentence": row.fields["sentence"], "target": row.fields["target"], "label": row.label, "group": row.group} for row in toy_records()]
    with chdir(folder):
        made, _ = records.read_raw(shape, enumerate(rows), where="rows", settings=shape.settings())
        records.write(folder / "english" / "records.jsonl", made, benchmark="fiqa", language="en")
        staged = Runs(folder / "runs").stage("sv", "mine")
        records.write(staged / "records" / "fiqa.jsonl", made, benchmark="fiqa", language="sv")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("flows.study.PROBE_ROWS", 50)
            patch.setattr("flows.study.PROBE_SECONDS", 0.5)
            study("sv", "mine", None, "runs", str(staged), {"fiqa": str(folder / "english")}, {"fiqa": "pass,kept=100%@0123abcd"})
        Runs(folder / "runs").publish(staged, "sv", "mine", digest="0" * 8)
    run = Runs(folder / "runs").finished("sv", "mine")
    return folder, [Outcome.from_json(raw) for _, raw in records.read_lines(run / "outcomes.jsonl")]


def test_the_placement_that_validates_best_is_tuned_fold_by_fold(searched: tuple[Path, list[Outcome]]) -> None:
    folder, outcomes = searched
    run = Runs(folder / "runs").finished("sv", "mine")
    probes = [Outcome.from_json(raw) for _, raw in records.read_lines(run / "search.jsonl")]
    assert {(one.condition, one.fold, one.settings["placement"]) for one in probes} == {
        (condition, 0, placement) for condition in ("en", "sv") for placement in TRIALS[3]["search"]
    }
    assert all(not one.predictions and one.test_rows == 0 and len(one.history) == 1 and not one.error for one in probes)
    chosen = [one for one in outcomes if one.settings.get("placement") == "searched"]
    assert len(chosen) == 3 and not any(one.error for one in outcomes)
    for one in chosen:
        asked = "sv" if one.condition == "en>sv" else one.condition
        mine = [probe for probe in probes if (probe.condition, probe.fold) == (asked, one.fold)]
        best = min(mine, key=lambda probe: probe.history[0].validation_loss)
        assert one.chosen == {"placement": best.settings["placement"]} and one.signature["chosen"] == f"placement={best.settings['placement']}"
        assert one.stored_parameters == 32 * (4 if best.settings["placement"] == "4 front" else 5)
        assert Outcome.from_json(one.to_json()) == one


def test_a_swedish_prompt_begins_at_the_english_one_of_its_fold(searched: tuple[Path, list[Outcome]]) -> None:
    folder, _ = searched
    stored = {}
    for path in (folder / "runs" / ".store").rglob("outcome.json"):
        one = Outcome.from_json(json.loads(path.read_text(encoding="utf-8")))
        if one.method == "p_tuning" and "placement" not in one.settings:
            stored[one.condition, one.fold, one.settings.get("start", "")] = load_file(path.parent / "p_tuning.safetensors")
    found = (stored["sv", 0, "english"]["start"] - stored["en", 0, ""]["prompt"]).abs().max()
    assert float(found) < 1e-5
    assert not stored["sv", 0, "english"]["prompt"].equal(stored["sv", 0, ""]["prompt"])


def test_cost_was_told_before_and_stands_beside_what_it_was(searched: tuple[Path, list[Outcome]]) -> None:
    folder, outcomes = searched
    cost = json.loads((Runs(folder / "runs").finished("sv", "mine") / "cost.json").read_text(encoding="utf-8"))
    assert len(cost["trials"]) == len({one["trial"] for one in cost["trials"]}) == len(outcomes) and cost["peak_bytes"] > 2**20
    assert all(one["expected"] > 0 and one["actual"] > 0 for one in cost["trials"] if "p_tuning" in one["trial"])


def test_the_prompt_is_looked_at_and_exported(searched: tuple[Path, list[Outcome]], lingraft: Lingraft, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = searched
    monkeypatch.chdir(folder)
    run = Runs(folder / "runs").finished("sv", "mine")
    looks = json.loads((run / "prompts" / "inspection.json").read_text(encoding="utf-8"))
    card = json.loads((run / "prompts" / "table.json").read_text(encoding="utf-8"))["sv/fiqa"]
    assert re.fullmatch(r"pass,kept=100%@[0-9a-f]{8}", card["signature"]["gate"]) and card["tokenizer"]
    assert all(len(token["nearest"]) == 3 and token["moved"] > 0 for token in looks["sv/fiqa"])
    code, out, error = lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "there", "--format", "nemo")
    assert (code, error) == (0, "") and out.split() == ["there/task_templates.json", "there/fiqa.sv.prompt_card.json"]
    template = json.loads(Path("there/task_templates.json").read_text(encoding="utf-8"))[0]
    assert template["total_virtual_tokens"] == len(looks["sv/fiqa"])
    other = {**template, "taskname": "sv/other"}
    Path("there/task_templates.json").write_text(json.dumps([other, {**template, "prompt_template": "old"}]), encoding="utf-8")
    assert lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "there", "--format", "nemo")[0] == 0
    assert json.loads(Path("there/task_templates.json").read_text(encoding="utf-8")) == [other, template]
    localise_benchmark.fn(plans.make("sv", "mine", data=None, out=Path("runs")), catalogue.benchmark("fiqa"), run)
    code, _, error = lingraft("export", "sv", "--study", "mine", "--to", "whole", "--format", "nemo")
    assert (code, error) == (0, "") and json.loads(Path("whole/task_templates.json").read_text(encoding="utf-8")) == [template]
    code, out, error = lingraft("show", "sv", "fiqa", "--study", "mine")
    assert (code, error) == (0, "") and out.count("<v0>") == 2 and f"<v{len(looks['sv/fiqa']) - 1}>" in out and f"<v{len(looks['sv/fiqa'])}>" not in out
    code, out, error = lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "adapter")
    if card["placement"] == "4 front":
        assert code == 0 and Path("adapter/adapter_model.safetensors").is_file()
        assert lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "adapter")[0] == 0
        Path("adapter/prompt_card.json").write_text('{"task": "sv/other"}', encoding="utf-8")
        code, out, error = lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "adapter")
        assert code == 1 and "adapter: holds the prompt of sv/other already; name another folder with --to" in error
    else:
        assert code == 1 and "PEFT cannot hold this prompt, since its virtual tokens stand" in error
    assert "Did you mean nemo?" in lingraft("export-prompt", "sv", "fiqa", "--study", "mine", "--to", "x", "--format", "nemoo")[2]
    assert "no benchmark 'fiqua' in study mine; there are fiqa" in lingraft("export-prompt", "sv", "fiqua", "--study", "mine", "--to", "x")[2]
    code, out, _ = lingraft("predict", "sv", "fiqa", "--study", "mine", "--field", "sentence=Acme jumps", "--field", "target=Acme")
    assert code == 0 and out.split()[0] in ("positive", "negative")


def test_doctor_tells_words_and_priors(searched: tuple[Path, list[Outcome]], lingraft: Lingraft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(searched[0])
    code, out, error = lingraft("doctor", "sv", "--study", "mine")
    assert (code, error) == (0, "")
    assert out.startswith("sv/fiqa: ") and "negative" in out and "%" in out
    assert "study mine has fiqa" in lingraft("doctor", "sv", "--study", "mine", "--benchmark", "assistant")[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('settings = { placement = "searched" }', 'search and placement = "searched" go together'),
        ('search = ["4 front"]', 'search and placement = "searched" go together'),
        ('settings = { placement = "searched" }\nsearch = ["4 front"]\nfractions = [0.1]', "a placement is searched with all data"),
        ('settings = { placement = "searched" }\nsearch = ["4 frnt"]', "no place 'frnt'"),
        ('settings = { placement = "searched" }\nsearch = ["4 front"]\nsearch_settings = { epoch = 1 }', "unknown key 'epoch'"),
        ('settings = { encoder = "gru" }', "encoder: input should be 'lstm', 'tpmlp', 'mlp' or 'none'"),
        ("settings = { micro_batch = -1 }", "micro_batch is -1; it must be at least 0"),
    ],
)
def test_searches_are_read_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    place = tmp_path / "lingraft" / "studies" / "mine.toml"
    place.parent.mkdir(parents=True)
    place.write_text(f'title = "x"\n[[trials]]\nmethod = "p_tuning"\n{text}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refusal) as caught:
        plans.read_study("mine")
    assert message in str(caught.value)
