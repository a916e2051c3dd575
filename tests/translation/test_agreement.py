"""agreement: the numbers of small tables, worked out by hand and by scikit-learn."""

import pytest
from sklearn.metrics import cohen_kappa_score

from templates.benchmark import Record
from translation.agreement import agreement, kappa
from translation.review import Judged, Sample
from translation.review_sheet import Filled


def table(cells, sizes=None):
    """A sample and its verdicts from {(stratum, verdict): count}."""
    rows, verdicts = [], []
    for (stratum, verdict), count in cells.items():
        for _ in range(count):
            rows.append(Judged(Record(f"r{len(rows)}", {"sentence": "t"}, "positive", "g", source={"sentence": "s"}), stratum))
            verdicts.append(verdict)
    there = {name: sum(one.stratum == name for one in rows) for name in ("quarantined", "retried", "marked", "clean")}
    sample = Sample("0" * 8, "sv", "demo", "fiqa", "run", 0, {**there, **(sizes or {})}, tuple(rows))
    return sample, [Filled(sample, one, verdict, {}, "Anna", "", "line") for one, verdict in zip(rows, verdicts, strict=True)]


def test_the_published_example_of_kappa():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by chance 0.5."""
    one, two = [1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert kappa(one, two) == pytest.approx(0.4)
    assert kappa(one, one) == 1 and kappa([1, 1], [1, 1]) is None


def test_the_gate_against_people_is_that_table_when_all_rows_weigh_one():
    sample, said = table({("quarantined", "major"): 20, ("quarantined", "minor"): 5, ("clean", "wrong-label"): 10, ("clean", "ok"): 15})
    gate = agreement(sample, said).gate
    assert gate.table == {"quarantined_bad": 20, "quarantined_good": 5, "kept_bad": 10, "kept_good": 15} == gate.estimated
    assert gate.kappa == pytest.approx(0.4)
    assert (gate.precision, gate.recall) == (pytest.approx(20 / 25), pytest.approx(20 / 30))


def test_weights_turn_the_sample_into_the_set():
    sample, said = table({("quarantined", "major"): 20, ("quarantined", "ok"): 5, ("clean", "major"): 10, ("clean", "ok"): 15}, {"clean": 250})
    found = agreement(sample, said)
    assert found.gate.estimated == {"quarantined_bad": 20, "quarantined_good": 5, "kept_bad": 100, "kept_good": 150}
    assert found.gate.recall == pytest.approx(20 / 120) and found.gate.precision == pytest.approx(0.8)
    people = [1] * 20 + [0] * 5 + [1] * 100 + [0] * 150
    assert found.gate.kappa == pytest.approx(cohen_kappa_score(people, [1] * 25 + [0] * 250))
    assert found.kept.share == pytest.approx(0.6) and found.all.share == pytest.approx(155 / 275)


def test_a_set_without_faults_has_no_recall_and_an_interval_all_the_same():
    sample, said = table({("clean", "ok"): 40}, {"clean": 4000})
    found = agreement(sample, said)
    assert (found.gate.precision, found.gate.recall, found.gate.kappa) == (None, None, None)
    assert found.kept.share == 1 and 0.90 < found.kept.interval95[0] < 0.93 and found.kept.interval95[1] == 1


def test_two_reviewers_and_a_tie():
    cells = {("clean", "ok"): 6, ("marked", "minor"): 2, ("quarantined", "major"): 2}
    sample, anna = table(cells)
    bo = [Filled(sample, one.row, "major" if place in (0, 6) else one.verdict, {}, "Bo", "", "line") for place, one in enumerate(anna[:9])]
    found = agreement(sample, [*anna, *bo])
    (pair,) = found.pairs
    ours = [one.verdict for one in anna[:9]]
    assert (pair.reviewers, pair.rows, pair.equal) == (("Anna", "Bo"), 9, pytest.approx(7 / 9))
    assert pair.kappa == pytest.approx(cohen_kappa_score(ours, [one.verdict for one in bo]))
    assert pair.kappa_good == pytest.approx(cohen_kappa_score([one != "major" for one in ours], [one.verdict != "major" for one in bo]))
    assert found.strata["clean"].good == 5 and found.strata["marked"].good == 1  # a tie is bad
    assert found.reviewers == {"Anna": 10, "Bo": 9}
    assert found.to_json()["strata"]["clean"] == {"rows": 6, "drawn": 6, "reviewed": 6, "good": 5}
