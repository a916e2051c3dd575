"""review: a stratified sample whose weights give back the truth, whatever is over-represented in it."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from templates.benchmark import Record
from templates.refusal import Refusal
from translation.agreement import agreement, estimate
from translation.review import STRATA, Judged, draw, load, path_of, save, shares, stratum_of
from translation.review_sheet import Filled

SIZES = {"quarantined": 60, "retried": 5, "marked": 135, "clean": 800}
GOOD = {"quarantined": 0.3, "retried": 0.6, "marked": 0.7, "clean": 0.95}  # true share of good translations


def world(sizes=SIZES, labels=("negative", "positive", "rare")):
    """Judged rows, one label rare, and which of them are truly good."""
    chance, rows, good = Random(1), [], {}
    for name, size in sizes.items():
        for number in range(size):
            label = labels[2] if number % 40 == 7 else labels[number % 2]
            row = Record(f"{name}{number}", {"sentence": "t", "target": "a"}, label, "g", source={"sentence": "s", "target": "a"})
            rows.append(Judged(row, name))
            good[row.id] = chance.random() < GOOD[name]
    return rows, good


def sample_of(rows, *, count=200, seed=0):
    return draw(rows, language="sv", study="demo", benchmark="fiqa", run="r", rows=count, seed=seed)


def filled(sample, good, *, reviewer="Anna", only=lambda judged: True):
    return [Filled(sample, one, "ok" if good[one.record.id] else "major", {}, reviewer, "", "sheet.csv, line 2") for one in sample.rows if only(one)]


def test_what_the_gate_decided_is_the_stratum():
    said = [stratum_of(*one) for one in (("quarantine", ("a",)), ("retry", ("retried-beam",)), ("keep", ("copy: x",)), ("keep", ()))]
    assert said == list(STRATA)


def test_half_is_clean_and_the_rest_is_shared_until_a_stratum_is_empty():
    assert shares(SIZES, 200) == {"quarantined": 48, "retried": 5, "marked": 47, "clean": 100}
    assert shares({"quarantined": 3, "retried": 0, "marked": 0, "clean": 4}, 200) == {"quarantined": 3, "retried": 0, "marked": 0, "clean": 4}
    assert sum(shares(SIZES, 7).values()) == 7 and min(shares(SIZES, 7).values()) >= 1
    with pytest.raises(Refusal, match="a sample of 0 rows cannot be drawn"):
        sample_of(world()[0], count=0)


def test_flagged_rows_are_over_represented_and_labels_are_not():
    rows, _ = world()
    sample = sample_of(rows)
    assert len({one.record.id for one in sample.rows}) == 200
    drawn, labels = Counter(one.stratum for one in sample.rows), Counter((one.stratum, one.record.label) for one in sample.rows)
    for name, size in SIZES.items():
        for label in ("negative", "positive", "rare"):
            there = sum(one.stratum == name and one.record.label == label for one in rows)
            assert abs(labels[name, label] - there * drawn[name] / size) < 2
    assert drawn["quarantined"] / SIZES["quarantined"] > 5 * drawn["clean"] / SIZES["clean"]
    order = [one.stratum for one in sample.rows]
    assert sum(one == two for one, two in pairwise(order)) < 120  # shuffled: sorted would be 196


def test_the_same_seed_draws_the_same_rows_and_another_draws_others():
    rows, _ = world()
    assert sample_of(rows) == sample_of(rows)
    other = sample_of(rows, seed=1)
    assert other.key != sample_of(rows).key and {one.record.id for one in other.rows} != {one.record.id for one in sample_of(rows).rows}


def test_a_saved_sample_comes_back(tmp_path):
    sample = sample_of(world()[0], count=20)
    save(sample, tmp_path)
    assert load(path_of(tmp_path, "sv", sample.key)) == sample
    path_of(tmp_path, "sv", sample.key).write_text("{}")
    with pytest.raises(Refusal, match=r"cannot be read .*; export a new sheet"):
        load(path_of(tmp_path, "sv", sample.key))


def test_weights_give_an_unbiased_estimate_and_intervals_that_hold():
    rows, good = world()
    truth = {
        "all": sum(good.values()) / len(good),
        "kept": sum(good[one.record.id] for one in rows if one.stratum != "quarantined") / (1000 - SIZES["quarantined"]),
    }
    recall = sum(not good[one.record.id] for one in rows if one.stratum == "quarantined") / sum(not fine for fine in good.values())
    found, held, caught, plain = {"all": [], "kept": []}, Counter(), [], []
    for seed in range(200):
        sample = sample_of(rows, seed=seed)
        said = agreement(sample, filled(sample, good))
        for name, one in (("all", said.all), ("kept", said.kept)):
            found[name].append(one.share)
            held[name] += one.interval95[0] <= truth[name] <= one.interval95[1]
        caught.append(said.gate.recall)
        plain.append(sum(good[one.record.id] for one in sample.rows) / 200)
    for name, wanted in truth.items():
        assert abs(sum(found[name]) / 200 - wanted) < 0.004  # the standard error of one sample is 0.02, of the mean of 200 is 0.0015
        assert held[name] >= 184  # 95 % of 200 is 190, and less than 184 would be bad luck of 1 in 1000
    assert abs(sum(caught) / 200 - recall) < 0.02
    assert abs(sum(plain) / 200 - truth["all"]) > 0.1  # what the sample says without its weights


def test_rows_that_nobody_reviewed_are_no_opinion():
    rows, good = world()
    sample = sample_of(rows)
    half = agreement(sample, filled(sample, good, only=lambda one: one.stratum != "retried" and int(one.record.id[-1]) % 2 == 0))
    assert half.all.unseen == SIZES["retried"] and half.all.rows == 1000 - SIZES["retried"]
    assert half.strata["clean"].reviewed < half.strata["clean"].drawn
    assert abs(half.all.share - sum(good.values()) / len(good)) < 0.12
    nobody = agreement(sample, filled(sample, good, only=lambda one: one.stratum == "quarantined"))
    assert nobody.kept is None and estimate(nobody.strata, ("clean",)) is None


def test_a_set_that_was_read_wholly_is_known():
    rows, good = world()
    sample = sample_of(rows, count=5000)
    said = agreement(sample, filled(sample, good))
    assert said.all.share == pytest.approx(sum(good.values()) / 1000)
    assert said.all.interval95 == pytest.approx((said.all.share, said.all.share))
