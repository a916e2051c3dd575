"""gate-power and calibrate from the command line: table, JSON, the user's file, and bad input in one sentence."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from flows.calibrate import need_worth_writing
from templates import language
from templates.refusal import Refusal
from tests.flows.conftest import Lingraft
from tests.forty_rows import NEIGHBOURS, PAIRS
from translation import limits
from translation.calibrate import Calibration, Change
from translation.planting import FAULTS


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Forty pairs, with their neighbours beside them."""
    (tmp_path / "gold.tsv").write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in PAIRS), encoding="utf-8")
    rows = ["\t".join(NEIGHBOURS), *("\t".join(row) for row in zip(*NEIGHBOURS.values(), strict=True))]
    (tmp_path / "neighbours.tsv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return tmp_path / "gold.tsv"


def test_gate_power_prints_a_table_and_writes_json(lingraft: Lingraft, gold: Path) -> None:
    code, out, error = lingraft("gate-power", "sv", "--gold", str(gold), "--rows", "4", "--rules-only", "--json", "power.json")
    assert (code, error) == (0, "")
    for fault in FAULTS:
        assert f"\n {fault} " in out
    assert "none: false alarms" in out and max(map(len, out.splitlines())) <= 100
    made = json.loads(Path("power.json").read_text(encoding="utf-8"))
    assert set(made["recall"]) == set(FAULTS) and all(one["n"] == 4 and 0 <= one["caught"] <= 1 for one in made["recall"].values())
    assert {"quarantined", "marked"} <= set(made["false_alarms"]) and made["auroc"]["copy"]["untranslated"] == 1
    assert made["rules_only"] is True and made["left_out"] == {}


def test_gate_power_asks_the_translator(lingraft: Lingraft, gold: Path, caches: Path) -> None:
    code, _, error = lingraft("gate-power", "sv", "--gold", str(gold), "--rows", "1", "--json", "power.json")
    assert (code, error) == (0, "")
    made = json.loads(Path("power.json").read_text(encoding="utf-8"))
    assert "neighbours_translation" in made["auroc"]["log_probability"] and made["rules_only"] is False
    assert made["engine"] == limits.read().lines.fitted["addition"] and made["off"] == [] and len(made["checks"]) == 16
    assert list(caches.rglob("*.measured.sqlite"))


def test_gate_power_refuses_in_a_sentence(lingraft: Lingraft, gold: Path) -> None:
    assert lingraft("gate-power", "sv", "--gold", "none.tsv")[::2] == (
        1,
        "lingraft: none.tsv: cannot be read (no such file or directory); name an existing .tsv or .tsv.gz file.\n",
    )
    Path("bad.tsv").write_text("Hello\tHej\nHello Hej\n", encoding="utf-8")
    for command in ("gate-power", "calibrate"):
        code, _, error = lingraft(command, "sv", "--gold", "bad.tsv")
        assert (code, error) == (1, "lingraft: bad.tsv, line 2: 1 column found; a line is English, one tab, the translation.\n")
    assert lingraft("gate-power", "xx", "--gold", str(gold))[0] == 2


PAIRED = [(f"{one.source} {other.source}", f"{one.target} {other.target}") for number, one in enumerate(PAIRS) for other in PAIRS[number % 4 :: 4]]
RATES = ("--false-alarms", "0.2", "--marks", "0.2", "--benchmark", "fiqa")


@pytest.fixture
def paired(tmp_path: Path) -> list[str]:
    """Four hundred pairs of two sentences each, in two files."""
    for place, rows in (("one.tsv", PAIRED[::2]), ("two.tsv", PAIRED[1::2])):
        (tmp_path / place).write_text("".join(f"{source}\t{target}\n" for source, target in rows), encoding="utf-8")
    return ["one.tsv", "two.tsv"]


def test_calibrate_sets_limits_of_evidence_under_the_translator(lingraft: Lingraft, paired: list[str], caches: Path) -> None:
    own = Path("lingraft/languages/sv.toml")
    own.parent.mkdir(parents=True)
    one_band = "".join(f"[gate.{name}]\nbands = []\nfar = [{far}]\nnear = [{near}]\n" for name, far, near in (("log_probability", -9, -8), ("addition", 9, 8)))
    other = '[gate.fitted]\nlog_probability = "ffffffffffffffff"\naddition = "ffffffffffffffff"\n'
    own.write_text('code = "sv"\nname = "Swedish"\n' + one_band + other, encoding="utf-8")
    code, out, error = lingraft("calibrate", "sv", "--gold", *paired, *RATES)
    assert (code, error) == (0, "") and "Limits from 200 human translations" in out
    read = language.load("sv").gate
    assert read["fitted"]["addition"] == read["fitted"]["log_probability"] == limits.read().lines.fitted["addition"]
    assert read["log_probability"]["near"][0] > -8 and read["addition"]["near"][0] < 8 and read["addition"]["far"][0] >= read["addition"]["near"][0]
    assert "one.tsv sha256 " in own.read_text(encoding="utf-8") and "20 % false alarms, 20 % marks; was ffffffffffffffff" in own.read_text(encoding="utf-8")
    assert list(caches.rglob("*.measured.sqlite"))


def test_calibrate_writes_the_users_own_copy(lingraft: Lingraft, paired: list[str]) -> None:
    own = Path("lingraft/languages/sv.toml")
    command = ["calibrate", "sv", "--gold", paired[0], "--gold", paired[1], "--rules-only", *RATES]
    code, out, error = lingraft(*command)
    assert (code, error) == (0, "")
    assert f"Written to {own.resolve()}" in out and "Flagged of 200 held-out human translations" in out.replace("  ", " ")
    text = own.read_text(encoding="utf-8")
    assert "two.tsv sha256 " in text and "400 pairs by the lengths of fiqa, 20 % false alarms; was " in text and "fitted" not in text
    read = language.load("sv")
    assert read.file == str(own.resolve()) and read.gate
    by_hand = text.splitlines()
    place = next(number for number, line in enumerate(by_hand) if line.startswith("alike_most"))
    by_hand[place] = "alike_most = 0.95  # mine"
    own.write_text("\n".join(by_hand) + "\n", encoding="utf-8")
    code, out, _ = lingraft(*command)
    assert code == 0 and re.search(r"alike_most .* 0.95 .*was set by hand", out)
    assert "was 0.95, set by hand" in own.read_text(encoding="utf-8")


def test_calibrate_refuses_too_little(lingraft: Lingraft, gold: Path) -> None:
    code, _, error = lingraft("calibrate", "sv", "--gold", str(gold))
    assert (code, error) == (1, "lingraft: 40 pairs are too few to tell 2 % of false alarms; give at least 100, or allow more.\n")
    code, out, error = lingraft("calibrate", "sv", "--gold", str(gold), "--false-alarms", "0.05", "--rules-only")
    assert code == 1 and re.match(r"lingraft: nothing written: 8 of 8 limits had to stay in force, as length\.short: .* too few, give about ", error)
    assert "kept: " in out and not Path("lingraft").exists()


def test_limits_that_accuse_more_are_not_written() -> None:
    change = Change("copy", "alike_most", 0.9, 0.6)
    found = Calibration((change,), {"calibrated": 0.01}, {"calibrated": 0.1}, (100, 100), 1.0, allowed=0.02, held_weight=100.0)
    with pytest.raises(Refusal, match=r"nothing written: the new limits would flag 10 % of the .*, 1 % were flagged before and 2 % are allowed;"):
        need_worth_writing(found, [change])
    need_worth_writing(replace(found, after={"calibrated": 0.03}), [change])  # may be chance: written with a warning


def test_gold_files_follow_one_option_and_halves_are_cut(lingraft: Lingraft, gold: Path, paired: list[str]) -> None:
    command = ("gate-power", "sv", "--rows", "1", "--rules-only", "--json", "power.json", "--half", "first", "--gold")
    assert lingraft(*command, *paired)[::2] == (0, "")
    made = json.loads(Path("power.json").read_text(encoding="utf-8"))
    assert (made["rows"], made["gold"], made["half"]) == (200, "one.tsv, two.tsv", "first") and len(made["gold_sha256"].split(", ")) == 2
    assert "'twice' is neither an option nor a gold file" in lingraft(*command, paired[0], "twice")[2]
    assert "no half 'frist'" in lingraft("calibrate", "sv", "--half", "frist", "--gold", paired[0])[2]


def test_without_neighbours_beside_the_gold_the_shipped_ones_are_planted(lingraft: Lingraft, gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (gold.parent / "neighbours.tsv.gz").unlink()
    monkeypatch.delenv("LINGRAFT_DATA", raising=False)
    code, out, error = lingraft("gate-power", "sv", "--gold", "gold.tsv", "--rows", "8", "--rules-only", "--json", "power.json")
    assert (code, error) == (0, "") and "wrong_language: shipped sentences of neighbours.tsv (66 nb, 66 da, 66 de)" in out
    made = json.loads(Path("power.json").read_text(encoding="utf-8"))
    assert made["recall"]["wrong_language"]["n"] == 8 and made["neighbours"]["origin"] == "shipped" and made["engine"] == ""


def test_a_place_that_cannot_be_written_is_refused_before_the_work(lingraft: Lingraft, gold: Path) -> None:
    for place, why in ((".", ".: is a folder"), ("gold.tsv/power.json", "gold.tsv cannot be written into")):
        code, out, error = lingraft("gate-power", "sv", "--gold", "gold.tsv", "--json", place)
        assert (code, out) == (1, "") and why in error and error.endswith("; name a file for the figures, as power.json.\n")
