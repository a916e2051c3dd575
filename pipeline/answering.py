"""Answering: what the methods that ask the frozen GPT share: one task's tokens, encoded records and cached prefixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from torch import Tensor

from pipeline.batch import lay_out
from pipeline.choose import rank
from pipeline.decode import decode
from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache
from pipeline.splice import answer_scores
from pipeline.tokens import Encoded, Tokens
from templates.benchmark import Record
from templates.slots import Slot
from templates.task import LocalisedTask

MOST_TOKENS = 512  # of one record with its prompt; longer text is cut


class Answering:
    """One frozen GPT, one task. Share one `prefixes` among all trials of a model: the text before a prompt never changes. `starts`: prompts
    that were trained before, by name, where a new one may begin."""

    def __init__(
        self, gpt: FrozenGPT, task: LocalisedTask, prefixes: PrefixCache | None = None, *, starts: Mapping[str, Float[Tensor, "P H"]] | None = None
    ) -> None:
        self.gpt = gpt
        self.task = task
        self.prefixes = prefixes if prefixes is not None else PrefixCache(gpt)
        self.starts = dict(starts or {})
        self.tokens = Tokens(gpt.tokenizer, limit=min(MOST_TOKENS, gpt.limit))
        self._by_id: dict[str, tuple[Record, Encoded]] = {}

    def of(self, task: LocalisedTask) -> Answering:
        """The same GPT and prefixes with another task, or the same in another prompt."""
        return Answering(self.gpt, task, self.prefixes, starts=self.starts)

    def encode(self, records: Sequence[Record]) -> list[Encoded]:
        """The records in ids, tokenised once each."""
        for record in records:
            if record.id not in self._by_id or self._by_id[record.id][0] != record:
                self._by_id[record.id] = (record, self.tokens.encode_record(self.task, record))
        return [self._by_id[record.id][1] for record in records]

    def loss(self, encoded: Sequence[Encoded], prompt: Float[Tensor, "P H"] | None) -> Tensor:
        """Negative log-likelihood of the trained answers, mean over all their tokens: what makes each answer token as likely as can be."""
        batch = lay_out(encoded, [[item.answer] for item in encoded])
        scores, lengths = answer_scores(self.gpt, batch, prompt, prefixes=self.prefixes)
        return -scores.sum() / lengths.sum()

    def rank(self, encoded: Sequence[Encoded], prompt: Float[Tensor, "P H"] | None, *, per_token: bool = False) -> Float[Tensor, "N C"]:
        """Label scores, summed over an answer's tokens or, `per_token`, their mean."""
        words = self.task.verbalizer
        return rank(self.gpt, encoded, prompt, verbalizer=words, tokens=self.tokens, prefixes=self.prefixes, per_token=per_token)

    def slots(
        self, encoded: Sequence[Encoded], records: Sequence[Record], labels: Sequence[str], prompt: Float[Tensor, "P H"] | None
    ) -> list[tuple[Slot, ...]]:
        """The slots of each record behind the label it was given; none where the benchmark has none."""
        if self.task.slots is None:
            return [()] * len(records)
        texts = [record.fields[self.task.benchmark.slots_in] for record in records]
        return decode(self.gpt, encoded, texts, labels, prompt, task=self.task, tokens=self.tokens, prefixes=self.prefixes)
