"""Summary: kept rows, names, floors, failures and refusals."""

from __future__ import annotations

import pytest

from pipeline.report.summary import Summary, summarise

LABELS = {"fiqa": ("negative", "positive")}
ROWS = [("a", "positive", "positive"), ("b", "negative", "negative"), ("c", "positive", "negative"), ("d", "negative", "positive")]


def cells(table, condition, *, kept=False):
    return [cell for cell in table.cells if cell.condition == condition and cell.kept == kept]


def test_english_on_exactly_the_kept_rows(make):
    table = summarise([make("p_tuning", "en", ROWS), make("p_tuning", "sv", ROWS[:3])], labels=LABELS, kept={"fiqa": {"a", "b", "c"}}).tables[0]
    (every,), (same,), (swedish,) = cells(table, "en"), cells(table, "en", kept=True), cells(table, "sv")
    assert (every.accuracy.mean, every.test_rows) == (0.5, 4)
    assert (same.accuracy.mean, same.test_rows) == (pytest.approx(2 / 3), 3)
    assert same.macro_f1.mean == pytest.approx(2 / 3)  # both labels: one hit, one miss between them, F1 = 2/3 each
    assert swedish.test_rows == 3
    assert cells(table, "sv", kept=True) == []


def test_english_is_counted_on_the_rows_that_its_counterpart_was_tested_on(make):
    trials = [make("p_tuning", "en", ROWS[2:], fold=1), make("p_tuning", "en", ROWS[:2]), make("p_tuning", "en>sv", ROWS), make("tfidf", "en", ROWS)]
    trials += [make("p_tuning", "sv", ROWS[:2]), make("p_tuning", "sv", [], fold=1, error="out of memory"), make("tfidf", "sv", ROWS[:3])]
    table = summarise(trials, labels=LABELS, kept={"fiqa": {"a", "b", "c", "d"}}).tables[0]
    rows = {(cell.method, cell.condition): (cell.test_rows, cell.accuracy.mean) for cell in table.cells if cell.kept}
    assert rows == {("p_tuning", "en"): (2, 1.0), ("p_tuning", "en>sv"): (2, 1.0), ("tfidf", "en"): (3, pytest.approx(2 / 3))}


def test_what_stands_beside_a_number_has_its_method_and_fraction(make):
    trials = [make(method, condition, ROWS, fraction=fraction) for method in ("p_tuning", "tfidf") for condition in ("sv", "en") for fraction in (1.0, 0.1)]
    table = summarise(trials, labels=LABELS, kept={"fiqa": {"a", "b", "c", "d"}}).tables[0]
    for cell in cells(table, "sv"):
        other = table.beside(cell, "en", kept=True)
        assert other is not None
        assert (other.condition, other.method, other.fraction, other.kept) == ("en", cell.method, cell.fraction, True)
        assert table.beside(cell, "en>sv", kept=True) is None


def test_beside_a_prompt_that_began_at_the_english_one_stands_that(make):
    started = {"rank": 4, "start": "english"}
    trials = [
        make("p_tuning", "sv", ROWS[:3], settings=started),
        make("p_tuning", "en", ROWS, settings={"rank": 4}),
        make("p_tuning", "en", ROWS, settings={"rank": 8}),
    ]
    table = summarise(trials, labels=LABELS, kept={"fiqa": {"a", "b", "c", "d"}}).tables[0]
    (swedish,) = cells(table, "sv")
    other = table.beside(swedish, "en", kept=True)
    assert other is not None and (other.settings, other.test_rows) == ({"rank": 4}, 3)
    assert table.beside(swedish, "en>sv", kept=True) is None
    assert [(gap.condition, gap.other_condition, gap.rows) for gap in table.costs] == [("en", "sv", 3)]


def test_the_control_too_is_counted_on_the_kept_rows(make):
    table = summarise([make("p_tuning", "en>sv", ROWS)], labels=LABELS, kept={"fiqa": {"c", "d"}}).tables[0]
    assert [cell.accuracy.mean for cell in cells(table, "en>sv", kept=True)] == [0.0]
    assert table.targets == ()


def test_no_kept_row_among_the_tested_gives_no_cell(make):
    table = summarise([make("p_tuning", "en", ROWS)], labels=LABELS, kept={"fiqa": {"elsewhere"}}).tables[0]
    assert cells(table, "en", kept=True) == []


def test_names_tell_the_settings_that_differ_and_only_those(make):
    trials = [make("few_shot", "sv", ROWS, settings={"shots": shots, "order": "random"}) for shots in (0, 4)] + [
        make("lora_like", "sv", ROWS, settings={"rank": 4})
    ]
    table = summarise(trials, labels=LABELS, kept={}).tables[0]
    assert [cell.name for cell in table.main("sv")] == ["Lora like", "Few-shot (shots 0)", "Few-shot (shots 4)"]


def test_means_are_over_folds_and_seeds_and_the_signature_says_which(make):
    trials = [
        make("p_tuning", "sv", ROWS[:length], fold=fold, seed=fold + 5, signature={"model": "smol", "fold": str(fold), "seed": str(fold + 5)})
        for fold, length in enumerate((1, 2, 4))
    ]
    (cell,) = summarise(trials, labels=LABELS, kept={}).tables[0].cells
    assert cell.accuracy.mean == pytest.approx((1 + 1 + 0.5) / 3)
    assert (cell.trials, cell.accuracy.how) == (3, "folds")
    assert cell.signature == "model=smol|fold=0,1,2|seed=5,6,7"


def test_main_takes_the_largest_fraction(make):
    trials = [make("p_tuning", "sv", ROWS[2:], fraction=0.01), make("p_tuning", "sv", ROWS[:2], fraction=1.0), make("p_tuning", "sv", ROWS, fraction=0.1)]
    (cell,) = summarise(trials, labels=LABELS, kept={}).tables[0].main("sv")
    assert (cell.fraction, cell.accuracy.mean) == (1.0, 1.0)


def test_failed_trials_count_in_no_mean_and_are_kept(make):
    failed = make("p_tuning", "sv", [], seed=2, error="ValueError: no")
    table = summarise([make("p_tuning", "sv", ROWS), failed], labels=LABELS, kept={}).tables[0]
    assert table.failed == (failed,)
    assert table.cells[0].trials == 1
    only = summarise([failed], labels=LABELS, kept={})
    assert only.tables[0].cells == ()
    assert only.tables[0].targets == ("sv",)


def test_unlike_signatures_stand_in_two_tables_with_a_finding(make):
    trials = [make("p_tuning", "sv", ROWS, seed=seed, signature={"model": "smol"}) for seed in (1, 2)]
    trials.append(make("p_tuning", "sv", ROWS, seed=3, signature={"model": "gpt-sw3"}))
    summary = summarise(trials, labels=LABELS, kept={})
    assert [len(table.outcomes) for table in summary.tables] == [2, 1]
    assert [table.part for table in summary.tables] == [0, 1]
    assert "differ in model (smol / gpt-sw3)" in summary.refusals[0].what


def test_nothing_measured_gives_nothing():
    assert summarise([], labels=LABELS, kept={}) == Summary((), ())
