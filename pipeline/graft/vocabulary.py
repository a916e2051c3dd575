"""Vocabulary: a tokenizer of the new language, and for each of its tokens an embedding made of those it is aligned with.

Remy et al. 2024, "Trans-Tokenization and Cross-lingual Vocabulary Transfers", https://arxiv.org/abs/2408.04303: the mean of the known embeddings,
weighted by how often words link them. Departures, each for lack of text: the tokens of linked words are paired where they lie side by side
(the n-th part of one with the n-th part of the other), weights are sharpened, and seldom tokens lean on the known pieces of their letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse
import torch
from jaxtyping import Float
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from pipeline.graft.aligned import Aligned, Cut, cut

SEEN = 3.0  # links that weigh as much as the letters of a token
SHARPENED = 2.0  # power of the weights
LEAST = 0.05  # of the highest weight; those below are chance


def learn(known: PreTrainedTokenizerBase, texts: Iterable[str], *, size: int) -> PreTrainedTokenizerBase:
    """A tokenizer as `known`, its special tokens included, with `size` tokens learnt from `texts`."""
    return known.train_new_from_iterator(iter(texts), vocab_size=size)


def count(pairs: Sequence[Aligned], known: PreTrainedTokenizerBase, new: PreTrainedTokenizerBase) -> scipy.sparse.csr_matrix:
    """[new vocabulary, known vocabulary]: how often they say the same. A pair of words that link counts the tokens of the new one once each."""
    found: Counter[tuple[int, int]] = Counter()
    theirs = cut(known, [pair.known for pair in pairs], [pair.known_words for pair in pairs])
    ours = cut(new, [pair.new for pair in pairs], [pair.new_words for pair in pairs])
    for pair, one, other in zip(pairs, theirs, ours, strict=True):
        for source, target in pair.links:
            _side_by_side(found, one, one.words[source], other, other.words[target])
    rows, columns = (np.fromiter((key[side] for key in found), dtype=np.int64, count=len(found)) for side in (0, 1))
    values = np.fromiter(found.values(), dtype=np.float64, count=len(found))
    return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(len(new), len(known)))


def _side_by_side(found: Counter[tuple[int, int]], one: Cut, source: Sequence[int], other: Cut, target: Sequence[int]) -> None:
    for left, known in enumerate(source):
        for right, new in enumerate(target):
            shared = min((left + 1) / len(source), (right + 1) / len(target)) - max(left / len(source), right / len(target))
            if shared > 1e-9:
                found[other.ids[new], one.ids[known]] += shared * len(target)  # type: ignore[assignment]


def transplant(
    counts: scipy.sparse.csr_matrix, known: PreTrainedTokenizerBase, new: PreTrainedTokenizerBase, embeddings: Float[Tensor, "V H"]
) -> Float[Tensor, "N H"]:
    """An embedding for each token of `new`, in float32. Tokens without letters and special tokens keep their own where `known` has them.

    A mean of vectors is shorter than they are; half of that, in logarithms, is made good around the mean embedding, which itself is not stretched.
    """
    wide = embeddings.float().cpu().numpy()
    middle = wide.mean(0)
    reach = np.linalg.norm(wide - middle, axis=1)
    theirs, special = known.get_vocab(), set(new.all_special_tokens)
    made = np.empty((len(new), wide.shape[1]), dtype=np.float32)
    for token, number in new.get_vocab().items():
        text = new.decode([number])
        if token in theirs and (token in special or not any(letter.isalpha() for letter in text)):
            made[number] = wide[theirs[token]]
            continue
        pieces = [theirs[token]] if token in theirs else known(text, add_special_tokens=False)["input_ids"] or [0]
        made[number] = _mean(counts.getrow(number), wide, reach, pieces, middle)
    return torch.from_numpy(made)


def _mean(row: scipy.sparse.csr_matrix, wide: np.ndarray, reach: np.ndarray, pieces: Sequence[int], middle: np.ndarray) -> np.ndarray:
    spelt: np.ndarray = wide[pieces].mean(0)
    if row.sum() < 1:
        return spelt
    weights = row.data**SHARPENED
    weights[weights < LEAST * weights.max()] = 0
    weights /= weights.sum()
    trust = row.sum() / (row.sum() + SEEN)
    from_middle = trust * (weights @ wide[row.indices]) + (1 - trust) * spelt - middle
    wanted = trust * (weights @ reach[row.indices]) + (1 - trust) * reach[pieces].mean()
    stretched: np.ndarray = middle + from_middle * np.sqrt(wanted / max(np.linalg.norm(from_middle), 1e-6))
    return stretched
