"""Tiny worlds: constructed models with tokenizers trained here on toy records."""

from pathlib import Path

import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, GPTSw3Tokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from pipeline.frozen_gpt import FrozenGPT
from templates.benchmark import Record

UP = ("rises", "jumps", "wins order", "beats forecasts", "lifts outlook")
DOWN = ("falls", "slumps", "loses order", "misses forecasts", "cuts outlook")
NAMES = ("Acme", "Borealis", "Kestrane", "Dover Oil", "Elmwood")


def toy_records() -> list[Record]:
    """100 records, 60 % positive, in 75 groups; every third headline has two targets."""
    made: list[Record] = []
    for number in range(75):
        name, other = NAMES[number % 5], NAMES[(number + 2) % 5]
        good = number % 5 < 3
        sentence = f"{name} {(UP if good else DOWN)[number % 4 + (number % 2)]} as {other} waits, day {number}"
        label = "positive" if good else "negative"
        made.append(Record(f"r{number}-0", {"sentence": sentence, "target": name}, label, sentence))
        if number % 3 == 0:
            made.append(Record(f"r{number}-1", {"sentence": sentence, "target": other}, label, sentence))
    return made


def corpus() -> list[str]:
    """Text the tokenizers are trained on; it holds the label words of English and Swedish."""
    words = "Sentiment for Känsla för positive negative positiv negativ positiva negativa positivt negativt"
    return [record.fields["sentence"] for record in toy_records()] * 3 + [words, f": {words}"] * 20


def byte_bpe() -> PreTrainedTokenizerFast:
    """GPT-2 style: byte-level BPE."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, special_tokens=["<|end|>"], show_progress=False))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>")


def sentence_piece(folder: Path, *, byte_fallback: bool) -> Path:
    """A SentencePiece model with its dummy prefix, as GPT-SW3's and Llama's."""
    (folder / "corpus.txt").write_text("\n".join(corpus()), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "corpus.txt"),
        model_prefix=str(folder / "spiece"),
        vocab_size=420 if byte_fallback else 160,
        model_type="bpe",
        byte_fallback=byte_fallback,
        character_coverage=1.0,
        pad_id=3,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    return folder / "spiece.model"


def gpt2(vocabulary: int) -> GPT2LMHeadModel:
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(vocab_size=vocabulary, n_embd=32, n_layer=2, n_head=2, n_positions=512, bos_token_id=0, eos_token_id=0))


def llama(vocabulary: int, *, tied: bool = False) -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
    return LlamaForCausalLM(LlamaConfig(vocab_size=vocabulary, max_position_embeddings=512, initializer_range=0.2, tie_word_embeddings=tied, **sizes))


KINDS = ("gpt2-bpe", "llama-bpe", "gpt-sw3", "llama-byte-fallback")


def make(kind: str, folder: Path) -> FrozenGPT:
    if kind in ("gpt2-bpe", "llama-bpe"):
        tokenizer = byte_bpe()
        return FrozenGPT((gpt2 if kind == "gpt2-bpe" else llama)(len(tokenizer)), tokenizer, name=kind)
    spiece = sentence_piece(folder, byte_fallback=kind == "llama-byte-fallback")
    slow = GPTSw3Tokenizer(str(spiece))
    return FrozenGPT((llama if kind == "llama-byte-fallback" else gpt2)(len(slow)), slow, name=kind)


def save_llama(folder: Path) -> Path:
    """A model folder as `from_pretrained` reads it."""
    tokenizer = byte_bpe()
    llama(len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
