"""One vocabulary for both sides: stand-ins are whole, rare letters are bytes, the pad is last."""

import json
from pathlib import Path

import pytest

from templates.refusal import Refusal
from translation import stand_ins
from translation.training import tokenizer

TEXTS = ["the dog sees the house", "hunden ser huset", "the old car", "den gamla bilen"] * 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tokenizer")
    tokenizer.learn(iter(TEXTS), made, size=400, source="en", targets=("sv", "ca"))
    return made


def test_every_stand_in_is_one_piece_wherever_it_stands(folder: Path) -> None:
    pieces = tokenizer.load(folder, targets=("sv", "ca"))
    for symbol in stand_ins.symbols(("sv", "ca")):
        found = pieces.encode(f"the{symbol}dog {symbol} sees", out_type=str)
        assert found.count(symbol) == 2
    assert pieces.decode(pieces.encode("⟦a⟧the old car⟦/a⟧ sees ⟦1⟧.")) == "⟦a⟧the old car⟦/a⟧ sees ⟦1⟧."


def test_letters_never_seen_come_back(folder: Path) -> None:
    pieces = tokenizer.load(folder, targets=())
    text = "ärtsoppa 漢字 😀"
    assert tokenizer.UNKNOWN not in pieces.encode(text)
    assert pieces.decode(pieces.encode(text)) == text


def test_ids_are_those_of_marian_and_the_pad_is_last(folder: Path) -> None:
    pieces = tokenizer.load(folder, targets=())
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    assert vocabulary["<pad>"] == len(pieces) == len(vocabulary) - 1
    assert (vocabulary["<unk>"], vocabulary["</s>"]) == (tokenizer.UNKNOWN, tokenizer.END)
    assert all(pieces.id_to_piece(id) == piece for piece, id in vocabulary.items() if piece != "<pad>")


def test_a_tokenizer_of_other_targets_is_refused(folder: Path) -> None:
    with pytest.raises(Refusal, match=r"no piece for >>nb<<.*empty --work"):
        tokenizer.load(folder, targets=("sv", "nb"))


def test_what_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source.spm").write_bytes(b"no model")
    with pytest.raises(Refusal, match="cannot be read as a tokenizer"):
        tokenizer.load(tmp_path, targets=())


def test_too_few_pieces_for_bytes_and_stand_ins_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="50 pieces cannot be learnt"):
        tokenizer.learn(iter(TEXTS), tmp_path, size=50, source="en", targets=("sv",))
