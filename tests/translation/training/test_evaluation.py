"""evaluation: scores are sacrebleu's, equal translators do not differ, and faults are counted."""

from __future__ import annotations

import pytest
import sacrebleu

from templates import language
from tests.forty_rows import PAIRS
from translation.gold import Pair
from translation.training.evaluation import evaluate, faults
from translation.training.gold_set import GoldSet

EN, SV = language.load("en"), language.load("sv")
SOURCES, TARGETS = [pair.source for pair in PAIRS], [pair.target for pair in PAIRS]
GOLD = GoldSet("forty", "forty.tsv", "0" * 64, "all", tuple(Pair(pair.source, pair.target) for pair in PAIRS))


def worse(texts):
    return [" ".join(TARGETS[SOURCES.index(text)].split()[:-2]) or "x" for text in texts]


def right(texts):
    return [TARGETS[SOURCES.index(text)] for text in texts]


def test_scores_and_signatures_are_those_of_sacrebleu():
    found, outputs = evaluate(GOLD, worse, source=EN, target=SV), worse(SOURCES)
    expected = {"chrf2": sacrebleu.corpus_chrf, "bleu": sacrebleu.corpus_bleu, "ter": sacrebleu.corpus_ter}
    for name, score in found.scores.items():
        assert score.score == pytest.approx(expected[name](outputs, [TARGETS]).score, abs=0.006)
        assert score.interval95[0] <= score.score <= score.interval95[1] and score.interval95[0] < score.interval95[1]
        assert score.signature.startswith("nrefs:1|") and score.signature.endswith("|bs:1000|seed:12345")
    assert found.outputs == tuple(outputs) and found.against == {}


def test_against_another_translator():
    found = evaluate(GOLD, right, source=EN, target=SV, against=worse)
    assert found.scores["chrf2"].score == 100.0 and found.scores["ter"].score == 0.0
    assert found.against["chrf2"].difference > 5 and found.against["ter"].difference < 0
    assert all(pair.p_value < 0.01 for pair in found.against.values())
    assert found.against["bleu"].score == pytest.approx(sacrebleu.corpus_bleu(worse(SOURCES), [TARGETS]).score, abs=0.006)
    assert "bs:1000" in found.against["bleu"].signature


def test_a_translator_does_not_differ_from_itself():
    found = evaluate(GOLD, worse, source=EN, target=SV, against=worse)
    assert {(pair.difference, pair.p_value) for pair in found.against.values()} == {(0.0, 1.0)}


def test_the_reverse_direction_translates_the_second_column():
    asked = []
    found = evaluate(GOLD, lambda texts: asked.extend(texts) or [SOURCES[TARGETS.index(text)] for text in texts], source=SV, target=EN)
    assert asked == TARGETS and found.scores["bleu"].score == pytest.approx(100.0)


def test_faults_are_counted():
    sources = ["The bank said that profits had risen again.", "Where is the nearest station?", "Shares in the company fell sharply today."]
    outputs = ["", "Var är är närmaste station station station station?", "Shares in the company fell sharply today."]
    found = faults(sources, outputs, EN, SV)
    assert (found.empty, found.loops, found.copies) == (1, 1, 1)
    fine = faults(sources, ["Banken sade att vinsten hade stigit igen.", "Var är närmaste station?", "Bolagets aktier föll kraftigt i dag."], EN, SV)
    assert (fine.empty, fine.loops, fine.copies) == (0, 0, 0)


def test_json_has_the_same_keys_with_and_without_a_comparison():
    alone, compared = (evaluate(GOLD, right, source=EN, target=SV, against=other).to_json() for other in (None, worse))
    assert set(alone) == set(compared) == {"name", "file", "sha256", "half", "pairs", "scores", "faults", "against"}
    assert alone["pairs"] == len(PAIRS) and set(alone["scores"]) == {"chrf2", "bleu", "ter"} and alone["against"] == {}
