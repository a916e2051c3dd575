"""mixed, joint and continual: every record gets its own prompt, old tasks stay bit for bit, and forgetting shows where nothing is frozen."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pipeline import mixed
from pipeline.answering import Answering
from pipeline.choose import probabilities
from pipeline.continual import course
from pipeline.folds import Parts
from pipeline.frozen_gpt import FrozenGPT
from pipeline.joint import Joint
from pipeline.methods.p_tuning import Settings
from pipeline.prefix import PrefixCache
from pipeline.stepper import Stepper
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask
from tests.pipeline import utterances

FAST = Settings(epochs=2, least_steps=1, learning_rate=0.01)


@pytest.fixture
def both(tiny: FrozenGPT, task: LocalisedTask) -> dict[str, Answering]:
    """FIQA with 10 virtual tokens behind the text, and a toy benchmark with slots and 40."""
    prefixes = PrefixCache(tiny)
    return {made.name: Answering(tiny, made, prefixes) for made in (task, utterances.task(prompt="more"))}


def rows_of(both: dict[str, Answering], records: list[Record]) -> dict[str, list[Record]]:
    return dict(zip(both, (records[:24], utterances.records()), strict=True))


def split(rows: dict[str, list[Record]]) -> dict[str, Parts]:
    return {name: Parts(tuple(mine[:-4]), (), tuple(mine[-4:]), 0) for name, mine in rows.items()}


@pytest.mark.parametrize("averaged", [0, 1])
def test_a_mixed_batch_gives_what_each_task_gives_alone(averaged: int, both: dict[str, Answering], records: list[Record]) -> None:
    torch.manual_seed(2)
    prompts = {name: torch.randn(one.task.prompt.virtual_tokens, one.gpt.hidden_size) for name, one in both.items()}
    rows = rows_of(both, records)
    asked = [(name, mine[number]) for number in range(10) for name, mine in rows.items()]
    per_token = list(both)[1 : 1 + averaged]
    said = mixed.answer(asked, tasks=both, prompts=prompts, per_token=per_token)
    for name, one in both.items():
        mine = [record for other, record in asked if other == name]
        shares = probabilities(one.rank(one.encode(mine), prompts[name], per_token=name in per_token))
        together = [item for (other, _), item in zip(asked, said, strict=True) if other == name]
        assert [item.label for item in together] == [one.task.verbalizer.labels[int(best)] for best in shares.argmax(dim=1)]
        torch.testing.assert_close(torch.tensor([item.probability for item in together]), shares.max(dim=1).values, atol=1e-4, rtol=1e-3)
    assert mixed.answer([], tasks=both, prompts=prompts) == []


def test_adding_keeps_old_tasks_and_the_shared_encoder_moves_them(both: dict[str, Answering], records: list[Record]) -> None:
    parts = split(rows_of(both, records))
    first, second = both
    found = course(both, parts, dict.fromkeys(both, FAST), seed=1)
    assert [(stage.way, stage.after, stage.task) for stage in found.stages] == [
        ("added", first, first),
        ("added", second, first),
        ("added", second, second),
        ("together", "all", first),
        ("together", "all", second),
        ("in turn", first, first),
        ("in turn", second, first),
        ("in turn", second, second),
    ]
    kept = [stage for stage in found.stages if (stage.way, stage.task) == ("added", first)]
    assert kept[0].accuracy == kept[1].accuracy and found.forgotten("added", first) == 0
    assert {name: tuple(rows.shape) for name, rows in found.table.rows.items()} == {first: (10, 32), second: (40, 32)}
    assert all((stage.span_f1 is None) is (stage.task == first) for stage in found.stages)


def test_a_table_grows_and_what_it_holds_is_tested_only(both: dict[str, Answering], records: list[Record]) -> None:
    parts = split(rows_of(both, records))
    first, second = both
    settings = {first: replace(FAST, placement="3 front"), second: FAST}
    table = course({first: both[first]}, parts, settings, seed=1, ways=("added",)).table
    rows = table.rows[first].clone()
    found = course(both, parts, settings, seed=2, ways=("added",), table=table)
    assert [(stage.after, stage.task) for stage in found.stages] == [("the table", first), (second, first), (second, second)]
    assert found.table.rows[first].equal(rows) and tuple(rows.shape) == (3, 32) and found.table.cards[first].placement == "3 front"
    assert found.stages[0].accuracy == found.stages[1].accuracy


def test_training_another_task_moves_a_shared_encoders_prompt(both: dict[str, Answering], records: list[Record], tmp_path: Path) -> None:
    rows = rows_of(both, records)
    first, second = both
    joint = Joint(both, rows, FAST, seed=1)
    before = joint.prompt(first).detach().clone()
    optimiser = torch.optim.SGD(joint.parameters(), lr=0.1)
    torch.autograd.backward(joint.loss(rows[second]))
    optimiser.step()
    assert not torch.equal(joint.prompt(first), before)
    assert joint.weight([rows[first][0], rows[second][0]]) == len(both[first].encode(rows[first][:1])[0].answer) + len(
        both[second].encode(rows[second][:1])[0].answer
    )
    scores = joint.scores([rows[first][0], rows[second][0]])
    assert torch.isinf(scores[0, 2:]).all() and torch.isfinite(scores[0, :2]).all() and torch.isinf(scores[1, :2]).all()
    joint.save(tmp_path)
    again = Joint(both, rows, FAST, seed=9)
    again.load(tmp_path)
    assert torch.equal(again.scores(rows[second]), joint.scores(rows[second])) and not again.parameters()


def test_dropout_is_the_same_whichever_tasks_a_part_of_a_batch_holds(both: dict[str, Answering], records: list[Record]) -> None:
    rows = rows_of(both, records)
    first, second = both
    batch = [rows[first][0], rows[second][0], rows[second][1]]
    gradients = []
    for size in (0, 2, 1):
        joint = Joint(both, rows, replace(FAST, dropout=0.5, micro_batch=size), seed=1)
        assert joint.training is not None
        stepper = Stepper(joint, torch.optim.SGD(joint.parameters(), lr=0.0), joint.training)
        stepper.step(batch, seed=5)
        gradients.append([parameter.grad for parameter in joint.parameters()])
    for others in gradients[1:]:
        for one, other in zip(gradients[0], others, strict=True):
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-3)


def test_joint_refuses_what_would_mix_tasks_up(both: dict[str, Answering], records: list[Record]) -> None:
    rows = rows_of(both, records)
    with pytest.raises(Refusal, match="needs an encoder that tasks can share"):
        Joint(both, rows, replace(FAST, encoder="none"), seed=1)
    first, second = both
    with pytest.raises(Refusal, match=r"is in both .* and .*; give them different ids"):
        Joint(both, {first: rows[first], second: rows[first]}, FAST, seed=1)
