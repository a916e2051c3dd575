"""Values found, found in another case, or copied."""

from __future__ import annotations

import pytest

from translation.spans import carry


@pytest.mark.parametrize(
    ("value", "source", "translated", "expected"),
    [
        ("Tesco", "Tesco shares jump", "Tesco-aktier stiger", ("Tesco", "exact")),
        ("Tesla", "Tesla's shares", "Teslas aktier", ("Tesla", "exact")),
        ("AAPL", "$AAPL wants lower", "$AAPL vill ner", ("AAPL", "exact")),
        ("tsla", "ouch $TSLA", "aj $TSLA", ("TSLA", "casefold")),
        ("BA", "$BA falls", "BANKEN faller", ("BA", "copied")),
        ("AB InBev", "CompaniesAB InBev signals", "CompaniesAB InBev signalerar", ("AB InBev", "exact")),
        ("Royal Mail", "Royal Mail falls", "Kungliga posten faller", ("Royal Mail", "copied")),
        ("C++ (x)", "C++ (x) up", "C++ (x) upp", ("C++ (x)", "exact")),
    ],
)
def test_a_value_is_carried(value: str, source: str, translated: str, expected: tuple[str, str]) -> None:
    assert carry(value, source=source, translated=translated) == expected
