"""[model] stack: trials alike but for fold, seed and fraction are trained at once; what comes out is what comes out one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import chdir
from pathlib import Path

import pytest

from flows import trial
from flows.study import study
from pipeline import running
from pipeline.outcome import Outcome, Prediction
from pipeline.stepper import Stepper
from templates import catalogue, records
from templates.benchmark import Record
from templates.run_folder import Runs
from templates.store import Store
from tests.flows.conftest import write_study
from tests.tiny import save_llama, toy_records

FAST = {"epochs": 2, "least_steps": 1, "batch_size": 32}
TRIALS = [{"method": "p_tuning", "settings": FAST, "fractions": [1.0, 0.5]}, {"method": "p_tuning", "settings": {**FAST, "placement": "3 front"}}]


def outcomes(folder: Path, name: str) -> list[Outcome]:
    """Those of a run of English over three folds."""
    shape = catalogue.benchmark("fiqa")
    rows = [{"id": row.id, "sentence": row.fields["sentence"], "target": row.fields["target"], "label": row.label, "group": row.group} for row in toy_records()]
    made, _ = records.read_raw(shape, enumerate(rows), where="rows", settings=shape.settings())
    records.write(folder / "english" / "records.jsonl", made, benchmark="fiqa", language="en")
    staged = Runs(folder / "runs").stage("en", name)
    study("en", name, None, "runs", str(staged), {"fiqa": str(folder / "english")}, {})
    return [Outcome.from_json(raw) for _, raw in records.read_lines(staged / "outcomes.jsonl")]


def test_stacked_trials_are_the_single_ones(tmp_path: Path, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[int] = []
    real = running.run_together

    def counted(jobs: Sequence[running.Job], *given: object, **more: object) -> list[Outcome]:
        together.append(len(jobs))
        return real(jobs, *given, **more)  # type: ignore[arg-type]

    read: list[object] = []
    rows_of = trial._conditions
    monkeypatch.setattr("flows.trial._conditions", lambda *given: read.append(given) or rows_of(*given))
    monkeypatch.setattr("pipeline.running.run_together", counted)
    model = save_llama(tmp_path / "model")
    for name, stack in (("single", 1), ("stacked", 4)):
        write_study(tmp_path, name, model, trials=TRIALS, folds={"count": 3, "run": [0, 1, 2]})
        place = tmp_path / "lingraft" / "studies" / f"{name}.toml"
        place.write_text(place.read_text(encoding="utf-8").replace("[model]\n", f"[model]\nstack = {stack}\n"), encoding="utf-8")
    with chdir(tmp_path):
        single, begun = outcomes(tmp_path, "single"), len(together)
        stacked = outcomes(tmp_path, "stacked")
        assert together[:begun] == [1] * 9 and len(read) == 2  # once for each study
        assert together[begun:] == [4, 2, 3]  # six alike, then three with their tokens elsewhere
        assert outcomes(tmp_path, "stacked") == stacked and len(together) == begun + 3
    for one, other in zip(single, stacked, strict=True):
        assert (one.fold, one.fraction, one.settings) == (other.fold, other.fraction, other.settings)
        assert other.signature == {**one.signature, "stack": "4"} and not other.error
        assert [item.predicted for item in one.predictions] == [item.predicted for item in other.predictions]
        assert one.history[-1].validation_loss == pytest.approx(other.history[-1].validation_loss, rel=1e-3)


def test_a_trial_whose_test_failed_is_tested_again_and_not_trained_again(tmp_path: Path, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path, "mine", save_llama(tmp_path / "model"), trials=TRIALS[1:], folds={"count": 3, "run": [0]})
    monkeypatch.setattr("pipeline.train.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("pipeline.train.WRITING", 0.0)
    real, steps = running.evaluate, list[int]()
    step = Stepper.step

    def counted(self: Stepper, rows: Sequence[Record], *, seed: int) -> float:
        steps.append(len(rows))
        return step(self, rows, seed=seed)

    def failing(*_: object, **__: object) -> tuple[Prediction, ...]:
        raise RuntimeError("the GPU is gone\nand so on")

    monkeypatch.setattr(Stepper, "step", counted)
    monkeypatch.setattr("pipeline.running.evaluate", failing)
    with chdir(tmp_path):
        assert [one.error for one in outcomes(tmp_path, "mine")] == ["RuntimeError: the GPU is gone"]
        monkeypatch.setattr("pipeline.running.evaluate", real)
        trained = len(steps)
        found = outcomes(tmp_path, "mine")[0]
        assert trained and len(steps) == trained and not found.error and len(found.history) == FAST["epochs"]
        assert not list((tmp_path / "runs" / ".store" / ".unfinished").glob("*"))


def test_a_trial_that_another_process_put_there_first_leaves_no_empty_folders(
    tmp_path: Path, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path, "stacked", save_llama(tmp_path / "model"), trials=TRIALS[1:], folds={"count": 3, "run": [0, 1]})
    place = tmp_path / "lingraft" / "studies" / "stacked.toml"
    place.write_text(place.read_text(encoding="utf-8").replace("[model]\n", "[model]\nstack = 2\n"), encoding="utf-8")
    real, opened = Store.get_or_make, list[str]()

    def overtaken(self: Store, key: str, make: Callable[[Path], None]) -> Path:
        opened.append(key)
        if len(opened) == 2:  # the inner one of the stack
            return self.root
        return real(self, key, make)

    monkeypatch.setattr(Store, "get_or_make", overtaken)
    with chdir(tmp_path):
        found = outcomes(tmp_path, "stacked")
    assert [one.fold for one in found] == [0, 1] and not any(one.error for one in found)
    assert len(opened) == 4  # both once more, one by one
