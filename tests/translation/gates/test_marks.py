"""marks: a table of pairs, with one it is known to miss; multisets, places and a moved limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import language
from translation.gates import marks

SV = language.load("sv")
TABLE = [  # source, target, lost, added
    ("$AAPL up", "$AAPL:s uppgång", [], []),
    ("$AAPL up", "$APL upp", ["ticker $AAPL"], ["ticker $APL"]),
    ("$aapl up", "$AAPL upp", ["ticker $aapl"], ["ticker $AAPL"]),
    ("US$5m and $40", "5 miljoner och 40 dollar", [], []),
    ("see http://stks.co/1KkK now", "se http://stks.co/1KkK nu", [], []),
    ("see http://stks.co/1KkK now", "se http://stks.co/1kkk nu", ["link http://stks.co/1KkK"], ["link http://stks.co/1kkk"]),
    ("mail joe@firm.co.uk", "mejla joe@firm.co.uk", [], []),
    ("mail joe@firm.co.uk", "mejla joe@firm.se", ["address joe@firm.co.uk"], ["address joe@firm.se"]),
    ("thanks @joe #winning", "tack @joe", ["tag #winning"], []),
    ("@joe's plan", "@joes plan", [], []),
    ("long @ 26.23, @2.50", "lång @ 26,23, @2,50", [], []),
    ("hello {name}", "hej {namn}", ["placeholder {name}"], ["placeholder {namn}"]),
    ("{{user}} has ${n} of %(count)s", "{{user}} har ${n} av %(count)s", [], []),
    ("%s of %1$s", "%s av", ["placeholder %1$s"], []),
    ("5 % sales", "5 % såld", [], []),
    ("a <b>bold</b> word", "ett <b>fett ord", ["markup </b>"], []),
    ("3 < 5 and 7 > 2", "3 < 5 och 7 > 2", [], []),
    ("\u27e61\u27e7 rose [[3]]", "\u27e62\u27e7 steg [[3]]", ["placeholder \u27e61\u27e7"], ["placeholder \u27e62\u27e7"]),
    ("the target rose", "X1 steg", [], ["stand-in X1"]),
    ("the X1 rose", "X1 steg", [], []),
    ("$A, $A", "$A", ["ticker $A"], []),
    ("no marks here", "inga märken här", [], []),
    ("$AAPL beats $MSFT", "$MSFT slår $AAPL", [], []),  # known to miss: they changed places
]


@pytest.mark.parametrize(("source", "target", "lost", "added"), TABLE)
def test_table(source: str, target: str, lost: list[str], added: list[str]) -> None:
    found = marks.score(source, target, SV)
    assert (list(found.lost), list(found.added)) == (lost, added)
    assert marks.accept(found, marks.Settings()) is (not lost and not added)
    assert marks.suspicion(found) == len(lost) + len(added)


def test_no_opinion_without_marks() -> None:
    assert not marks.judged(marks.score("no marks", "inga", SV), marks.Settings())
    assert marks.judged(marks.score("no marks", "inga #alls", SV), marks.Settings())


def test_reason_places_and_a_moved_limit() -> None:
    source, target = "$A or $A, see #b", "$A, se #c"
    found = marks.score(source, target, SV)
    assert marks.reason(found, marks.Settings()) == "ticker $A -> missing, tag #b -> missing, tag #c not in the source"
    assert marks.spans(source, target, found) == ([(0, 2), (14, 16)], [(7, 9)])
    assert marks.accept(found, marks.Settings(most=3))


@given(st.text(max_size=60) | st.text("{}<>%sd$#@a.b/:htpw[]|\u27e6\u27e7X1 ", max_size=60))
def test_a_text_keeps_its_own_marks(text: str) -> None:
    assert marks.accept(marks.score(text, text, SV), marks.Settings())
