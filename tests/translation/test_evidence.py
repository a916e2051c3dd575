"""Evidence: what belongs together is more probable than what does not, nothing is measured twice, and what is missing stays silent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from translation import detachment, evidence, limits
from translation.engine import Output
from translation.gate_report import Share
from translation.judge import judge
from translation.translators import apertium, ctranslate2, identity

FIQA = catalogue.benchmark("fiqa")
SV, EN = language.load("sv"), language.load("en")
PAIRS = [
    ("The old house has a green door and three windows.", "Det gamla huset har en grön dörr och tre fönster."),
    ("He bought a new car because the old one was broken.", "Han köpte en ny bil eftersom den gamla var trasig."),
    ("We are going to the station. The train leaves soon.", "Vi ska till stationen. Tåget går snart."),
    ("The children played in the garden until it was dark.", "Barnen lekte i trädgården tills det blev mörkt."),
]


def rows(pairs: Sequence[tuple[str, str]]) -> tuple[list[Record], list[Record]]:
    source = [Record(str(place), {"sentence": ours, "target": "Shell"}, FIQA.labels[0], ours) for place, (ours, _) in enumerate(pairs)]
    return source, [replace(record, fields={**record.fields, "sentence": theirs}) for record, (_, theirs) in zip(source, pairs, strict=True)]


@pytest.fixture(scope="module")
def translator() -> ctranslate2.CTranslate2:
    return ctranslate2.build(ctranslate2.Settings(), source=EN, target=SV)


class Counting:
    """The real engine, counting what it is asked."""

    def __init__(self, inner: ctranslate2.CTranslate2) -> None:
        self.inner, self.fingerprint, self.asked = inner, inner.fingerprint, 0

    def translate(self, texts):
        return self.inner.translate(texts)

    def token_log_probabilities(self, sources, targets):
        self.asked += len(sources)
        return self.inner.token_log_probabilities(sources, targets)

    def log_probabilities(self, sources, targets):
        return self.inner.log_probabilities(sources, targets)


def test_other_rows_translations_and_added_clauses_are_caught_and_sound_ones_kept(translator: ctranslate2.CTranslate2) -> None:
    swapped = [(ours, PAIRS[(place + 1) % 4][1]) for place, (ours, _) in enumerate(PAIRS)]
    added = [(ours, f"{theirs.removesuffix('.')}, men banken sänkte sin prognos för hela året.") for ours, theirs in PAIRS]
    source, translated = rows([*PAIRS, *swapped, *added])
    found = evidence.gather(source, translated, FIQA, translator=translator)
    report = judge(source, translated, benchmark=FIQA, language=SV, limits=limits.read(SV), evidence=found)
    failed = [row.failed for row in report.rows]
    assert not any({"log_probability", "addition"} & set(one) for one in failed[:4])
    assert sum("log_probability" in one for one in failed[4:8]) >= 3
    assert all("addition" in one for one in failed[8:])


def test_nothing_is_measured_twice_and_a_row_depends_on_no_other(translator: ctranslate2.CTranslate2, tmp_path: Path) -> None:
    counting, source_and_target, cache = Counting(translator), rows(PAIRS), tmp_path / "measured.sqlite"
    first = evidence.gather(*source_and_target, FIQA, translator=counting, cache=cache)
    asked = counting.asked
    assert asked == 2 * 5  # five sentences, after their own source and after a foreign one
    assert evidence.gather(*source_and_target, FIQA, translator=counting, cache=cache) == first
    assert counting.asked == asked
    alone = evidence.gather(*rows(PAIRS[:1]), FIQA, translator=translator)
    assert alone["log_probability"]["0", "sentence"] == pytest.approx(first["log_probability"]["0", "sentence"], abs=1e-3)


def test_sentences_are_paired_only_where_both_sides_have_as_many() -> None:
    assert evidence.sentences(*PAIRS[2]) == [("We are going to the station.", "Vi ska till stationen."), ("The train leaves soon.", "Tåget går snart.")]
    assert evidence.sentences("One. Two.", "Ett och två.") == [("One. Two.", "Ett och två.")]


def test_blank_and_missing_rows_and_engines_without_numbers_stay_silent(translator: ctranslate2.CTranslate2) -> None:
    source, translated = rows([("A sound sentence.", " "), ("Another one.", "En till.")])
    assert evidence.gather(source, translated[:1], FIQA, translator=translator) == {"log_probability": {}, "addition": {}, "ending": {}}
    assert evidence.gather(source, translated, FIQA, translator=identity.build(identity.Settings(), source=EN, target=SV)) == {}


def test_a_second_engine_agrees_with_itself(translator: ctranslate2.CTranslate2) -> None:
    said = [(ours, output.text) for (ours, _), output in zip(PAIRS[:2], translator.translate([ours for ours, _ in PAIRS[:2]]), strict=True)]
    source, translated = rows([*said, ("The old house has a green door.", "Barnen lekte i trädgården.")])
    found = evidence.gather(source, translated, FIQA, translator=identity.build(identity.Settings(), source=EN, target=SV), second=translator)
    assert list(found) == ["agreement"]
    first, second, other = found["agreement"].values()
    assert first == second == 100.0 and other < 30.0


def test_the_foil_is_never_the_source_itself() -> None:
    for text in detachment.FOILS:
        assert detachment.foil(text) != text
    assert detachment.foil("") in detachment.FOILS


def test_a_detached_stretch_is_found_where_the_mean_is_silent() -> None:
    sound, detached = [-0.3] * 10, [-6.0] * 6
    odds = detachment.log_odds([*sound, *detached, -0.1], [*[-7.0] * 10, *[-6.2] * 6, -0.1])
    assert len(odds) == 16
    assert max(odds[:10]) < 0 < min(odds[10:])
    assert detachment.whole(odds) < 0
    assert detachment.stretch(odds, "x" * 40, "y" * 70) > detachment.stretch(odds[:10], "x" * 40, "y" * 40)
    assert math.isfinite(detachment.stretch([0.5], "x", "y"))


class Back:
    """An engine that translates back what it was told of; its fingerprint is nothing's."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known, self.fingerprint = known, "b" * 64

    def translate(self, texts: Sequence[str]) -> list[Output]:
        return [Output(self.known.get(text, text), -0.1, False) for text in texts]


def test_what_comes_back_is_measured_by_row_and_label_by_label() -> None:
    up, down = ("stiger", "rises"), ("faller", "falls")
    pairs = [(f"Bolag {number} {way[0]} i dag.", f"Company {number} {way[1]} today.") for number in range(15) for way in (up, down)]
    source = [Record(str(place), {"sentence": ours, "target": "Shell"}, FIQA.labels["falls" in ours], ours) for place, (_, ours) in enumerate(pairs)]
    translated = [replace(row, fields={**row.fields, "sentence": theirs}) for row, (theirs, _) in zip(source, pairs, strict=True)]
    back = dict(pairs) | {pairs[0][0]: "Company 0 never falls today."}
    found = evidence.gather(source, translated, FIQA, translator=identity.build(identity.Settings(), source=EN, target=SV), back=Back(back))
    assert set(found) == {"round_trip", "denial", "label_fidelity"}
    assert found["round_trip"]["1", "sentence"] == 100 > found["round_trip"]["0", "sentence"]
    assert (found["denial"]["0", "sentence"], found["denial"]["1", "sentence"]) == (1, 0)
    assert found["label_fidelity"]["0", "sentence"] < 0 < found["label_fidelity"]["1", "sentence"]
    off = limits.read(SV, {"off": ["language_id", "names", "invented_words"]})
    report = judge(source, translated, benchmark=FIQA, language=SV, limits=off, evidence=found)
    assert not report.quarantined
    assert {"denial"} <= set(report.rows[0].failed)
    assert report.labels_back[FIQA.labels[0]] == Share(14, 15) and report.labels_back[FIQA.labels[1]] == Share(15, 15)
    assert report.to_json(excluded={}, provenance={})["per_label_back"][FIQA.labels[0]]["kept"] == 14


@pytest.mark.skipif(not apertium.reaches(source=language.load("ca"), target=EN), reason="Apertium's Catalan to English is not installed")
def test_a_real_engine_there_and_back_ranks_other_rows_translations_last() -> None:
    there = apertium.build(apertium.Settings(), source=EN, target=language.load("ca"))
    back = apertium.build(apertium.Settings(), source=language.load("ca"), target=EN)
    said = [one.text for one in there.translate([ours for ours, _ in PAIRS])]
    sound, swapped = rows([(ours, text) for (ours, _), text in zip(PAIRS, said, strict=True)]), rows([(PAIRS[n][0], said[(n + 1) % 4]) for n in range(4)])
    good, bad = (evidence.gather(*both, FIQA, translator=there, back=back)["round_trip"] for both in (sound, swapped))
    assert min(good.values()) > 2 * max(bad.values())
