"""Objective: the loss of a batch. Logits are made only where a target token stands: they weigh most of all, and padding has none."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import MarianMTModel

from translation.training.shape import embeddings


class Objective(nn.Module):
    """Label-smoothed cross-entropy (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567) per target token, the end mark included; nats."""

    def __init__(self, model: MarianMTModel, *, smoothing: float) -> None:
        super().__init__()
        self.model = model
        self.smoothing = smoothing

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Ids [B S] and [B T], padded; a scalar. The pad is no candidate, as it is none for CTranslate2."""
        weight = embeddings(self.model)
        pad = len(weight) - 1
        given = torch.cat([torch.full_like(target[:, :1], pad), target[:, :-1]], dim=1)
        read = self.model.model(input_ids=source, attention_mask=source.ne(pad).long(), decoder_input_ids=given, use_cache=False)
        kept = target.ne(pad)
        logits = F.linear(read.last_hidden_state[kept], weight[:-1])
        return F.cross_entropy(logits.float(), target[kept], label_smoothing=self.smoothing)
