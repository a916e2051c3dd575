"""behaviour: the suite is broad, holds what it says, and its judge knows kept from lost."""

import re

import pytest

from templates import language
from templates.refusal import Refusal
from translation.training import behaviour
from translation.training.behaviour import KINDS, TIMES, Piece, kept, load, measure

EN, SV = language.load("en"), language.load("sv")


def test_the_suite_is_broad_and_varied():
    suite = load()
    assert len(suite) >= 690 and len({one.text for one in suite}) == len(suite)
    assert {piece.kind for one in suite for piece in one.pieces} == set(KINDS)
    assert min(sum(one.style == style for one in suite) for style in behaviour.STYLES) >= 300
    openings = {" ".join(re.findall(r"\w+", one.text.casefold())[:3]) for one in suite}
    assert len(openings) > 0.9 * len(suite)


def test_what_stays_english_is_kept_in_english_and_not_all_of_it_in_swedish():
    english, swedish = (measure(list, spoken) for spoken in (EN, SV))
    assert [failure for failure in english.failures if failure.kind not in TIMES] == []
    assert {failure.kind for failure in swedish.failures} >= {"date", "currency", "half past", "quarter", "minutes"}
    assert swedish.by_kind["url"].value == swedish.by_kind["name"].value == 1.0


def test_nothing_survives_a_translator_that_says_nothing():
    found = measure(lambda texts: [""] * len(texts), SV)
    assert found.share.hits == 0 and len(found.failures) == found.share.of == sum(share.of for share in found.by_kind.values())
    assert found.to_json()["kept"] == 0 and set(found.to_json()) == {"sentences", "pieces", "kept", "share", "by_kind", "by_style", "failures"}


@pytest.mark.parametrize(
    ("kind", "piece", "said", "fine"),
    [
        ("number", "1,234.56", "gav 1 234,56 kronor", True),
        ("number", "1,234.56", "gav 1,234,56 kronor", False),
        ("number", "-12.3 million", "förlusten var −12,3 miljoner", True),
        ("number", "-12.3 million", "förlusten var 12,3 miljoner", False),
        ("number", "forty-five", "om fyrtiofem minuter", True),
        ("number", "forty-five", "om 45 minuter", True),
        ("number", "forty-five", "om femtiofyra minuter", False),
        ("percent", "5.4%", "steg 5,4 %", True),
        ("percent", "5.4%", "steg 5,4 procent", True),
        ("percent", "5.4%", "steg 5,4 kronor", False),
        ("currency", "$2.7 billion", "för 2,7 miljarder dollar", True),
        ("currency", "$2.7 billion", "för 2,7 miljoner dollar", False),
        ("currency", "£1.2bn", "1,2 miljarder euro", False),
        ("date", "May 12", "före den 12 maj", True),
        ("date", "May 12", "före den 12 mars", False),
        ("date", "July 20, 1969", "den 20 juli 1969", True),
        ("date", "tomorrow", "i morgon", True),
        ("date", "tuesday", "nästa tisdag", True),
        ("date", "tuesday", "nästa torsdag", False),
        ("ticker", "$TSLA", "$TSLA:s kurs", True),
        ("ticker", "$TSLA", "$TSL", False),
        ("url", "www.example.com", "öppna www.example.com nu", True),
        ("url", "www.example.com", "öppna www.example.comm", False),
        ("placeholder", "{name}", "Hej {name}!", True),
        ("placeholder", "{name}", "Hej {namn}!", False),
        ("name", "Toyota", "Toyotas vinst", True),
        ("name", "Toyota", "Toppota", False),
        ("name", "Moody's", "Moodys sänkte", True),
    ],
)
def test_kept_and_lost_in_swedish(kind, piece, said, fine):
    assert kept(Piece(kind, piece), f"The source says {piece} here.", said, SV) is fine


def test_a_mark_that_stood_twice_must_stand_twice():
    assert not kept(Piece("ticker", "$FB"), "$FB beats $FB", "$FB slår", SV)


def test_what_the_suite_accepts_beside_the_rules():
    (one,) = [one for one in load() if "plant in Gothenburg" in one.text]
    assert kept(one.pieces[0], one.text, "Fabriken i Göteborg", SV) and not kept(one.pieces[0], one.text, "Fabriken i Malmö", SV)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("finans\tA 5\tnumber:5", "style 'finans' is unknown; use finance or assistant. Did you mean finance?"),
        ("finance\tA 5\tnumbr:5", "'numbr:5' is no kind:piece of the sentence"),
        ("finance\tA 5\tnumber:6", "'number:6' is no kind:piece of the sentence"),
        ("finance\tA 5\tnumber:5\tsix = 6", "'six' has forms in a language but is no piece"),
        ("finance\tA 5\tnumber:5\tfem", "'fem' names no forms; write piece = form / form"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(line, said, tmp_path):
    path = tmp_path / "suite.tsv"
    path.write_text(f"style\tsentence\tkept\tsv\n{line}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=re.escape(f"{path}, line 2: ") + ".*" + re.escape(said)):
        load(path)
    path.write_text("sentence\tstyle\n", encoding="utf-8")
    load.cache_clear()
    with pytest.raises(Refusal, match="line 1: the columns are sentence, style; they must begin with style, sentence, kept"):
        load(path)
