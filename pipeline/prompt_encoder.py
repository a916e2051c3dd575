"""PromptEncoder: the small network that produces the virtual tokens during training, and is thrown away afterwards.

`lstm` is the bi-LSTM encoder of P-tuning (Liu et al. 2021, https://arxiv.org/abs/2103.10385) with the sizes of NeMo 1.10: embeddings
[P, H] -> 2-layer bi-LSTM with H/2 per direction -> Linear, ReLU, Linear; 8,279,040 parameters at H = 768, P = 10. `tpmlp` and `mlp` are
those of NeMo 1.13 (https://github.com/NVIDIA/NeMo/blob/v1.16.0/nemo/collections/nlp/modules/common/prompt_encoder.py); they map each
virtual token by itself, so that tasks which share one differ only in the rows of their names. `none` trains the virtual tokens directly, as
Lester et al. 2021 do (https://arxiv.org/abs/2104.08691).
"""

from __future__ import annotations

from contextlib import nullcontext
from itertools import pairwise
from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from templates.refusal import Refusal

Kind = Literal["lstm", "tpmlp", "mlp", "none"]
KINDS: tuple[Kind, ...] = get_args(Kind)
INNER = 2048  # NeMo's encoder_hidden for tpmlp and mlp
STANDARD_DEVIATION = 0.023  # of tpmlp's weights, NeMo's encoder_init_std


class PromptEncoder(nn.Module):
    """`forward()` gives the prompt [P, H]. The first rows of the input are the task name's own word embeddings (frozen), the
    rest are learnt: that is how tasks that share an encoder are told apart. `none` has no input, and so no name."""

    def __init__(
        self,
        virtual_tokens: int,
        hidden_size: int,
        *,
        kind: Kind = "lstm",
        name: Float[Tensor, "N H"] | None = None,
        layers: int = 2,
        inner: int = INNER,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(virtual_tokens, hidden_size)
        self.mapping = _mapping(kind, hidden_size, layers=layers, inner=inner, dropout=dropout)
        if kind == "none":
            nn.init.xavier_normal_(self.embedding.weight)
            name = None
        self.register_buffer("scale", torch.ones(2), persistent=True)  # of the rows of a name, and of the others
        self.register_buffer("offset", torch.zeros(virtual_tokens, hidden_size), persistent=True)
        self.register_buffer("name", (name[:virtual_tokens] if name is not None else torch.zeros(0, hidden_size)).float(), persistent=True)

    def forward(self, name: Float[Tensor, "N H"] | None = None) -> Float[Tensor, "P H"]:
        """The virtual tokens; of another task that shares the encoder where its `name` is given."""
        name = self.get_buffer("name") if name is None else name[: self.embedding.num_embeddings]
        rows = torch.cat([name, self.embedding.weight[len(name) :]])
        of_name, of_others = self.get_buffer("scale")
        scale = torch.cat([of_name.expand(len(name)), of_others.expand(len(rows) - len(name))])
        made: Tensor = self.mapping(rows) * scale[:, None] + self.get_buffer("offset")
        return made

    @torch.no_grad()
    def match(self, size: float) -> None:
        """Scale what comes out, once, so that its root mean square is `size`: that of the word embeddings among which it will stand.

        Plain encoders start far from it: with SmolLM2 lstm several times too small (0.03 among 0.14; its first epoch goes into growing). The rows of a
        name, whose inputs are word embeddings and not drawn with deviation 1, are matched by themselves: in tpmlp and mlp they come out eight times smaller.
        """
        training = self.training
        self.eval()
        made, count, scale = self(), len(self.get_buffer("name")), self.get_buffer("scale")
        others = made[count:] if count < len(made) else self.mapping(self.embedding.weight)  # which a task with a shorter name will have
        for number, rows in enumerate((made[:count], others)):
            if len(rows):
                scale[number] *= size / rows.pow(2).mean().sqrt()
        self.train(training)

    @torch.no_grad()
    def begin_at(self, prompt: Float[Tensor, "P H"]) -> None:
        """Shift what comes out, once, so that training begins at `prompt`, as one that was trained in another language."""
        training = self.training
        self.eval()
        self.get_buffer("offset").add_(prompt - self())
        self.train(training)


def _mapping(kind: Kind, hidden_size: int, *, layers: int, inner: int, dropout: float) -> nn.Module:
    if kind == "none":
        return nn.Identity()
    if kind == "lstm":
        return _BiLSTM(hidden_size, layers=layers, dropout=dropout)
    if kind == "tpmlp":
        widen, narrow = nn.Linear(hidden_size, inner), nn.Linear(inner, hidden_size)
        for linear in (widen, narrow):
            nn.init.normal_(linear.weight, std=STANDARD_DEVIATION)
            nn.init.zeros_(linear.bias)
        return nn.Sequential(widen, nn.GELU(approximate="tanh"), narrow)
    if layers < 2:
        raise Refusal(f"encoder mlp: layers is {layers}; it needs at least 2, one into the inner size and one out of it.")
    sizes = [hidden_size, *[inner] * (layers - 1), hidden_size]
    steps = [step for before, after in pairwise(sizes) for step in (nn.Linear(before, after), nn.ReLU())]
    return nn.Sequential(*steps[:-1])


class _BiLSTM(nn.Module):
    def __init__(self, hidden_size: int, *, layers: int, dropout: float) -> None:
        super().__init__()
        if hidden_size % 2:
            raise Refusal(f"encoder lstm: the model's hidden size {hidden_size} is odd, and it is split between two directions; use encoder mlp.")
        self.lstm = nn.LSTM(hidden_size, hidden_size // 2, num_layers=layers, dropout=dropout, bidirectional=True, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, hidden_size))

    def forward(self, rows: Float[Tensor, "P H"]) -> Float[Tensor, "P H"]:
        drops = self.training and self.lstm.dropout > 0  # cuDNN would do that by a state of its own, which no seed reaches
        with torch.backends.cudnn.flags(enabled=False) if drops else nullcontext():
            states, _ = self.lstm(rows[None])
        made: Tensor = self.mlp(states)[0]
        return made
