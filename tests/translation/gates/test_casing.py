"""casing: a table, with one it is known to miss."""

import pytest

from templates import language
from translation.gates import casing

SV = language.load("sv")
OURS = "Shares of Shell rise on strong demand"
TABLE = [  # source, target, words of the reason
    (OURS, "Shells aktier stiger på stark efterfrågan", ""),
    (OURS, "shells aktier stiger på stark efterfrågan", "no capital, the source has some"),
    (OURS, "SHELLS AKTIER STIGER PÅ STARK EFTERFRÅGAN", "100 % of the letters are capitals, 6 % in the source"),
    (OURS, "ShElLs AkTiEr stiger på stark efterfrågan", "capitals inside words (ShElLs, AkTiEr)"),
    ("SHARES RISE ON STRONG DEMAND", "AKTIERNA STIGER PÅ STARK EFTERFRÅGAN", ""),
    ("wake me at seven tomorrow", "väck mig klockan sju imorgon", ""),
    ("The iPhone and eBay", "Telefonerna iPhone och eBay", ""),
    ("In 1950 the first groups were founded", "1950 bildades de första grupperna", ""),
    ("OK", "okej", ""),  # too short to say
    (OURS, "shells aktier stiger på stark efterfrågan i Kina", ""),  # known to miss: a name lost its capital, another did not
]


@pytest.mark.parametrize(("source", "target", "why"), TABLE)
def test_table(source: str, target: str, why: str) -> None:
    found, settings = casing.score(source, target, SV), casing.Settings()
    assert casing.accept(found, settings) is (not why)
    assert casing.reason(found, settings) == why or not casing.judged(found, settings)


def test_the_page_points_at_the_words() -> None:
    target = "ShElLs AkTiEr stiger"
    assert [target[start:end] for start, end in casing.spans(OURS, target, casing.score(OURS, target, SV))[1]] == ["ShElLs", "AkTiEr"]
    assert casing.suspicion(casing.score(OURS, "shells aktier stiger", SV)) == 1.0
