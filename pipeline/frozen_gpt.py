"""FrozenGPT: any Hugging Face causal language model, frozen, run on embeddings at positions and under a mask that we choose.

Owning positions and masks is what makes padding side, batch mates and cached prefixes irrelevant to the result. The head is
applied only where an answer token is predicted, never to the whole `[B, T, V]`. Ids, positions and masks are laid out in the CPU's memory
and moved here to where the model is; keys, values, embeddings and hidden states stay there.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

from pipeline import frozen_llama
from pipeline.picked import picked
from pipeline.slab import Lease
from templates.refusal import Refusal

log = logging.getLogger(__name__)
HEAD = 256  # hidden states the head is put on at once


@dataclass(frozen=True, slots=True)
class Past:
    """Keys and values of frozen text: `kv [L, 2, B, heads, S + room, D]`, padded on the right; `lengths [B]` are the true S. Behind them is
    `room` for those of tokens still to be run. `lease`: on the memory they stand in, where that is to be used again."""

    kv: Float[Tensor, "L 2 B heads S_plus_room D"]
    lengths: Int[Tensor, "B"]
    room: int = 0
    lease: Lease | None = None

    @property
    def width(self) -> int:
        """S."""
        return self.kv.shape[4] - self.room

    def repeated(self, rows: int) -> Past:
        """The past of a single row as that of so many."""
        return Past(self.kv.expand(-1, -1, rows, -1, -1, -1), self.lengths.expand(rows))


class FrozenGPT:
    """`hidden_size` is H, `vocabulary` V, `limit` the most positions the model knows. Nothing in it ever trains."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, name: str, fingerprint: str = "") -> None:
        for odd in ("final_logit_softcapping", "logit_scale", "logits_scaling"):
            if getattr(model.config, odd, None) not in (None, 1, 1.0):
                raise Refusal(f"model {name}: its head uses {odd}, which is not supported; use a model with a plain linear head.")
        self.model = cast(Any, model)
        self.model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.name = name
        self.hidden_size = int(self.model.get_input_embeddings().weight.shape[1])
        self.vocabulary = int(self.model.get_output_embeddings().weight.shape[0])
        self.limit = min(int(getattr(model.config, "max_position_embeddings", 1024)), _window(model.config))
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        self.fingerprint = fingerprint or self.measure()
        self.by_hand = frozen_llama.of(model)

    @property
    def dtype(self) -> torch.dtype:
        """The number format of its weights."""
        return self.model.get_input_embeddings().weight.dtype

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.model.get_input_embeddings().weight.device

    def measure(self) -> str:
        """blake2b (32 hex digits) over the tokenizer and every weight, name by name: equal before and after each trial."""
        state = hashlib.blake2b(digest_size=16)
        state.update(self._tokenizer_text())
        for key, value in sorted(self.model.state_dict().items()):
            state.update(key.encode())
            state.update(value.detach().cpu().contiguous().view(torch.uint8).numpy().data)
        return state.hexdigest()

    def _tokenizer_text(self) -> bytes:
        fast = getattr(self.tokenizer, "backend_tokenizer", None)
        return (fast.to_str() if fast is not None else repr(sorted(self.tokenizer.get_vocab().items()))).encode("utf-8", "backslashreplace")

    @cached_property
    def tokenizer_fingerprint(self) -> str:
        """blake2b (32 hex digits) over the tokenizer alone."""
        return hashlib.blake2b(self._tokenizer_text(), digest_size=16).hexdigest()

    @cached_property
    def embedding_size(self) -> float:
        """Root mean square of the word embeddings' elements."""
        return float(self.model.get_input_embeddings().weight.float().pow(2).mean().sqrt())

    def versions(self) -> int:
        """Sum of the in-place change counters of all weights: a cheap guard that nothing wrote to them."""
        return sum(parameter._version for parameter in self.model.parameters())

    def embed(self, ids: Int[Tensor, "*shape"]) -> Float[Tensor, "*shape H"]:
        """Word embeddings."""
        return self.model.get_input_embeddings()(ids.to(self.device))

    def run(
        self,
        embeddings: Float[Tensor, "B T H"],
        *,
        positions: Int[Tensor, "B T"],
        visible: Bool[Tensor, "B T S_plus_T"],
        past: Past | DynamicCache | None = None,
        keep: bool = False,
    ) -> tuple[Float[Tensor, "B T H"], DynamicCache | None]:
        """Hidden states after the last norm. `visible[b, t, s]` says whether place t sees place s (past first).

        A `past` that an earlier run gave back is continued in place.
        A row that sees nothing (padding) is let see itself, so that softmax stays finite; nothing reads it.
        """
        batch, width = positions.shape
        cache = past if isinstance(past, DynamicCache) else DynamicCache() if past is not None or keep else None
        if cache is not None and isinstance(past, Past):
            for layer, (keys, values) in enumerate(past.kv.unbind(0)):
                cache.update(keys, values, layer)
        mask = torch.zeros(batch, 1, width, visible.shape[-1], dtype=embeddings.dtype, device=embeddings.device)
        mask.masked_fill_(~visible.to(self.device)[:, None], torch.finfo(embeddings.dtype).min)
        given: dict[str, Any] = {"position_ids": positions.to(self.device), "past_key_values": cache, "use_cache": cache is not None}
        out = self.model.base_model(inputs_embeds=embeddings, attention_mask=mask, **given)
        return out.last_hidden_state, cache

    def run_at(
        self,
        embeddings: Float[Tensor, "B T H"],
        *,
        positions: Int[Tensor, "B T"],
        visible: Bool[Tensor, "B T S_plus_T"],
        past: Past | None,
        rows: Int[Tensor, "E"],
        places: Int[Tensor, "E"],
    ) -> Float[Tensor, "E H"]:
        """What `run` gives at these places of these rows alone; faster where the layers are known, and where the past has room for T tokens."""
        width = positions.shape[1]
        if self.by_hand is None:
            return self.run(embeddings, positions=positions, visible=visible, past=past)[0][rows, places]
        roomy = past is not None and past.room == width
        before: dict[str, Any] = {} if past is None else {"kv": past.kv, "hold": past.lease} if roomy else {"front": past.kv}
        at = (rows * width + places).to(self.device)
        return self.by_hand.run(embeddings, positions=positions.to(self.device), visible=visible.to(self.device), at=at, **before)

    def log_probabilities(self, hidden: Float[Tensor, "N H"], at: Int[Tensor, "E"], tokens: Int[Tensor, "E"]) -> Float[Tensor, "E"]:
        """log p(tokens[e]) at the hidden state hidden[at[e]], in fp32; beside `logits` the only place where the head is used. Where nothing learns,
        no more than HEAD states at once, since each takes the whole vocabulary; see `picked` for where it does."""
        head, where = self.model.get_output_embeddings(), hidden.device
        if torch.is_grad_enabled():
            frozen = not head.weight.requires_grad and getattr(head, "bias", None) is None
            if frozen and len(at) == len(hidden) == len(torch.unique(at)):  # as in training, where each state has one answer to give
                return picked(hidden[at.to(where)], head.weight, tokens.to(where))
            return torch.log_softmax(head(hidden).float(), dim=-1)[at.to(where), tokens.to(where)]
        found = torch.empty(len(at), device=where)
        for start in range(0, len(hidden), HEAD):
            here = ((at >= start) & (at < start + HEAD)).nonzero().squeeze(1)
            part = torch.log_softmax(head(hidden[start : start + HEAD]).float(), dim=-1)
            found[here.to(where)] = part[(at[here] - start).to(where), tokens[here].to(where)]
        return found

    def logits(self, hidden: Float[Tensor, "N H"], tokens: Int[Tensor, "N K"]) -> Float[Tensor, "N K"]:
        """Logits of a few tokens at each hidden state, in fp32: rows of the head, never the whole of it."""
        head = self.model.get_output_embeddings()
        kind = hidden.device.type
        with torch.autocast(kind, enabled=False) if torch.amp.is_autocast_available(kind) else nullcontext():  # fine-tuning asks in the middle of one
            found = torch.einsum("nkh,nh->nk", head.weight[tokens.to(hidden.device)].float(), hidden.float())
        bias = getattr(head, "bias", None)
        return found if bias is None else found + bias[tokens.to(hidden.device)].float()

    @torch.no_grad()
    def read(self, texts: Sequence[tuple[int, ...]]) -> list[Float[Tensor, "L 2 heads S D"]]:
        """Keys and values of each token sequence: what a frozen model makes of a text never changes, so it is computed once."""
        lengths = torch.tensor([len(ids) for ids in texts])
        width = int(lengths.max())
        ids = torch.zeros(len(texts), width, dtype=torch.long)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = torch.tensor(text)
        positions = torch.arange(width).expand(len(texts), width)
        causal = torch.ones(width, width, dtype=torch.bool).tril().expand(len(texts), width, width)
        _, cache = self.run(self.embed(ids), positions=positions, visible=causal, keep=True)
        assert cache is not None
        layers: Any = cache.layers
        stacked = torch.stack([torch.stack([layer.keys, layer.values]) for layer in layers])  # [L, 2, B, heads, S, D]
        return [stacked[:, :, row, :, : len(text)].clone() for row, text in enumerate(texts)]


def _window(config: Any) -> int:
    """How far back the nearest-sighted layer looks: our own masks let each look at everything, which is the same up to there."""
    kinds, window = getattr(config, "layer_types", None), getattr(config, "sliding_window", None)
    used = getattr(config, "use_sliding_window", True) and (kinds is None or "sliding_attention" in kinds)
    return int(window) if window and used else sys.maxsize


def unusable(name: str, error: Exception) -> Refusal:
    """What to say of a GPU that cannot run the model."""
    return Refusal(f'model {name!r}: the GPU here cannot run it ({str(error).strip().splitlines()[0][:160]}); say device = "cpu" in [model], or free the GPU.')


@torch.no_grad()
def agree(gpt: FrozenGPT) -> None:
    """Refuse a model that reads a text otherwise under our positions, masks and cached prefixes than by itself (local attention, ALiBi).

    Two texts of 320 and 160 tokens (less where the model knows fewer positions), the first half of each read beforehand.
    """
    lengths = [min(320, gpt.limit), min(160, gpt.limit // 2)]
    generator = torch.Generator().manual_seed(0)
    texts = [torch.randint(gpt.vocabulary, (length,), generator=generator) for length in lengths]
    alike = False
    try:
        alike = max(_differs(gpt, texts)) < (1e-3 if gpt.dtype == torch.float32 else 0.2)
    except (ValueError, RuntimeError, TypeError) as error:
        if gpt.device.type != "cpu" and (isinstance(error, torch.OutOfMemoryError) or "CUDA" in str(error)):
            raise unusable(gpt.name, error) from error
        log.info("model %s: %s", gpt.name, error)
    if not alike:
        kind = type(gpt.model).__name__
        raise Refusal(f"model {gpt.name!r}: {kind} reads text otherwise under our own positions and masks; use a GPT-2, Llama, GPT-NeoX or OPT kind of model.")


def _differs(gpt: FrozenGPT, texts: list[Tensor]) -> list[float]:
    """For each text the greatest difference of its second half's hidden states, relative to the greatest of them."""
    halves = [len(text) // 2 for text in texts]
    read = [gpt.read([tuple(text[:half].tolist())])[0] for text, half in zip(texts, halves, strict=True)]
    layers, two, heads, _, size = read[0].shape
    kv = torch.zeros(layers, two, len(texts), heads, max(halves), size, dtype=gpt.dtype, device=gpt.device)
    for row, known in enumerate(read):
        kv[:, :, row, :, : halves[row]] = known
    width = max(len(text) - half for text, half in zip(texts, halves, strict=True))
    ids = torch.zeros(len(texts), width, dtype=torch.long)
    for row, (text, half) in enumerate(zip(texts, halves, strict=True)):
        ids[row, : len(text) - half] = text[half:]
    starts = torch.tensor(halves)
    frozen = (torch.arange(max(halves))[None] < starts[:, None])[:, None].expand(-1, width, -1)
    visible = torch.cat([frozen, torch.ones(len(texts), width, width, dtype=torch.bool).tril()], dim=2)
    ours, _ = gpt.run(gpt.embed(ids), positions=starts[:, None] + torch.arange(width), visible=visible, past=Past(kv, starts))
    found = []
    for row, (text, half) in enumerate(zip(texts, halves, strict=True)):
        plain = gpt.model.base_model(input_ids=text[None].to(gpt.device)).last_hidden_state[0, half:]
        found.append(float((ours[row, : len(plain)] - plain).abs().max() / plain.abs().max()))
    return found


def runtime(device: str = "cpu") -> dict[str, str]:
    """What else a number depends on: versions, threads, processor capability, and the GPU's name where that computes, else cpu."""
    return {
        "torch": torch.__version__,
        **{name: importlib.metadata.version(name) for name in ("transformers", "tokenizers", "scikit-learn", "numpy")},
        "threads": str(torch.get_num_threads()),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "cores": str(os.cpu_count()),
        "device": torch.cuda.get_device_name() if device.startswith("cuda") else "cpu",
    }
