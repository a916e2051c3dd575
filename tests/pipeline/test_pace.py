"""pace: the parts add up to a trial, and each is measured."""

import pytest

from pipeline.answering import Answering
from pipeline.frozen_gpt import FrozenGPT
from pipeline.methods import few_shot, fine_tuning, majority, p_tuning
from pipeline.pace import Pace, measure, peak_bytes
from templates.benchmark import Record
from templates.task import LocalisedTask

PACE = Pace(read=1.0, step=2.0, check=0.5, rank=0.5, plain=0.25, tokens=10.0, cache_bytes=100.0, memory_bytes=1)


def test_a_trial_is_the_sum_of_its_parts() -> None:
    settings = p_tuning.Settings(epochs=3, batch_size=10, least_steps=1)
    assert PACE.trial_seconds("p_tuning", settings, train=100, validation=20, test=40) == 3 * (100 * 2.0 + 20 * 0.5) + 40 * 0.5
    small = p_tuning.Settings(epochs=3, batch_size=10, least_steps=60)
    assert PACE.trial_seconds("p_tuning", small, train=10, validation=0, test=0) == 60 * 10 * 2.0
    assert PACE.trial_seconds("few_shot", few_shot.Settings(shots=3), train=100, validation=20, test=40) == 40 * 0.25 * 4
    assert PACE.trial_seconds("majority", majority.Settings(), train=100, validation=20, test=40) == 0
    whole = fine_tuning.Settings(epochs=3, batch_size=10, least_steps=1)
    assert PACE.trial_seconds("fine_tuning", whole, train=100, validation=20, test=40) == 3 * (100 * 4 * 1.0 + 20 * 1.5) + 40 * 1.5
    assert PACE.scaled(2.0) == Pace(2.0, 2.0, 0.5, 0.5, 0.5, 20.0, 200.0, 1)


def test_every_part_is_measured(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    settings = {"epochs": 3, "least_steps": 1}
    pace = measure(Answering(tiny, task), records, seconds=1.0, settings=settings)
    assert min(pace.read, pace.step, pace.check, pace.rank, pace.plain) > 0 and pace.tokens > 10 and pace.cache_bytes > 0
    assert pace.memory_bytes <= peak_bytes() and peak_bytes() > 2**20


@pytest.mark.parametrize("method", ["majority", "tfidf"])
def test_what_needs_no_gpt_costs_nothing(method: str) -> None:
    assert PACE.trial_seconds(method, majority.Settings(), train=1, validation=1, test=1) == 0
