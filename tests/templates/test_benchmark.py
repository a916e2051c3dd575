"""benchmark: a metric that nothing measures is refused where it is written."""

from dataclasses import replace

import pytest

from pipeline.report.measure import METRICS as SHOWN
from templates import catalogue
from templates.benchmark import METRICS, SLOT_METRICS


def test_a_metric_is_one_that_reports_can_show() -> None:
    assert set(METRICS + SLOT_METRICS) == set(SHOWN)
    assert replace(catalogue.benchmark("assistant"), metric="span_f1").metric == "span_f1"
    with pytest.raises(ValueError, match="benchmark fiqa: metric 'span_f1' is none of accuracy, macro_f1"):
        replace(catalogue.benchmark("fiqa"), metric="span_f1")
    with pytest.raises(ValueError, match="benchmark assistant: metric 'f1' is none of accuracy, macro_f1, span_f1, exact_match"):
        replace(catalogue.benchmark("assistant"), metric="f1")
