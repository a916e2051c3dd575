"""What a step keeps stands in memory that the next step uses again, and never in what a step before still needs."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.slab import Slab
from pipeline.tune import build
from templates.benchmark import Record
from templates.task import LocalisedTask


def test_one_lease_at_a_time_and_room_for_what_was_asked() -> None:
    slab, like = Slab(), torch.zeros(1)
    lease = slab.begin(400, like)
    first, second = slab.take(10, 20), slab.take(100)
    assert lease is not None and first is not None and second is not None and first.shape == (10, 20)
    assert second.data_ptr() - first.data_ptr() == 4 * 256, "each begins on a boundary"
    assert slab.take(300) is None and slab.begin(1, like) is None
    lease.done = True
    again = slab.begin(400, like)
    taken = slab.take(10, 20)
    assert again is not None and taken is not None and taken.data_ptr() == first.data_ptr()
    del again
    other = slab.begin(10, like.bfloat16())
    assert other is not None and slab.take(2).dtype == torch.bfloat16  # type: ignore[union-attr]
    assert Slab().begin(10, torch.zeros(1, device="meta")) is None


def gradient(answering: Answering, prompt: Tensor, rows: Sequence[Record]) -> Tensor:
    loss = answering.loss(answering.encode(rows), prompt)
    return torch.autograd.grad(loss, prompt)[0]


@pytest.mark.parametrize("placement", ["10 front", "10 text", "4 front, 6 end"])
def test_two_losses_that_wait_for_each_other_do_not_mix(placement: str, make_gpt, task: LocalisedTask, records: list[Record]) -> None:
    gpt: FrozenGPT = make_gpt("llama-bpe")
    answering = build("p_tuning", Answering(gpt, task), settings={"placement": placement}, seed=1).answering
    prompt = torch.randn(10, gpt.hidden_size, requires_grad=True)
    parts = [records[:8], records[8:20], records[20:24]]
    alone = [gradient(answering, prompt, part) for part in parts]
    losses = [answering.loss(answering.encode(part), prompt) for part in parts]
    answering.rank(answering.encode(records[30:]), prompt)
    for loss, expected in reversed(list(zip(losses, alone, strict=True))):
        torch.testing.assert_close(torch.autograd.grad(loss, prompt)[0], expected, atol=1e-6, rtol=1e-5)
    dropped = answering.loss(answering.encode(parts[0]), prompt)
    del dropped, losses, loss
    assert gpt.by_hand is not None
    before = gpt.by_hand.slab._memory
    assert before is not None
    assert torch.equal(gradient(answering, prompt, parts[0]), gradient(answering, prompt, parts[0])) and gpt.by_hand.slab._memory is before


def test_steps_after_the_first_use_the_same_memory(make_gpt, task: LocalisedTask, records: list[Record]) -> None:
    gpt: FrozenGPT = make_gpt("llama-bpe")
    answering, places = Answering(gpt, task), []
    prompt = torch.randn(10, gpt.hidden_size, requires_grad=True)
    for _ in range(3):
        encoded = answering.encode(records[:8])
        loss = answering.loss(encoded, prompt)
        torch.autograd.backward(loss)
        past = answering.prefixes.gather([item.before for item in encoded], room=4)
        assert past is not None
        places.append((gpt.by_hand.slab._memory.data_ptr(), past.kv.data_ptr()))
        del past
    assert len(set(places)) == 1
