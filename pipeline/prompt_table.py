"""PromptTable: task name -> virtual tokens [P, H] with the card that says what they were trained on; safetensors and JSON.

Tasks live side by side: adding or freezing one never touches another's rows (continual multi-task p-tuning).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from pipeline.frozen_gpt import FrozenGPT
from templates.placement import move
from templates.refusal import Refusal, UnknownName, did_you_mean
from templates.settings import read_settings
from templates.store import write_atomic, write_json
from templates.task import LocalisedTask


@dataclass(frozen=True, slots=True)
class Card:
    """What a task's rows belong to; the loader refuses to put them to any other use. `slots`: slot words and the marks around them. `placement`:
    where the virtual tokens were moved to, as in templates.placement; empty where they stand as the prompt is written. `signature`: the trial's, with
    digests of data and code, and the gate's verdict on that data; it is shown, not compared. `per_token`: its labels
    are ranked by the mean over their tokens. `variants` (further words of labels that have any) and `dtype` (of the model's weights) are None and empty in
    tables of before, and then not compared."""

    model: str
    model_fingerprint: str
    prompt: str
    words: Mapping[str, str]
    trial: str
    frozen: bool = True
    slots: Mapping[str, str] = field(default_factory=dict)
    placement: str = ""
    tokenizer: str = ""
    per_token: bool = False
    signature: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] | None = None
    dtype: str = ""


def card_for(task: LocalisedTask, gpt: FrozenGPT, *, trial: str, placement: str = "", signature: Mapping[str, str] | None = None) -> Card:
    """The card of a prompt just trained for a task whose prompt had its virtual tokens moved by `placement`."""
    words = dict(task.verbalizer.words)
    return Card(
        gpt.name,
        gpt.fingerprint,
        task.prompt.source,
        words,
        trial,
        slots=_slots(task),
        placement=placement,
        tokenizer=gpt.tokenizer_fingerprint,
        signature=dict(signature or {}),
        variants=_variants(task),
        dtype=_dtype(gpt),
    )


def _dtype(gpt: FrozenGPT) -> str:
    return str(gpt.dtype).removeprefix("torch.")


def _variants(task: LocalisedTask) -> dict[str, str]:
    return {label: ",".join(words) for label, words in task.verbalizer.variants.items() if words}


def _slots(task: LocalisedTask) -> dict[str, str]:
    said = task.slots
    if said is None:
        return {}
    return {**said.words.words, "(lead)": said.lead, "(none)": said.none, "(marks)": said.opened + said.closed + said.between}


def as_tuned(task: LocalisedTask, folder: Path) -> LocalisedTask:
    """The task with its virtual tokens where those of the table in `folder` were trained; as it is where that holds none of its prompt."""
    if not (folder / "table.json").is_file():
        return task
    table = PromptTable.load(folder)
    card = table.cards.get(task.name)
    return table.placed(task) if card is not None and card.prompt == task.prompt.source else task


class PromptTable:
    """`rows[name]` is [P, H]. P may differ from task to task, H is the model's."""

    def __init__(self) -> None:
        self.rows: dict[str, Float[Tensor, "P H"]] = {}
        self.cards: dict[str, Card] = {}

    def add(self, name: str, prompt: Float[Tensor, "P H"], card: Card) -> None:
        """Add a task; one that is there already is refused, since its users rely on it."""
        if name in self.rows:
            raise Refusal(f"prompt table: task {name!r} is already there; give the new one another name or start a new table.")
        self.rows[name] = prompt.detach().cpu().contiguous().clone()
        self.cards[name] = card

    def placed(self, task: LocalisedTask) -> LocalisedTask:
        """The task with its virtual tokens where the stored ones were trained."""
        card = self.cards.get(task.name)
        return task if card is None else replace(task, prompt=move(task.prompt, card.placement))

    def take(self, task: LocalisedTask, gpt: FrozenGPT) -> Float[Tensor, "P H"]:
        """The rows of a task, if they were trained for this model, prompt and words; each mismatch is named."""
        if task.name not in self.rows:
            raise UnknownName(f"prompt table: no task {task.name!r}; there are {', '.join(self.rows) or 'none'}.{did_you_mean(task.name, self.rows)}")
        card = self.cards[task.name]
        if card.tokenizer and card.tokenizer != gpt.tokenizer_fingerprint:
            raise Refusal(f"prompt table: {task.name} was trained with another tokenizer than that of {gpt.name}; use the model as it was or tune again.")
        if card.dtype and card.dtype != _dtype(gpt):
            raise Refusal(f'prompt table: {task.name} was trained in {card.dtype}, the model is in {_dtype(gpt)}; say dtype = "{card.dtype}" in [model].')
        if card.model_fingerprint != gpt.fingerprint:
            other = card.model if card.model != gpt.name else f"other weights under the name {card.model}"
            raise Refusal(f"prompt table: {task.name} was trained on {other}, this is {gpt.name}; use the same weights or tune again.")
        if card.prompt != task.prompt.source:
            raise Refusal(f"prompt table: {task.name} was trained with the prompt {card.prompt!r}, this is {task.prompt.source!r}; use the same or tune again.")
        words = (("word", card.words, task.verbalizer.words), ("variants", card.variants, _variants(task)), ("slot word", card.slots, _slots(task)))
        for what, trained, now in words:
            if trained is None:
                continue
            changed = [key for key in {**trained, **now} if trained.get(key) != now.get(key)]
            if changed:
                one, more = changed[0], f" ({len(changed)} differ)" if len(changed) > 1 else ""
                said = f"{task.name} was trained with the {what} {trained.get(one)!r} for {one!r}, this has {now.get(one)!r}{more}"
                raise Refusal(f"prompt table: {said}; use the same {what} or tune again.")
        rows, due = self.rows[task.name], (self.placed(task).prompt.virtual_tokens, gpt.hidden_size)
        if tuple(rows.shape) != due:
            raise Refusal(f"prompt table: {task.name} has rows of shape {tuple(rows.shape)}, its card asks for {due}; both files must come from one run.")
        return rows.to(gpt.device)

    def save(self, folder: Path) -> None:
        """Write table.safetensors and table.json."""
        write_atomic(folder / "table.safetensors", save({name: rows.contiguous() for name, rows in self.rows.items()}))
        write_json(folder / "table.json", {name: asdict(card) for name, card in self.cards.items()})

    @staticmethod
    def load(folder: Path) -> PromptTable:
        """Read a table back."""
        table = PromptTable()
        try:
            table.rows = dict(load_file(folder / "table.safetensors"))
            found = json.loads((folder / "table.json").read_text(encoding="utf-8"))
            if not isinstance(found, dict) or not all(isinstance(card, dict) for card in found.values()):
                raise ValueError("table.json is no table of cards")
        except (OSError, SafetensorError, ValueError, RecursionError) as error:
            raise Refusal(f"{folder}: holds no usable prompt table ({str(error)[:120]}); tune again or give a run that did.") from error
        table.cards = {name: read_settings(Card, card, where=f"{folder / 'table.json'}, {name}") for name, card in found.items()}
        if set(table.rows) != set(table.cards):
            raise Refusal(f"{folder}: table.safetensors holds {sorted(table.rows)}, table.json {sorted(table.cards)}; they must come from one run.")
        return table
