"""What is made on the way there is what autograd makes on the way back."""

from collections.abc import Callable

import pytest
import torch

from pipeline import frozen_gpt
from pipeline.frozen_gpt import FrozenGPT
from pipeline.picked import STATES, picked


@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 1e-5), (torch.bfloat16, 3e-2)])
@pytest.mark.parametrize("states", [1, STATES, 2 * STATES + 7])
def test_scores_and_gradients_are_those_of_the_whole_softmax(states: int, dtype: torch.dtype, close: float) -> None:
    chance = torch.Generator().manual_seed(states)
    head = torch.randn(300, 24, generator=chance).to(dtype)
    hidden = (2 * torch.randn(states, 24, generator=chance)).to(dtype).requires_grad_()
    tokens = torch.randint(300, (states,), generator=chance)
    hidden.data[0] = head[tokens[0]] * 4  # a token as good as certain
    weights = torch.rand(states, generator=chance)
    expected = torch.log_softmax((hidden @ head.T).float(), dim=-1)[torch.arange(states), tokens]
    found = picked(hidden, head, tokens)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    theirs, ours = (torch.autograd.grad((weights * scores).sum(), hidden)[0] for scores in (expected, found))
    torch.testing.assert_close(ours, theirs, atol=close, rtol=close)


def test_states_that_are_asked_twice_go_the_plain_way(make_gpt: Callable[[str], FrozenGPT], monkeypatch: pytest.MonkeyPatch) -> None:
    gpt, calls = make_gpt("llama-bpe"), list[int]()

    def counted(hidden: torch.Tensor, *more: torch.Tensor) -> torch.Tensor:
        calls.append(len(hidden))
        return picked(hidden, *more)

    monkeypatch.setattr(frozen_gpt, "picked", counted)
    hidden = torch.randn(5, gpt.hidden_size, requires_grad=True)
    tokens = torch.arange(6)
    turned = torch.tensor([3, 0, 4, 1, 2])
    once = gpt.log_probabilities(hidden, turned, tokens[:5])
    twice = gpt.log_probabilities(hidden, torch.tensor([3, 0, 4, 1, 2, 2]), tokens)
    assert calls == [5]
    torch.testing.assert_close(once, twice[:5], atol=1e-5, rtol=1e-5)
    gradients = [torch.autograd.grad(scores[:5].sum(), hidden)[0] for scores in (once, twice)]
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-4)
