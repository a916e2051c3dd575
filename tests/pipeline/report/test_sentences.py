"""What the page says in words follows the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.report import sentences
from pipeline.report.measure import Measure
from pipeline.report.summary import summarise
from pipeline.significance import Verdict

LABELS = {"fiqa": ("negative", "positive")}
COUNTS = {"source": 1173, "excluded": 14, "kept": 826, "quarantined": 333}
FOUND = [{"what": "too few rows", "severity": "error"}, {"what": "some doubt", "severity": "warning"}]


def test_a_failed_gate_that_went_on():
    gate = {"verdict": "fail", "statistics": {"rows": 1159} | COUNTS, "findings": FOUND}
    banner = sentences.verdict("fiqa", gate, language="Swedish", measured=True)
    assert banner.tone == "fail"
    assert "FAILED" in banner.title
    assert "71\u202f% of rows kept (826 of 1,159); 333 quarantined" in banner.text
    assert "describe the kept rows only" in banner.text
    assert "Why: Too few rows." in banner.text
    assert "doubt" not in banner.text
    assert "14 source rows were left out" in banner.text


def test_a_failed_gate_that_stopped_the_run_says_what_to_do():
    banner = sentences.verdict("fiqa", {"verdict": "fail", "statistics": COUNTS}, language="Swedish", measured=False)
    assert "nothing was tuned in Swedish" in banner.title
    assert 'on_fail = "continue"' in banner.text


@pytest.mark.parametrize(("told", "tone", "word"), [("pass", "pass", "PASSED"), ("warn", "warn", "WARNINGS"), ("", "none", "no gate verdict")])
def test_other_verdicts(told, tone, word):
    banner = sentences.verdict("fiqa", {"verdict": told, "statistics": {"source": 0}}, language="Swedish", measured=True)
    assert banner.tone == tone
    assert word in banner.title


@pytest.mark.parametrize(
    ("how", "words"), [("rows", "bootstrap over 1,200 test rows"), ("folds", "t-interval over 1,200 folds"), ("trials", "t-interval over 1,200 trials")]
)
def test_every_interval_says_how_it_was_made(how, words):
    assert sentences.how_made(Measure(0.5, 0.4, 0.6, how, 1200)) == words


def rows(right, wrong):
    return [(f"r{number}", "positive", "positive" if number < right else "negative") for number in range(right + wrong)]


@pytest.mark.parametrize(
    ("english", "swedish", "said"),
    [(95, 50, "going to Swedish costs 45.0 points"), (50, 95, "Swedish is ahead by 45.0 points"), (52, 50, "that may be chance")],
)
def test_cost_of_translation(make, english, swedish, said):
    trials = [make("p_tuning", "en", rows(english, 100 - english), train_rows=900), make("p_tuning", "sv", rows(swedish, 100 - swedish), train_rows=700)]
    sentence = sentences.cost(summarise(trials, labels=LABELS, kept={}).tables[0], language="Swedish")
    assert said in sentence
    assert "English was trained on 900 rows and Swedish on 700" in sentence
    assert "no control (English text, Swedish prompt) of P-tuning was run that would tell them apart." in sentence
    trials.append(make("p_tuning", "en>sv", rows(english, 100 - english)))
    sentence = sentences.cost(summarise(trials, labels=LABELS, kept={}).tables[0], language="Swedish")
    assert "; the control (English text, Swedish prompt) tells them apart." in sentence
    sentence = sentences.cost(summarise(trials, labels=LABELS, kept={}).tables[0], language="Swedish", two_readers=True)
    assert "two models, one for each language; the control reads with that for English. English was trained on 900 rows" in sentence
    assert "tells them apart" not in sentence
    assert "lost in translation" not in sentence


@pytest.mark.parametrize(("tuned", "said", "evidence"), [(90, "30.0 points ahead", True), (61, "1.0 points ahead", False), (40, "20.0 points behind", False)])
def test_lead_over_the_floor_is_not_oversold(make, tuned, said, evidence):
    trials = [make("p_tuning", "sv", rows(tuned, 100 - tuned)), make("majority", "sv", rows(60, 40))]
    sentence = sentences.lead(summarise(trials, labels=LABELS, kept={}).tables[0], "sv", language="Swedish")
    assert said in sentence
    assert ("no evidence that the task was learned" not in sentence) is evidence


def test_nothing_to_compare_says_nothing(make):
    table = summarise([make("majority", "sv", rows(6, 4))], labels=LABELS, kept={}).tables[0]
    assert sentences.cost(table, language="Swedish") == ""
    assert sentences.lead(table, "sv", language="Swedish") == ""


@pytest.mark.parametrize(
    ("alone", "together", "said"), [(0.02, 0.09, "may be chance among so many comparisons"), (0.2, 0.2, "may be chance"), (0.2, None, "may be chance")]
)
def test_a_difference_that_correction_takes_away_is_told_from_none(alone, together, said):
    assert sentences.doubt(Verdict(alone, "McNemar's exact test", 40, 0.19, together)) == said


def test_a_lead_on_unlike_rows_says_so(make):
    trials = [
        make("p_tuning", "sv", rows(95, 5), fraction=0.1, train_rows=90),
        make("tfidf", "sv", rows(60, 40), train_rows=900),
        make("majority", "sv", rows(50, 50), train_rows=900),
    ]
    said = sentences.lead(summarise(trials, labels=LABELS, kept={}).tables[0], "sv", language="Swedish")
    assert said.endswith("tuned on 90 rows and the other on 900.") and said.count("tuned on") == 1
    trials[1] = make("tfidf", "sv", rows(60, 40), fraction=0.1, train_rows=90)
    trials.append(make("p_tuning", "sv", rows(97, 3), train_rows=900))
    said = sentences.lead(summarise(trials, labels=LABELS, kept={}).tables[0], "sv", language="Swedish")
    assert said.startswith("P-tuning in Swedish is right on 97.0") and said.endswith(", on 90 training rows.")


def test_the_control_of_a_prompt_begun_at_the_english_one_is_seen(make):
    begun = {"settings": {"start": "english"}}
    trials = [make("p_tuning", "en", rows(95, 5)), make("p_tuning", "sv", rows(50, 50), **begun), make("p_tuning", "sv", rows(50, 50))]
    table = summarise([*trials, make("p_tuning", "en>sv", rows(80, 20), **begun)], labels=LABELS, kept={}).tables[0]
    told = {gap.other_name: sentences.cost(replace(table, costs=(gap,)), language="Swedish") for gap in table.costs}
    assert told["P-tuning (start english)"].endswith("the control (English text, Swedish prompt) tells them apart.")
    assert "of P-tuning was run that would tell them apart" in told["P-tuning"]
