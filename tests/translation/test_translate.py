"""Records and lines through real engines: nothing lost, nothing asked twice, everything odd flagged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates import catalogue, language
from templates.benchmark import Record
from translation.engine import Output, Translator
from translation.memory import Memory
from translation.translate import BATCH, _Asker, _move, translate_lines, translate_records, walk_of
from translation.translators import ctranslate2, identity

FIQA = catalogue.benchmark("fiqa")
EN, SV = language.load("en"), language.load("sv")
SAME = identity.build(identity.Settings(), source=EN, target=EN)


class Counted:
    """A translator that counts what it is asked."""

    def __init__(self, translator: Translator) -> None:
        self.inner, self.fingerprint, self.asked = translator, translator.fingerprint, [0]
        self.texts: list[str] = []
        self.between = getattr(translator, "between", None)

    def translate(self, texts: Sequence[str]) -> list[Output]:
        self.asked.append(len(texts))
        self.texts += texts
        return self.inner.translate(texts)


class Rule:
    """An engine by rule, for faults that a good engine shows rarely."""

    fingerprint = "f" * 64

    def __init__(self, say: Callable[[str], str], *, truncated: bool = False) -> None:
        self.say, self.truncated = say, truncated

    def translate(self, texts: Sequence[str]) -> list[Output]:
        return [Output(self.say(text), math.nan, self.truncated) for text in texts]


@pytest.fixture(scope="module")
def swedish() -> Translator:
    return ctranslate2.build(ctranslate2.Settings(), source=EN, target=SV)


def record(name: str, sentence: str, target: str = "Tesco", label: str = "positive") -> Record:
    return Record(name, {"sentence": sentence, "target": target}, label, sentence)


RECORDS = [
    record("a", "Tesco shares jump 6% after Christmas sales beat expectations"),
    record("b", "$AAPL wants lower. up waves getting smaller http://stks.co/a1", "AAPL", "negative"),
    record("c", "Tesco shares jump 6% after Christmas sales beat expectations", "Christmas"),
    record("d", "😀 $$$ 5%", "AAPL"),
    record("e", "Data {answer} and <|VIRTUAL_PROMPT_0|> with {target} [[3]]", "Nowhere plc"),
    record("f", "the bank lost money, " * 500, "bank"),
]


def test_everything_but_the_words_stays(swedish: Translator, tmp_path: Path) -> None:
    with Memory(tmp_path / "memory.db") as memory:
        moved = translate_records(RECORDS, FIQA, translator=swedish, memory=memory)
    assert [(one.id, one.label, one.group) for one in moved] == [(one.id, one.label, one.group) for one in RECORDS]
    assert [one.source for one in moved] == [one.fields for one in RECORDS]
    assert {one.engine for one in moved} == {swedish.fingerprint}
    assert moved[0].fields["sentence"] == moved[2].fields["sentence"] != RECORDS[0].fields["sentence"]
    assert moved[0].fields["target"] == "Tesco"
    assert "6" in moved[0].fields["sentence"]
    assert moved[1].fields["sentence"].startswith("$AAPL ")
    assert moved[1].fields["sentence"].endswith("http://stks.co/a1")
    assert moved[3].fields["sentence"] == "😀 $$$ 5 %"  # as Swedish writes it
    for kept in ("{answer}", "<|VIRTUAL_PROMPT_0|>", "{target}", "[[3]]"):
        assert kept in moved[4].fields["sentence"]
    assert moved[4].flags == tuple(sorted({*moved[4].flags, "span-copied"}))
    assert moved[5].fields["sentence"].count(" ") > 1000
    assert "truncated" not in moved[5].flags


def test_a_second_run_asks_the_engine_nothing(swedish: Translator, tmp_path: Path) -> None:
    counted = Counted(swedish)
    with Memory(tmp_path / "memory.db") as memory:
        first = translate_records(RECORDS, FIQA, translator=counted, memory=memory)
    assert sum(counted.asked) > 0
    assert len(counted.texts) == len(set(counted.texts))
    again = Counted(swedish)
    with Memory(tmp_path / "memory.db") as memory:
        assert translate_records(RECORDS, FIQA, translator=again, memory=memory) == first
    assert sum(again.asked) == 0
    assert translate_records(RECORDS, FIQA, translator=swedish, memory=None) == first


def test_an_interrupted_run_loses_at_most_a_batch(tmp_path: Path) -> None:
    lines = [f"sentence {''.join(chr(97 + int(digit)) for digit in str(number))}" for number in range(1, 3 * BATCH)]

    class Stop(Exception):
        pass

    def stop(done: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise Stop

    seen: list[int] = []
    with Memory(tmp_path / "memory.db") as memory, pytest.raises(Stop):
        translate_lines(lines, translator=SAME, memory=memory, on_batch=stop)
    counted = Counted(SAME)
    with Memory(tmp_path / "memory.db") as memory:
        assert translate_lines(lines, translator=counted, memory=memory) == lines
    assert seen == [BATCH, BATCH]
    assert sum(counted.asked) == len(lines) - 2 * BATCH
    assert max(counted.asked) <= BATCH


def test_a_lost_stand_in_is_flagged_and_nothing_kept_is_lost() -> None:
    (moved,) = translate_records([record("a", "Buy $AAPL and Tesco today")], FIQA, translator=Rule(lambda text: text.replace("X1", "").upper()), memory=None)
    assert moved.fields["sentence"] == "BUY $AAPL AND Tesco TODAY"
    assert moved.flags == ("shield-lost",)


def test_a_lost_number_is_asked_for_again() -> None:
    engine = Rule(lambda text: text.replace("6%", "").replace("jump", "stiger"))
    (moved,) = translate_records([record("a", "Tesco shares jump 6% in May")], FIQA, translator=engine, memory=None)
    assert moved.fields["sentence"] == "Tesco shares stiger 6% in May"
    assert moved.flags == ()


def test_truncation_is_flagged() -> None:
    (moved,) = translate_records([record("a", "Tesco up")], FIQA, translator=Rule(str, truncated=True), memory=None)
    assert moved.flags == ("truncated",)


def test_a_missing_target_is_copied_and_never_translated() -> None:
    counted = Counted(Rule(str.swapcase))
    (moved,) = translate_records([record("a", "The shares fell", "Royal Mail")], FIQA, translator=counted, memory=None)
    assert moved.fields["target"] == "Royal Mail"
    assert moved.flags == ("span-copied",)
    assert counted.texts == ["The shares fell"]


def test_earlier_flags_stay() -> None:
    flagged = Record("a", {"sentence": "Up", "target": "Up"}, "positive", "g", flags=("seen",))
    assert translate_records([flagged], FIQA, translator=SAME, memory=None)[0].flags == ("seen",)


def test_no_records_no_work() -> None:
    assert translate_records([], FIQA, translator=SAME, memory=None) == []
    assert translate_lines([], translator=SAME, memory=None) == []


def test_lines_keep_count_order_and_blanks(swedish: Translator) -> None:
    lines = ["Where is the station?", "", "   ", "Thank you. Where is the station?", "Where is the station?", "42"]
    moved = translate_lines(lines, translator=swedish, memory=None)
    assert moved == ["Var är stationen?", "", "   ", moved[3], "Var är stationen?", "42"]
    assert moved[3].endswith(" Var är stationen?")


@given(st.lists(st.text(max_size=80) | st.sampled_from(["BUY THE MOON $A", "rise😀now", "\ud800 broken", "e\u0301 decomposed"]), max_size=6))
@settings(deadline=None, max_examples=200)
def test_identity_changes_nothing(lines: list[str]) -> None:
    import unicodedata

    assert translate_lines(lines, translator=SAME, memory=None) == [unicodedata.normalize("NFC", line) for line in lines]


class Carrier(Rule):
    """An engine by rule that says of itself that it carries placeholders."""

    between = (EN, SV)


def carried(line: str, say: Callable[[str], str]) -> str:
    return translate_lines([line], translator=Carrier(say), memory=None)[0]


def test_an_engine_that_carries_placeholders_gets_them_and_its_numbers_come_back_in_swedish() -> None:
    engine = Counted(Carrier(lambda text: text.replace("rose", "steg").replace("to", "till")))
    engine.between = Carrier.between  # type: ignore[attr-defined]
    assert translate_lines(["It rose 5% to $1.2bn. At 5 pm it rose."], translator=engine, memory=None) == [
        "It steg 5 % till 1,2 miljarder dollar. Klockan 17 it steg."
    ]
    assert sorted(engine.texts) == ["It rose ⟦1⟧ to ⟦2⟧.", "⟦1⟧ it rose."]


def test_a_text_of_units_alone_is_written_without_the_engine() -> None:
    assert carried("$5 million", lambda text: "never asked") == "5 miljoner dollar"


def test_a_name_that_costs_the_rest_goes_unshielded() -> None:
    assert carried("SoftBank sold 5 shares", lambda text: text.replace("⟦2⟧", "").replace("sold", "sålde")) == "SoftBank sålde 5 shares"


def test_lost_placeholders_are_put_back_around_the_pieces() -> None:
    (moved,) = translate_records([record("a", "we sold 5,000 of them at 5 pm", "x")], FIQA, translator=Carrier(lambda text: text.replace("⟦", "")), memory=None)
    assert moved.fields["sentence"] == "we sold 5 000 of them klockan 17"
    assert moved.flags == ("shield-lost", "span-copied")


def test_more_pieces_than_placeholders_are_all_kept() -> None:
    line = "we sold " + ", ".join(f"{number},000" for number in range(10, 35)) + " shares"
    assert carried(line, str) == line.replace(",000", " 000")


@pytest.mark.parametrize(
    ("again", "becomes"),
    [
        ("aktierna föll i ⟦1⟧", "aktierna föll i augusti"),  # asked again for the month
        ("aktierna föll i", "aktierna föll i sommar"),  # lost there: the first answer stays
        ("aktierna föll föll i ⟦1⟧", "aktierna föll i sommar"),  # said twice over there
    ],
)
def test_a_second_answer_counts_only_where_it_is_sound(again: str, becomes: str) -> None:
    assert carried("shares fell in August", {"shares fell in August": "aktierna föll i sommar", "shares fell in ⟦1⟧": again}.__getitem__) == becomes


def test_whole_texts_are_remembered_apart_by_their_names_and_by_the_language_file(tmp_path: Path) -> None:
    engine = Carrier(lambda text: text.replace("I met", "jag träffade"))
    texts = [("I met Bob.", ("Bob",)), ("I met Bob.\x1fBob", ()), ("I met Bob.", ())]
    with Memory(tmp_path / "memory.sqlite") as memory:
        first = _move(texts, _Asker(engine, memory, None))
        assert set(first) == set(texts)
        assert _move(texts, _Asker(engine, memory, None)) == first
    other = Carrier(engine.say)
    other.between = EN, replace(SV, write=replace(SV.write, date={"plain": ("{date} alltså",)}))
    assert walk_of(other) != walk_of(engine) == walk_of(Carrier(engine.say))


def test_what_was_lost_is_asked_for_again_the_next_time(tmp_path: Path) -> None:
    """An engine that ended at a text has said nothing, truncated; that is not kept."""
    lines = ["they sold it", "they kept it"]
    with Memory(tmp_path / "memory.sqlite") as memory:
        for said in ("", "de sålde den"):
            engine = Counted(Rule(lambda text, said=said: said if "sold" in text else "de behöll den", truncated=not said))
            assert translate_lines(lines, translator=engine, memory=memory)[0] == said
            assert "they sold it" in engine.texts
