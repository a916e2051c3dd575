"""Shape: how large a translator is, and transformers' Marian model of that shape.

Many layers read and few write: most of the quality of a decoder of six layers at a fraction of its time (Kasai et al. 2021,
https://arxiv.org/abs/2006.10369). Marian: Junczys-Dowmunt et al. 2018, https://arxiv.org/abs/1804.00344.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from transformers import MarianConfig, MarianMTModel

from templates.refusal import UnknownName, did_you_mean
from translation.training.tokenizer import END

POSITIONS = 256  # tokens a side, the end mark included


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers that read, layers that write, width, feed-forward width, heads, dropout."""

    encoder_layers: int
    decoder_layers: int
    width: int
    feed_forward: int
    heads: int
    dropout: float = 0.1


SHAPES = {
    "tiny": Shape(1, 1, 64, 128, 4, 0.0),  # learns a few sentences by heart in seconds
    "small": Shape(6, 2, 256, 1024, 8),  # about 9 MB in int8
    "medium": Shape(6, 2, 320, 1280, 8),  # about 14 MB in int8; what ships
    "big": Shape(12, 2, 768, 3072, 12),  # a teacher; needs a GPU
}


def find(name: str) -> Shape:
    """The shape of this name."""
    if name not in SHAPES:
        raise UnknownName(f"no shape {name!r}; there are {', '.join(SHAPES)}.{did_you_mean(name, SHAPES)}")
    return SHAPES[name]


def build(shape: Shape, *, pieces: int, seed: int) -> MarianMTModel:
    """A model with fresh weights. `pieces` counts the vocabulary without the pad, which is the id after the last.

    The pad's row is zero: CTranslate2's decoder starts from a zero embedding, and the pad is what transformers' starts from.
    The bias on the logits stays zero and the pad is never written, so that both say the same.
    """
    config = MarianConfig(
        vocab_size=pieces + 1,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        d_model=shape.width,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        dropout=shape.dropout,
        activation_function="relu",
        max_position_embeddings=POSITIONS,
        scale_embedding=True,
        pad_token_id=pieces,
        decoder_start_token_id=pieces,
        eos_token_id=END,
        bos_token_id=None,
        forced_eos_token_id=None,
    )
    torch.manual_seed(seed)
    model = MarianMTModel(config)
    model.generation_config.bad_words_ids = [[pieces]]
    clear_pad(model)
    return model


def embeddings(model: MarianMTModel) -> nn.Parameter:
    """The tied embeddings of both sides: a row a piece, the pad's last."""
    return model.get_parameter("model.shared.weight")


@torch.no_grad()
def clear_pad(model: MarianMTModel) -> None:
    """Hold the pad's row of the tied embeddings at zero."""
    embeddings(model)[-1].zero_()
