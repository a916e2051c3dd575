"""PromptEncoder: the small network that produces the virtual tokens during training, and is thrown away afterwards.

The bi-LSTM encoder of P-tuning (Liu et al. 2021, https://arxiv.org/abs/2103.10385) with the sizes of NeMo 1.10: embeddings
[P, H] -> 2-layer bi-LSTM with H/2 per direction -> Linear, ReLU, Linear. 8,279,040 parameters at H = 768, P = 10.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PromptEncoder(nn.Module):
    """`forward()` gives the prompt [P, H]. The first rows of the input are the task name's own word embeddings (frozen), the
    rest are learnt: that is how tasks that share an encoder are told apart."""

    def __init__(self, virtual_tokens: int, hidden_size: int, *, name: Float[Tensor, "N H"] | None = None, layers: int = 2, dropout: float = 0.0) -> None:
        super().__init__()
        if hidden_size % 2:
            raise ValueError(f"hidden size {hidden_size} is odd; the bi-LSTM splits it between two directions")
        self.embedding = nn.Embedding(virtual_tokens, hidden_size)
        self.lstm = nn.LSTM(hidden_size, hidden_size // 2, num_layers=layers, dropout=dropout, bidirectional=True, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, hidden_size))
        self.register_buffer("scale", torch.ones(()), persistent=True)
        self.register_buffer("name", (name[:virtual_tokens] if name is not None else torch.zeros(0, hidden_size)).float(), persistent=True)

    def forward(self) -> Float[Tensor, "P H"]:
        """The virtual tokens."""
        name = self.get_buffer("name")
        rows = torch.cat([name, self.embedding.weight[len(name) :]])
        states, _ = self.lstm(rows[None])
        return self.mlp(states)[0] * self.get_buffer("scale")

    @torch.no_grad()
    def match(self, size: float) -> None:
        """Scale what comes out, once, so that its root mean square is `size`: that of the word embeddings among which it will stand.

        The plain encoder starts several times too small (with SmolLM2 0.03 among 0.14), and its first epoch goes into growing.
        """
        training = self.training
        self.eval()
        scale = self.get_buffer("scale")
        scale.mul_(size / self().pow(2).mean().sqrt())
        self.train(training)
