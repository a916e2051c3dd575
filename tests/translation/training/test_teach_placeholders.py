"""Teaching: both sides get the same placeholders, for what they say alike and for nothing else."""

from __future__ import annotations

import random
import re
import time

import pytest

from templates import language
from translation.shield.shielding import Placeholders
from translation.stand_ins import PLACEHOLDERS
from translation.training import teach_placeholders
from translation.training.pair import Pair
from translation.training.teach_placeholders import Teacher, matched, teach

EN, SV, CA = (language.load(code) for code in ("en", "sv", "ca"))


class Always(random.Random):
    """Names are taught, shared words are not: 0.5 lies below NAMES and above COPIED."""

    def random(self) -> float:
        return 0.5


TAUGHT = [
    ("It rose 5% to $5.2 million.", "Den steg 5 % till 5,2 miljoner dollar.", "It rose ⟦1⟧ to ⟦2⟧.", "Den steg ⟦1⟧ till ⟦2⟧."),
    ("It rose 5% to 5.", "Den steg med 5 procent till 5.", "It rose ⟦1⟧ to ⟦2⟧.", "Den steg med ⟦1⟧ till ⟦2⟧."),
    ("In 2010, 1,234 left.", "1 234 lämnade 2010.", "In ⟦1⟧, ⟦2⟧ left.", "⟦2⟧ lämnade ⟦1⟧."),
    ("Wake me at 7:30 pm", "Väck mig kl. 19.30", "Wake me ⟦1⟧", "Väck mig ⟦1⟧"),
    ("Wake me at half past seven", "Väck mig halv åtta", "Wake me ⟦1⟧", "Väck mig ⟦1⟧"),
    ("On March 5, 2015 he left", "Den 5 mars 2015 for han", "⟦1⟧ he left", "⟦1⟧ for han"),
    ("in the 1990s it rose", "på 1990-talet steg den", "⟦1⟧ it rose", "⟦1⟧ steg den"),
    ("Buy $AAPL for AstraZeneca's boss", "Köp $AAPL till AstraZenecas chef", "Buy ⟦1⟧ for ⟦2⟧'s boss", "Köp ⟦1⟧ till ⟦2⟧s chef"),
    ("a 70-year-old", "en 70-åring", "a ⟦1⟧-year-old", "en ⟦1⟧-åring"),
    ("5 and 5 is not 6", "5 och 5 är inte 6", "⟦1⟧ and ⟦2⟧ is not ⟦3⟧", "⟦1⟧ och ⟦2⟧ är inte ⟦3⟧"),
    ("It had 5000 men", "Den hade 5 000 man", "It had ⟦1⟧ men", "Den hade ⟦1⟧ man"),
]
LEFT = [
    ("It costs 2 euros.", "Det kostar två euro."),  # in words over there
    ("It has 5 or 5 legs.", "Den har 5 ben."),  # twice here, once there
    ("I have 12 cats.", "Jag har 125 katter."),  # a part of another number
    ("I have 12 cats.", "Jag har 12,5 katter."),
    ("He came 3rd of 45.", "Han kom trea av 45:e."),
    ("No number here", "Inget tal här"),
    ("I have ⟦1⟧ and 5", "Jag har ⟦1⟧ och 5"),  # has some already
]
KNOWN_MISS = ("From 5 to 10, or 10 to 5", "Från 10 till 5, eller 5 till 10", "From ⟦1⟧ to ⟦2⟧, or ⟦3⟧ to ⟦4⟧", "Från ⟦2⟧ till ⟦1⟧, eller ⟦4⟧ till ⟦3⟧")


@pytest.mark.parametrize(("source", "target", "ours", "theirs"), [*TAUGHT, KNOWN_MISS])
def test_the_same_units_get_the_same_placeholder(source: str, target: str, ours: str, theirs: str) -> None:
    assert teach(Pair(source, target, "x"), Always(), language=SV) == Pair(ours, theirs, "x")


@pytest.mark.parametrize(("source", "target"), LEFT)
def test_what_has_no_like_stays(source: str, target: str) -> None:
    assert teach(Pair(source, target, "x"), Always(), language=SV) == Pair(source, target, "x")


def test_in_catalan_and_from_swedish() -> None:
    taught = teach(Pair("It rose 5% to 1,234.5 at 5 pm", "Va pujar un 5 % fins a 1.234,5 a les 17", "x"), Always(), language=CA)
    assert taught.target == "Va pujar un ⟦1⟧ fins a ⟦2⟧ ⟦3⟧"
    back = teach(Pair("Den steg 5 % till 1 234,5", "It rose 5% to 1,234.5", "x"), Always(), language=EN, source=SV)
    assert back == Pair("Den steg ⟦1⟧ till ⟦2⟧", "It rose ⟦1⟧ to ⟦2⟧", "x")


def test_a_teacher_is_told_by_its_languages() -> None:
    pair = Pair("It rose 5% to 7", "Den steg 5 % till 7", "x")
    assert Teacher("en", "sv")(pair, Always()) == teach(pair, Always(), language=SV)
    assert repr(Teacher("sv", "en")) == "Teacher(source='sv', target='en')"


def test_at_most_nine_and_each_once_on_both_sides() -> None:
    text = "we sold " + ", ".join(str(number) for number in range(10, 30))
    taught = teach(Pair(text, text.replace("we sold", "vi sålde"), "x"), Always(), language=SV)
    assert re.findall("⟦.⟧", taught.source) == re.findall("⟦.⟧", taught.target) == list(PLACEHOLDERS)


def test_the_stated_share_gets_a_shared_word_and_names_are_also_learnt() -> None:
    rng, pair, name = (
        random.Random(5),
        Pair("the problem is hard", "ett problem är svårt", "x"),
        Pair("he met Dahlgrensson now", "han mötte Dahlgrensson nu", "x"),
    )
    rate = sum(teach(pair, rng, language=SV).source == "the ⟦1⟧ is hard" for _ in range(2000)) / 2000
    assert rate == pytest.approx(teach_placeholders.COPIED, abs=0.02)
    named = sum(teach(name, rng, language=SV).target == "han mötte ⟦1⟧ nu" for _ in range(1000)) / 1000
    assert 0.65 < named < 0.80


def test_a_pair_is_taught_as_a_text_is_shielded() -> None:
    """What the model meets later looks like what it was taught."""
    for source, target, ours, _ in TAUGHT:
        plan = Placeholders(EN, SV).plan(source)
        assert ours.startswith(plan.before + plan.text), source
        assert matched(source, target, language=SV)


def test_it_is_fast() -> None:
    """Printed, not held to a figure that a busy machine would miss."""
    pairs = [Pair(source, target, "x") for source, target, _, _ in TAUGHT] * 50
    rng, began = random.Random(1), time.perf_counter()
    assert sum(teach(pair, rng, language=SV) != pair for pair in pairs) > 500
    assert len(pairs) / (time.perf_counter() - began) > 100
