"""What is exported says word for word what the trained model says, and nothing that is no translator is overwritten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import ctranslate2
import pytest
import torch
from transformers import MarianMTModel

from templates import language
from templates.refusal import Refusal
from templates.slots import Slot
from tests import grammar
from tests.translation.training.tiny_training import QUICK, train
from translation import markers
from translation.slots import Pair, carry
from translation.training import export, shape, tokenizer
from translation.training.tokenizer import END
from translation.translate import asks_of, translate_lines
from translation.translators import ctranslate2 as translators


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `original` and `converted`, of a model that knows the grammar nearly by heart."""
    folder = tmp_path_factory.mktemp("export")
    settings = replace(QUICK, batch_tokens=400, learning_rate=4e-3, warm_up=30, checkpoint_minutes=60)
    model = train(folder, 300, settings=settings, size=shape.find("tiny"))
    export.save(dict(model.named_parameters()), model.config, folder / "original", pieces=folder / "tokenizer")
    export.convert(folder / "original", folder / "converted", source="en", targets=("sv",), placeholders=True, markers=True, texts={"card.md": "# A card\n"})
    return folder


def said_by(folder: Path, texts: list[str]) -> list[str]:
    engine = ctranslate2.Translator(str(folder), compute_type="default")
    pieces = tokenizer.load(folder.parent / "tokenizer", targets=())
    found = engine.translate_batch([[*pieces.encode(text, out_type=str), "</s>"] for text in texts], beam_size=1, max_decoding_length=40)
    return [pieces.decode(one.hypotheses[0]) for one in found]


@torch.no_grad()
def said_by_the_original(folder: Path, texts: list[str]) -> list[str]:
    model = MarianMTModel.from_pretrained(folder / "original").eval()
    pieces = tokenizer.load(folder / "tokenizer", targets=())
    said = []
    for text in texts:
        found = model.generate(input_ids=torch.tensor([[*pieces.encode(text), END]]), num_beams=1, do_sample=False, max_new_tokens=40)[0].tolist()
        said.append(pieces.decode([token for token in found if token not in (END, model.config.pad_token_id)]))
    return said


def test_the_converted_model_says_what_the_original_says(trained: Path) -> None:
    pairs = grammar.sentences()
    texts = [source for source, _ in pairs]
    learnt = {"source": "en", "targets": ("sv",), "placeholders": True, "markers": True}
    export.convert(trained / "original", trained / "exact", quantization="float32", **learnt)  # type: ignore[arg-type]
    assert said_by(trained / "exact", texts) == said_by_the_original(trained, texts)
    said = said_by(trained / "converted", texts)
    right = sum(ours == reference for ours, (_, reference) in zip(said, pairs, strict=True))
    assert right > 0.9 * len(pairs)  # rounded to int8
    assert all("⟦1⟧" in ours for source, ours in zip(texts, said, strict=True) if "⟦1⟧" in source)


def test_its_markers_carry_slots_through_the_engine(trained: Path) -> None:
    english, swedish = language.load("en"), language.load("sv")
    engine = translators.build(translators.Settings(model=str(trained / "converted"), beam_size=1), source=english, target=swedish)
    assert engine.markers
    texts = [source for source, _ in grammar.sentences() if "⟦a⟧" in source]
    plain = [markers.without(text) for text in texts]
    said = translate_lines(plain, translator=engine, memory=None)
    asked = [(text, ((text.index("a green lamp"), text.index("a green lamp") + 12),)) for text in plain]
    answers = asks_of(engine, None).mark(asked)  # type: ignore[misc]
    right = [one for one in asked if one in answers and answers[one].text[slice(*answers[one].spans[0])] == "en grön lampa"]
    assert len(right) > 0.9 * len(asked)
    slots = [(Slot("device", "a green lamp", text.index("a green lamp")),) for text in plain]
    wanted = [Pair(*one) for one in zip(plain, said, slots, strict=True)]
    carried = carry(wanted, ask=asks_of(engine, None), language=swedish)
    assert sum([(slot.value, slot.method) for slot in one.slots] == [("en grön lampa", "tag")] for one in carried) > 0.9 * len(carried)


def test_the_folder_holds_what_is_needed_and_no_more(trained: Path) -> None:
    names = {path.name for path in (trained / "converted").iterdir()}
    assert names == {"model.bin", "config.json", "shared_vocabulary.json", "source.spm", "manifest.json", "card.md"}
    manifest = json.loads((trained / "converted" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["placeholders"], manifest["markers"], manifest["targets"]) == (True, True, ["sv"])
    assert "<pad>" not in json.loads((trained / "converted" / "shared_vocabulary.json").read_text(encoding="utf-8"))


def test_a_translator_gives_way_and_nothing_else_does(trained: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(trained / "converted", tmp_path / "en-sv"))
    (place / "old.txt").write_text("old")
    export.convert(trained / "original", place, source="en", targets=("sv",), placeholders=False, markers=False)
    assert not (place / "old.txt").exists()
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "dear.txt").write_text("do not lose me")
    with pytest.raises(Refusal, match="holds something that is no translator"):
        export.convert(trained / "original", letters, source="en", targets=("sv",), placeholders=False, markers=False)
    assert (letters / "dear.txt").read_text() == "do not lose me"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
