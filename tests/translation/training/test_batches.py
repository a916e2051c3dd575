"""Every row once an epoch, within the budget, in an order that only seed and epoch decide."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from translation.training import batches
from translation.training.tokenizer import END
from translation.training.tokens import Tokens

SIDES = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=80)


@given(SIDES, st.integers(64, 300), st.integers(0, 5))
def test_every_row_once_within_the_budget(sides: list[tuple[int, int]], tokens: int, number: int) -> None:
    lengths = np.array(sides)
    made = batches.epoch(lengths, tokens=tokens, seed=1, epoch=number)
    assert sorted(np.concatenate(made).tolist()) == list(range(len(sides)))
    assert all(len(rows) * (lengths[rows].max() + 1) <= tokens for rows in made)


def test_seed_and_epoch_decide_the_order() -> None:
    lengths = np.random.default_rng(0).integers(1, 30, size=(500, 2))

    def order(seed: int, epoch: int) -> list[list[int]]:
        return [rows.tolist() for rows in batches.epoch(lengths, tokens=256, seed=seed, epoch=epoch)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_little_is_padding() -> None:
    lengths = np.random.default_rng(0).integers(3, 40, size=(5000, 1)) + np.random.default_rng(1).integers(0, 4, size=(5000, 2))
    made = batches.epoch(lengths, tokens=2000, seed=0, epoch=0)
    padded = sum(len(rows) * (lengths[rows, 1].max() + 1) for rows in made)
    assert (lengths[:, 1] + 1).sum() / padded > 0.93


def test_a_row_longer_than_the_budget_is_a_batch_of_its_own() -> None:
    made = batches.epoch(np.array([[200, 3], [2, 2]]), tokens=64, seed=0, epoch=0)
    assert sorted(rows.tolist() for rows in made) == [[0], [1]]


def test_tensors_end_and_are_padded() -> None:
    tokens = Tokens(np.array([5, 6, 7, 8, 9], dtype=np.uint16), np.array([[0, 1, 3], [3, 4, 5]]), np.array([[1, 2], [1, 1]]), {})
    source, target = batches.tensors(tokens, np.array([1, 0]), pad=99)
    assert source.tolist() == [[8, END], [5, END]]
    assert target.tolist() == [[9, END, 99], [6, 7, END]]
