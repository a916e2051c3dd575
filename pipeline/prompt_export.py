"""prompt_export: a tuned prompt for other tools: PEFT's adapter folder, and the card beside it (NeMo's template is templates.formats.nemo).

PEFT's p-tuning puts virtual tokens before everything else, its one and only placement (https://github.com/huggingface/peft/issues/416), so a
prompt whose virtual tokens stand elsewhere is refused. What PEFT reads must also be what ours read: the text as `reads_after` says it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jaxtyping import Float
from safetensors.torch import save
from torch import Tensor

from pipeline.frozen_gpt import FrozenGPT
from pipeline.tokens import Tokens
from templates.prompt import Part, Place, Prompt, Text, Virtual
from templates.refusal import Refusal
from templates.store import write_atomic, write_json
from templates.task import LocalisedTask


def misfit(task: LocalisedTask, gpt: FrozenGPT) -> str:
    """Why PEFT cannot hold this task's prompt; empty if it can."""
    places = [number for number, part in enumerate(task.prompt.parts) if isinstance(part, Virtual)]
    if places != [0]:
        return f"its virtual tokens stand {'in several places' if len(places) > 1 else 'behind text'}, and PEFT puts all of them before everything"
    if Tokens(gpt.tokenizer, limit=gpt.limit).start:
        return "the tokenizer's opening token stands before them, and PEFT puts it behind"
    if list(gpt.tokenizer(" a b", add_special_tokens=False)["input_ids"]) != list(Tokens(gpt.tokenizer, limit=gpt.limit).continuing(" a b")):
        return "the tokenizer cuts the beginning of a text otherwise than its middle, and PEFT's text begins behind them"
    return ""


def reads_after(prompt: Prompt) -> str:
    """The prompt behind its virtual tokens: what another tool tokenises, leading blank and all, without special tokens. Fields stand in braces and a
    brace of the text is doubled, so that `str.format` puts a record in."""

    def said(part: Part) -> str:
        return f"{{{part.field}}}" if isinstance(part, Place) else part.text.replace("{", "{{").replace("}", "}}") if isinstance(part, Text) else ""

    return "".join(said(part) for part in prompt.parts)


def to_peft(folder: Path, rows: Float[Tensor, "P H"], task: LocalisedTask, gpt: FrozenGPT) -> list[Path]:
    """Write adapter_model.safetensors and adapter_config.json, as `PeftModel.from_pretrained(model, folder)` reads them."""
    problem = misfit(task, gpt)
    if problem:
        raise Refusal(f"{task.name}: PEFT cannot hold this prompt, since {problem}; tune it with placement '{task.prompt.virtual_tokens} front'.")
    config = {
        "peft_type": "P_TUNING",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": gpt.name,
        "inference_mode": True,
        "num_virtual_tokens": int(rows.shape[0]),
        "token_dim": int(rows.shape[1]),
        "num_transformer_submodules": 1,
        "num_attention_heads": int(gpt.model.config.num_attention_heads),
        "num_layers": int(gpt.model.config.num_hidden_layers),
        "encoder_reparameterization_type": "LSTM",
        "encoder_hidden_size": int(rows.shape[1]) // 2,
        "encoder_num_layers": 2,
        "encoder_dropout": 0.0,
    }
    weights, about = folder / "adapter_model.safetensors", folder / "adapter_config.json"
    write_atomic(weights, save({"prompt_embeddings": rows.detach().cpu().contiguous()}, {"format": "pt"}))
    write_json(about, config)
    return [weights, about]


def card_text(card: Mapping[str, Any], task: LocalisedTask) -> str:
    """The prompt card as JSON: what it was trained on and with, and how another tool must write what it reads."""
    return json.dumps({**card, "task": task.name, "reads_after_virtual_tokens": reads_after(task.prompt)}, ensure_ascii=False, indent=2) + "\n"
