"""Charts: well-formed, deterministic, accessible, themed, and harmless whatever the data says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from pipeline.report import charts

NASTY = '<script>alert("1")</script> $x_1$ & \u202e 中文'
POINTS = {("Swedish", "P-tuning"): [(0.01, 9, 0.5), (0.01, 9, 0.7), (1.0, 880, 0.8), (1.0, 920, 0.9)], ("English", NASTY): [(0.01, 9, 0.6), (1.0, 900, 0.9)]}


def curve(**changes):
    given = {"conditions": ["Swedish", "English"], "floor": 0.656, "title": f"Accuracy {NASTY}", "name": "fiqa-0-curve"}
    return charts.fraction_curve(POINTS, **(given | changes))


def texts(svg):
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_same_input_same_bytes_and_no_date():
    assert curve() == curve()
    assert "<metadata" not in curve()


def test_text_stays_text_and_nasty_labels_are_escaped():
    svg = curve()
    assert f"English, {NASTY}" in texts(svg)
    assert "<script" not in svg
    assert "majority label" in texts(svg)
    assert "majority label" not in texts(curve(floor=None))


def test_an_accessible_name_twice_over():
    root = ElementTree.fromstring(curve())
    assert root.get("role") == "img"
    assert root.get("aria-label") == f"Accuracy {NASTY}"
    assert root[0].tag.endswith("title")
    assert root[0].text == root.get("aria-label")


def test_every_colour_is_a_variable_of_the_page():
    svg = curve()
    assert {"var(--c1)", "var(--c2)", "var(--ink)"} <= set(re.findall(r"var\(--\w+\)", svg))
    assert re.findall(r"(?:fill|stroke): #\w+", svg) == []


def test_ids_carry_the_name_so_that_two_charts_can_share_a_page():
    one, two = curve(name="a"), curve(name="b")
    assert not set(re.findall(r'\bid="([^"]+)"', one)) & set(re.findall(r'\bid="([^"]+)"', two))
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]+)', one))
    assert wanted
    assert wanted <= set(re.findall(r'\bid="([^"]+)"', one))


def test_lines_join_the_means_of_a_fraction_even_if_rows_differ_by_fold():
    rows = {("sv", "m"): [(1.0, 90, 0.4), (1.0, 110, 0.6), (0.1, 10, 0.2)]}
    svg = charts.fraction_curve(rows, conditions=["sv"], floor=None, title="t", name="n")
    lines = [line for line in re.findall(r'<path d="([^"]+)" clip-path[^>]*stroke: var\(--c1\)', svg) if "L" in line]
    assert len(lines) == 1
    assert lines[0].count("L") == 1  # two fractions, one segment


def test_learning_curves_mark_the_epoch_kept(outcomes):
    trained = [(("Swedish", "P-tuning"), one) for one in outcomes if one.history][:2]
    svg = charts.learning_curves(trained, conditions=["Swedish"], title="learning", name="l")
    assert texts(svg).count("Swedish, P-tuning") == 1
    assert {"validation accuracy", "validation loss (nats)", "epoch"} <= set(texts(svg))


def test_an_accuracy_that_was_not_measured_has_no_panel(outcomes):
    trained = [(("Swedish", "P-tuning"), one) for one in outcomes if one.history][:2]
    silent = [(series, replace(one, history=tuple(replace(epoch, validation_accuracy=-1.0) for epoch in one.history))) for series, one in trained]
    shown = texts(charts.learning_curves(silent, conditions=["Swedish"], title="learning", name="l"))
    assert "validation loss (nats)" in shown and "validation accuracy" not in shown
    both = texts(charts.learning_curves([trained[0], silent[1]], conditions=["Swedish"], title="learning", name="l"))
    assert "validation accuracy" in both


def test_confusion_counts_by_hand(make):
    rows = [("a", "positive", "positive"), ("b", "positive", "negative"), ("c", "positive", "positive"), ("d", "negative", "negative")]
    svg = charts.confusion([make("m", "sv", rows)] * 2, ("negative", "positive"), title="confusion", name="c")
    words = texts(svg)
    assert [word for word in words if word.endswith("%")] == ["100%", "0%", "33%", "67%"]
    assert [word for word in words if word.isdigit()] == ["2", "0", "2", "4"]


@pytest.mark.parametrize("labels", [("否", "是"), tuple(f"label_{number}" for number in range(64))])
def test_any_script_and_any_number_of_labels(make, labels):
    trial = make("m", "sv", [("a", labels[0], labels[1]), ("b", labels[1], "not a label")])
    ElementTree.fromstring(charts.confusion([trial], labels, title="confusion", name="c"))
