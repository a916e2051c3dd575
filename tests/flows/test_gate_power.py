"""gate-power and calibrate from the command line: table, JSON, the user's file, and bad input in one sentence."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from templates import language
from tests.flows.conftest import Lingraft
from tests.forty_rows import NEIGHBOURS, PAIRS
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


def test_calibrate_writes_the_users_own_copy(lingraft: Lingraft, gold: Path) -> None:
    own = Path("lingraft/languages/sv.toml")
    code, out, error = lingraft("calibrate", "sv", "--gold", str(gold), "--false-alarms", "0.2", "--benchmark", "fiqa")
    assert (code, error) == (0, "")
    assert f"Written to {own.resolve()}" in out and "Flagged of 20 held-out human translations" in out.replace("  ", " ")
    text = own.read_text(encoding="utf-8")
    assert "gold.tsv sha256 " in text and "40 pairs by the lengths of fiqa, 20 % false alarms; was " in text
    read = language.load("sv")
    assert read.file == str(own.resolve()) and read.gate
    by_hand = text.splitlines()
    place = next(number for number, line in enumerate(by_hand) if line.startswith("alike_most"))
    by_hand[place] = "alike_most = 0.95  # mine"
    own.write_text("\n".join(by_hand) + "\n", encoding="utf-8")
    code, out, _ = lingraft("calibrate", "sv", "--gold", str(gold), "--false-alarms", "0.2", "--benchmark", "fiqa")
    assert code == 0 and re.search(r"alike_most .* 0.95 .*was set by hand", out)
    assert "was 0.95, set by hand" in own.read_text(encoding="utf-8")


def test_calibrate_refuses_too_little(lingraft: Lingraft, gold: Path) -> None:
    code, _, error = lingraft("calibrate", "sv", "--gold", str(gold))
    assert (code, error) == (1, "lingraft: 40 pairs are too few to tell 2 % of false alarms; give at least 100, or allow more.\n")
    assert not Path("lingraft").exists()
