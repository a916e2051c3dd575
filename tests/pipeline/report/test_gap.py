"""Paired differences between languages and between methods, by hand."""

from __future__ import annotations

import pytest

from pipeline.report.summary import summarise
from pipeline.significance import over_folds

LABELS = {"fiqa": ("negative", "positive")}


def answers(right, wrong):
    return [(name, "positive", "positive") for name in right] + [(name, "positive", "negative") for name in wrong]


def test_cost_counts_the_rows_tested_in_both_languages(make):
    english = make("p_tuning", "en", answers("abcd", "efgh"), train_rows=900)
    swedish = make("p_tuning", "sv", answers("ae", "bc"), train_rows=700)
    table = summarise([english, swedish], labels=LABELS, kept={"fiqa": set("abce")}).tables[0]
    (cost,) = table.costs
    assert (cost.rows, cost.left, cost.right) == (4, 0.75, 0.5)  # English a b c right, e wrong; Swedish a e right
    assert cost.difference.mean == pytest.approx(0.25)
    assert (cost.left_train_rows, cost.right_train_rows) == (900, 700)


def test_several_seeds_are_averaged_row_by_row(make):
    trials = [make("p_tuning", "sv", answers("ab", ""), seed=1), make("p_tuning", "sv", answers("a", "b"), seed=2), make("p_tuning", "en", answers("ab", ""))]
    (cost,) = summarise(trials, labels=LABELS, kept={}).tables[0].costs
    assert (cost.left, cost.right) == (1.0, 0.75)


def test_no_shared_row_means_no_cost(make):
    trials = [make("p_tuning", "sv", answers("ab", "")), make("p_tuning", "en", answers("cd", ""))]
    assert summarise(trials, labels=LABELS, kept={}).tables[0].costs == ()


def test_leads_compare_the_first_method_with_every_other_of_its_language(make):
    trials = [
        make("majority", "sv", answers("a", "bcd")),
        make("p_tuning", "sv", answers("abc", "d")),
        make("p_tuning", "sv", answers("", "abcd"), fraction=0.1),
        make("tfidf", "sv", answers("ab", "cd")),
        make("tfidf", "en", answers("abcd", "")),
    ]
    leads = summarise(trials, labels=LABELS, kept={}).tables[0].leads
    assert [(gap.other_method, gap.left, gap.right) for gap in leads] == [("tfidf", 0.75, 0.5), ("majority", 0.75, 0.25)]


def test_three_folds_are_tested_over_folds_and_corrected_for_asking_often(make):
    trials = []
    for fold, right in enumerate(("abcdefgh", "ijklmno", "qrstuvw")):
        rows = ("abcdefgh", "ijklmnop", "qrstuvwx")[fold]
        for method, good in (("p_tuning", right), ("tfidf", right[:5]), ("majority", right[: 4 - fold])):
            trials.append(make(method, "sv", answers(good, [row for row in rows if row not in good]), fold=fold, train_rows=16))
    first, second = summarise(trials, labels=LABELS, kept={}).tables[0].leads
    assert {first.verdict.test, second.verdict.test} == {"corrected t-test"} and first.verdict.units == 3
    assert (first.difference.how, first.difference.low) == ("folds", first.verdict.low)
    low, high = sorted((first.verdict, second.verdict), key=lambda verdict: verdict.p)
    assert low.adjusted == pytest.approx(2 * low.p) and high.adjusted == pytest.approx(max(high.p, 2 * low.p))


def test_the_plain_method_leads_not_its_variant(make):
    variant = make("p_tuning", "sv", answers("abc", "d"), settings={"a": 1})
    leads = (
        summarise([variant, make("p_tuning", "sv", answers("ab", "cd")), make("majority", "sv", answers("a", "bcd"))], labels=LABELS, kept={}).tables[0].leads
    )
    assert [gap.other_name for gap in leads] == ["P-tuning (a 1)", "Always the majority label"] and {gap.name for gap in leads} == {"P-tuning"}
    assert {gap.verdict.test for gap in leads} == {"McNemar's exact test"}


def test_leads_compare_at_a_share_of_the_rows_that_both_have(make):
    trials = [
        make("p_tuning", "sv", answers("ab", "cd"), fraction=0.1, train_rows=90),
        make("tfidf", "sv", answers("abc", "d"), train_rows=900),
        make("tfidf", "sv", answers("a", "bcd"), fraction=0.1, train_rows=90),
        make("few_shot", "sv", answers("a", "bcd"), train_rows=900),
    ]
    leads = {gap.other_method: gap for gap in summarise(trials, labels=LABELS, kept={}).tables[0].leads}
    assert (leads["tfidf"].right, leads["tfidf"].right_train_rows) == (0.25, 90)
    assert (leads["few_shot"].left_train_rows, leads["few_shot"].right_train_rows) == (90, 900)


def test_the_t_test_is_corrected_by_the_smaller_training_part(make):
    trials = []
    for fold, rows in enumerate(("abcdefgh", "ijklmnop", "qrstuvwx")):
        for method, good, size in (("p_tuning", 7 - fold, 900), ("tfidf", 4, 10)):
            trials.append(make(method, "sv", answers(rows[:good], rows[good:]), fold=fold, train_rows=size, fraction=1.0 if size == 900 else 0.5))
    (gap,) = summarise(trials, labels=LABELS, kept={}).tables[0].leads
    expected = over_folds({0: 7 / 8, 1: 6 / 8, 2: 5 / 8}, dict.fromkeys(range(3), 0.5), test_share=8 / 10)
    assert expected is not None and gap.verdict.p == pytest.approx(expected.p)
