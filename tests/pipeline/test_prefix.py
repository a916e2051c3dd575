"""prefix: what was read once is what is read again, bit for bit, whatever was asked for beside it."""

import torch

from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache


def texts(gpt: FrozenGPT) -> list[tuple[int, ...]]:
    generator = torch.Generator().manual_seed(0)
    return [tuple(torch.randint(gpt.vocabulary, (length,), generator=generator).tolist()) for length in (5, 9, 5, 9, 30, 9, 5, 9, 9, 31)]


def test_mates_order_and_room_change_no_bit(gpt: FrozenGPT) -> None:
    asked = texts(gpt)
    together, apart, full = PrefixCache(gpt), PrefixCache(gpt), PrefixCache(gpt, gibibytes=0.0)
    together.read_ahead(asked)
    for text in reversed(asked):
        one, other, fresh = together.gather([text]), apart.gather([text]), full.gather([text])
        assert one is not None and other is not None and fresh is not None
        assert torch.equal(one.kv, other.kv)
        assert torch.equal(one.kv, fresh.kv)
    assert full.bytes == 0


def test_gathered_texts_are_padded_on_the_right(gpt: FrozenGPT) -> None:
    asked = texts(gpt)[:2]
    found = PrefixCache(gpt).gather([*asked, ()])
    assert found is not None
    assert found.lengths.tolist() == [5, 9, 0]
    assert found.kv.shape[4] == 9
    assert not found.kv[:, :, 0, :, 5:].any()
    assert PrefixCache(gpt).gather([(), ()]) is None
