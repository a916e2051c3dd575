"""Tokens of a new language begin where those they are aligned with are."""

import torch
from transformers import PreTrainedTokenizerBase

from pipeline.frozen_gpt import FrozenGPT
from pipeline.graft import vocabulary
from pipeline.graft.aligned import Aligned, cut


def test_tokens_belong_to_the_word_they_begin_in(tiny: FrozenGPT) -> None:
    text = "Acme, falls"
    (found,) = cut(tiny.tokenizer, [text], [[(0, 4), (4, 5), (6, 11)]])
    assert ["".join(tiny.tokenizer.decode([found.ids[place] for place in word])).strip() for word in found.words] == ["Acme", ",", "falls"]
    assert sorted(place for word in found.words for place in word) == list(range(len(found.ids)))


def test_a_word_without_a_token_of_its_own_has_none(tiny: FrozenGPT) -> None:
    (found,) = cut(tiny.tokenizer, ["falls"], [[(0, 5), (5, 5)]])
    assert found.words[1] == ()


def test_a_token_lies_nearest_to_what_it_says(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> None:
    known = tiny.model.get_input_embeddings().weight
    made = vocabulary.transplant(vocabulary.count(pairs, tiny.tokenizer, mirrored), tiny.tokenizer, mirrored, known)
    assert made.shape == (len(mirrored), tiny.hidden_size)
    for ours, theirs in ((" stiaw", " waits"), (" sa", " as")):
        (one,), (other,) = mirrored(ours)["input_ids"], tiny.tokenizer(theirs)["input_ids"]
        likeness = torch.nn.functional.cosine_similarity(made[one][None], known.float())
        assert likeness.argmax() == other


def test_signs_and_special_tokens_keep_their_own(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> None:
    known = tiny.model.get_input_embeddings().weight
    made = vocabulary.transplant(vocabulary.count(pairs, tiny.tokenizer, mirrored), tiny.tokenizer, mirrored, known)
    for token in ("<|end|>", ",", "7"):
        assert made[mirrored.get_vocab()[token]].equal(known[tiny.tokenizer.get_vocab()[token]])


def test_never_seen_tokens_are_made_of_their_letters(tiny: FrozenGPT, pairs: list[Aligned], mirrored: PreTrainedTokenizerBase) -> None:
    known = tiny.model.get_input_embeddings().weight
    counts = vocabulary.count(pairs[:0], tiny.tokenizer, mirrored)
    made = vocabulary.transplant(counts, tiny.tokenizer, mirrored, known)
    (number,) = mirrored(" stiaw")["input_ids"]
    torch.testing.assert_close(made[number], known[tiny.tokenizer(" stiaw")["input_ids"]].mean(0))
