"""fidelity: a classifier of the English rows reads what came back; on rows it was not trained on, and only where it is right in English."""

from __future__ import annotations

from translation.fidelity import preferences

UP = ("rises", "jumps", "gains", "climbs")
DOWN = ("falls", "slumps", "drops", "sinks")
NAMES = ("Acme", "Borealis", "Kestrane", "Dover", "Elmwood", "Fenwick", "Garland", "Harrow")
TEXTS = [f"{name} {verb} on news" for verbs in (UP, DOWN) for verb in verbs for name in NAMES]
LABELS = ["up"] * 32 + ["down"] * 32
GROUPS = [str(number) for number in range(64)]


def test_a_label_that_came_back_is_preferred_and_one_that_turned_is_not() -> None:
    found = preferences(TEXTS, LABELS, GROUPS, dict(enumerate(TEXTS)))
    assert len(found) == 64 and min(found.values()) > 0
    turned = preferences(TEXTS, LABELS, GROUPS, {0: "Acme falls on news", 1: "Borealis climbs on news", 40: "Acme slumps on news"})
    assert turned[0] < 0 < min(turned[1], turned[40])
    assert set(turned) == {0, 1, 40}


def test_a_row_that_is_misread_in_english_has_no_say() -> None:
    labels = ["down", *LABELS[1:]]
    found = preferences(TEXTS, labels, GROUPS, dict(enumerate(TEXTS)))
    assert 0 not in found and len(found) > 55


def test_rows_of_a_group_are_not_trained_on_for_one_another() -> None:
    texts, labels = [*TEXTS, *["zzz qqq"] * 12], [*LABELS, *["up"] * 12]  # words that only the twins have
    own = dict(enumerate(texts))
    apart = preferences(texts, labels, [*GROUPS, *(f"single {number}" for number in range(12))], own)
    together = preferences(texts, labels, [*GROUPS, *["twins"] * 12], own)
    for row in range(64, 76):
        assert apart[row] > 2.0
        assert together.get(row, 0.0) < 0.5


def test_rare_labels_and_too_few_rows_have_no_opinion() -> None:
    rare = [*LABELS[:-3], "other", "other", "other"]
    assert not set(preferences(TEXTS, rare, GROUPS, dict(enumerate(TEXTS)))) & {61, 62, 63}
    assert preferences(TEXTS[:20], LABELS[:20], GROUPS[:20], dict(enumerate(TEXTS))) == {}
    assert preferences(TEXTS, LABELS, ["one"] * 64, dict(enumerate(TEXTS))) == {}
