"""known_power: figures of the same engine, limits and checks need no note; all others are shown with one."""

import json

import pytest

from templates import language
from templates.refusal import Refusal
from translation import known_power, limits

SV = language.load("sv")
ENGINE = "0123456789abcdef" * 4


def write(folder, **change):
    rules = limits.read(SV, {"off": ["casing"]})
    caught = {"n": 200, "caught": 0.99, "quarantined": 0.9, "marked": 0.09}
    nothing = {"n": 0, "caught": None, "quarantined": None, "marked": None}
    made = {
        "gold": "a.tsv",
        "gold_sha256": "ab",
        "false_alarms": {"n": 100, "quarantined": 0.01, "marked": 0.02},
        "recall": {"truncated": caught, "wrong_language": nothing},
        "left_out": {"wrong_language": "no sentences"},
        **known_power.signature(rules, ENGINE),
        **change,
    }
    place = folder / "lingraft" / "power" / "sv.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(made), encoding="utf-8")
    return rules


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({}, ""),
        ({"engine": "f" * 16}, "with another engine"),
        ({"engine": "", "rules_only": True}, "without the checks that ask a translator"),
        ({"checks": "0" * 16}, "with older checks"),
        ({"limits": "0" * 16}, "with other limits"),
        ({"limits": "0" * 16, "off": []}, "with other checks switched off (none)"),
        ({"engine": "f" * 16, "limits": "0" * 16, "checks": None}, "with another engine, with other limits and with older checks"),
    ],
)
def test_what_was_measured_otherwise_is_said(tmp_path, monkeypatch, change, note):
    monkeypatch.chdir(tmp_path)
    found = known_power.known("sv", write(tmp_path, **change), engine=ENGINE)
    assert found["note"] == (f"These figures were measured {note}; lingraft gate-power measures again." if note else "")
    assert [one["fault"] for one in found["recall"]] == ["truncated"] and found["left_out"] == {"wrong_language": "no sentences"}
    assert found["rules_only"] is change.get("rules_only", False) and found["same_engine"] is ("engine" not in change)


def test_an_engine_that_gives_no_numbers_needs_only_the_rules(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert known_power.known("sv", write(tmp_path, engine="", rules_only=True), engine="")["note"] == ""
    assert "which this engine cannot" in known_power.known("sv", write(tmp_path), engine="")["note"]


def test_which_engine_the_limits_are_under_is_no_other_limit():
    rules = limits.read(SV)
    assert known_power.limits_digest(rules) == known_power.limits_digest(limits.under(rules, ENGINE))
    assert known_power.limits_digest(rules) != known_power.limits_digest(limits.read(SV, {"copy": {"alike_most": 0.7}}))
    assert len(known_power.checks_digest()) == 16


def test_a_strange_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rules = write(tmp_path, recall=[])
    with pytest.raises(Refusal, match=r"sv\.json: is not what gate-power writes"):
        known_power.known("sv", rules, engine=ENGINE)
