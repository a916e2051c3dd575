"""The shipped model is what its manifest says, nothing else is loaded, and cut texts are flagged."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest
import sacrebleu
import torch

from templates import language
from templates.language import Language
from templates.refusal import Refusal
from translation.translators import ctranslate2 as engine

GOLD = Path(os.environ.get("LINGRAFT_DATA", "../shared/data")) / "gold" / "tatoeba_test.en-sv.tsv.gz"
SHIPPED = engine.MODELS / "en-sv"
GOLDEN = Path(__file__).parents[2] / "golden" / "translations"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "en-sv"))


def test_the_shipped_model_translates(english: Language, swedish: Language) -> None:
    (output,) = engine.build(engine.Settings(), source=english, target=swedish).translate(["Where is the station?"])
    assert output.text == "Var är stationen?"
    assert -1.0 < output.score < 0.0
    assert not output.truncated


def test_loading_leaves_torchs_threads_alone(english: Language, swedish: Language) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        engine.build(engine.Settings(), source=english, target=swedish).translate(["Hello."])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_damaged_file_is_refused_before_loading(copied: Path, english: Language, swedish: Language) -> None:
    blob = bytearray((copied / "model.bin").read_bytes())
    blob[5000] ^= 1
    (copied / "model.bin").write_bytes(bytes(blob))
    with pytest.raises(Refusal, match=r"model\.bin: sha256 is .* manifest\.json says"):
        engine.build(engine.Settings(model=str(copied)), source=english, target=swedish)


def test_a_folder_without_a_manifest_is_refused_and_can_be_sealed(copied: Path, english: Language, swedish: Language) -> None:
    (copied / "manifest.json").unlink()
    with pytest.raises(Refusal, match=r"manifest\.json: missing or unusable.*seal"):
        engine.build(engine.Settings(model=str(copied)), source=english, target=swedish)
    engine.seal(copied, source="en", target="sv", max_positions=256)
    shipped = engine.build(engine.Settings(), source=english, target=swedish)
    assert engine.build(engine.Settings(model=str(copied)), source=english, target=swedish).fingerprint == shipped.fingerprint


def test_what_older_manifests_do_not_say_is_filled_in(copied: Path) -> None:
    engine.seal(copied, source="en", target="sv", max_positions=256)
    manifest = engine.verify(copied)
    assert (manifest["placeholders"], manifest["markers"], manifest["targets"]) == (False, False, ["sv"])


def test_what_a_model_learnt_is_sealed_and_told(copied: Path, english: Language, swedish: Language) -> None:
    engine.seal(copied, source="en", target="sv", max_positions=256)
    plain = engine.build(engine.Settings(model=str(copied)), source=english, target=swedish)
    engine.seal(copied, source="en", target="sv", max_positions=256, placeholders=True, markers=True, targets=("sv", "ca"))
    model = engine.build(engine.Settings(model=str(copied)), source=english, target=swedish)
    assert (plain.placeholders, plain.markers) == (False, False)
    assert (model.placeholders, model.markers) == (True, True)
    catalan = engine.build(engine.Settings(model=str(copied)), source=english, target=language.load("ca"))
    assert catalan.fingerprint != model.fingerprint
    with pytest.raises(Refusal, match="translates en-sv/ca, asked for is sv-en"):
        engine.build(engine.Settings(model=str(copied)), source=swedish, target=english)


MANY = '{"source": "en", "target": "sv", "max_positions": "many", "files": {"model.bin": "", "source.spm": ""}}'


@pytest.mark.parametrize("content", ["[]", "{", '{"files": {}}', MANY])
def test_a_broken_manifest_is_refused(copied: Path, content: str) -> None:
    (copied / "manifest.json").write_text(content)
    with pytest.raises(Refusal, match="missing or unusable"):
        engine.verify(copied)


def test_a_missing_model_is_refused_with_what_to_do(english: Language) -> None:
    with pytest.raises(Refusal, match=r"no translation model 'en-ca'.*shipped \(en-sv, sv-en\).*lingraft/models/en-ca.*transformers"):
        engine.build(engine.Settings(), source=english, target=language.load("ca"))


def test_a_model_for_another_pair_is_refused(swedish: Language, english: Language) -> None:
    with pytest.raises(Refusal, match="translates en-sv, asked for is sv-en"):
        engine.build(engine.Settings(model="en-sv"), source=swedish, target=english)


def test_the_users_models_come_first(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copied.parent / "home"
    shutil.move(copied, home / "lingraft" / "models" / "en-sv")
    monkeypatch.chdir(home)
    assert engine.find("en-sv") == home / "lingraft" / "models" / "en-sv"


def test_threads_and_batches_change_no_text_and_no_fingerprint(english: Language, swedish: Language) -> None:
    texts = ["The house is old.", "He bought a new car yesterday because the old one was broken.", "Thanks!", "Where is the station?"] * 5
    one = engine.build(engine.Settings(threads=1, max_batch_tokens=16), source=english, target=swedish)
    two = engine.build(engine.Settings(), source=english, target=swedish)
    assert [output.text for output in one.translate(texts)] == [output.text for output in two.translate(texts)]
    assert one.fingerprint == two.fingerprint


def test_a_text_beyond_the_models_positions_is_flagged(english: Language, swedish: Language) -> None:
    long, short = engine.build(engine.Settings(), source=english, target=swedish).translate(["house " * 300, "The house is old."])
    assert long.truncated
    assert not short.truncated


def test_settings_out_of_range_are_refused(english: Language, swedish: Language) -> None:
    with pytest.raises(Refusal, match="at least 1"):
        engine.build(engine.Settings(beam_size=0), source=english, target=swedish)


@pytest.mark.parametrize("pair", ["en-sv", "sv-en"])
def test_a_shipped_folder_is_small_and_says_what_it_is_made_of(pair: str) -> None:
    folder = engine.MODELS / pair
    assert sum(path.stat().st_size for path in folder.iterdir()) < 15e6
    card, named, licence = ((folder / name).read_text(encoding="utf-8") for name in ("card.md", "ATTRIBUTION.txt", "LICENSE"))
    assert "Tatoeba" in named
    assert "CC BY-SA 4.0" in licence
    trained = card.partition("Left out for their licence")[0]
    for barred in ("AGPL", "Elastic", "SCPL", "NC-"):
        assert barred not in trained


@pytest.mark.parametrize("pair", ["en-sv", "sv-en"])
def test_conversion_kept_what_the_original_says(pair: str) -> None:
    """Golden sentences: greedy translations of the weights before conversion, by transformers in float32; int8 may choose another word now and then."""
    rows = [line.split("\t") for line in (GOLDEN / f"{pair}.tsv").read_text(encoding="utf-8").splitlines()]
    source, target = (language.load(code) for code in pair.split("-"))
    greedy = engine.build(engine.Settings(model=pair, beam_size=1, no_repeat_ngram_size=0), source=source, target=target)
    said = [output.text for output in greedy.translate([text for text, _ in rows])]
    assert len(rows) == 30
    assert sum(ours == theirs for ours, (_, theirs) in zip(said, rows, strict=True)) >= 24
    assert sacrebleu.CHRF().corpus_score(said, [[theirs for _, theirs in rows]]).score > 93


@pytest.mark.real
@pytest.mark.skipif(not GOLD.is_file(), reason=f"no gold data at {GOLD} (LINGRAFT_DATA)")
def test_everyday_sentences_are_translated_well(english: Language, swedish: Language) -> None:
    with gzip.open(GOLD, "rt", encoding="utf-8") as handle:
        pairs = [line.rstrip("\n").split("\t") for line in handle][500:750]
    outputs = engine.build(engine.Settings(), source=english, target=swedish).translate([english_side for english_side, _ in pairs])
    score = sacrebleu.CHRF().corpus_score([output.text for output in outputs], [[swedish_side for _, swedish_side in pairs]]).score
    assert score > 66.0


def test_its_own_translation_has_the_score_it_was_given(english: Language, swedish: Language) -> None:
    greedy = engine.build(engine.Settings(beam_size=1, no_repeat_ngram_size=0), source=english, target=swedish)
    texts = ["Where is the station?", "The old house has a green door."]
    outputs = greedy.translate(texts)
    means = greedy.log_probabilities(texts, [output.text for output in outputs])
    assert means == pytest.approx([output.score for output in outputs], abs=0.01)
