"""planting: the same seed plants the same faults, every one of them damages, and what is put in first is put into both sides."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import slots as markup
from tests.forty_rows import NEIGHBOURS, PAIRS
from translation.faults import marks
from translation.faults.pool import Pool
from translation.faults.slots import with_slot
from translation.gold import Pair
from translation.planting import FAULTS, plant

POOL = Pool(PAIRS, "sv", neighbours=NEIGHBOURS)
WORDS = st.text(st.sampled_from("abcåäö ABC.,!?%$ 0123456789+-"), min_size=1, max_size=60).filter(str.strip)


@pytest.fixture(scope="module")
def planted():
    return plant(PAIRS, POOL, rows=60)


def test_the_same_seed_plants_the_same(planted):
    assert plant(PAIRS, POOL, rows=60) == planted
    assert plant(PAIRS, POOL, rows=60, seed=1) != planted


def test_every_fault_has_its_rows_and_changes_the_translation_alone(planted):
    assert list(planted) == list(FAULTS) and len(planted) == 16
    for fault, made in planted.items():
        assert len(made) == 60, fault
        for one in made:
            assert one.damaged != one.clean and one.damaged.source == one.clean.source, one
            assert (one.damaged.target, one.damaged.target_slots) != (one.clean.target, one.clean.target_slots), one
            assert one.damaged.target.strip() and (fault == "slot_lost" or one.damaged.target.strip() == one.damaged.target), one
            assert one.inserted or one.clean in PAIRS


@given(ours=WORDS, theirs=WORDS, seed=st.integers(0, 99), fault=st.sampled_from(sorted(FAULTS)))
def test_a_planted_row_differs_whatever_the_text(ours, theirs, seed, fault):
    damage, insert = FAULTS[fault]
    rng = Random(seed)
    pair = Pair(ours.strip(), theirs.strip())
    clean = insert(pair, POOL, rng) if insert else pair
    found = damage(clean, POOL, rng)
    assert found is None or (found[1] != clean and found[1].source == clean.source and found[1].target)


def test_rows_as_they_are_come_first(planted):
    numbers = planted["number_changed"]
    assert not numbers[0].inserted and numbers[-1].inserted
    assert all(re.search(r"\d", one.clean.source) and re.search(r"\d", one.clean.target) for one in numbers)


@pytest.mark.parametrize(("insert", "pattern"), [(marks.with_ticker, marks.TICKER), (marks.with_link, marks.LINK), (marks.with_placeholder, marks.PLACEHOLDER)])
def test_marks_are_put_into_both_sides_in_several_forms(insert, pattern):
    rng = Random(0)
    made = [insert(pair, POOL, rng) for pair in PAIRS]
    for pair in made:
        assert pattern.findall(pair.source) == pattern.findall(pair.target) != []
    assert len({pattern.findall(pair.source)[0] for pair in made}) > 3
    assert len({pair.source.startswith(tuple("$hw{%")) for pair in made}) == 2


def test_figures_are_written_as_each_language_does():
    rng = Random(3)
    made = [marks.with_percent(PAIRS[0], POOL, rng) for _ in range(60)]
    for pair in made:
        ours, theirs = (
            re.sub(r"[^\d,.]", "", text.replace(PAIRS[0].source, "").replace(PAIRS[0].target, "")).strip(".,") for text in (pair.source, pair.target)
        )
        assert ours.replace(",", "").replace(".", ",") == theirs
    assert any("," in marks.with_percent(PAIRS[0], POOL, Random(seed)).target for seed in range(9))


def test_slots_stand_where_they_say():
    rng = Random(0)
    for pair in PAIRS:
        made = with_slot(pair, POOL, rng)
        markup.check(made.source, made.source_slots)
        markup.check(made.target, made.target_slots)
        assert [slot.name for slot in made.source_slots] and {slot.value for slot in made.source_slots} == {slot.value for slot in made.target_slots}


def test_what_the_faults_do(planted):
    def sides(fault):
        return [(one.clean.target, one.damaged.target, one) for one in planted[fault]]

    assert all(there == one.clean.source for _, there, one in sides("untranslated"))
    assert all(len(there.split()) == len(here.split()) // 2 and here.startswith(there) for here, there, _ in sides("truncated"))
    assert all(len(there) > len(here) for here, there, _ in sides("repeated"))
    assert all(there.isupper() or there.islower() or one.form == "mixed" for _, there, one in sides("casing_destroyed"))
    assert all(len(here.split()) - len(there.split()) == 1 for here, there, _ in sides("negation_dropped"))
    assert all(there in POOL.targets and there != here for here, there, _ in sides("neighbours_translation"))
    assert {one.form for _, _, one in sides("wrong_language")} == {"nb", "da", "de"}
    for here, there, one in sides("number_changed"):
        if one.form == "other digit":
            assert len(here) == len(there) and sum(a != b for a, b in zip(here, there, strict=True)) == 1


def test_without_neighbours_and_in_an_unknown_language_two_faults_stay_out():
    made = plant(PAIRS, Pool(PAIRS, "fi"), rows=5)
    assert [fault for fault, rows in made.items() if not rows] == ["wrong_language", "negation_dropped"]
