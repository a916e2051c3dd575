"""Tokenizer: one SentencePiece unigram model for both languages, and the vocabulary as transformers' Marian and CTranslate2 read it.

Unigram: Kudo 2018 (https://arxiv.org/abs/1804.10959). Characters too rare for a piece of their own are written as bytes, so that no text is
unknown. Every stand-in is one piece. Ids: the pieces' own, 0 unknown, 1 end; the pad comes last, where CTranslate2's converter takes it away.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import sentencepiece

from templates.refusal import Refusal
from templates.store import make_folder, write_atomic, write_json
from translation import stand_ins

UNKNOWN, END = 0, 1
READ = 500_000  # sentences the model is estimated from, drawn from all
FILES = ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json")

logger = logging.getLogger(__name__)


def learn(texts: Iterator[str], folder: Path, *, size: int, source: str, targets: tuple[str, ...], threads: int = 1) -> None:
    """Estimate a model of at most `size` pieces from the texts of both languages and write its files into the folder."""
    symbols = stand_ins.symbols(targets)
    staged = make_folder(folder) / ".learning"
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=texts,
            model_prefix=str(staged),
            vocab_size=size,
            model_type="unigram",
            byte_fallback=True,
            character_coverage=0.9995,
            hard_vocab_limit=False,
            user_defined_symbols=list(symbols),
            input_sentence_size=READ,
            shuffle_input_sentence=True,
            num_threads=threads,
            unk_id=UNKNOWN,
            eos_id=END,
            bos_id=-1,
            pad_id=-1,
            minloglevel=2,
        )
    except (RuntimeError, ValueError) as error:
        raise Refusal(
            f"tokenizer: {size} pieces cannot be learnt from this corpus ({' '.join(str(error).split())[-160:]}); ask for another --vocabulary."
        ) from error
    model = staged.with_name(f"{staged.name}.model").read_bytes()
    for suffix in (".model", ".vocab"):
        staged.with_name(f"{staged.name}{suffix}").unlink(missing_ok=True)
    _write(model, folder, source=source, targets=targets)


def adopt(given: Path, folder: Path, *, source: str, targets: tuple[str, ...]) -> None:
    """Use the pieces of another tokenizer's folder for these languages; refused if it lacks a stand-in or a target's tag."""
    tags = targets if len(targets) > 1 else ()
    if lacking := _lacking(load(given, targets=()), tags):
        raise Refusal(f"{given}: has no piece for {', '.join(lacking)}; start from a training into these languages together, or from none.")
    _write((given / "source.spm").read_bytes(), make_folder(folder), source=source, targets=targets)


def _write(model: bytes, folder: Path, *, source: str, targets: tuple[str, ...]) -> None:
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    write_atomic(folder / "source.spm", model)
    write_atomic(folder / "target.spm", model)
    write_json(folder / "vocab.json", {name: number for number, name in enumerate([*(pieces.id_to_piece(id) for id in range(len(pieces))), "<pad>"])})
    special = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<pad>", "source_lang": source, "target_lang": targets[0]}
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "MarianTokenizer", "model_max_length": 512, **special})
    logger.info("tokenizer: %d pieces", len(pieces))


def load(folder: Path, *, targets: tuple[str, ...]) -> sentencepiece.SentencePieceProcessor:
    """The model of a folder; refused if it lacks a stand-in or a target's tag."""
    path = folder / "source.spm"
    try:
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
        json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    except (OSError, RuntimeError, ValueError) as error:
        raise Refusal(f"{path}: cannot be read as a tokenizer ({' '.join(str(error).split())[:120]}); begin with an empty --work folder.") from error
    if lacking := _lacking(pieces, targets):
        raise Refusal(f"{path}: has no piece for {', '.join(lacking)}; it was made for other targets or symbols: begin with an empty --work folder.")
    return pieces


def _lacking(pieces: sentencepiece.SentencePieceProcessor, targets: tuple[str, ...]) -> list[str]:
    return [symbol for symbol in stand_ins.symbols(targets) if pieces.piece_to_id(symbol) == UNKNOWN]
