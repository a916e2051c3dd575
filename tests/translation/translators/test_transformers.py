"""Local folders, languages by code, and the hub when there is none."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from templates import hub
from templates.language import Language
from templates.refusal import Refusal
from translation.translators import transformers as engine

START = Path(os.environ.get("LINGRAFT_MODELS", "../shared/models")) / "en-sv-start"


def test_a_hub_id_without_a_network_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, english: Language, swedish: Language) -> None:
    monkeypatch.setattr(hub, "reachable", lambda: False)
    with pytest.raises(Refusal, match=r"no translation model 'nobody/en-sv-nowhere'.*no such folder.*hub") as caught:
        engine.build(engine.Settings(model="nobody/en-sv-nowhere"), source=english, target=swedish)
    assert "\n" not in str(caught.value)


def test_a_name_that_is_neither_folder_nor_hub_id_is_refused(monkeypatch: pytest.MonkeyPatch, english: Language, swedish: Language) -> None:
    monkeypatch.setattr(hub, "reachable", lambda: False)
    with pytest.raises(Refusal, match="no translation model"):
        engine.build(engine.Settings(model="../../no/such"), source=english, target=swedish)


def test_a_folder_without_safetensors_is_refused(tiny_marian: Path, tmp_path: Path, english: Language, swedish: Language) -> None:
    for path in tiny_marian.iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(Refusal, match="cannot be loaded as a translation model"):
        engine.build(engine.Settings(model=str(tmp_path)), source=english, target=swedish)


def test_batch_size_changes_no_text_and_no_fingerprint(tiny_marian: Path, english: Language, swedish: Language) -> None:
    texts = ["Shares rose.", "The market closed lower than many analysts had hoped.", "Profit fell today."]
    one, many = (engine.build(engine.Settings(model=str(tiny_marian), batch_size=size), source=english, target=swedish) for size in (1, 8))
    assert [output.text for output in one.translate(texts)] == [output.text for output in many.translate(texts)]
    assert one.fingerprint == many.fingerprint


def test_the_score_is_the_mean_log_probability(tiny_marian: Path, english: Language, swedish: Language) -> None:
    greedy = engine.build(engine.Settings(model=str(tiny_marian), beam_size=1, no_repeat_ngram_size=0), source=english, target=swedish)
    (output,) = greedy.translate(["Shares rose today."])
    model, tokenizer = greedy._model, greedy._tokenizer
    inputs = tokenizer(["Shares rose today."], return_tensors="pt")
    ids = model.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=greedy._limit - 2)
    with torch.no_grad():
        logits = model(**inputs, decoder_input_ids=ids[:, :-1]).logits.log_softmax(-1)
    said = logits.gather(-1, ids[:, 1:, None]).squeeze().tolist()
    end = ids[0, 1:].tolist().index(1) + 1 if 1 in ids[0, 1:].tolist() else len(said)
    assert output.score == pytest.approx(sum(said[:end]) / end, abs=1e-3)


def test_m2m_forces_the_target_language_by_the_code_in_the_language_file(tiny_m2m: Path, english: Language, swedish: Language) -> None:
    settings = engine.Settings(model=str(tiny_m2m))
    built = engine.build(settings, source=english, target=swedish)
    assert built._first_token == built._tokenizer.get_lang_id("sv")
    assert len(built.translate(["Shares rose today."])) == 1
    danish = replace(swedish, code="da", codes={"m2m100": "da"}, file="da.toml")
    assert engine.build(settings, source=english, target=danish).fingerprint != built.fingerprint
    unknown = replace(swedish, code="qq", codes={}, file="qq.toml")
    with pytest.raises(Refusal, match=r"knows no language 'qq'.*\[codes\] m2m100 in qq.toml"):
        engine.build(settings, source=english, target=unknown)


@pytest.mark.real
@pytest.mark.skipif(not START.is_dir(), reason=f"the start model is not at {START} (LINGRAFT_MODELS)")
def test_the_start_model_agrees_with_its_converted_form(english: Language, swedish: Language, tmp_path: Path) -> None:
    from translation.training.export import convert
    from translation.translators import ctranslate2

    convert(START, tmp_path / "start", source="en", targets=("sv",), placeholders=False, markers=False)

    texts = ["I don't know what you mean.", "The house is old.", "He bought a new car yesterday.", "Where is the station?"]
    slow = engine.build(engine.Settings(model=str(START)), source=english, target=swedish).translate(texts)
    fast = ctranslate2.build(ctranslate2.Settings(model=str(tmp_path / "start")), source=english, target=swedish).translate(texts)
    assert [output.text for output in slow] == [output.text for output in fast]
    assert [output.score for output in slow] == pytest.approx([output.score for output in fast], abs=0.1)


def test_a_language_token_is_given_and_not_scored(tiny_m2m: Path, english: Language, swedish: Language) -> None:
    greedy = engine.build(engine.Settings(model=str(tiny_m2m), beam_size=1, no_repeat_ngram_size=0), source=english, target=swedish)
    (tokens,) = greedy.token_log_probabilities(["Shares rose."], ["profit fell"])
    ids = greedy._tokenizer(text_target="profit fell")["input_ids"]
    assert ids[0] == greedy._first_token and len(tokens) == len(ids) - 1
