"""prompt_encoder: NeMo 1.10's parameter count, and the same output as an independent reference (house test 3)."""

import pytest
import torch
from peft import PromptEncoderConfig, PromptEncoderReparameterizationType
from peft.tuners.p_tuning import PromptEncoder as PeftEncoder

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods.p_tuning import PTuning
from pipeline.prompt_encoder import KINDS, Kind, PromptEncoder
from pipeline.tune import build
from templates.refusal import Refusal
from templates.task import LocalisedTask


@pytest.mark.parametrize(("kind", "expected"), [("lstm", 8_279_040), ("tpmlp", 3_156_224), ("mlp", 3_156_224), ("none", 7_680)])
def test_parameter_counts_of_nemo(kind: Kind, expected: int) -> None:
    assert sum(parameter.numel() for parameter in PromptEncoder(10, 768, kind=kind).parameters()) == expected


def test_the_mlp_equals_peft_on_fixed_weights() -> None:
    """PEFT's has three linear maps, as ours with three layers."""
    hidden, inner, virtual = 16, 24, 6
    config = PromptEncoderConfig(
        peft_type="P_TUNING", task_type="CAUSAL_LM", num_virtual_tokens=virtual, token_dim=hidden, num_transformer_submodules=1,
        encoder_reparameterization_type=PromptEncoderReparameterizationType.MLP, encoder_hidden_size=inner, encoder_dropout=0.0,
    )  # fmt: skip
    torch.manual_seed(0)
    theirs, ours = PeftEncoder(config), PromptEncoder(virtual, hidden, kind="mlp", layers=3, inner=inner)
    ours.embedding.load_state_dict(theirs.embedding.state_dict())
    ours.mapping.load_state_dict(theirs.mlp_head.state_dict())
    torch.testing.assert_close(ours(), theirs(torch.arange(virtual)[None])[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_starts_where_it_is_told(kind: Kind) -> None:
    torch.manual_seed(0)
    encoder = PromptEncoder(6, 16, kind=kind, inner=8, name=torch.randn(2, 16))
    encoder.match(0.5)
    torch.testing.assert_close(encoder().pow(2).mean().sqrt(), torch.tensor(0.5))
    wanted = torch.randn(6, 16)
    encoder.begin_at(wanted)
    torch.testing.assert_close(encoder(), wanted)
    torch.autograd.backward(encoder().sum())
    assert all(parameter.grad is not None for parameter in encoder.parameters())


@pytest.mark.parametrize("kind", ["tpmlp", "mlp"])
def test_without_mixing_only_the_names_rows_differ_between_tasks(kind: Kind) -> None:
    torch.manual_seed(0)
    encoder = PromptEncoder(6, 16, kind=kind, inner=8, name=torch.randn(2, 16))
    other = encoder(torch.randn(2, 16))
    assert torch.equal(encoder()[2:], other[2:]) and not torch.equal(encoder()[:2], other[:2])


def test_shapes_that_cannot_be_are_refused() -> None:
    with pytest.raises(Refusal, match="hidden size 15 is odd"):
        PromptEncoder(6, 15)
    with pytest.raises(Refusal, match="encoder mlp: layers is 1; it needs at least 2"):
        PromptEncoder(6, 16, kind="mlp", layers=1)


def test_equals_peft_on_fixed_weights() -> None:
    """PEFT's LSTM keeps its hidden size per direction and widens the MLP, so the shared sizes are those with hidden = H / 2."""
    hidden, virtual = 16, 6
    config = PromptEncoderConfig(
        peft_type="P_TUNING", task_type="CAUSAL_LM", num_virtual_tokens=virtual, token_dim=hidden, num_transformer_submodules=1,
        encoder_reparameterization_type=PromptEncoderReparameterizationType.LSTM, encoder_hidden_size=hidden // 2, encoder_num_layers=2, encoder_dropout=0.0,
    )  # fmt: skip
    torch.manual_seed(0)
    theirs, ours = PeftEncoder(config), PromptEncoder(virtual, hidden)
    ours.embedding.load_state_dict(theirs.embedding.state_dict())
    ours.mapping.lstm.load_state_dict(theirs.lstm_head.state_dict())
    ours.mapping.mlp.load_state_dict(theirs.mlp_head.state_dict())
    torch.testing.assert_close(ours(), theirs(torch.arange(virtual)[None])[0])


def test_the_task_name_takes_the_first_rows() -> None:
    torch.manual_seed(0)
    one = PromptEncoder(6, 16, name=torch.randn(2, 16))
    two = PromptEncoder(6, 16)
    two.load_state_dict(one.state_dict() | {"name": torch.zeros(0, 16)}, strict=False)
    two.name = torch.zeros(0, 16)
    assert not torch.equal(one(), two())
    assert "name" not in dict(one.named_parameters())


def test_the_first_prompt_has_the_size_of_word_embeddings(tiny: FrozenGPT, task: LocalisedTask) -> None:
    torch.manual_seed(0)
    encoder = PromptEncoder(6, 16)
    plain = encoder()
    encoder.match(0.5)
    assert encoder.training
    torch.testing.assert_close(encoder().pow(2).mean().sqrt(), torch.tensor(0.5))
    torch.testing.assert_close(encoder() / encoder().norm(), plain / plain.norm())
    sizes = {}
    for match in (True, False):
        tunable = build("p_tuning", Answering(tiny, task), settings={"match_scale": match}, seed=1)
        assert isinstance(tunable, PTuning)
        sizes[match] = float(tunable.prompt().detach().pow(2).mean().sqrt())
    words = tiny.model.get_input_embeddings().weight
    assert sizes[True] == pytest.approx(float(words.pow(2).mean().sqrt()), rel=1e-4)
    assert sizes[False] != pytest.approx(sizes[True], rel=0.05)


@pytest.mark.parametrize("kind", ["lstm", "tpmlp", "mlp"])
def test_the_rows_of_a_name_are_matched_by_themselves(kind: Kind) -> None:
    torch.manual_seed(0)
    encoder = PromptEncoder(10, 64, kind=kind, name=torch.randn(3, 64) * 0.14)
    encoder.match(0.14)
    sizes = encoder().detach().pow(2).mean(1).sqrt()
    assert float(sizes[:3].mean()) == pytest.approx(0.14, rel=0.1) and float(sizes[3:].mean()) == pytest.approx(0.14, rel=0.1)
    other = encoder(torch.randn(5, 64) * 0.14).detach().pow(2).mean(1).sqrt()  # of another task, with a longer name
    assert float(other[:5].mean()) == pytest.approx(0.14, rel=0.3) and float(other[5:].mean()) == pytest.approx(0.14, rel=0.3)
