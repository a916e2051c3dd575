"""Word links become phrases, phrases get markers, and a corpus with them still holds the same sentences."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from templates.refusal import Refusal
from tests.translation.training.sentences import write_tsv
from tests.translation.training.test_corpus import MANY
from translation import markers
from translation.training import alignment, shards
from translation.training.alignment import Links, joined
from translation.training.corpus import Settings, prepare
from translation.training.marking import Settings as Marking
from translation.training.marking import mark
from translation.training.pair import Pair
from translation.training.phrases import phrases

ALWAYS = Marking(share=1.0, longer=1.0)
SOURCE, TARGET = "wake me up at ⟦1⟧, the red lamp", "väck mig ⟦1⟧, den röda lampan"
#          0    1  2  3  4  5 6   7   8        0    1   2  3 4   5    6
SURE = frozenset({(0, 0), (1, 1), (4, 2), (5, 3), (6, 4), (7, 5), (8, 6)})
LINKED = Links(SURE, SURE | {(2, 0), (3, 2)})


def said(source: str, target: str, links: Links) -> set[tuple[str, str]]:
    return {(source[slice(*one.source)], target[slice(*one.target)]) for one in phrases(source, target, links)}


def test_grow_diag_takes_neighbours_that_touch() -> None:
    links = joined({(0, 0), (1, 1), (2, 1), (4, 4)}, {(0, 0), (1, 1), (4, 0), (3, 4)})
    assert links.sure == {(0, 0), (1, 1)}
    assert links.all == {(0, 0), (1, 1), (2, 1)}


def test_phrases_are_consistent_and_hold_no_punctuation() -> None:
    found = said(SOURCE, TARGET, LINKED)
    assert {("⟦1⟧", "⟦1⟧"), ("the red lamp", "den röda lampan"), ("red lamp", "röda lampan"), ("lamp", "lampan")} <= found
    assert ("at ⟦1⟧", "⟦1⟧") not in found  # a placeholder says itself alone
    assert not any("," in source or source in ("wake", "me") for source, _ in found)
    assert (SOURCE, TARGET) not in found


def test_a_phrase_is_not_torn_from_a_word_linked_outside() -> None:
    both = frozenset({(0, 0), (1, 1), (2, 2), (0, 2)})
    assert said("turn lights off", "släck alla lampor", Links(both, both)) == {("lights", "alla")}


def test_marked_sides_are_the_pair_again_without_their_markers() -> None:
    counts: Counter[int] = Counter()
    for seed in range(60):
        done = mark(Pair(SOURCE, TARGET, "mine"), LINKED, random.Random(seed), ALWAYS)
        ours, theirs = markers.read(done.source), markers.read(done.target)
        assert ours is not None and theirs is not None
        assert (ours[0], theirs[0]) == (SOURCE, TARGET)
        assert list(ours[1]) == sorted(theirs[1]) and ours[1]
        counts[len(ours[1])] += 1
        spans = {(SOURCE[slice(*span)], TARGET[slice(*theirs[1][place])]) for place, span in ours[1].items()}
        assert spans <= said(SOURCE, TARGET, LINKED)
    assert len(counts) > 1


def test_chance_and_what_is_marked_already_leave_a_pair_alone() -> None:
    pair = Pair(SOURCE, TARGET, "mine")
    assert mark(pair, LINKED, random.Random(0), Marking(share=0.0)) is pair
    already = mark(pair, LINKED, random.Random(0), ALWAYS)
    assert mark(already, LINKED, random.Random(0), ALWAYS) is already
    assert mark(pair, Links(frozenset(), frozenset()), random.Random(0), ALWAYS) is pair


def test_without_eflomal_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(alignment, "possible", lambda: False)
    with pytest.raises(Refusal, match=r"pip install 'lingraft\[align\]'"):
        next(alignment.align(lambda: [("a", "b")], tmp_path))


@pytest.mark.skipif(not alignment.possible(), reason="eflomal is not installed")
def test_a_corpus_learns_markers_and_keeps_its_sentences(tmp_path: Path) -> None:
    folder = tmp_path / "parallel"
    folder.mkdir()
    write_tsv(folder / "mine.tsv", MANY)
    plain = prepare([folder], tmp_path / "plain", settings=Settings(shard_pairs=120))
    facts = prepare([folder], tmp_path / "marked", settings=Settings(shard_pairs=120, marking=ALWAYS))
    assert facts.digest != plain.digest and facts.pairs == plain.pairs == len(MANY)
    right, bare = Counter[bool](), Counter[tuple[str, str]]()
    words = {"bought": "köpte", "saw": "såg", "sold": "sålde", "found": "hittade", "car": "bil", "house": "hus", "boat": "båten", "book": "boken"}
    for pair in shards.read(tmp_path / "marked"):
        ours, theirs = markers.read(pair.source), markers.read(pair.target)
        assert ours is not None and theirs is not None
        bare[ours[0], theirs[0]] += 1
        for place, span in ours[1].items():
            word = words.get(ours[0][slice(*span)].split()[-1])
            if word is not None:
                right[theirs[0][slice(*theirs[1][place])].split()[-1] == word] += 1
    assert bare == Counter({(pair.source, pair.target): 1 for pair in shards.read(tmp_path / "plain")})
    assert facts.marked > 0.8 * facts.pairs
    assert right[True] > 20 and right[True] > 0.9 * right.total()
    assert not list((tmp_path / "marked").glob("*.links"))
