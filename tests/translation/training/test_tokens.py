"""A corpus on disk as ids: what is written is read, what is held out stays out, and another question finds nothing."""

from pathlib import Path

import pytest
import sentencepiece

from templates.refusal import Refusal
from translation import stand_ins
from translation.training import tokenizer, tokens
from translation.training.pair import Pair

PAIRS = [Pair("the dog", "hunden", "a"), Pair("The house!", "Huset!", "a"), Pair("⟦1⟧ cars", "⟦1⟧ bilar", "b"), Pair("⟦a⟧red⟦/a⟧", "⟦a⟧röd⟦/a⟧", "b")]


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> sentencepiece.SentencePieceProcessor:
    folder = tmp_path_factory.mktemp("pieces")
    tokenizer.learn((text for pair in PAIRS * 5 for text in (pair.source, pair.target)), folder, size=400, source="en", targets=("sv", "ca"))
    return tokenizer.load(folder, targets=())


def test_what_is_written_is_read(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    tokens.write([("", PAIRS)], tmp_path, pieces=pieces, held=set(), asked={"corpus": "x"})
    read = tokens.read(tmp_path, asked={"corpus": "x"})
    assert read is not None
    assert [tuple(pieces.decode(side.tolist()) for side in read.row(row)) for row in range(4)] == [(pair.source, pair.target) for pair in PAIRS]
    assert [tuple(lengths) for lengths in read.lengths] == [tuple(len(side) for side in read.row(row)) for row in range(4)]
    assert (read.facts["pairs"], read.facts["placeholders"], read.facts["markers"]) == (4, 1, 1)
    assert tokens.read(tmp_path, asked={"corpus": "y"}) is None


def test_pairs_that_share_a_side_with_dev_stay_out(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    read = tokens.write([("", PAIRS)], tmp_path, pieces=pieces, held={tokens.key("the house"), tokens.key("Hunden.")}, asked={})
    assert (read.facts["pairs"], read.facts["held_out"]) == (2, 2)


def test_the_tag_is_one_token_before_the_source(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    read = tokens.write([(stand_ins.tag("ca"), PAIRS[:1]), (stand_ins.tag("sv"), PAIRS[:1])], tmp_path, pieces=pieces, held=set(), asked={})
    for row, code in enumerate(("ca", "sv")):
        source, target = (side.tolist() for side in read.row(row))
        assert source == [pieces.piece_to_id(f">>{code}<<"), *pieces.encode("the dog")]
        assert target == pieces.encode("hunden")


def test_a_side_beyond_the_positions_is_counted_and_left_out(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    read = tokens.write([("", [*PAIRS, Pair("dog " * 300, "hund", "a")])], tmp_path, pieces=pieces, held=set(), asked={})
    assert (read.facts["pairs"], read.facts["too_long"]) == (4, 1)


def test_a_file_that_was_cut_is_not_read(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    tokens.write([("", PAIRS)], tmp_path, pieces=pieces, held=set(), asked={})
    (tmp_path / "ids.bin").write_bytes((tmp_path / "ids.bin").read_bytes()[:-2])
    assert tokens.read(tmp_path, asked={}) is None


def test_nothing_to_train_on_is_refused(tmp_path: Path, pieces: sentencepiece.SentencePieceProcessor) -> None:
    with pytest.raises(Refusal, match="no pair to train on"):
        tokens.write([("", [])], tmp_path, pieces=pieces, held=set(), asked={})
