"""Models that cannot be loaded are refused in one sentence, and nothing that lies beside one is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.load_gpt import load_gpt, need
from templates.refusal import Refusal
from tests.tiny import save_llama


def test_weights_that_are_no_weights(tmp_path: Path) -> None:
    folder = save_llama(tmp_path / "model")
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"model '.*model': folder holds no usable model \(.*\); give smollm2-135m, a folder with safetensors, or a hub id"):
        load_gpt(str(folder))


def test_code_beside_a_model_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save_llama(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    mapped = {"AutoConfig": "odd.OddConfig", "AutoModelForCausalLM": "odd.OddModel"}
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "odd", "auto_map": mapped}), encoding="utf-8")
    (folder / "odd.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.setattr("builtins.input", lambda *_: "y")  # whoever is asked says yes
    for ask in (need, load_gpt):
        with pytest.raises(Refusal, match="folder holds no usable model"):
            ask(str(folder))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("method", ["gptq", "awq", "bitsandbytes", "compressed-tensors"])
def test_quantised_models_that_nothing_here_can_read(method: str, tmp_path: Path) -> None:
    folder = save_llama(tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    asked = {"quant_method": method, "bits": 4, "group_size": 128, "zero_point": True, "load_in_4bit": True, "config_groups": {}}
    (folder / "config.json").write_text(json.dumps({**config, "quantization_config": asked}), encoding="utf-8")
    with pytest.raises(Refusal, match="folder holds no usable model"):
        load_gpt(str(folder))
