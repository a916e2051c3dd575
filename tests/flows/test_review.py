"""review by people, end to end: a sheet goes out, verdicts come back, the next runs obey them until the English changes."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from flows.__main__ import call
from flows.adapt import adapt
from templates import records
from templates.store import HOUSE
from tests.flows.conftest import follow, write_study
from tests.served import Site

ROWS = [raw for _, raw in records.read_lines(HOUSE / "templates" / "samples" / "fiqa.en.jsonl")][:30]
Said = tuple[int, list[str], str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, server: str, cache: Path) -> Iterator[tuple[Path, Site]]:
    """A user's folder whose FIQA comes from an address, judged once, with a sheet of every row."""
    folder = tmp_path_factory.mktemp("reviewed")
    with Site(ROWS) as site, chdir(folder):
        strict = {"retry": False, "off": ["log_probability", "addition", "ending"], "severity": {"invented_words": "major"}}  # some rows are quarantined
        write_study(folder, "weekly", folder / "model", source="url", rows=0, gate=strict)
        follow(folder, site.address)
        assert run() == "Completed"
        assert call(["review", "sv", "--study", "weekly", "--export", "sheet.csv", "--rows", "100"]) == 0
        yield folder, site


def run() -> str:
    return str(adapt("sv", "weekly", until="judge", if_changed=True, return_state=True).name)


@pytest.fixture
def say(world: tuple[Path, Site], capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def review(*arguments: str) -> Said:
        capfd.readouterr()
        code = call(["review", "sv", *arguments])
        said = capfd.readouterr()
        return code, said.out.splitlines(), said.err

    return review


def sheet_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    names = [name.partition(" (")[0] for name in lines[0]]
    return [dict(zip(names, line, strict=True)) for line in lines[1:]]


def fill(name: str, verdicts: dict[str, dict[str, str]], *, reviewer: str, default: str = "ok") -> Path:
    """The sheet as a person saves it: these cells by id, and `default` for all other rows."""
    rows = [{**row, "verdict": default, "reviewer": reviewer, **verdicts.get(row["id"], {})} for row in sheet_of(Path("sheet.csv"))]
    with Path(name).open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return Path(name)


def rows_now() -> dict[str, dict[str, Any]]:
    path = Path("runs/sv/weekly/records")
    parts = {part: [raw for _, raw in records.read_lines(path / f"fiqa{part}.jsonl")] for part in ("", ".quarantine")}
    return {raw["id"]: {**raw, "kept": part == ""} for part, found in parts.items() for raw in found}


def gate() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("runs/sv/weekly/gate/fiqa/gate.json").read_text(encoding="utf-8"))
    return found


def counts() -> dict[str, Any]:
    found: dict[str, Any] = gate()["provenance"]["overrides"]
    return found


def picked() -> tuple[str, str, str]:
    """Ids of two kept rows of different sentences and of a quarantined one that has a translation."""
    now = rows_now()
    kept = list({row["source"]["sentence"]: name for name, row in now.items() if row["kept"]}.values())
    return kept[0], kept[1], next(name for name, row in now.items() if not row["kept"] and row["sentence"])


def test_the_sheet_holds_every_row_and_nothing_of_the_gate(world: tuple[Path, Site], say: Callable[..., Said]) -> None:
    rows = sheet_of(Path("sheet.csv"))
    assert {row["id"] for row in rows} == set(rows_now()) and len(rows) == len(rows_now())
    assert list(rows[0])[:5] == ["sample", "id", "benchmark", "label", "source.sentence"]
    assert not {"decision", "reasons", "flags", "scores", "weight", "stratum"} & set(rows[0])
    code, _, error = say("--study", "weekly", "--export", "sheet.csv")
    assert (code, error) == (1, "lingraft: sheet.csv: is there already and may hold somebody's verdicts; name another file.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 1, "review needs either --export SHEET.csv, or --import SHEET.csv and perhaps further sheets after it; give one of them."),
        (("more.csv", "--export", "a.csv"), 1, "review needs either --export SHEET.csv, or --import"),
        (("--study", "weekly", "--export", "a.xlsx"), 1, "a.xlsx: a sheet is a .csv file; name it so."),
        (("--study", "weekly", "--export", "a.csv", "--rows", "0"), 1, "a sample of 0 rows cannot be drawn; ask for at least one with --rows."),
        (("--study", "weekly", "--export", "a.csv", "--benchmark", "fika"), 2, "--benchmark 'fika': study weekly has fiqa. Did you mean fiqa?"),
        (("--study", "weekly", "--export", "a.csv", "--out", "none"), 1, "there is no finished run; make one with: lingraft adapt sv --study weekly"),
        (("--import", "absent.csv"), 1, "absent.csv: cannot be read: No such file or directory; name a sheet written by lingraft review --export."),
        (("--import", "sheet.csv"), 1, "sheet.csv: no row has a verdict; write ok, minor, major, wrong-label into the column verdict."),
        (("--import", "sheet.csv", "--out", "none"), 1, "was not exported for sv from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_sentence(world: tuple[Path, Site], say: Callable[..., Said], arguments: tuple[str, ...], code: int, said: str) -> None:
    found, out, error = say(*arguments)
    assert (found, out) == (code, [])
    assert error.startswith("lingraft: ") and said in error and error.count("\n") == 1
    assert not Path("a.csv").exists() and not Path("lingraft/overrides").exists()


def test_a_fault_in_the_last_row_writes_nothing_at_all(world: tuple[Path, Site], say: Callable[..., Said]) -> None:
    first, second, _ = picked()
    last = sheet_of(Path("sheet.csv"))[-1]["id"]
    good = {first: {"verdict": "minor", "correction.sentence": "Bättre"}}
    fill("bad.csv", {**good, last: {"verdict": "perfect"}}, reviewer="Anna", default="")
    fill("anna.csv", {second: {"verdict": "minor"}}, reviewer="Anna", default="")
    for sheets in (("bad.csv",), ("anna.csv", "bad.csv"), ("anna.csv", "anna.csv")):
        code, out, error = say("--import", *sheets)
        assert (code, out) == (1, []) and error.count("\n") == 1
    assert f"Anna judged row {second!r} already (anna.csv, line" in error
    assert not Path("lingraft/overrides").exists() and not Path("runs/.reviews/sv/fiqa.json").exists()


def test_verdicts_become_numbers_and_overrides_that_the_next_runs_obey(world: tuple[Path, Site], say: Callable[..., Said]) -> None:
    site, before = world[1], rows_now()
    corrected, mislabelled, released = picked()
    text = '="Kursen" stiger – \u202b100 %\u202c; "ja"'
    said = {corrected: {"verdict": "minor", "correction.sentence": f"'{text}"}, mislabelled: {"verdict": "wrong-label"}, released: {"verdict": "ok"}}
    fill("anna.csv", said, reviewer="Anna", default="minor")
    fill("bo.csv", {corrected: {"verdict": "minor"}, mislabelled: {"verdict": "wrong-label"}}, reviewer="Bo", default="")
    code, out, error = say("--import", "anna.csv", "bo.csv")
    assert (code, error) == (0, "")
    assert out[0].startswith(f"fiqa: {len(before)} of {len(before)} rows reviewed (Anna {len(before)}, Bo 2): ok 1, minor ")
    assert "  Anna and Bo on 2 rows: kappa 1.00, of good or bad 1.00" in out
    assert "  overrides: corrections 1, released 1, quarantined 1" in out
    assert out[-1] == "The next run applies them: lingraft judge sv --study weekly"
    (told,) = json.loads(Path("runs/.reviews/sv/fiqa.json").read_text(encoding="utf-8"))["samples"].values()
    assert told["all"]["share"] == pytest.approx(1 - 1 / len(before)) and told["gate"]["table"]["kept_bad"] == 1
    path = Path("lingraft/overrides/sv/fiqa.jsonl")
    blob, numbers = path.read_bytes(), Path("runs/.reviews/sv/fiqa.json").read_bytes()
    assert say("--import", "anna.csv", "bo.csv")[0] == 0 and path.read_bytes() == blob  # the same again changes nothing
    assert Path("runs/.reviews/sv/fiqa.json").read_bytes() == numbers
    assert gate()["review"] is None  # that run was judged before

    assert run() == "Completed"
    review = gate()["review"]
    assert (review["rows"], review["changed"], review["reviewers"]) == (len(before), 3, {"Anna": len(before), "Bo": 2})
    now = rows_now()
    assert (now[corrected]["sentence"], now[corrected]["engine"], now[corrected]["flags"][0]) == (text, "human", "override")
    assert now[corrected]["kept"] and now[released]["kept"] and not before[released]["kept"]
    assert not now[mislabelled]["kept"] and now[mislabelled]["reasons"][0] == "review: the label does not fit, says Anna"
    untouched = set(before) - {corrected, mislabelled, released}
    assert all(now[name] == before[name] for name in untouched)
    assert {name: counts()[name] for name in ("corrected", "released", "quarantined", "void")} == {"corrected": 1, "released": 1, "quarantined": 1, "void": 0}
    assert run() == "NoChange"

    site.put([{**row, "sentence": "Kestrane opened a yard in Malmo."} if str(row["id"]) == corrected else row for row in ROWS], '"2"')
    assert run() == "Completed"
    again = rows_now()
    assert gate()["review"] is None  # the English of a row changed, so these are other rows
    assert again[corrected]["engine"] not in ("human", "") and again[corrected]["sentence"] not in (text, before[corrected]["sentence"])
    assert again[released] == now[released] and again[mislabelled] == now[mislabelled]
    assert (counts()["void"], counts()["void_ids"], counts()["released"], counts()["quarantined"]) == (1, [corrected], 1, 1)
    assert path.read_bytes() == blob

    path.write_bytes(b"".join(blob.splitlines(keepends=True)[:-1]))
    assert run() == "Completed"
    assert counts()["corrected"] + counts()["released"] + counts()["quarantined"] + counts()["void"] == 2
