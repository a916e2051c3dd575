"""The rate rises, stays, falls; steps and minutes are counted alike."""

import pytest

from templates.refusal import Refusal
from translation.training.schedule import Goal


def test_the_rate_rises_stays_and_falls() -> None:
    goal = Goal(steps=1000, fall=0.2)
    rates = [goal.factor(step, 0.0, warm_up=100) for step in range(1001)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[:100] == sorted(rates[:100])
    assert set(rates[99:801]) == {1.0}
    assert rates[801:] == sorted(rates[801:], reverse=True)
    assert rates[801] < 1.0
    assert rates[1000] == pytest.approx(0.0)


def test_minutes_do_as_steps_do() -> None:
    assert Goal(minutes=10).factor(5000, 9.0, warm_up=10) == pytest.approx(Goal(steps=1000).factor(900, 0.0, warm_up=10))
    assert Goal(minutes=10).falling(0, 8.5)
    assert not Goal(minutes=10).falling(0, 7.5)


def test_without_a_fall_the_rate_stays_up() -> None:
    goal = Goal(steps=10, fall=0.0)
    assert goal.factor(10, 0.0, warm_up=1) == 1.0
    assert not goal.falling(10, 0.0)


@pytest.mark.parametrize("asked", [{}, {"steps": 5, "minutes": 5.0}, {"steps": 0, "minutes": 0.0}])
def test_one_goal_is_needed(asked: dict[str, float]) -> None:
    with pytest.raises(Refusal, match="either --steps or --minutes"):
        Goal(**asked)  # type: ignore[arg-type]


def test_all_of_it_cannot_fall() -> None:
    with pytest.raises(Refusal, match="falling part"):
        Goal(steps=5, fall=1.0)
