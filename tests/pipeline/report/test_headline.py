"""headline: each target-language number with rows kept, English on the same rows, English tokens left and the control, in a width a terminal has."""

from __future__ import annotations

import re

import pytest

from pipeline.report.headline import headline
from pipeline.report.inputs import Inputs
from pipeline.report.summary import Summary, summarise

LABELS = {"fiqa": ("negative", "positive")}
ROWS = [("a", "positive", "positive"), ("b", "negative", "negative"), ("c", "positive", "negative"), ("d", "negative", "positive")]
GATE = {"fiqa": {"statistics": {"source": 6, "excluded": 1, "kept": 3, "quarantined": 2}}}


def told(trials, *, kept, gates=None, left=None):
    summary = summarise(trials, labels=LABELS, kept={"fiqa": kept} if kept else {})
    return headline(summary, gates=gates or {}, source_tokens_left=left or {})


def test_every_line_by_hand(make):
    trials = [
        make("p_tuning", "sv", ROWS[:3]),
        make("p_tuning", "en", ROWS),
        make("p_tuning", "en>sv", [*ROWS[1:3], ("a", "positive", "negative")]),
        make("tfidf", "sv", ROWS[:3], fraction=0.1),
        make("tfidf", "en", ROWS, fraction=0.1),
        make("majority", "sv", ROWS[:2]),
    ]
    lines = told(trials, kept={"a", "b", "c"}, gates=GATE, left={"fiqa": 0.0314})
    assert lines[0] == "fiqa in sv: 3 of 5 rows kept, 3.1 % English tokens left; tested on 2 to 3 rows"
    assert re.split(" {3,}", lines[1].strip()) == ["accuracy, macro-F1", "sv", "English, same rows", "English, sv prompt"]
    assert [re.sub(r"\(.*?\)", "(...)", " ".join(line.split())) for line in lines[2:5]] == [
        "P-tuning 66.7 % (...) 0.67 66.7 % 0.67 33.3 % 0.25",
        "TF-IDF + logistic regression, 10 % of rows 66.7 % (...) 0.67 66.7 % 0.67 not run",
        "Always the majority label 100.0 % (...) 1.00 not run not run",
    ]
    assert lines[5] == "  P-tuning, English minus sv: accuracy +0.0 points (+0.0 to +0.0), paired over 3 rows"
    assert len(lines) == 6


def test_a_plausible_run_fits_a_terminal_and_says_each_fact_once(outcomes, inputs: Inputs):
    lines = headline(inputs.summary, gates=inputs.gates, source_tokens_left=inputs.source_tokens_left)
    table = inputs.summary.tables[0]
    assert max(map(len, lines)) <= 110
    assert "\n".join(lines).count("826 of 1,159 rows kept, 3.1 % English tokens left") == 1
    for cell, line in zip(table.main("sv"), lines[2:], strict=False):
        same, control = table.beside(cell, "en", kept=True), table.beside(cell, "en>sv", kept=True)
        assert line.startswith(f"  {cell.name}  ")
        figures = [cell.accuracy.mean, *([same.accuracy.mean] if same else []), *([control.accuracy.mean] if control else [])]
        assert re.findall(r"(\d+\.\d) %", line) == [f"{100 * figure:.1f}" for figure in figures]
        assert ("not run" in line) == (control is None)
        assert same is not None and same.test_rows == cell.test_rows
        assert f"({100 * cell.accuracy.low:.1f} to {100 * cell.accuracy.high:.1f})" in line
    assert lines[-2].startswith("  P-tuning, English minus sv: accuracy +")
    assert lines[-1] == "fiqa: 1 of 73 trials failed, first: OutOfMemoryError: 512 MiB asked, 200 MiB left"


def test_what_a_study_lacks_is_said(make):
    lines = told([make("p_tuning", "sv", ROWS)], kept={"a", "b", "c", "d"})
    assert lines[0] == "fiqa in sv: tested on 4 rows; no control in this study"
    assert lines[2].endswith("not run")


def test_fewer_english_rows_are_counted(make):
    trials = [make("p_tuning", "sv", ROWS[:3]), make("p_tuning", "en", ROWS[1:])]
    assert told(trials, kept={"a", "b", "c"})[2].endswith("(2 rows)")


def test_english_alone_has_nothing_beside_it(make):
    lines = told([make("p_tuning", "en", ROWS), make("majority", "en", ROWS)], kept=None, gates=GATE, left={"fiqa": 0.9})
    assert lines[0] == "fiqa in en: tested on 4 rows"
    assert len(lines) == 4
    assert lines[1].split() == ["accuracy,", "macro-F1", "en"]
    assert "kept" not in " ".join(lines)


def test_the_benchmark_says_which_number_leads(make):
    trials = [make("p_tuning", "sv", ROWS[:3]), make("p_tuning", "en", ROWS)]
    summary = summarise(trials, labels=LABELS, kept={"fiqa": {"a", "b", "c"}}, metric={"fiqa": "macro_f1"})
    lines = headline(summary, gates={}, source_tokens_left={})
    assert lines[1].split()[:2] == ["macro-F1,", "accuracy"]
    assert re.search(r"  P-tuning +0\.67 \(0\.\d\d to \d\.\d\d\)  66\.7 % +0\.67  66\.7 %", lines[2])


def test_parts_failures_and_nothing(make):
    trials = [make("p_tuning", "sv", ROWS, seed=seed, signature={"model": "smol"}) for seed in (1, 2)]
    trials.append(make("p_tuning", "sv", ROWS, seed=3, signature={"model": "gpt-sw3"}))
    lines = told(trials, kept=None)
    assert [line.split(":")[0] for line in lines if line.startswith("fiqa in")] == ["fiqa in sv", "fiqa in sv, part 2"]
    assert "unlike-signatures" in lines[-1]
    failed = make("p_tuning", "sv", [], seed=2, error="ValueError: no")
    assert told([failed], kept=None) == ["fiqa: 1 of 1 trials failed, first: ValueError: no"]
    assert headline(Summary((), ()), gates={}, source_tokens_left={}) == []


@pytest.mark.parametrize("metric", ["span_f1", "f1"])
def test_a_cell_knows_only_its_own_metrics(make, metric):
    cell = summarise([make("p_tuning", "sv", ROWS)], labels=LABELS, kept={}).tables[0].cells[0]
    assert cell.of("macro_f1") == cell.macro_f1
    with pytest.raises(ValueError, match=f"P-tuning, sv: no {metric}"):
        cell.of(metric)
