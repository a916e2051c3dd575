"""forecast: every planned trial is counted, searches with the trial that asks for them."""

from flows.forecast import forecast, training_of
from pipeline.folds import assign
from pipeline.pace import Pace
from pipeline.study import Condition, TrialGroup, plan
from templates import catalogue, language
from templates.task import localise
from tests.tiny import toy_records

PACE = Pace(read=1.0, step=2.0, check=0.5, rank=0.5, plain=0.25, tokens=10.0, cache_bytes=100.0, memory_bytes=1)


def test_searches_are_counted_with_the_trial_that_asks() -> None:
    rows = toy_records()
    english = Condition("en", localise(catalogue.benchmark("fiqa"), language.load("en")), tuple(rows), assign(rows, count=5), "off", "")
    settings = {"epochs": 2, "least_steps": 1}
    groups = [
        TrialGroup("majority"),
        TrialGroup("p_tuning", settings=settings),
        TrialGroup("p_tuning", settings={**settings, "placement": "searched"}, search=("4 front", "4 text"), search_settings={"epochs": 1}),
        TrialGroup("p_tuning", settings={"epochs": 2, "placement": "searched"}, search=("3 end",), search_settings={"epochs": 1}),
    ]
    planned = [(trial, english) for trial in plan(groups, {"english": english}, folds=5, run=[0])]
    found = list(forecast(planned, {"en": PACE}).values())
    plain = 2 * (70 * 2.0 + 10 * 0.5) + 20 * 0.5
    more = 12 * (70 * 2.0 + 10 * 0.5)  # sixty steps at least, five an epoch, in the trial and in its short one
    assert found == [0.0, plain, plain + 2 * (70 * 2.0 + 10 * 0.5), 2 * more + 20 * 0.5]
    assert training_of(trial for trial, _ in planned) == settings
