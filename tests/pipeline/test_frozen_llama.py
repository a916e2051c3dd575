"""The layers run by hand say and learn what transformers' own do, at the places asked for."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from pipeline import frozen_llama
from pipeline.frozen_gpt import FrozenGPT, Past

ROWS, WIDTH, BEFORE = 3, 5, 4
LENGTHS = torch.tensor([4, 2, 0])
AT = (torch.tensor([0, 0, 1, 2, 2]), torch.tensor([1, 1, 4, 3, 0]))  # one place twice


def given(gpt: FrozenGPT, *, before: int) -> dict[str, Any]:
    """Random embeddings and keys of texts of unequal length, the same at each call."""
    generator = torch.Generator().manual_seed(0)
    hand = gpt.by_hand
    assert hand is not None
    lengths = LENGTHS.clamp(max=before)
    frozen = (torch.arange(before)[None] < lengths[:, None])[:, None].expand(-1, WIDTH, -1)
    visible = torch.cat([frozen, torch.ones(ROWS, WIDTH, WIDTH, dtype=torch.bool).tril()], dim=2)
    kv = torch.randn(len(hand.layers), 2, ROWS, hand.shared, before, hand.size, generator=generator)
    embeddings = torch.randn(ROWS, WIDTH, gpt.hidden_size, generator=generator).requires_grad_()
    return {"embeddings": embeddings, "positions": lengths[:, None] + torch.arange(WIDTH), "visible": visible, "kv": kv, "lengths": lengths}


def found(gpt: FrozenGPT, *, before: int, by_hand: bool) -> tuple[Tensor, Tensor]:
    """Hidden states, and the gradient of something made of them all."""
    one = given(gpt, before=before)
    kv, lengths, embeddings = one.pop("kv"), one.pop("lengths"), one["embeddings"]
    if by_hand:
        roomy = torch.cat([kv, torch.full((*kv.shape[:4], WIDTH, kv.shape[5]), torch.nan)], dim=4)
        past = Past(roomy, lengths, WIDTH) if before else None
        hidden = gpt.run_at(**one, past=past, rows=AT[0], places=AT[1])
    else:
        hidden = gpt.run(**one, past=Past(kv, lengths) if before else None)[0][AT]
    torch.autograd.backward((hidden * torch.arange(hidden.numel()).view_as(hidden).sin()).sum())
    assert embeddings.grad is not None
    return hidden.detach(), embeddings.grad


@pytest.mark.parametrize("before", [BEFORE, 0])
def test_hidden_states_and_gradients_are_those_of_transformers(tiny: FrozenGPT, before: int) -> None:
    ours, theirs = (found(tiny, before=before, by_hand=by_hand) for by_hand in (True, False))
    torch.testing.assert_close(ours[0], theirs[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours[1], theirs[1], atol=1e-5, rtol=1e-4)


def test_the_weights_stay_the_models_own(tiny: FrozenGPT) -> None:
    assert tiny.measure() == tiny.fingerprint
    assert tiny.by_hand is not None
    layer, theirs = tiny.by_hand.layers[0], tiny.model.base_model.layers[0]
    assert layer.attend.data_ptr() == theirs.self_attn.q_proj.weight.data_ptr()
    assert layer.widen[-1].equal(theirs.mlp.up_proj.weight[-1])
    again = frozen_llama.FrozenLlama(tiny.model).layers[0]
    assert again.attend.data_ptr() == layer.attend.data_ptr()
    assert again.widen.equal(layer.widen)


def test_nothing_is_kept_where_nothing_learns(tiny: FrozenGPT) -> None:
    one = given(tiny, before=0)
    del one["kv"], one["lengths"]
    with torch.no_grad():
        hidden = tiny.run_at(**one, past=None, rows=AT[0], places=AT[1])
    assert hidden.grad_fn is None


def test_a_past_without_room_gets_its_gradients(tiny: FrozenGPT) -> None:
    slopes = []
    for by_hand in (True, False):
        one = given(tiny, before=BEFORE)
        lengths, kv = one.pop("lengths"), one.pop("kv").requires_grad_()
        past = Past(kv, lengths)
        hidden = tiny.run_at(**one, past=past, rows=AT[0], places=AT[1]) if by_hand else tiny.run(**one, past=past)[0][AT]
        torch.autograd.backward((hidden * torch.arange(hidden.numel()).view_as(hidden).sin()).sum())
        slopes.append(kv.grad)
    torch.testing.assert_close(slopes[0], slopes[1], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("change", [{"attention_bias": True}, {"mlp_bias": True}, {"hidden_act": "gelu"}])
def test_llamas_of_another_kind_are_left_to_transformers(change: dict[str, Any]) -> None:
    config = LlamaConfig(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, **change)
    assert frozen_llama.of(LlamaForCausalLM(config)) is None


def test_layers_that_are_no_plain_products_are_left_to_transformers() -> None:
    config = LlamaConfig(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2)
    model = LlamaForCausalLM(config)
    assert frozen_llama.of(model) is not None
    proj, kept = model.model.layers[1].mlp, model.model.layers[1].mlp.up_proj

    class Scaled(torch.nn.Linear):
        """As a quantiser puts in its place."""

    proj.up_proj = Scaled(16, 32, bias=False)
    assert frozen_llama.of(model) is None
    proj.up_proj = kept
    proj.up_proj.weight.data = kept.weight.data.to(torch.float8_e4m3fn)
    assert frozen_llama.of(model) is None


def test_other_models_are_left_to_transformers(make_gpt: Any) -> None:
    assert make_gpt("gpt2-bpe").by_hand is None


def test_weights_and_layers_in_between_get_their_gradients(tiny: FrozenGPT) -> None:
    """Against autograd through transformers' own layers, with every weight changed a little and the state into the second layer looked at."""
    assert tiny.by_hand is not None
    generator = torch.Generator().manual_seed(1)
    weights = [(weight + 0.1 * torch.randn(weight.shape, generator=generator)).requires_grad_() for weight in tiny.by_hand.weights]
    embeddings = torch.randn(ROWS, WIDTH, tiny.hidden_size, generator=generator).requires_grad_()
    ours = tiny.by_hand.run_open(embeddings, weights=weights, taps=(1,))

    copied = copy.deepcopy(tiny.model).requires_grad_(False)
    theirs_by = [weight.detach().clone().requires_grad_() for weight in weights]
    named: dict[str, Tensor] = {}
    heads, shared, size = tiny.by_hand.heads, tiny.by_hand.shared, tiny.by_hand.size
    for number in range(len(tiny.by_hand.layers)):
        attend, mix, widen, narrow = theirs_by[4 * number : 4 * number + 4]
        query, key, value = attend.split([heads * size, shared * size, shared * size])
        gate, up = widen.chunk(2)
        for name, weight in zip(("q_proj", "k_proj", "v_proj", "o_proj"), (query, key, value, mix), strict=True):
            named[f"model.layers.{number}.self_attn.{name}.weight"] = weight
        for name, weight in zip(("gate_proj", "up_proj", "down_proj"), (gate, up, narrow), strict=True):
            named[f"model.layers.{number}.mlp.{name}.weight"] = weight
    beside = embeddings.detach().clone().requires_grad_()
    out = torch.func.functional_call(copied, named, kwargs={"inputs_embeds": beside, "output_hidden_states": True})
    theirs = tuple(states.reshape(-1, tiny.hidden_size) for states in (out.hidden_states[1], out.hidden_states[-1]))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    for states in (ours, theirs):
        torch.autograd.backward(sum(((one * torch.arange(one.numel()).view_as(one).sin()).sum() for one in states), torch.zeros(())))
    for one, other in zip((embeddings, *weights), (beside, *theirs_by), strict=True):
        assert one.grad is not None and other.grad is not None
        torch.testing.assert_close(one.grad, other.grad, atol=1e-4, rtol=1e-3)
