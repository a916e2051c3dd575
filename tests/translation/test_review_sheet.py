"""review_sheet: hostile texts survive the sheet, spreadsheets cannot run them, and whatever was changed is said in one sentence."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import catalogue
from templates.benchmark import Record
from templates.refusal import Refusal
from templates.slots import Slot
from translation import review_sheet
from translation.review import Judged, Sample

FIQA, ASSISTANT = catalogue.benchmark("fiqa"), catalogue.benchmark("assistant")
SHAPES = {"fiqa": FIQA, "assistant": ASSISTANT}
HOSTILE = [
    "=HYPERLINK(\"http://x\",\"y\")", "+1+1",
    "-5 % i dag", "@SUM(A1)", "'=quoted", "''-twice", "\tled by a tab", "\rled by CR", "\nled by LF",
    "\x00led by NUL",
    " =blank first", "＝ full width", "a \"quoted\" word; and, commas\t|", "two\r\nlines\nthree",
    "NUL \x00 within",
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd",
    "<script>alert(1)</script>", "half \ud800 pair", "'just an apostrophe", "emoji 👩‍👩‍👧 e\u0301",
]  # fmt: skip


def samples():
    rows = [
        Judged(
            Record(
                f"f{n}", {"sentence": text, "target": "Acme"}, "positive", "g", {"sentence": f"{text} in English", "target": "Acme"}, "e", ("copy: secret",), ()
            ),
            "marked",
        )
        for n, text in enumerate(HOSTILE)
    ]
    text = "väck mig klockan fem"
    slots = {"slots": (Slot("time", "fem", 17, "phrase"),), "source_slots": (Slot("time", "five am", 11),)}
    spoken = Record("u1", {"utterance": text}, "alarm_set", "g", {"utterance": "wake me at five am"}, "e", (), ("slots: secret",), **slots)
    return {
        "aaaaaaaa": Sample("aaaaaaaa", "sv", "two", "fiqa", "run", 0, {"marked": len(rows)}, tuple(rows)),
        "bbbbbbbb": Sample("bbbbbbbb", "sv", "two", "assistant", "run", 0, {"quarantined": 1}, (Judged(spoken, "quarantined"),)),
    }


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.csv"
    review_sheet.write(path, list(samples().values()), SHAPES)
    return path


def cells(path, *, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle, delimiter=delimiter))


def save(path, rows, *, encoding="utf-8-sig", **dialect):
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, **dialect).writerows(rows)


def edit(path, change, **dialect):
    """Change the sheet as a person does: {column: text} in each row for which `change` gives it."""
    rows = cells(path)
    names = [name.partition(" (")[0] for name in rows[0]]
    for row in rows[1:]:
        for name, text in change(dict(zip(names, row, strict=True))).items():
            row[names.index(name)] = text
    save(path, rows, **dialect)


def read(path):
    return list(review_sheet.read(path, samples(), SHAPES))


def test_the_sheet_is_blind_and_opens_in_a_spreadsheet(sheet):
    blob = sheet.read_bytes()
    assert blob.startswith(b"\xef\xbb\xbf") and b"\r\n" in blob
    text = blob.decode("utf-8-sig")
    assert not re.search("secret|marked|quarantin|reason|score|flag|decision|stratum|weight", text)
    assert "[time : fem]" in text and "[time : five am]" in text
    assert cells(sheet)[0][-6].startswith("verdict (ok, minor: a small flaw, major:")


def test_no_cell_begins_as_a_formula_and_every_text_comes_back(sheet):
    for row in cells(sheet)[1:]:
        assert not [cell for cell in row if re.match(r"\s*[=+\-@＝]|[\t\r\n\0]", cell)]
    back = [row for _, row in review_sheet.cells_of(sheet)]
    written = [text.encode("utf-8", "backslashreplace").decode() for text in HOSTILE]
    assert [row["translation.sentence"] for row in back if row["benchmark"] == "fiqa"] == written


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("=+-@'\t\r\n\0\";,"), max_size=20))
def test_any_cell_comes_back(text):
    assert review_sheet.plain(review_sheet.as_text(text)) == text
    assert not re.match(r"\s*[=+\-@]|[\t\r\n\0]", review_sheet.as_text(text))


@pytest.mark.parametrize(
    "dialect",
    [{}, {"delimiter": ";"}, {"delimiter": "\t"}, {"encoding": "utf-8", "lineterminator": "\n", "quoting": csv.QUOTE_ALL}],
    ids=["comma", "semicolon", "tab", "plain"],
)
def test_a_filled_sheet_is_read_however_the_spreadsheet_saved_it(sheet, dialect):
    edit(sheet, lambda row: {"verdict": " Major ", "correction.sentence": "-3 % idag", "reviewer": "Anna"} if row["id"] == "f2" else {}, **dialect)
    (one,) = read(sheet)
    assert (one.row.record.id, one.verdict, one.corrections, one.reviewer) == ("f2", "major", {"sentence": "-3 % idag"}, "Anna")


def test_what_a_spreadsheet_does_to_every_text_is_no_change(sheet):
    def mangle(row):
        text = {name: cell.replace("\x00", "").replace("\r\n", "\n").rstrip() for name, cell in row.items()}
        return {**text, "verdict": "ok"}

    edit(sheet, mangle)
    assert len(read(sheet)) == len(HOSTILE) + 1


def test_a_reviewer_without_a_name_is_the_sheet_and_a_copied_text_no_correction(sheet):
    edit(sheet, lambda row: {"verdict": "minor", "correction.utterance": row["translation.utterance"]} if row["id"] == "u1" else {})
    (one,) = read(sheet)
    assert (one.reviewer, one.corrections) == ("sheet", {})


WRONG = [
    ({"verdict": "mayor"}, "verdict 'mayor' is unknown; allowed are ok, minor, major, wrong-label. Did you mean major?"),
    ({"verdict": "ok", "id": "f99"}, "id 'f99' is not in sample aaaaaaaa of fiqa; leave ids as they were exported."),
    ({"verdict": "ok", "source.target": "Acne"}, "source.target is 'Acne', and 'Acme' was exported; restore the cell."),
    ({"verdict": "ok", "label": "negative"}, "label is 'negative', and 'positive' was exported; restore the cell."),
    ({"translation.target": "Akme"}, "translation.target is 'Akme', and 'Acme' was exported; write the better text under correction.target; restore the cell."),
    ({"correction.sentence": "Bra"}, "there is a correction and no verdict; write minor, major or wrong-label."),
    ({"verdict": "ok", "correction.sentence": "Bra"}, "the verdict is ok and yet there is a correction; write minor or major, or remove the correction."),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=lambda value: "".join(value) if isinstance(value, dict) else "")
def test_what_was_changed_is_said_with_its_line(sheet, change, said):
    edit(sheet, lambda row: change if row["id"] == "f1" else {})
    with pytest.raises(Refusal) as refused:
        read(sheet)
    assert str(refused.value) == f"{sheet}, line 3: {said}"


@pytest.mark.parametrize("name", ["id", "sample", "verdict", "reviewer", "source.sentence", "correction.target"])
def test_a_lost_column_is_named(sheet, name):
    rows = cells(sheet)
    place = [cell.partition(" (")[0] for cell in rows[0]].index(name)
    save(sheet, [[cell for number, cell in enumerate(row) if number != place] for row in rows])
    with pytest.raises(Refusal, match=f"line 2: column '{name}' is missing; a sheet needs"):
        read(sheet)


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (b"", "sheet.csv: the sheet is empty; export a new one."),
        (b"id,verdict\r\n1\r\n", "sheet.csv, line 2: found 1 cells, the header names 2; quote cells that hold ','."),
        (b"id,id\r\n1,2\r\n", "sheet.csv: column 'id' occurs twice, and one of them would be lost; remove one."),
        (b'id,verdict\r\n"1,ok\r\n', "sheet.csv, line 2: not valid CSV (unexpected end of data); close every quote"),
        ("id,ö\r\n1,ok\r\n".encode("latin-1"), "sheet.csv: byte 4 is not UTF-8; save the file as UTF-8."),
    ],
    ids=["empty", "short", "twice", "open quote", "latin-1"],
)
def test_what_is_no_sheet_is_said(tmp_path, blob, said):
    path = tmp_path / "sheet.csv"
    path.write_bytes(blob)
    with pytest.raises(Refusal, match=re.escape(said)):
        list(review_sheet.cells_of(path))


def test_only_csv_and_never_over_a_sheet_that_is_there(sheet):
    with pytest.raises(Refusal, match=r"is there already and may hold somebody's verdicts; name another file\."):
        review_sheet.write(sheet, [], {})
    for path in (sheet.with_suffix(".xlsx"), sheet.with_suffix("")):
        with pytest.raises(Refusal, match=r"a sheet is a \.csv file"):
            review_sheet.write(path, [], {})
        with pytest.raises(Refusal, match=r"a sheet is a \.csv file; save it from the spreadsheet as CSV, UTF-8"):
            list(review_sheet.cells_of(path))
