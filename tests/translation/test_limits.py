"""limits: nonsense in [gate] is refused in a sentence; limits of evidence hold for the engine they were set under."""

from dataclasses import replace

import pytest

from templates import language
from templates.benchmark import Record
from templates.refusal import Refusal
from translation import gold, limits
from translation.judge import judge

SV = language.load("sv")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"copy": 0.5}, r"copy: 0\.5 is no table; name the limit to set \(.*alike_most.*\), as copy = "),
        ({"off": "numbers"}, r"""off: 'numbers' is no list of checks; write off = \["numbers"\]\."""),
        ({"severity": "major"}, "severity: 'major' is no table"),
        ({"points": 3}, "points: 3 is no table"),
        ({"fitted": "abc"}, "fitted: 'abc' is no table"),
        ({"keep_pass": 2.0}, "keep_pass is a share from 0 to 1, found 2.0"),
        ({"keep_pass": float("nan")}, "keep_pass is a share from 0 to 1, found nan"),
        ({"keep_warn": 0.97}, r"keep_warn \(0\.97\) is above keep_pass \(0\.95\), so that no set could warn"),
        ({"distinct_pass": 0.5}, r"distinct_warn \(0\.85\) is above distinct_pass \(0\.5\)"),
        ({"leaked_pass": 0.2}, r"leaked_pass \(0\.2\) is above leaked_warn \(0\.05\)"),
        ({"penalty_pass": float("nan")}, "penalty_pass is a number of at least 0, found nan"),
        ({"penalty_pass": 60.0}, r"penalty_pass \(60\) is above penalty_warn \(50\)"),
        ({"points": {"critical": -5}}, "points must not be below 0 and fall from critical to minor, found critical -5, major 5, minor 1"),
        ({"points": {"minor": 7}}, "found critical 25, major 5, minor 7"),
        ({"label_times": 0.0}, "label_times is a number of at least 1, found 0"),
        ({"label_often": 0}, "label_often is a number of at least 1, found 0"),
        ({"retry_words": -1}, "retry_words is a number of at least 0, found -1"),
        ({"copy": {"alike_most": float("nan")}}, "copy: alike_most: nan is no limit; give a finite number"),
        ({"fitted": {"copy": "0123456789abcdef"}}, "fitted: copy asks no engine"),
        ({"fitted": {"addition": "mine"}}, "fitted addition: 'mine' is no fingerprint"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(table, said):
    with pytest.raises(Refusal, match=said) as refused:
        limits.read(SV, table)
    assert str(refused.value).startswith("study, [gate]") and str(refused.value).endswith(".")
    with pytest.raises(Refusal, match=said):
        limits.read(replace(SV, gate=table))


def test_whole_numbers_and_equal_lines_are_fine():
    lines = limits.read(SV, {"keep_pass": 1, "keep_warn": 1, "penalty_pass": 50, "points": {"minor": 0}, "off": []}).lines
    assert (lines.keep_pass, lines.keep_warn, lines.points["minor"]) == (1, 1, 0)


def test_under_another_engine_a_check_reports_its_scores_and_refuses_nothing():
    pairs = [gold.Pair("The dog barks at night.", "Hunden skäller på natten."), gold.Pair("I am tired.", "Jag är trött.")]
    source, translated = gold.records(pairs)
    evidence = {"log_probability": {(row.id, "text"): -9.0 for row in source}, "addition": {(row.id, "text"): 9.0 for row in source}}
    rules = limits.read(SV)
    ours = rules.lines.fitted["addition"] + "0" * 48

    def judged(limits_there):
        return judge(source, translated, benchmark=gold.SHAPE, language=SV, limits=limits_there, evidence=evidence)

    assert all({"log_probability", "addition"} <= set(row.failed) for row in judged(limits.under(rules, ours)).rows)
    assert not limits.under(rules, ours).reported
    other = judged(limits.under(rules, "f" * 64))
    assert all(row.decision == "keep" and not row.flags and row.suspicion["addition(text)"] == 9 for row in other.rows)
    check = next(check for check in other.checks if check.id == "addition")
    assert check.threshold.startswith(f"only reported: the limits were set under another engine ({ours[:8]}, here ffffffff)")
    assert "lingraft calibrate" in check.threshold and check.flagged.hits == 0
    anything = limits.read(SV, {"fitted": {"addition": ""}})
    assert set(limits.under(anything, "f" * 64).reported) == {"log_probability", "ending"}
    assert isinstance(other.kept[0], Record)


def test_words_of_denial_are_the_languages_own():
    assert limits.read(SV).checks["polarity"].words
    with pytest.raises(Refusal, match=r"study x, \[gate\], polarity: words of denial are the language's own; name them in its file"):
        limits.read(SV, {"polarity": {"words": ["ikke"]}}, where="study x, [gate]")


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"repetition": {"more_most": [3, 1, 0]}}, "more_most is a limit for each n from 1 to 4, found 3"),
        ({"length_ratio": {"far": 0.0}}, "far is a factor of at least 1"),
    ],
)
def test_limits_that_would_stop_in_the_middle_of_judging(table, why):
    with pytest.raises(Refusal, match=why):
        limits.read(SV, table)
