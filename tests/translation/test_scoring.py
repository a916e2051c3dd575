"""scoring: the scores are those of the checks, the same in one process and in two, in the order of the pairs."""

from templates import language
from translation import scoring
from translation.gates import copy, language_id

SV = language.load("sv")
TEXTS = [(f"The share number {index} rose today.", f"Aktie nummer {index} steg i dag.") for index in range(60)]
PAIRS = [(check, source, target) for source, target in TEXTS for check in ("copy", "language_id", "repetition", "numbers")]


def test_scores_are_those_of_the_checks_and_a_pair_is_scored_once():
    found = scoring.score_texts([*PAIRS, *PAIRS], SV, wanted=1)
    assert list(found) == PAIRS
    assert found[PAIRS[0]] == copy.score(*TEXTS[0], SV)
    assert found[PAIRS[1]] == language_id.score(*TEXTS[0], SV)


def test_two_processes_find_the_same_in_the_same_order(monkeypatch):
    monkeypatch.setattr(scoring, "CHUNK", 50)
    assert list(scoring.score_texts(PAIRS, SV, wanted=2).items()) == list(scoring.score_texts(PAIRS, SV, wanted=1).items())


def test_few_pairs_are_not_worth_a_second_process():
    assert scoring.processes(None, scoring.PAYS - 1) == 1
    assert 1 <= scoring.processes(None, scoring.PAYS) <= scoring.MOST
    assert scoring.processes(3, 1) == 3
