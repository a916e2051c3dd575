"""prose: a title that stays is no untranslated text; a whole utterance that stays is, title and all."""

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.slots import Slot
from translation import limits, prose
from translation.gates import copy, numbers
from translation.judge import judge

ASSISTANT = catalogue.benchmark("assistant")
SV = language.load("sv")
SOURCE = "play the time machine by h g wells please"
TITLE = Slot("audiobook_name", "the time machine", 5)
AUTHOR = Slot("audiobook_author", "h g wells", 25)


def pair(said: str, *slots: Slot) -> tuple[Record, Record]:
    source = Record("1", {"utterance": SOURCE}, "play_audiobook", SOURCE, slots=(TITLE, AUTHOR))
    return source, Record("1", {"utterance": said}, "play_audiobook", SOURCE, source=source.fields, engine="e", slots=slots, source_slots=source.slots)


def kept(said: str, *values: str, method: str = "copy", name: str = "audiobook_name") -> tuple[Record, Record]:
    return pair(said, *(Slot(name if value == TITLE.value else "audiobook_author", value, said.index(value), method) for value in values))


SAID = "spela the time machine av h g wells tack"


def test_kept_names_become_blanks_of_their_length_where_the_rest_was_translated() -> None:
    ours, theirs = prose.texts(copy, "utterance", *kept(SAID, "the time machine", "h g wells"), ASSISTANT)
    assert (ours.split(), theirs.split()) == (["play", "by", "please"], ["spela", "av", "tack"])
    assert (len(ours), len(theirs), theirs.index("tack")) == (len(SOURCE), len(SAID), SAID.index("tack"))


@pytest.mark.parametrize(
    ("gate", "rows"),
    [
        (numbers, kept(SAID, "the time machine", "h g wells")),  # not a check of prose
        (copy, kept(SOURCE, "the time machine", "h g wells")),  # nothing was translated
        (copy, kept(SAID, "the time machine", method="exact")),  # translated as the same words
        (copy, kept(SAID, "the time machine", name="list_name")),  # no type of names
    ],
)
def test_otherwise_the_texts_are_whole(gate, rows) -> None:
    assert prose.texts(gate, "utterance", *rows, ASSISTANT) == (SOURCE, rows[1].fields["utterance"])


def test_the_gate_keeps_a_row_with_a_title_and_not_one_without_a_translation() -> None:
    for said, decision in ((SAID, "keep"), (SOURCE, "quarantine")):
        source, target = kept(said, "the time machine", "h g wells")
        (row,) = judge([source], [target], benchmark=ASSISTANT, language=SV, limits=limits.read(SV)).rows
        assert row.decision == decision, row.reasons
