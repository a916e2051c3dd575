"""pace: the parts add up to a trial, and each is measured."""

from dataclasses import replace

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
    assert PACE.ahead == 1.0


def test_tokens_at_the_front_make_steps_run_the_text() -> None:
    runs = {"": (5.0, 10.0), "4 front": (15.0, 0.0)}
    behind, front = replace(PACE, runs=runs), replace(PACE, runs=runs, placement="4 front")
    plain = p_tuning.Settings(epochs=3, batch_size=10, least_steps=1)
    rows = {"train": 100, "validation": 20, "test": 40}
    moved = replace(plain, placement="4 front")
    whole = 3 * (100 * 2.0 + 20 * 0.5) + 40 * 0.5
    assert (behind.trial_seconds("p_tuning", plain, **rows), behind.trial_seconds("p_tuning", moved, **rows)) == (whole, 3 * whole)
    assert (front.trial_seconds("p_tuning", moved, **rows), front.trial_seconds("p_tuning", plain, **rows)) == (whole, pytest.approx(whole / 3))
    longer = front.scaled(2.0)  # twice the tokens to run, not behind the text
    assert (longer.step, longer.runs["4 front"], longer.runs[""]) == (4.0, (30.0, 0.0), (5.0, 20.0))
    assert behind.scaled(2.0).step == 2.0 and behind.ahead == front.ahead == 1.0
    assert replace(front, runs={"4 front": (15.0, 0.0)}).ahead == 0.0


def test_placements_are_counted(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    many = "200 front, 200 text, 200 end"
    pace = measure(Answering(tiny, task), records, seconds=0.2, settings={"placement": "6 front"}, placements=["", many])
    assert set(pace.runs) == {"", "6 front"}  # the last does not fit
    (run, read), (all_run, none_read) = pace.runs[""], pace.runs["6 front"]
    assert none_read == 0 and read > 5 and all_run > read
    assert run == pytest.approx(10 + all_run - read, abs=2)  # ten virtual tokens behind the text instead of six before it, shared by a batch
    assert pace.cache_bytes > 0 and 0 < pace.ahead < 1


def test_every_part_is_measured(tiny: FrozenGPT, task: LocalisedTask, records: list[Record]) -> None:
    settings = {"epochs": 3, "least_steps": 1}
    pace = measure(Answering(tiny, task), records, seconds=1.0, settings=settings)
    assert min(pace.read, pace.step, pace.check, pace.rank, pace.plain) > 0 and pace.tokens > 10 and pace.cache_bytes > 0
    assert pace.memory_bytes <= peak_bytes() and peak_bytes() > 2**20


@pytest.mark.parametrize("method", ["majority", "tfidf"])
def test_what_needs_no_gpt_costs_nothing(method: str) -> None:
    assert PACE.trial_seconds(method, majority.Settings(), train=1, validation=1, test=1) == 0
