"""study: under which key the store keeps a trial."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from flows.plan import Plan, make
from flows.trial import trial_key
from pipeline.frozen_gpt import runtime
from pipeline.study import Condition, Trial
from templates.benchmark import Record


def test_the_key_of_a_trial_sees_whatever_its_signature_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make("en", "demo", data=None, out=tmp_path)
    shape = plan.benchmarks[0]
    row = Record("a", {"sentence": "Acme up", "target": "Acme"}, "positive", "g")
    condition = Condition("en", plan.task_of(shape), (row,), {"a": 0}, "off", "")
    trial = Trial("en", "fiqa", "majority", {}, 0, 5, 1.0, 1)

    def model(**change: object) -> Plan:
        return replace(plan, study=replace(plan.study, model=replace(plan.study.model, **change)))  # type: ignore[arg-type]

    keys = [
        trial_key(plan, trial, condition),
        trial_key(model(threads=3), trial, condition),
        trial_key(model(dtype="bfloat16"), trial, condition),
        trial_key(plan, replace(trial, seed=2), condition),
        trial_key(plan, trial, replace(condition, gate="fail,kept=71%")),
        trial_key(plan, trial, replace(condition, records=(replace(row, label="negative"),))),
    ]
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)  # a translator may
    assert trial_key(plan, trial, condition) == keys[0]
    torch.set_num_threads(threads)
    monkeypatch.setattr("flows.trial.runtime", lambda device: {**runtime(device), "torch": "0.0"})
    assert len({*keys, trial_key(plan, trial, condition)}) == 7
