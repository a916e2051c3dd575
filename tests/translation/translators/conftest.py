"""A tiny Marian model in transformers' form: real architecture, real SentencePiece, random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sentencepiece
import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer, MarianConfig, MarianMTModel

from templates import language
from templates.language import Language

SENTENCE = "shares in the bank rose today after strong sales while profit fell and the market closed lower than many analysts had hoped"
WORDS = SENTENCE.split()
# a wide start makes random outputs depend on the input
SMALL = {"init_std": 0.5, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
POSITIONS = 64


@pytest.fixture(scope="session")
def english() -> Language:
    return language.load("en")


@pytest.fixture(scope="session")
def swedish() -> Language:
    return language.load("sv")


def train_pieces(folder: Path) -> tuple[Path, list[str]]:
    lines = [" ".join(WORDS[start:] + WORDS[:start]) for start in range(len(WORDS))]
    prefix = folder / "spm"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(prefix),
        vocab_size=330,
        byte_fallback=True,
        hard_vocab_limit=False,
        minloglevel=2,
        bos_id=-1,
        unk_id=0,
        eos_id=1,
    )
    model = sentencepiece.SentencePieceProcessor(model_file=f"{prefix}.model")
    return Path(f"{prefix}.model"), [model.id_to_piece(number) for number in range(model.vocab_size())]


@pytest.fixture(scope="session")
def tiny_marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marian")
    model, pieces = train_pieces(tmp_path_factory.mktemp("spm"))
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model.read_bytes())
    pad = len(pieces)
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate([*pieces, "<pad>"])}))
    special = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "<pad>", "source_lang": "en", "target_lang": "sv"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MarianTokenizer", **special}))
    torch.manual_seed(0)
    config = MarianConfig(
        **SMALL,
        vocab_size=pad + 1,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=POSITIONS,
        pad_token_id=pad,
        eos_token_id=1,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
        static_position_embeddings=True,
    )
    MarianMTModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_m2m(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("m2m")
    model, pieces = train_pieces(tmp_path_factory.mktemp("spm"))
    names = ["<s>", "<pad>", "</s>", "<unk>", *(piece for piece in pieces if piece not in ("<unk>", "</s>"))]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(names)}))
    tokenizer = M2M100Tokenizer(vocab_file=str(folder / "vocab.json"), spm_file=str(model))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = M2M100Config(**SMALL, vocab_size=1024, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=POSITIONS, pad_token_id=1, eos_token_id=2)
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return folder
