"""Names made of English words: in sentences with capitals, in headlines in Title Case, in texts without capitals, and listed ones."""

from __future__ import annotations

import pytest

from translation.shield.headlines import is_titled, lowered
from translation.shield.known_names import listed
from translation.shield.proper_names import proper_names

FOUND = [
    # runs of capitals in a sentence
    ("Bristol Harbour to cut 900 jobs", ["Bristol Harbour"]),
    ("the owner of Copper Lantern sells it", ["Copper Lantern"]),
    ("Autumn Leaf Group reports growth", ["Autumn Leaf Group"]),
    ("a stake in Copper Kettle & Sons", ["Copper Kettle & Sons"]),
    ("shares in Bank of Florence fell", ["Bank of Florence"]),
    ("Chairman Henry Winter will leave", ["Henry Winter"]),
    ("Broker Silver Oak cut its target", ["Silver Oak"]),
    ("it opens a Velvet shop in May", ["Velvet"]),
    ("prime minister Theresa May spoke", ["Theresa May"]),
    ("Finnish Outokumpu sold it", ["Outokumpu"]),
    ("British Kettle sold it", ["British Kettle"]),
    ("its chief Will Adderley left", ["Will Adderley"]),
    ("shops in Copper Street and Lantern Square", ["Copper Street", "Lantern Square"]),
    # what a sentence begins with
    ("Kettle's shares fell", ["Kettle"]),
    ("Kettle recalls 500 cars", ["Kettle"]),
    ("Kettle to buy a rival", ["Kettle"]),
    ("Welcome to our house", []),
    ("Kettles are cheap", []),
    ("Kettles appoints a new chief", ["Kettles"]),
    ("Maybe Tom is dead", ["Tom"]),
    ("I thought I'd lost you", []),
    ("Text Ahmed that I am late", ["Ahmed"]),
    ("Who wrote The Wind and the Door?", ["The Wind and the Door"]),
    # what languages have words for
    ("after the Second World War in the Middle East", []),
    ("the European Parliament and the Supreme Court", []),
    ("an American in the North Sea", []),
    ("the Balkans in March", []),
    # Title Case
    ("Kettle Shares Rise As Sales Beat Forecasts", ["Kettle"]),
    ("Profit Warning At Autumn Leaf Holdings", ["Autumn Leaf Holdings"]),
    ("Brick & Mortar Names New Finance Chief", ["Brick & Mortar"]),
    ("Investors Remain Nervous About Market", []),
    # no capitals
    ("call jennifer at work", ["jennifer"]),
    ("play thunder road by oasis", ["thunder road", "oasis"]),
    ("play something by oasis", ["oasis"]),
    ("raise the volume by fifty percent", []),
    ("what is the stock price of ford", ["ford"]),
    ("is ford stock up today", ["ford"]),
    ("put on velvet fm", ["velvet fm"]),
    ("where was george brown born", ["george brown"]),
    ("send an email to george about lunch", ["george"]),
    ("what is george doing", ["george"]),
    ("remind me on tuesday in march to learn spanish", []),
    ("whats the weather gonna be", []),
    ("message brian that dinner is ready", ["brian"]),
    ("mark it as read", []),
    # listed
    ("Standard Chartered Shares Rise", ["Standard Chartered"]),
    ("order something from pizza hut", ["pizza hut"]),
    ("just eat something", []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_names_are_found(text: str, expected: list[str]) -> None:
    assert [unit.written for unit in sorted(proper_names(text), key=lambda unit: unit.start)] == expected


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("Investors Remain Nervous About Market", True),
        ("Profit Up 5% as Sales Rise in London", True),
        ("Cypress Semiconductor offers to buy Integrated Silicon Solution", False),
        ("Shares fall", False),
        ("SHARES FALL SHARPLY", False),
        ("$AAPL Nice Bounce Today http://x.co/a", True),
        ("a nice bounce today", False),
    ],
)
def test_title_case(text: str, titled: bool) -> None:
    assert is_titled(text) is titled


def test_names_months_and_acronyms_keep_their_capitals() -> None:
    assert lowered("UK Regulator Fines Tesco In March, I'm Told") == "UK regulator fines Tesco in March, I'm told"


def test_the_list_is_in_order_and_says_what_is_spoken_of() -> None:
    names = listed()
    assert len(names) > 500 and len(set(names)) == len(names)
    assert set(listed(spoken=True)) < set(names) and "Just Eat" not in listed(spoken=True)
