"""benchmark: a metric that nothing measures is refused where it is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.report.measure import METRICS as SHOWN
from templates import catalogue
from templates.benchmark import METRICS, SLOT_METRICS
from templates.refusal import Refusal


def test_a_metric_is_one_that_reports_can_show() -> None:
    assert set(METRICS + SLOT_METRICS) == set(SHOWN)
    assert replace(catalogue.benchmark("assistant"), metric="span_f1").metric == "span_f1"
    with pytest.raises(ValueError, match="benchmark fiqa: metric 'span_f1' is none of accuracy, macro_f1"):
        replace(catalogue.benchmark("fiqa"), metric="span_f1")
    with pytest.raises(ValueError, match="benchmark assistant: metric 'f1' is none of accuracy, macro_f1, span_f1, exact_match"):
        replace(catalogue.benchmark("assistant"), metric="f1")


def test_a_copy_of_a_shipped_benchmark_is_a_benchmark_and_a_broken_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "lingraft" / "benchmarks" / "fiqa.py"
    place.parent.mkdir(parents=True)
    text = (catalogue.PACKAGE / "templates" / "benchmarks" / "fiqa.py").read_text(encoding="utf-8")
    place.write_text(text, encoding="utf-8")
    assert catalogue.benchmark("fiqa").labels == ("negative", "positive")
    for broken, said in (("import nothing_of_this_name\n", "ModuleNotFoundError: No module named"), ("BENCHMARK = \n", "SyntaxError: ")):
        place.write_text(broken, encoding="utf-8")
        with pytest.raises(Refusal, match=f"fiqa.py: cannot be read: {said}.*mend the file"):
            catalogue.benchmark("fiqa")
