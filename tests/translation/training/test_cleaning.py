"""Each pair is kept or left out under exactly one reason."""

import pytest

from templates import language
from translation.training import kept_out
from translation.training.cleaning import Cleaner, Settings
from translation.training.pair import Pair
from translation.training.reason import Reason


def cleaner(source: str = "en", target: str = "sv", keep_out: tuple[str, ...] = ()) -> Cleaner:
    keys = frozenset(kept_out.key(kept_out.plain(text)) for text in keep_out)
    return Cleaner(Settings(), source=language.load(source), target=language.load(target), keep_out=keys)


TABLE = [
    ("Hello there", "Hej\x00 där", Reason.CONTROL),
    ("Click <b>here</b>", "Klicka här", Reason.MARKUP),
    ("Salt &amp; pepper", "Salt och peppar", Reason.MARKUP),
    ("Give me ⟦1⟧ now", "Ge mig ⟦1⟧ nu", Reason.STAND_IN),
    (">>sv<< hello", "hej på dig", Reason.STAND_IN),
    ("Hello", "  ", Reason.EMPTY),
    ("I", "jag", Reason.SHORT),
    ("Hello again. " * 30, "Hej igen. " * 30, Reason.LONG),
    ("Yes", "Ja, det stämmer precis som du säger", Reason.RATIO),
    ("1234 5678 !", "1234 5678 !", Reason.LETTERS),
    ("Good morning", "Доброе утро", Reason.SCRIPT),
    ("the quick brown fox jumps", "The quick brown fox jumps", Reason.COPY),
    ("It costs 15 dollars", "Det kostar 50 dollar", Reason.NUMBERS),
    ("It happened in 1999", "Det hände då", Reason.NUMBERS),
    ("The cat sat down on the mat again", "Die Katze setzte sich wieder auf die Matte", Reason.LANGUAGE),
    ("Katten satte sig på mattan igen i dag", "The cat sat down on the mat again", Reason.LANGUAGE),
]


@pytest.mark.parametrize(("source", "target", "reason"), TABLE, ids=[f"{reason}-{number}" for number, (_, _, reason) in enumerate(TABLE)])
def test_left_out_for_a_reason(source: str, target: str, reason: Reason) -> None:
    assert cleaner().judge(source, target, origin="x") is reason


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("It costs 1,234.50 dollars", "Det kostar 1 234,50 dollar"),
        ("The meeting is at 3 pm", "Mötet är klockan 15"),
        ("Three cats", "3 katter"),
        ("Bluetooth", "Bluetooth"),
        ("Tom Jones", "Tom Jones"),
        ("a < b", "a < b är sant"),
        ("AT&T; shares", "AT&T; aktier"),
        ("ok", "ok då"),
    ],
)
def test_kept(source: str, target: str) -> None:
    assert cleaner().judge(source, target, origin="x") == Pair(source, target, "x")


def test_the_kept_text_is_tidy() -> None:
    assert cleaner().judge("  Go\u200b  home\u00ad ", "Ga\u030a hem\u2028nu", origin="x") == Pair("Go home", "Gå hem nu", "x")


def test_duplicates_differ_in_more_than_case_and_marks() -> None:
    one = cleaner()
    assert one.judge("Stop it!", "Sluta!", origin="a") == Pair("Stop it!", "Sluta!", "a")
    assert one.judge("stop it", "sluta.", origin="b") is Reason.DUPLICATE
    assert one.judge("Stop it!", "Lägg av!", origin="b") == Pair("Stop it!", "Lägg av!", "b")


def test_either_side_keeps_a_pair_out() -> None:
    one = cleaner(keep_out=("Wake me up, at nine!", "VI GÅR HEM"))
    assert one.judge("wake me up at nine", "väck mig klockan nio", origin="x") is Reason.KEPT_OUT
    assert one.judge("We are going", "Vi går hem.", origin="x") is Reason.KEPT_OUT
    assert one.judge("Wake me up at ten", "Väck mig klockan tio", origin="x") == Pair("Wake me up at ten", "Väck mig klockan tio", "x")


def test_the_other_direction() -> None:
    one = cleaner("sv", "en")
    assert one.judge("Mötet är klockan 15", "The meeting is at 3 pm", origin="x") == Pair("Mötet är klockan 15", "The meeting is at 3 pm", "x")
    assert one.judge("Det kostar 50 dollar", "It costs 15 dollars", origin="x") is Reason.NUMBERS


def test_neighbours_are_told_apart_only_in_long_texts() -> None:
    """A few words of Swedish look Norwegian too often, so short Norwegian is a known miss."""
    one = cleaner()
    assert isinstance(one.judge("The cat is on the roof", "Katten er på taket nå", origin="x"), Pair)
    english = "He did not know what he should do when nobody wanted to help him"
    norwegian = "Han visste ikke hva han skulle gjøre da ingen ville hjelpe ham likevel"
    assert one.judge(english, norwegian, origin="x") is Reason.LANGUAGE
    assert isinstance(one.judge(english, "Han visste inte vad han skulle göra när ingen ville hjälpa honom", origin="x"), Pair)
