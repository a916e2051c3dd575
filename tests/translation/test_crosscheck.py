"""crosscheck: samples are drawn alike, agreement is sacrebleu's, and the rows that agree least come first."""

from __future__ import annotations

import pytest
import sacrebleu

from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from translation.crosscheck import compare, draw, tsv

FIQA = catalogue.benchmark("fiqa")
ROWS = [Record(str(number), {"sentence": f"Sentence {number // 2}.", "target": "T"}, "positive", "g") for number in range(20)]
SAMPLE = {"a": "It rains.", "b": "He sleeps.", "c": "Shares\tfell."}
SAID = {
    "ours": ["Det regnar nu.", "Han sover gott.", "Aktierna föll."],
    "one": ["Det regnar nu.", "Hon vakar inte.", "Aktierna föll i dag."],
    "two": ["Det regnar.", "Sömnen är hans.", "Aktien föll."],
}


def test_a_sample_holds_different_texts_and_the_seed_decides():
    one, again, other = (draw([(FIQA, ROWS)], rows=6, seed=seed) for seed in (0, 0, 1))
    assert one == again != other and len(set(one.values())) == 6
    assert all(name.startswith("fiqa/") and name.endswith("/sentence") for name in one)
    assert len(draw([(FIQA, ROWS)], rows=200, seed=0)) == 10
    with pytest.raises(Refusal, match="a sample of 0 rows cannot be drawn"):
        draw([(FIQA, ROWS)], rows=0, seed=0)


def test_disagreements_come_first_and_scores_are_those_of_sacrebleu():
    found = compare(SAMPLE, SAID, language="sv", seed=3)
    assert [row.id for row in found.rows] == ["b", "c", "a"]
    assert [row.agreement for row in found.rows] == sorted(row.agreement for row in found.rows)
    assert found.agreements[0].chrf2 == pytest.approx(sacrebleu.corpus_chrf(SAID["one"], [SAID["ours"]]).score, abs=0.006)
    assert [one.same for one in found.agreements] == [1, 0] and found.agreements[0].signature.startswith("nrefs:1|")
    last = found.rows[-1]
    expected = [sacrebleu.sentence_chrf(last.said[engine], [last.said["ours"]]).score for engine in ("one", "two")]
    assert last.agreement == pytest.approx(sum(expected) / 2, abs=0.006)
    assert set(found.to_json()) == {"key", "language", "seed", "ours", "rows", "engines"}


def test_the_table_has_a_line_a_row_whatever_the_texts_hold():
    lines = tsv(compare(SAMPLE, SAID, language="sv", seed=3).rows).splitlines()
    assert lines[0] == "agreement\tid\tsource\tours\tone\ttwo" and len(lines) == 4
    assert {line.count("\t") for line in lines} == {5} and "Shares fell." in "".join(lines)


def test_one_engine_alone_cannot_agree():
    with pytest.raises(Refusal, match="needs another engine"):
        compare(SAMPLE, {"ours": SAID["ours"]}, language="sv", seed=0)
