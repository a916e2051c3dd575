"""plan: studies are read strictly, names are checked, and what the command line says wins."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows import plan
from flows.study import trials_of
from pipeline.folds import assign
from pipeline.study import Condition, TrialGroup
from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal, UnknownName


def test_every_shipped_study_reads() -> None:
    assert {"datasets", "demo", "smoke", "quick", "fiqa", "assistant", "source", "assistant-source", "assistant-published"} == set(plan.studies())
    for name in plan.studies():
        study = plan.read_study(name)
        assert bool(study.trials) is (study.on_fail == "continue") is (name != "datasets")  # nothing is tuned, and a schedule should hear of a failed gate


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"', "unknown key 'titel'"),
        ('title = "x"\n[model]\nnam = "y"', "unknown key 'nam'; allowed are name"),
        ('title = "x"\n[[trials]]\nmethod = "p_tuning"\nsettings = { epoch = 1 }', "unknown key 'epoch'"),
        ('title = "x"\n[[trials]]\nmethod = "p_tuning"\nfractions = [0.0]', "fraction 0.0 of p_tuning must be above 0"),
        ('title = "x"\n[[trials]]\nmethod = "p_tuning"\nconditions = ["swedish"]', "condition 'swedish' is unknown"),
        ('title = "x"\n[folds]\ncount = 5\nrun = [5]', "fold 5 is not one of 0 to 4"),
        ('title = "x"\n[folds]\npublished = true\ncount = 5\nrun = [6]', "fold 6 is not one of 0 to 5"),
        ('title = "x"\nrows = { fiqua = 10 }', "[rows]: 'fiqua' is not a benchmark of this study (fiqa). Did you mean fiqa?"),
        ('title = "x"\nrows = { fiqa = true }', "fiqa: input should be a valid integer (found True)"),
        ('title = "x"\nrows = { fiqa = -1 }', "rows is -1; it must be at least 0"),
        ('title = "x"\nrows = -1', "rows is -1; it must be at least 0"),
        ('title = "x"\n[[trials]]\nmethod = "tfidf"\nbenchmarks = ["assistant"]', "trials benchmark 'assistant' is not one of the study (fiqa)"),
        ('title = "x"\n[second]\nengine = "identity"\nsettings = { beam = 2 }', "[second] settings: unknown key 'beam'"),
        ('title = "x"\n[gate]\nretry = ["bean"]', "retry: no rung 'bean'; there are beam,"),
        ('title = "x"\nbenchmarks = ["fiqa", "fiqa"]', "benchmark 'fiqa' stands twice in benchmarks; name each once."),
        ('title = "x"\n[folds]\nrun = []', "folds: run is empty, so that nothing would be tested"),
        ('title = "x"\n[[trials]]\nmethod = "tfidf"\nseeds = []', "method tfidf: seeds is empty, so that it would never run"),
        ('title = "x"\n[[trials]]\nmethod = "tfidf"\nconditions = []', "method tfidf: conditions is empty, so that it would never run"),
        ('title = "x"\n[[trials]]\nmethod = "p_tuning"\nsearch_settings = { epochs = 1 }', "search_settings are those of a search"),
        ('title = "x"\n[[trials]]\nmethod = "tfidf"\nsettings = { strength = 0.0 }', "strength (0) must be above 0, longest (2) at least 1"),
        ('title = "x"\non_fail = "hope"', "on_fail: input should be 'stop' or 'continue'"),
    ],
)
def test_studies_are_read_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    folder = tmp_path / "lingraft" / "studies"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refusal) as caught:
        plan.read_study("mine")
    assert message in str(caught.value)


def test_names_and_folders() -> None:
    with pytest.raises(UnknownName, match=r"no study 'demoo'; .* Did you mean demo\?"):
        plan.make("sv", "demoo", data=None, out=Path("runs"))
    with pytest.raises(Refusal, match="is no folder; --data names the folder"):
        plan.make("sv", "quick", data=Path("/does/not/exist"), out=Path("runs"))
    assert plan.make("sv", "quick", data=Path("/tmp"), out=Path("runs")).study.source == "data"


def test_rows_and_trials_may_differ_between_benchmarks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lingraft" / "studies"
    folder.mkdir(parents=True)
    lines = ['title = "x"', 'benchmarks = ["fiqa", "assistant"]', 'source = "sample"', "rows = { assistant = 70 }"]
    lines += ['[[trials]]\nmethod = "majority"', '[[trials]]\nmethod = "tfidf"\nbenchmarks = ["fiqa"]']
    (folder / "mine.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    made = plan.make("en", "mine", data=None, out=tmp_path)
    assert [made.rows_of(benchmark) for benchmark in made.benchmarks] == [0, 70]


def test_a_target_language_without_rows_trains_no_english_but_what_was_asked_for() -> None:
    sv, en = (plan.make(code, "demo", data=None, out=Path("runs")) for code in ("sv", "en"))
    groups = (TrialGroup("majority"), TrialGroup("tfidf", conditions=("target",)))
    rows = [Record(str(number), {"sentence": f"s{number}", "target": "t"}, ("negative", "positive")[number % 2], str(number)) for number in range(20)]
    for made, methods in ((sv, {"majority"}), (en, {"majority", "tfidf"})):
        of_it = replace(made, study=replace(made.study, trials=groups))
        task = en.task_of(catalogue.benchmark("fiqa"))
        only = {"english": Condition("en", task, tuple(rows), assign(rows, count=of_it.study.folds.count), "off", "")}
        assert {trial.method for trial, _ in trials_of(of_it, only)} == methods
