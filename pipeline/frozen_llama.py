"""FrozenLlama: the layers of a frozen Llama, there and back by hand, for the short passes that p-tuning makes by the ten thousand.

A frozen model needs no gradients of weights, so the way back is one product for each on the way there. What differs from transformers' own
layers is how, not what: keys and values of the text and of the tokens behind it stand in one room, heads that share keys are rows of one
product and not copies, queries, keys and values are one product and so are gate and up, and the last layer's second half is computed only
where somebody looks. Llama: Touvron et al. 2023, https://arxiv.org/abs/2302.13971; rotary positions: Su et al. 2021, https://arxiv.org/abs/2104.09864;
shared heads: Ainslie et al. 2023, https://arxiv.org/abs/2305.13245.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from transformers import LlamaForCausalLM, PreTrainedModel

from pipeline.llama_layer import Layer, layer_of
from pipeline.slab import ALIGNED, Lease, Slab

PLAIN = {"attention_bias": False, "mlp_bias": False, "hidden_act": "silu", "pretraining_tp": 1}
OPEN = ("attend", "mix", "widen", "narrow")  # the weights of a layer that may be others than its own


class FrozenLlama:
    """Runs the layers of `model`, whose weights it lays side by side where they are multiplied with the same thing; they stay the model's own."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        config = model.config
        self.inner = cast(Any, model.model)
        self.heads = int(config.num_attention_heads)
        self.shared = int(config.num_key_value_heads or self.heads)
        self.size = int(getattr(config, "head_dim", None) or config.hidden_size // self.heads)
        self.eps = float(config.rms_norm_eps)
        self.layers = [layer_of(layer) for layer in self.inner.layers]
        self.slab = Slab()

    def lowest(self, count: int) -> FrozenLlama:
        """The same with its lowest layers alone, and the last norm behind them."""
        made = copy.copy(self)
        made.layers = self.layers[:count]
        return made

    def room(self, rows: int, width: int, *, leased: bool = False) -> Float[Tensor, "L 2 B heads T D"]:
        """Room for keys and values of that many tokens; on the slab if it is `leased`."""
        shape = (len(self.layers), 2, rows, self.shared, width, self.size)
        made = self.slab.take(*shape) if leased else None
        return self.layers[0].mix.new_empty(shape) if made is None else made

    def _lease(self, embeddings: Float[Tensor, "B T H"], seen: int, *, whole: bool) -> Lease | None:
        """On the slab, for all that a run over these keeps for its way back; `seen`: places looked at; `whole`: with keys and values."""
        rows, width, wide = embeddings.shape
        heads, count = rows * width * self.heads, len(self.layers)
        each = [heads * self.size, heads * seen, rows * width * wide, rows * width * wide, rows * width * len(self.layers[0].widen)]
        own = 2 * rows * self.shared * seen * self.size if whole else 0
        return self.slab.begin(count * sum(one + ALIGNED for one in (own, *each)), embeddings)

    def run(
        self,
        embeddings: Float[Tensor, "B T H"],
        *,
        positions: Int[Tensor, "B T"],
        visible: Bool[Tensor, "B T S_plus_T"],
        at: Int[Tensor, "E"],
        kv: Float[Tensor, "L 2 B heads S_plus_T D"] | None = None,
        hold: Lease | None = None,
        front: Float[Tensor, "L 2 B heads S D"] | None = None,
    ) -> Float[Tensor, "E H"]:
        """Hidden states after the last norm at the places `at` of [B T] laid flat. The last T places of `kv` are room for keys and values
        of these tokens: they are written here. Without it room is made, in which `front`, if it is given, stands before them. Gradients go to
        `embeddings` and `front`. `hold` is the lease on the memory of `kv`: it ends with the way back."""
        cos, sin = self.inner.rotary_emb(embeddings, position_ids=positions)
        cos, sin = (one[:, :, None, : self.size // 2] for one in (cos, sin))
        learns = torch.is_grad_enabled() and (embeddings.requires_grad or (front is not None and front.requires_grad))
        lease = self._lease(embeddings, visible.shape[-1], whole=kv is None) if learns else None
        if kv is None:
            kv = self.room(len(embeddings), visible.shape[-1], leased=lease is not None)
        hidden: Tensor = _Run.apply(embeddings, front, self, cos, sin, ~visible, kv, at, learns, (), (lease, hold))[0]  # type: ignore[no-untyped-call]
        return hidden

    def run_open(self, embeddings: Float[Tensor, "B T H"], *, weights: Sequence[Tensor] = (), taps: Sequence[int] = ()) -> tuple[Float[Tensor, "N H"], ...]:
        """Hidden states after the last norm at all B T places, texts padded on the right, and before them those that go into the layers `taps`.

        `weights`: four for each layer in the place of its own, in the order of `weights`; gradients go to them too."""
        if list(taps) != sorted({tap for tap in taps if 0 < tap < len(self.layers)}):
            raise ValueError(f"taps {list(taps)} must rise and be layers from 1 to {len(self.layers) - 1}")
        rows, width = embeddings.shape[:2]
        positions = torch.arange(width, device=embeddings.device).expand(rows, width)
        cos, sin = self.inner.rotary_emb(embeddings, position_ids=positions)
        cos, sin = (one[:, :, None, : self.size // 2] for one in (cos, sin))
        later = torch.ones(width, width, dtype=torch.bool, device=embeddings.device).triu(1).expand(rows, width, width)
        learns = torch.is_grad_enabled() and (embeddings.requires_grad or any(weight.requires_grad for weight in weights))
        kv, at = self.room(rows, width), torch.arange(rows * width, device=embeddings.device)
        last, *tapped = _Run.apply(embeddings, None, self, cos, sin, later, kv, at, learns, tuple(taps), (None, None), *weights)  # type: ignore[no-untyped-call]
        return (*tapped, last)

    @property
    def weights(self) -> list[Tensor]:
        """Of each layer: queries, keys and values; mix; gate and up; narrow."""
        return [weight for layer in self.layers for weight in (layer.attend, layer.mix, layer.widen, layer.narrow)]


def of(model: PreTrainedModel) -> FrozenLlama | None:
    """The layers of a model of this kind; None for any other, which transformers runs."""
    if type(model) is not LlamaForCausalLM or any(getattr(model.config, name, value) != value for name, value in PLAIN.items()):
        return None
    linears = [part for layer in model.model.layers for name, part in layer.named_modules() if name.endswith("_proj")]
    if any(type(one) is not nn.Linear or one.bias is not None or one.weight.dtype != model.dtype for one in linears):  # quantised or adapted ones
        return None
    return FrozenLlama(model)


class _Run(torch.autograd.Function):
    """All layers; N = B T, G = heads that share keys and values, K = heads of those."""

    @staticmethod
    def forward(
        context: Any,
        embeddings: Tensor,
        front: Tensor | None,
        llama: FrozenLlama,
        cos: Tensor,
        sin: Tensor,
        hidden_from: Tensor,
        kv: Tensor,
        at: Tensor,
        learns: bool,
        taps: tuple[int, ...],
        leases: tuple[Lease | None, Lease | None],
        *weights: Tensor,
    ) -> tuple[Tensor, ...]:
        rows, width, wide = embeddings.shape
        layers = llama.layers
        if weights:
            layers = [replace(layer, **dict(zip(OPEN, weights[4 * number : 4 * number + 4], strict=True))) for number, layer in enumerate(layers)]
        tapped: list[Tensor] = []
        if front is not None:
            kv[..., :-width, :] = front
        mask = torch.zeros(hidden_from.shape, dtype=embeddings.dtype, device=embeddings.device)
        mask.masked_fill_(hidden_from, torch.finfo(embeddings.dtype).min)
        mask = mask[:, None, None].expand(-1, 1, llama.heads // llama.shared, -1, -1).reshape(rows, 1, -1, mask.shape[-1])  # [B 1 GT S+T]
        kept: list[tuple[Tensor, ...]] = []
        take: Callable[..., Tensor | None] = llama.slab.take if leases[0] is not None else lambda *shape: None
        stream = embeddings.reshape(-1, wide)
        for number, layer in enumerate(layers):
            last = number == len(layers) - 1
            given = stream
            if number in taps:
                tapped.append(stream)
            normed, first = _norm(stream, layer.first, llama.eps)
            query, key, value = _turned(normed @ layer.attend.T, cos, sin, llama, rows, width)
            keys, values = kv[number, 0], kv[number, 1]
            keys[:, :, -width:], values[:, :, -width:] = key, value
            query = _folded(query, llama, take)
            scores = (query @ keys.mT).mul_(llama.size**-0.5).add_(mask)
            shares = _shares(scores, take(*scores.shape))
            mixed = _unfolded(shares @ values, llama, width).reshape(rows * width, -1)
            if last:
                mixed, stream = mixed[at], stream[at]
            middle = torch.addmm(stream, mixed, layer.mix.T, out=take(*stream.shape))
            widened, second = _norm(middle, layer.second, llama.eps)
            both = torch.mm(widened, layer.widen.T, out=take(len(widened), len(layer.widen)))
            gate, up = both.chunk(2, dim=1)
            product = nn.functional.silu(gate).mul_(up)
            stream = torch.addmm(middle, product, layer.narrow.T, out=take(*middle.shape))
            if learns:
                kept.append((given, first, query, shares, middle, second, both, *((normed, mixed, widened, product) if weights else ())))
        found, scale = _norm(stream, llama.inner.norm.weight, llama.eps)
        if learns:
            context.llama, context.layers, context.taps, context.shape, context.each = llama, layers, taps, embeddings.shape, len(kept[0])
            context.leases = leases
            context.save_for_backward(stream, scale, cos, sin, kv, at, *(one for layer in kept for one in layer))
        return found, *tapped

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        llama: FrozenLlama = context.llama
        layers: list[Layer] = context.layers
        rows, width, wide = context.shape
        stream, scale, cos, sin, kv, at, *rest = context.saved_tensors
        count, each = len(layers), context.each
        by_weights: list[Tensor] = []  # from the last to the first
        by_front = torch.empty_like(kv[..., :-width, :]) if context.needs_input_grad[1] else None
        slope = _norm_back(gradients[0], stream, scale, llama.inner.norm.weight)
        for number in reversed(range(count)):
            layer, last = layers[number], number == count - 1
            given, first, query, shares, middle, second, both, *inputs = rest[number * each : (number + 1) * each]
            if inputs:
                normed, mixed, widened, product = inputs
                by_weights.append(slope.T @ product)
            gate, up = both.chunk(2, dim=1)
            by_product = slope @ layer.narrow
            by_both = torch.empty_like(both)
            torch.mul(by_product, nn.functional.silu(gate), out=by_both[:, both.shape[1] // 2 :])
            by_both[:, : both.shape[1] // 2] = torch.ops.aten.silu_backward(by_product.mul_(up), gate)
            slope = _norm_back(by_both @ layer.widen, middle, second, layer.second, slope)
            if inputs:
                by_weights += [by_both.T @ widened, slope.T @ mixed]
            by_mixed = slope @ layer.mix
            if last:  # only some places were looked at, one perhaps more than once
                by_mixed = by_mixed.new_zeros(rows * width, by_mixed.shape[1]).index_add_(0, at, by_mixed)
                slope = slope.new_zeros(rows * width, wide).index_add_(0, at, slope)
            folded = _folded(by_mixed.view(rows, width, llama.heads, llama.size), llama)
            keys, values = kv[number, 0], kv[number, 1]
            by_scores = torch.ops.aten._softmax_backward_data(folded @ values.mT, shares, -1, shares.dtype).mul_(llama.size**-0.5)
            by_query = _unfolded(by_scores @ keys, llama, width)
            by_key = (by_scores[..., -width:].mT @ query).transpose(1, 2)
            by_value = (shares[..., -width:].mT @ folded).transpose(1, 2)
            if by_front is not None:
                by_front[number, 0] = by_scores[..., :-width].mT @ query
                by_front[number, 1] = shares[..., :-width].mT @ folded
            by_heads = _turned_back(by_query, by_key, by_value, cos, sin).view(rows * width, -1)
            slope = _norm_back(by_heads @ layer.attend, given, first, layer.first, slope)
            if inputs:
                by_weights.append(by_heads.T @ normed)
            if number in context.taps:
                slope = slope + gradients[1 + context.taps.index(number)]
        for lease in context.leases:
            if lease is not None:
                lease.done = True
        return slope.view(rows, width, wide), by_front, None, None, None, None, None, None, None, None, None, *reversed(by_weights)


def _norm(stream: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Root mean square norm (Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467) of [N H], and what each row was multiplied with [N 1], in float32."""
    wide = stream.float()
    scale = wide.square().mean(-1, keepdim=True).add_(eps).rsqrt_()
    return (wide * scale).to(stream.dtype).mul_(weight), scale


def _norm_back(slope: Tensor, stream: Tensor, scale: Tensor, weight: Tensor, beside: Tensor | None = None) -> Tensor:
    """Through _norm, plus what comes `beside` it."""
    wide = stream.float() * scale
    through = slope.float() * weight
    through.addcmul_(wide, (through * wide).mean(-1, keepdim=True), value=-1).mul_(scale)
    return through.to(slope.dtype) if beside is None else through.add_(beside).to(slope.dtype)


def _turned(heads: Tensor, cos: Tensor, sin: Tensor, llama: FrozenLlama, rows: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries [B T K G D], keys and values [B K T D] out of [N (heads + 2 K) D], the first two turned to their positions."""
    heads = heads.view(rows, width, llama.heads + 2 * llama.shared, llama.size)
    both, value = heads[:, :, : llama.heads + llama.shared], heads[:, :, llama.heads + llama.shared :]
    turned = _rotate(both, cos, sin)
    return turned[:, :, : llama.heads], turned[:, :, llama.heads :].transpose(1, 2), value.transpose(1, 2)


def _turned_back(query: Tensor, key: Tensor, value: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    return torch.cat([_rotate(torch.cat([query, key], 2), cos, -sin), value], 2)


def _rotate(heads: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = heads.shape[-1] // 2
    left, right = heads[..., :half], heads[..., half:]
    turned = torch.empty(heads.shape, dtype=heads.dtype, device=heads.device)
    torch.mul(left, cos, out=turned[..., :half]).addcmul_(right, sin, value=-1)
    torch.mul(right, cos, out=turned[..., half:]).addcmul_(left, sin)
    return turned


def _folded(query: Tensor, llama: FrozenLlama, take: Callable[..., Tensor | None] = lambda *shape: None) -> Tensor:
    """[B T heads D] as [B K GT D]: heads that share keys are rows of one product."""
    rows, width = query.shape[:2]
    turned = query.view(rows, width, llama.shared, -1, llama.size).permute(0, 2, 3, 1, 4)
    room = take(*turned.shape)
    return (turned if room is None else room.copy_(turned)).reshape(rows, llama.shared, -1, llama.size)


def _shares(scores: Tensor, room: Tensor | None) -> Tensor:
    """Softmax, summed in float32."""
    if room is not None and room.dtype == torch.float32:
        return torch.softmax(scores, -1, out=room)
    shares = torch.softmax(scores, -1, dtype=torch.float32)
    return shares.to(scores.dtype) if room is None else room.copy_(shares)


def _unfolded(folded: Tensor, llama: FrozenLlama, width: int) -> Tensor:
    """[B K GT D] as [B T heads D]."""
    rows = len(folded)
    return folded.view(rows, llama.shared, -1, width, llama.size).permute(0, 3, 1, 2, 4).reshape(rows, width, llama.heads, llama.size)
