"""prompt_encoder: NeMo 1.10's parameter count, and the same output as an independent reference (house test 3)."""

import pytest
import torch
from peft import PromptEncoderConfig, PromptEncoderReparameterizationType
from peft.tuners.p_tuning import PromptEncoder as PeftEncoder

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods.p_tuning import PTuning
from pipeline.prompt_encoder import PromptEncoder
from pipeline.tune import build
from templates.task import LocalisedTask


def test_parameter_count_of_nemo() -> None:
    assert sum(parameter.numel() for parameter in PromptEncoder(10, 768).parameters()) == 8_279_040


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
    ours.lstm.load_state_dict(theirs.lstm_head.state_dict())
    ours.mlp.load_state_dict(theirs.mlp_head.state_dict())
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
