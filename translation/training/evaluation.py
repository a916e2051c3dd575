"""Evaluation: how near a translator comes to human translations: BLEU, chrF2 and TER with signatures, intervals and paired tests.

All by sacrebleu (Post 2018, https://aclanthology.org/W18-6319): BLEU (Papineni et al. 2002, https://aclanthology.org/P02-1040), chrF2
(Popović 2015, https://aclanthology.org/W15-3049), TER (Snover et al. 2006, https://aclanthology.org/2006.amta-papers.25; lower is better).
Intervals: percentile bootstrap over sentences (Koehn 2004, https://aclanthology.org/W04-3250), and the paired bootstrap of the same
paper against another translator. Beside them what no such score shows: outputs that are empty, that loop, that are copies.
Misses: whether a translation that differs from the reference is as good as it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest, Result

from templates.language import ENGLISH, Language
from translation.gates import copy, empty, repetition
from translation.references import RESAMPLES, SEED, interval, measure
from translation.training.gold_set import GoldSet

METRICS = {"chrf2": CHRF, "bleu": BLEU, "ter": TER}
Translate = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over one set, with the middle 95 % of RESAMPLES draws."""

    score: float
    interval95: tuple[float, float]
    signature: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The other translator's score, ours less theirs, and how likely so large a difference is by chance (two-sided)."""

    score: float
    difference: float
    p_value: float
    signature: str


@dataclass(frozen=True, slots=True)
class Faults:
    """Outputs without a letter or figure, with a loop, and that are copies of their source, as the gate sees them; counts."""

    empty: int
    loops: int
    copies: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One gold set: metric -> score, and where there is another translator metric -> comparison. `outputs` in the order of the set."""

    gold: GoldSet
    scores: dict[str, Score]
    against: dict[str, Paired]
    faults: Faults
    outputs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values with the same keys always; without the texts."""
        told = {name: getattr(self.gold, name) for name in ("name", "file", "sha256", "half")} | {"pairs": len(self.gold.pairs)}
        scores = {name: asdict(score) for name, score in self.scores.items()}
        return {**told, "scores": scores, "faults": asdict(self.faults), "against": {name: asdict(one) for name, one in self.against.items()}}


def evaluate(gold: GoldSet, translate: Translate, *, source: Language, target: Language, against: Translate | None = None) -> Measured:
    """Translate one gold set and measure it; `against`: the other translator."""
    texts, wanted = gold.sides(source.code)
    ours = list(translate(texts))
    theirs = None if against is None else list(against(texts))
    scores = {}
    for name, metric in METRICS.items():
        made = metric()
        (one,) = measure(made, wanted, ours)
        scores[name] = Score(round(one.score, 2), _rounded(interval(one.drawn)), f"{made.get_signature()}|bs:{RESAMPLES}|seed:{SEED}")
    return Measured(gold, scores, _paired(ours, theirs, wanted) if theirs is not None else {}, faults(texts, ours, source, target), tuple(ours))


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 2), round(pair[1], 2)


def _paired(ours: Sequence[str], theirs: Sequence[str], wanted: Sequence[str]) -> dict[str, Paired]:
    systems: list[tuple[str, Sequence[str]]] = [("theirs", list(theirs)), ("ours", list(ours))]
    metrics = {name: metric() for name, metric in METRICS.items()}
    signatures, scores = PairedTest(systems, metrics, [list(wanted)], test_type="bs", n_samples=RESAMPLES)()
    found = {}
    for name, key in zip(METRICS, (key for key in scores if key != "System"), strict=True):
        base, own = (one for one in scores[key] if isinstance(one, Result))
        assert own.p_value is not None
        chance = own.p_value if own.score != base.score else 1.0  # sacrebleu gives 1/1001 where every draw differs by nothing
        found[name] = Paired(round(base.score, 2), round(own.score - base.score, 2), round(float(chance), 4), str(signatures[key]))
    return found


def faults(sources: Sequence[str], outputs: Sequence[str], source: Language, target: Language) -> Faults:
    """What the gate's checks of single sentences refuse; copies only where the source is English, whose words that check knows."""
    both = list(zip(sources, outputs, strict=True))
    blank = sum(not empty.accept(empty.score(one, other, target), empty.Settings()) for one, other in both)
    loops = [repetition.score(one, other, target) for one, other in both]
    looped = sum(not repetition.accept(score, repetition.Settings()) and not repetition.doubtful(score, repetition.Settings()) for score in loops)
    copied = sum(_copied(one, other, target) for one, other in both) if source.code == ENGLISH else 0
    return Faults(blank, looped, copied)


def _copied(source: str, output: str, target: Language) -> bool:
    score, settings = copy.score(source, output, target), copy.Settings()
    return copy.judged(score, settings) and not copy.accept(score, settings) and not copy.doubtful(score, settings)
