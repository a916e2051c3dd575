"""calibrate: limits keep the stated rate, follow the benchmark's lengths, and come back from a file whose comments are kept."""

from dataclasses import replace

import pytest
import tomlkit

from templates import language
from templates.refusal import Refusal
from tests.forty_rows import PAIRS
from translation import calibrated_file, limits
from translation.benchmark_weights import weighted
from translation.calibrate import Calibration, Change, calibrate
from translation.gold import Pair
from translation.limits import gates

SV = language.load("sv")
LENGTHS = [[len(pair.source) for pair in PAIRS]]
ALL = [Pair(f"{pair.source} {other.source}", f"{pair.target} {other.target}") for number, pair in enumerate(PAIRS) for other in PAIRS[number % 8 :: 8]]


def test_weights_give_the_gold_text_the_lengths_of_the_benchmark():
    pairs = [Pair("a" * 12, "b")] * 30 + [Pair("a" * 55, "b")] * 10 + [Pair("a" * 500, "b")] * 10
    rows = weighted(pairs, [[12] * 10 + [55] * 30])
    assert len(rows) == 40 and sum(weight for _, weight in rows) == pytest.approx(50)
    assert sum(weight for pair, weight in rows if len(pair.source) == 55) == pytest.approx(37.5)
    assert sum(weight for _, weight in weighted(pairs, [[12] * 10, [55] * 90])) == pytest.approx(50)
    with pytest.raises(Refusal, match="no source as long as any of the benchmark's"):
        weighted(pairs, [[90]])


def test_every_check_names_fields_of_its_settings_with_the_shipped_value_in_range():
    named = [(check, field, ends) for check in gates().values() for field, ends in getattr(check, "CALIBRATED", {}).items()]
    assert named
    for check, field, ends in named:
        assert min(ends) <= getattr(limits.read(SV).checks[check.NAME], field) <= max(ends), (check.NAME, field)


@pytest.fixture(scope="module")
def found():
    rules = limits.read(SV, {"off": ["invented_words", "names"]})
    return calibrate(ALL, SV, limits=rules, lengths=[[len(pair.source) for pair in ALL]], false_alarms=0.1)


def test_what_is_calibrated_and_what_it_costs(found):
    assert {change.place for change in found.changes} == {"length", "copy", "language_id", "truncation"}
    assert found.rows == (100, 100) and found.covered == 1
    assert found.after["calibrated"] <= found.after["all"] <= 0.15 and found.after["calibrated"] <= 0.1 and set(found.before) == set(found.after)
    bands = {change.field: change for change in found.changes if change.place == "length"}
    assert bands["short"].new == bands["short"].old  # no source is short, so nothing was learnt
    assert bands["long"].new[0] > bands["long"].old[0] and bands["long"].new[1] < bands["long"].old[1]
    copied = next(change for change in found.changes if change.field == "alike_most")
    assert copied.new < copied.old == 0.9  # human Swedish is far from English, so the limit may be tighter


def test_the_same_text_gives_the_same_limits(found):
    rules = limits.read(SV, {"off": ["invented_words", "names"]})
    assert calibrate(ALL, SV, limits=rules, lengths=[[len(pair.source) for pair in ALL]], false_alarms=0.1) == found


def test_a_noisy_text_makes_limits_looser(found):
    noisy = [replace(pair, target=f"{pair.target} {pair.target}") if number % 10 == 0 else pair for number, pair in enumerate(ALL)]
    rules = limits.read(SV, {"off": ["invented_words", "names"]})
    looser = calibrate(noisy, SV, limits=rules, lengths=[[len(pair.source) for pair in ALL]], false_alarms=0.1)
    most = [next(change.new[1] for change in one.changes if change.field == "long") for one in (found, looser)]
    assert most[1] > 1.5 > most[0]


def test_few_rows_switch_nothing_off():
    """120 rows at 2 % once left copy.alike_most at 1 and language_id.target_least at 0, so that false alarms were the least of it."""
    found = calibrate(ALL[:120], SV, limits=limits.read(SV, {"off": ["invented_words", "names"]}), lengths=[[len(pair.source) for pair in ALL]])
    assert all(change.new == change.old and "too few" in change.kept for change in found.changes) and len(found.changes) == 8
    assert found.after == found.before and not found.worse
    assert next(change.kept for change in found.changes if change.place == "copy").endswith("give about 800 pairs")


def test_a_limit_that_only_its_loosest_value_would_keep_stays_in_force():
    copies = [replace(pair, target=f"{pair.source} Ja.") if number % 4 == 0 else pair for number, pair in enumerate(ALL)]
    rules = limits.read(SV, {"off": ["invented_words", "names"], "copy": {"left_words": 99, "span_most": 99, "span_worst": 99}})
    found = calibrate(copies, SV, limits=rules, lengths=[[len(pair.source) for pair in ALL]], false_alarms=0.1)
    change = next(change for change in found.changes if change.field == "alike_most")
    assert change.new == change.old == 0.9 and "only switched off" in change.kept
    assert found.exceeds and not found.worse


@pytest.mark.parametrize(
    ("before", "after", "exceeds", "worse"), [(0.01, 0.1, True, True), (0.1, 0.09, True, False), (0.01, 0.03, True, False), (0, 0.02, False, False)]
)
def test_more_alarms_than_allowed_and_than_before_are_worse_beyond_chance(before, after, exceeds, worse):
    found = Calibration((), {"calibrated": before}, {"calibrated": after}, (100, 100), 1.0, allowed=0.02, held_weight=100.0)
    assert (found.exceeds, found.worse) == (exceeds, worse)


ONE_BAND = {"log_probability": {"bands": [], "far": [-0.9], "near": [-0.5]}, "addition": {"bands": [], "far": [4.0], "near": [1.0]}, "off": ["invented_words"]}


def said(source, translated, benchmark):
    """As if a model had found 0 to 1.99 nats in steps, and log-odds the other way round."""
    numbers = {(row.id, "text"): int(row.id) / 100 for row in source}
    return {"log_probability": numbers, "addition": {place: -value for place, value in numbers.items()}}


def test_limits_of_evidence_are_set_for_the_engine_that_gave_it():
    lengths = [[len(pair.source) for pair in ALL]]
    rules = limits.under(limits.read(SV, ONE_BAND), "f" * 64)
    assert set(rules.reported) == {"log_probability", "addition", "ending"}
    found = calibrate(ALL, SV, limits=rules, lengths=lengths, false_alarms=0.2, marks=0.2, gather=said, engine="f" * 64)
    new = {(change.place, change.field): change.new for change in found.changes}
    assert new["fitted", "log_probability"] == new["fitted", "addition"] == "f" * 16
    (near,), (far,) = new["log_probability", "near"], new["log_probability", "far"]
    assert far < near and 0.05 <= near <= 0.3  # a tenth of 0 to 1.99, read off a half
    assert new["addition", "near"] == (-near,) and new["addition", "far"] == (-far,)
    assert found.allowed == pytest.approx(0.4) and found.before["log_probability"] == 0 < found.after["log_probability"] < 0.2
    again = calibrate(ALL, SV, limits=limits.read(SV, ONE_BAND), lengths=lengths, gather=said, engine="f" * 64)
    assert all("too few" in change.kept for change in again.changes if change.place in ("log_probability", "addition"))  # at 2 and 4 %
    assert not [change for change in again.changes if change.place == "fitted"]


@pytest.mark.parametrize(
    ("rate", "said"), [(0.01, "40 pairs are too few to tell 1 % of false alarms; give at least 200"), (0, "above 0"), (0.5, "at most 0.2")]
)
def test_what_cannot_be_told(rate, said):
    with pytest.raises(Refusal, match=said):
        calibrate(PAIRS, SV, limits=limits.read(SV), lengths=LENGTHS, false_alarms=rate)


CHANGES = (
    Change("length", "short", (0.55, 2.1), (0.5, 1.9)),
    Change("length", "long", (0.58, 1.55), (0.6, 1.5)),
    Change("copy", "alike_most", 0.9, 0.75),
)


def test_the_file_is_read_again_and_keeps_its_comments(tmp_path, monkeypatch):
    place = tmp_path / "lingraft" / "languages" / "sv.toml"
    place.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    shipped = language.path_of("sv").read_text(encoding="utf-8")
    text = calibrated_file.with_limits(shipped, CHANGES, provenance="2026-01-31: a.tsv sha256 0123456789ab, 100 pairs, 2 % false alarms")
    place.write_text(text, encoding="utf-8")
    read = language.load("sv")
    assert read.file == str(place)
    assert (read.length.short, read.length.long) == ((0.5, 1.9), (0.6, 1.5))
    assert limits.read(read).checks["copy"].alike_most == 0.75
    kept = [line for line in shipped.splitlines() if not line.startswith("length")]
    assert [line for line in text.splitlines() if line in kept] == kept
    line = next(line for line in text.splitlines() if line.startswith("alike_most"))
    assert line == "alike_most = 0.75 # lingraft calibrate, 2026-01-31: a.tsv sha256 0123456789ab, 100 pairs, 2 % false alarms; was 0.9"
    assert not calibrated_file.own_values(text, shipped)
    again = calibrated_file.with_limits(text, [Change("copy", "alike_most", 0.75, 0.8)], provenance="later")
    assert again.count("alike_most") == 1 and "alike_most = 0.8 # lingraft calibrate, later; was 0.75" in again


def test_a_file_without_length_or_gate(tmp_path):
    path = tmp_path / "nb.toml"
    path.write_text('code = "nb"\nname = "Norwegian"  # bokmål\n[codes]\nnllb = "nob_Latn"\n', encoding="utf-8")
    path.write_text(calibrated_file.with_limits(path.read_text(encoding="utf-8"), CHANGES, provenance="p"), encoding="utf-8")
    read = language.read(path)
    assert read.length.long == (0.6, 1.5) and read.gate == {"copy": {"alike_most": 0.75}} and "# bokmål" in path.read_text(encoding="utf-8")


def test_values_of_a_person_are_known_and_said():
    shipped = "length = { short = [0.5, 2.0], long = [0.6, 1.6] }\n"
    own = shipped + "[gate.copy]\nalike_most = 0.8  # ours\n"
    assert calibrated_file.own_values(own, shipped) == {("copy", "alike_most"): 0.8}
    text = calibrated_file.with_limits(own, CHANGES[2:], provenance="p", by_hand=[("copy", "alike_most")])
    assert tomlkit.parse(text)["gate"]["copy"]["alike_most"] == 0.75
    assert text.endswith("# lingraft calibrate, p; was 0.9, set by hand\n")
