"""power: on forty rows everything is counted, gross faults are caught, evidence reaches the checks, and a gate without checks catches nothing."""

import pytest

from templates import language
from tests.forty_rows import NEIGHBOURS, PAIRS
from translation import limits, power
from translation.limits import gates
from translation.planting import FAULTS

SV = language.load("sv")


@pytest.fixture(scope="module")
def measured():
    return power.measure(PAIRS, SV, limits=limits.read(SV), neighbours=NEIGHBOURS, rows=24)


def test_every_fault_is_counted(measured):
    assert list(measured.recall) == list(FAULTS) and not measured.left_out and measured.rows == 40
    for caught in measured.recall.values():
        assert caught.n == 24 and caught.inserted <= 24 and 1 <= caught.distinct <= 24
        assert caught.caught == pytest.approx(caught.quarantined + caught.marked) == pytest.approx(sum(caught.severity.values()))
        assert sum(n for n, _ in caught.forms.values()) == 24
        assert sum(n * share for n, share in caught.forms.values()) / 24 == pytest.approx(caught.caught)


def test_gross_faults_are_caught_and_sound_rows_are_left_alone(measured):
    for fault in ("untranslated", "truncated", "number_changed", "ticker_lost", "url_lost", "slot_lost"):
        assert measured.recall[fault].caught >= 0.9, fault
    assert measured.false_alarms.n == 40 and measured.false_alarms.quarantined <= 0.05
    assert set(measured.inserted) >= {"ticker_lost", "url_lost", "placeholder_broken", "slot_lost"}
    assert all(alarms.quarantined <= 0.1 for alarms in measured.inserted.values())


def test_suspicion_orders_damaged_rows_above_sound_ones(measured):
    assert measured.auroc["copy"]["untranslated"] == 1
    assert measured.auroc["length_ratio"]["truncated"] > 0.95
    assert measured.auroc["slots"]["slot_lost"] == 1
    assert all(0 <= value <= 1 for values in measured.auroc.values() for value in values.values())
    assert all("all" in values for values in measured.auroc.values())


def test_the_json(measured):
    made = measured.to_json()
    assert made["recall"]["truncated"]["n"] == 24 and made["recall"]["truncated"]["caught"] == measured.recall["truncated"].caught
    assert set(made["false_alarms"]) >= {"quarantined", "marked"} and made["recall"]["wrong_language"]["forms"]["nb"]["n"] > 0
    assert list(made["recall"]) == list(FAULTS)


def test_without_checks_nothing_is_caught_nor_alarmed_and_neighbours_are_asked_for():
    found = power.measure(PAIRS, SV, limits=limits.read(SV, {"off": tuple(gates())}), rows=3)
    assert found.false_alarms.quarantined == found.false_alarms.marked == 0
    assert all(caught.caught == 0 for caught in found.recall.values())
    assert "--neighbours" in found.left_out["wrong_language"] and len(found.recall) == 15
    assert found.auroc == {}
    made = found.to_json()["recall"]
    assert list(made) == list(FAULTS) and made["wrong_language"]["n"] == 0 and made["wrong_language"]["caught"] is None


def test_evidence_is_gathered_for_sound_and_damaged_rows():
    asked = []

    def gather(source, translated, shape):
        asked.append((shape.name, len(source), {record.fields[shape.group_by] for record in translated}))
        return {}

    power.measure(PAIRS[:12], SV, limits=limits.read(SV, {"off": tuple(gates())}), rows=2, gather=gather)
    assert [name for name, _, _ in asked] == ["gold", "assistant"]
    assert {pair.target for pair in PAIRS[:12]} <= asked[0][2] and len(asked[0][2]) > 12 + 20
