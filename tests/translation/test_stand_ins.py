"""Stand-ins: each is one piece of a tokenizer that was told of them, whatever stands around it."""

from __future__ import annotations

import io

import sentencepiece

from translation import stand_ins


def test_each_is_one_piece_of_a_tokenizer_that_was_told_of_them() -> None:
    made = io.BytesIO()
    lines = ["the share rose by a lot today", "wake me up at nine", "aktien steg mycket i dag", "väck mig klockan nio"] * 20
    marks = stand_ins.symbols(("sv", "ca"))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=made, vocab_size=len(marks) + 60, user_defined_symbols=list(marks), hard_vocab_limit=False, minloglevel=2
    )
    model = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    for mark in marks:
        assert mark in model.encode(f"the share{mark}rose", out_type=str)
        assert model.decode(model.encode(f"the {mark} rose")) == f"the {mark} rose"
    assert len(set(marks)) == len(marks) == 9 + 12 + 2
