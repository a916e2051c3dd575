"""study and metrics: trials are planned once each, outcomes carry signatures, a failure is an outcome."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import running, study
from pipeline.folds import assign
from pipeline.frozen_gpt import FrozenGPT
from pipeline.load_gpt import load_gpt
from pipeline.metrics import classification, interval
from pipeline.outcome import Outcome, signature_text
from pipeline.prefix import PrefixCache
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.task import LocalisedTask
from tests.pipeline import utterances


def run(gpt: FrozenGPT, task: LocalisedTask, records: list[Record], folder: Path, **change: object) -> Outcome:
    condition = study.Condition("en", task, tuple(records), assign(records, count=5), "off", "")
    given = {"method": "majority", "settings": {}, "fold": 0, "folds": 5, "fraction": 1.0, "seed": 1} | change
    trial = study.Trial(condition="en", benchmark="fiqa", **given)  # type: ignore[arg-type]
    return running.run(trial, condition, gpt=gpt, prefixes=PrefixCache(gpt), keep=folder)


def test_outcomes_are_the_same_twice_and_survive_json(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    settings = {"epochs": 2, "least_steps": 1}
    one, two = (run(tiny, task, records, tmp_path, method="p_tuning", settings=settings) for _ in range(2))
    assert (one.predictions, one.history, one.signature) == (two.predictions, two.history, two.signature)
    assert Outcome.from_json(one.to_json()) == one
    assert one.test_rows == len(one.predictions) == sum(1 for fold in assign(records, count=5).values() if fold == 0)
    assert re.search(r"\|method=p_tuning\(batch_size=16,.*,epochs=2,.*,least_steps=1,.*\)\|code=\w{8}\|fold=0/5\|", signature_text(one.signature))
    assert "|fraction=1|seed=1|gpt=llama-bpe@" in signature_text(one.signature)


def test_a_default_is_signed_as_if_it_were_written(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    left, written, other = (run(tiny, task, records, tmp_path, method="few_shot", settings=settings) for settings in ({}, {"shots": 4}, {"shots": 2}))
    assert left.signature == written.signature
    assert other.signature["method"] == "few_shot(per_token=False,shots=2)"
    trial = study.Trial("en", "fiqa", "few_shot", {"shots": 2}, 0, 5, 0.005, 1)
    assert trial.name == "en fiqa few_shot shots=2 fold 0/5 0.5% seed 1"


def test_labels_without_a_training_row_are_listed(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    outcome = run(tiny, task, records, tmp_path, fraction=0.01)
    assert outcome.train_rows == 1 and outcome.notes == ("1 of 2 labels have no training row: negative",)
    assert run(tiny, task, records, tmp_path).notes == ()


def test_a_failed_trial_is_an_outcome_with_its_error(tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path) -> None:
    outcome = run(tiny, task, records, tmp_path, method="few_shot", settings={"shots": 99})
    assert outcome.error == "few_shot: shots is 99; choose from 0 to 64."
    assert outcome.predictions == ()


def test_a_group_of_trials_may_be_for_one_benchmark(task: LocalisedTask, records: list[Record]) -> None:
    spoken = utterances.task()
    found = {
        name: {"english": study.Condition("en", made, tuple(rows), assign(rows, count=2), "off", "")}
        for name, made, rows in (("fiqa", task, records), (spoken.benchmark.name, spoken, utterances.records()))
    }
    groups = [study.TrialGroup("majority"), study.TrialGroup("tfidf", benchmarks=("fiqa",), fractions=(1.0, 0.1))]
    planned = {name: [(trial.method, trial.fraction) for trial in study.plan(groups, conditions, folds=2, run=[0])] for name, conditions in found.items()}
    assert planned == {"fiqa": [("majority", 1.0), ("tfidf", 1.0), ("tfidf", 0.1)], spoken.benchmark.name: [("majority", 1.0)]}


def test_metrics_against_hand_counts() -> None:
    gold, guess = ["a", "a", "a", "b"], ["a", "a", "b", "b"]
    scores = classification(gold, guess, labels=("a", "b"))
    assert scores["accuracy"] == 0.75
    assert scores["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    low, high = interval(gold * 50, guess * 50, labels=("a", "b"), metric="accuracy")
    assert low < 0.75 < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.75 * 0.25 / 200), rel=0.15)
    assert interval(gold, gold, labels=("a", "b"), metric="macro_f1", seed=1)[1] == 1.0
    wider = ("a", "b", "c")  # c is nowhere: it takes no part
    assert classification(gold, guess, labels=wider) == scores
    assert interval(gold * 50, guess * 50, labels=wider, metric="macro_f1") == interval(gold * 50, guess * 50, labels=("a", "b"), metric="macro_f1")
    assert classification(gold, ["a", "a", "c", "b"], labels=wider)["macro_f1"] == pytest.approx((0.8 + 1 + 0) / 3)


def test_a_model_that_is_not_there_is_refused_in_one_sentence() -> None:
    with pytest.raises(Refusal, match=r"model 'nobody/nothing': neither a local folder nor reachable on the hub .*; give smollm2-135m"):
        load_gpt("nobody/nothing")
    with pytest.raises(Refusal, match="model dtype 'int3' is unknown; use one of float32, bfloat16"):
        load_gpt(dtype="int3")


def test_what_a_condition_depends_on_is_worked_out_once(task: LocalisedTask, records: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    condition = study.Condition("en", task, tuple(records), assign(records, count=5), "off", "")
    whole = condition.facts
    condition.facts["rows"] = "spoilt"
    fewer = replace(condition, records=condition.records[1:])
    assert condition.facts == whole and fewer.facts["rows"] != whole["rows"]
    monkeypatch.setattr(study, "digest", lambda _: pytest.fail("worked out again"))
    assert condition.facts == whole


def test_what_a_library_refuses_is_the_end_of_one_trial(
    tiny: FrozenGPT, task: LocalisedTask, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.methods.tfidf.Tfidf.prepare", lambda *_, **__: 1 / 0)
    assert run(tiny, task, records, tmp_path, method="tfidf").error == "ZeroDivisionError: division by zero"
    assert not run(tiny, task, records, tmp_path, method="majority").error
