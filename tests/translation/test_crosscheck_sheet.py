"""crosscheck_sheet: the sheet tells nothing of the engines, and verdicts come back as what they were given for."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from scipy.stats import binomtest

from templates.refusal import Refusal
from translation import crosscheck_sheet as sheets
from translation.crosscheck import compare

SAMPLE = {f"r{number}": f"English text number {number}" for number in range(30)}
SAID = {
    "first-engine (ours)": [f"vår text {number}" for number in range(30)],
    "second-engine": [f"vår text {number}" if number < 5 else f"=deras text {number}" for number in range(30)],
}
FOUND = compare(SAMPLE, SAID, language="sv", seed=7)
OURS = "first-engine (ours)"


def filled(path: Path, sheet: sheets.Sheet, verdict_of: object, *, reviewer: str = "") -> Path:
    """The sheet as a reviewer saves it, who answers by what the texts say."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows[1:]:
        row[5], row[6] = verdict_of(row), reviewer  # type: ignore[operator]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    place = path.with_name(f"{reviewer or 'filled'}.csv")
    place.write_text(out.getvalue(), encoding="utf-8")
    return place


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, sheets.Sheet]:
    sheet = sheets.blind(FOUND)
    sheets.write(tmp_path / "sheet.csv", sheet)
    return tmp_path / "sheet.csv", sheet


def like_ours(row: list[str]) -> str:
    return "one" if row[3].startswith("vår") else "two"


def test_the_sheet_is_blind_and_shuffled(made: tuple[Path, sheets.Sheet]) -> None:
    path, sheet = made
    text = path.read_text(encoding="utf-8-sig")
    assert "engine" not in text and "ours" not in text and len(sheet.lines) == 25
    left = [line.engine_one == OURS for line in sheet.lines]
    assert 5 < sum(left) < 20
    assert [line.source for line in sheet.lines] != [row.source for row in FOUND.rows if row.said[OURS] != row.said["second-engine"]]
    assert "\"'=deras" in text  # no spreadsheet may run a cell
    assert sheets.blind(FOUND) == sheet


def test_the_key_file_comes_back(made: tuple[Path, sheets.Sheet]) -> None:
    assert sheets.from_json(json.loads(json.dumps(sheets.to_json(made[1]))), where="sides.json") == made[1]
    assert sheets.key_of(made[0]) == FOUND.key


def test_verdicts_are_read_back_with_interval_and_sign_test(made: tuple[Path, sheets.Sheet]) -> None:
    path, sheet = made
    answers = iter(["ours"] * 15 + ["theirs"] * 5 + ["same"] * 2 + ["neither"] + [""] * 2)

    def verdict(row: list[str]) -> str:
        answer = next(answers)
        return like_ours(row) if answer == "ours" else {"one": "two", "two": "one"}[like_ours(row)] if answer == "theirs" else answer

    votes = sheets.read(filled(path, sheet, verdict), sheet)
    (found,) = sheets.preferences(votes, ours=OURS)
    assert (found.engine, found.rows, found.ours, found.theirs, found.ties) == ("second-engine", 23, 15, 5, 3)
    assert found.share == 0.75 and found.interval95 is not None and found.interval95[0] < 0.75 < found.interval95[1]
    assert found.p_value == pytest.approx(binomtest(15, 20).pvalue) and found.p_value < 0.05
    assert {vote.reviewer for vote in votes} == {"filled"}


def test_two_reviewers_are_counted_by_majority_and_compared(made: tuple[Path, sheets.Sheet]) -> None:
    path, sheet = made
    votes = sheets.read(filled(path, sheet, like_ours, reviewer="ann"), sheet)
    votes += sheets.read(filled(path, sheet, lambda row: like_ours(row) if int(row[1]) <= 20 else "same", reviewer="bo"), sheet)
    votes += sheets.read(filled(path, sheet, lambda row: {"one": "two", "two": "one"}[like_ours(row)], reviewer="cy"), sheet)
    (found,) = sheets.preferences(votes, ours=OURS)
    assert (found.rows, found.ours, found.theirs, found.ties) == (25, 20, 0, 5)
    by = {(one, two): (rows, kappa) for one, two, rows, kappa in sheets.reviewers(votes)}
    assert by["ann", "bo"][0] == 25 and by["ann", "bo"][1] > 0.5 > 0 > by["ann", "cy"][1]
    with pytest.raises(Refusal, match="ann judged row 1 twice"):
        sheets.reviewers([vote for vote in votes if vote.line.row == "1" and vote.reviewer == "ann"] * 2)


def test_nobody_preferred_anything(made: tuple[Path, sheets.Sheet]) -> None:
    path, sheet = made
    (found,) = sheets.preferences(sheets.read(filled(path, sheet, lambda row: "same"), sheet), ours=OURS)
    assert (found.share, found.interval95, found.p_value, found.first_side) == (None, None, 1.0, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("vår text 7", "min text", "was exported; restore the cell"),
        ('"1","English', '"99","English', "row '99' is not in sheet"),
        ('"","",""\r\n', '"ones","",""\r\n', "verdict 'ones' is unknown; allowed are one, two, same, neither. Did you mean one?"),
    ],
)
def test_a_sheet_that_was_changed_is_refused(old: str, new: str, said: str, made: tuple[Path, sheets.Sheet]) -> None:
    path, sheet = made
    text = path.read_bytes().decode("utf-8-sig")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(Refusal, match=re.escape(said)):
        sheets.read(path, sheet)


def test_a_sheet_is_never_overwritten(made: tuple[Path, sheets.Sheet]) -> None:
    with pytest.raises(Refusal, match="is there already"):
        sheets.write(*made)
