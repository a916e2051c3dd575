"""reviews: verdicts of one sample add up over imports, samples stand beside one another, and only a review of these very rows speaks."""

import json
from dataclasses import replace

import pytest

from templates.benchmark import Record
from templates.refusal import Refusal
from translation import reviews
from translation.agreement import agreement
from translation.review import Judged, draw, path_of, save
from translation.review_sheet import Filled

KEPT = [Record(f"k{n}", {"sentence": f"text {n}"}, "positive", "g", {"sentence": f"source {n}"}) for n in range(8)]
GONE = [Record("q0", {"sentence": "text"}, "negative", "g", {"sentence": "source"})]


@pytest.fixture
def sample(tmp_path):
    rows = [*(Judged(one, "clean") for one in KEPT), Judged(GONE[0], "quarantined")]
    found = draw(rows, language="sv", study="s", benchmark="fiqa", run="r", rows=6, seed=0)
    save(found, tmp_path)
    return found


def said(sample, who, verdicts):
    return [Filled(sample, row, verdict, {}, who, "", "line") for row, verdict in zip(sample.rows, verdicts, strict=False)]


def entry(sample, filled, when="2026-11-20"):
    return {"sample": sample.key, "when": when, **agreement(sample, filled).to_json(), "votes": reviews.votes_of(filled)}


def put(tmp_path, *entries):
    reviews.write(reviews.path_of(tmp_path, "sv", "fiqa"), {one["sample"]: one for one in entries})


def found(tmp_path, kept=KEPT, gone=GONE):
    return reviews.of_rows(tmp_path, "sv", "fiqa", kept, quarantined=gone)


def test_a_later_sheet_adds_its_verdicts_and_names_those_that_gave_way(sample):
    anna = said(sample, "Anna", ["ok"] * 6)
    first = reviews.add(sample, None, anna)
    assert (first.filled, first.replaced, first.new) == (anna, (), True)
    before = entry(sample, anna)
    both = reviews.add(sample, before, said(sample, "Bo", ["major", "ok"]))
    assert [(one.reviewer, one.verdict) for one in both.filled] == [*[("Anna", "ok")] * 6, ("Bo", "major"), ("Bo", "ok")] and both.replaced == ()
    assert agreement(sample, both.filled).pairs[0].rows == 2
    changed = reviews.add(sample, before, said(sample, "Anna", ["minor"]))
    assert changed.replaced == (f"row {sample.rows[0].record.id}: Anna's ok by minor",)
    assert sorted(one.verdict for one in changed.filled) == ["minor", *["ok"] * 5]
    again = reviews.add(sample, before, anna)
    assert (len(again.filled), again.replaced, again.new) == (6, (), False)


def test_a_file_of_one_sample_without_verdicts_is_read_and_said_to_be_replaced(tmp_path, sample):
    path = reviews.path_of(tmp_path, "sv", "fiqa")
    path.parent.mkdir(parents=True, exist_ok=True)
    old = {**entry(sample, said(sample, "Anna", ["ok"]), when="2026-11-01")}
    del old["votes"]
    path.write_text(json.dumps(old))
    (before,) = reviews.read(path).values()
    assert reviews.add(sample, before, said(sample, "Bo", ["ok"])).replaced == (
        f"the numbers of sample {sample.key} of 2026-11-01, which kept no single verdicts",
    )
    for text in ("[]", "{", '{"samples": {"0a": {}}}', '{"samples": {"0a": 3}}'):
        path.write_text(text)
        with pytest.raises(Refusal, match=r"fiqa.json: is not what review --import writes .*; move it away and import the sheets again"):
            reviews.read(path)
    assert reviews.read(tmp_path / "absent.json") == {}


def test_only_a_review_of_these_very_rows_speaks(tmp_path, sample):
    assert found(tmp_path) is None
    put(tmp_path, entry(sample, said(sample, "Anna", ["ok"] * 5 + ["major"])))
    told = found(tmp_path)
    assert (told["rows"], told["changed"], told["reviewers"], told["when"]) == (6, 0, {"Anna": 6}, "2026-11-20")
    assert told["kept"]["share"] is not None and "votes" not in told
    other = replace(KEPT[0], fields={"sentence": "another translation"})
    assert found(tmp_path, [other, *KEPT[1:]]) is None
    assert found(tmp_path, KEPT[1:], [*GONE, KEPT[0]]) is None  # the gate decides otherwise
    assert found(tmp_path, KEPT[1:]) is None  # a row is missing
    path_of(tmp_path, "sv", sample.key).unlink()
    assert found(tmp_path) is None


def test_what_people_changed_since_is_counted_and_let_pass(tmp_path, sample):
    put(tmp_path, entry(sample, said(sample, "Anna", ["ok"])))
    mended = replace(KEPT[0], fields={"sentence": "better"}, flags=("override",))
    refused = replace(KEPT[1], reasons=("review: a major fault, says Bo",))
    assert found(tmp_path, [mended, *KEPT[2:]], [*GONE, refused])["changed"] == 2


def test_of_two_samples_the_one_with_more_reviewed_rows_speaks(tmp_path, sample):
    rows = [*(Judged(one, "clean") for one in KEPT), Judged(GONE[0], "quarantined")]
    other = draw(rows, language="sv", study="s", benchmark="fiqa", run="r", rows=6, seed=1)
    save(other, tmp_path)
    put(tmp_path, entry(sample, said(sample, "Anna", ["ok"] * 6)), entry(other, said(other, "Bo", ["ok", "ok"]), when="2026-11-21"))
    assert found(tmp_path)["sample"] == sample.key
    assert set(reviews.read(reviews.path_of(tmp_path, "sv", "fiqa"))) == {sample.key, other.key}
