"""A small world for the report: outcomes of a plausible Swedish run, generated, with signatures, failures and a failed gate."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from pipeline import metrics
from pipeline.outcome import Epoch, Outcome, Prediction
from pipeline.report.page import Facts, Inputs, Model, render
from pipeline.report.summary import summarise
from templates.benchmark import Record
from templates.finding import Finding
from templates.language import Cell

LABELS = ("negative", "positive")


def outcome(method: str, condition: str, answers: list[tuple[str, str, str]], **changes: Any) -> Outcome:
    """One trial from (id, label, predicted)."""
    predictions = tuple(Prediction(name, gold, guess, 0.9) for name, gold, guess in answers)
    fold, seed, fraction = changes.get("fold", 0), changes.get("seed", 1), changes.get("fraction", 1.0)
    scores = metrics.classification([one.label for one in predictions], [one.predicted for one in predictions], labels=LABELS) if answers else {}
    values: dict[str, Any] = {
        "trial": f"{condition}-{method}-{fold}-{fraction}-{seed}",
        "signature": {
            "benchmark": "fiqa",
            "condition": condition,
            "method": method,
            "fold": str(fold),
            "seed": str(seed),
            "model": "smol",
            "gate": "fail,kept=71%",
        },
        "condition": condition,
        "benchmark": "fiqa",
        "method": method,
        "settings": {},
        "fold": fold,
        "fraction": fraction,
        "seed": seed,
        "train_rows": 800,
        "validation_rows": 100,
        "test_rows": len(predictions),
        "predictions": predictions,
        **scores,
        **changes,
    }
    return Outcome(**values)


@pytest.fixture
def make() -> Callable[..., Outcome]:
    return outcome


def _history(draw: random.Random, top: float) -> tuple[Epoch, ...]:
    return tuple(
        Epoch(number, 0.7 - 0.05 * number, 0.69 - 0.04 * number + 0.006 * number**2 + draw.gauss(0, 0.01), top - 0.25 / number + draw.gauss(0, 0.01))
        for number in range(1, 11)
    )


def plausible_outcomes() -> list[Outcome]:
    """Three folds, four methods, fractions 100 / 10 / 1 % with several draws; one trial failed."""
    draw = random.Random(7)
    gold = {f"headline-{number:04d}": LABELS[draw.random() < 0.656] for number in range(1159)}
    kept = {name for name in gold if draw.random() < 0.713}
    level = {("p_tuning", "en"): 0.80, ("p_tuning", "sv"): 0.745, ("p_tuning", "en>sv"): 0.79, ("tfidf", "en"): 0.72, ("tfidf", "sv"): 0.70}
    found: list[Outcome] = []
    for condition in ("sv", "en", "en>sv"):
        pool = sorted(gold if condition == "en" else kept)
        for fold in range(3):
            rows = [name for name in pool if int(name[-4:]) % 5 == fold]
            for method, settings in [("p_tuning", {}), ("few_shot", {"shots": 0}), ("few_shot", {"shots": 4}), ("tfidf", {}), ("majority", {})]:
                if condition == "en>sv" and method not in ("p_tuning", "majority"):
                    continue
                fractions = ((1.0, 1), (0.1, 3), (0.01, 6)) if method in ("p_tuning", "tfidf") and condition != "en>sv" and fold == 0 else ((1.0, 1),)
                for fraction, seeds in fractions:
                    for seed in range(1, seeds + 1):
                        top = level.get((method, condition), 0.5 + 0.03 * int(settings.get("shots", 0)))
                        top = top if fraction == 1 else 0.56 + (top - 0.56) * (0.7 if fraction == 0.1 else 0.1) + draw.gauss(0, 0.02 / fraction**0.25)
                        answers = [
                            (name, gold[name], "positive" if method == "majority" else gold[name] if draw.random() < top else LABELS[gold[name] == "negative"])
                            for name in rows
                        ]
                        tuned = method == "p_tuning"
                        found.append(
                            outcome(
                                method,
                                condition,
                                answers,
                                settings=settings,
                                fold=fold,
                                seed=seed,
                                fraction=fraction,
                                train_rows=max(9, int(0.72 * len(pool) * fraction)),
                                history=_history(draw, top) if tuned else (),
                                best_epoch=6 if tuned else 0,
                                trained_parameters=5_120_000 if tuned else 0,
                                stored_parameters=5760 if tuned else 0,
                                seconds=draw.uniform(20, 90) if tuned else 0.4,
                            )
                        )
    found.append(outcome("p_tuning", "sv", [], fold=3, error="OutOfMemoryError: 512 MiB asked, 200 MiB left", seconds=3.0))
    return found


@pytest.fixture(scope="session")
def outcomes() -> list[Outcome]:
    return plausible_outcomes()


def plausible_inputs(found: list[Outcome]) -> Inputs:
    """Everything the page shows, for a run whose gate failed and whose study went on."""
    kept = {item.id for one in found if one.condition == "sv" for item in one.predictions}  # folds 3 and 4 are not tested

    def record(number: int, english: str, swedish: str, target: str, label: str, *reasons: str) -> Record:
        return Record(
            f"headline-{number:04d}",
            {"sentence": swedish, "target": target},
            label,
            english,
            {"sentence": english, "target": target},
            "marian:1f3a",
            reasons,
            reasons,
        )

    return Inputs(
        language_code="sv",
        language_name="Swedish",
        study="quick",
        summary=summarise(found, labels={"fiqa": LABELS}, kept={"fiqa": kept}),
        model=Model("SmolLM2-135M", 134_515_008, "sha256:5d1c0a77e1f24b6b"),
        gates={
            "fiqa": {
                "verdict": "fail",
                "excluded": {"score 0": 14},
                "statistics": {"source": 1173, "excluded": 14, "rows": 1159, "kept": 826, "quarantined": 333, "keep_rate": 0.713, "english_left_kept": 0.031},
                "checks": [
                    {
                        "id": "numbers",
                        "question": "Are all numbers there?",
                        "severity": "major",
                        "threshold": "same numbers",
                        "n_evaluated": 640,
                        "n_flagged": 211,
                    },
                    {"id": "language", "question": "Is it Swedish?", "severity": "major", "threshold": "0.7", "n_evaluated": 900, "n_flagged": 122},
                ],
                "per_label": {"negative": {"rows": 399, "kept": 281, "kept_share": 0.704}, "positive": {"rows": 760, "kept": 545, "kept_share": 0.717}},
                "findings": [
                    {
                        "check": "keep-rate",
                        "where": "sv/fiqa",
                        "what": "71 % of the rows could be kept; a pass needs 95 %, below 90 % it fails",
                        "severity": "error",
                    },
                    {"check": "penalty", "where": "sv/fiqa", "what": "12 penalty points", "severity": "warning"},
                ],
            }
        },
        quarantine={"fiqa": {"numbers": 211, "language": 122, "untranslated_copy": 17, "length_ratio": 9}},
        words={
            "fiqa": Cell(
                "{sentence} Känsla för {target}[[10]]:{answer}", {"negative": " negativ", "positive": " positiv"}, {"positive": ("positiva", "positivt")}
            )
        },
        samples={
            "fiqa": [
                record(
                    1,
                    "Intertek swings to £347 million loss on oil rout",
                    "Intertek vänder till förlust på 347 miljoner pund efter oljeraset",
                    "Intertek",
                    "negative",
                ),
                record(2, "Compass Group says positive for year ahead", "Compass Group ser positivt på året som kommer", "Compass Group", "positive"),
                record(
                    3,
                    "$TSLA up 4.5% after hours, calls paid 3x",
                    "TSLA upp efter stängning, köpoptioner betalade",
                    "TSLA",
                    "positive",
                    "numbers(target)",
                    "ticker",
                ),
                record(4, "Shell shares slide", "Shell shares slide", "Shell", "negative", "untranslated_copy"),
            ]
        },
        facts=Facts(
            versions={"lingraft": "0.1.0", "torch": "2.13.0", "transformers": "5.23.0", "ctranslate2": "4.8.1"},
            seconds={"refresh": 1.2, "translate": 140.4, "judge": 20.0, "localise": 0.2, "study": 1620.0, "report": 3.0},
            origin={"fiqa": "folder benchmarks, sha256 9c2e…"},
            engine="ctranslate2 en-sv (Marian, int8)",
        ),
        source_tokens_left={"fiqa": 0.031},
        findings=[Finding("draft", "sv/fiqa", "prompt and words are a draft that nobody has reviewed", "warning")],
        links={
            "gate/fiqa": "gate/fiqa/index.html",
            "records/fiqa": "records/fiqa.jsonl",
            "quarantine/fiqa": "records/fiqa.quarantine.jsonl",
            "words/fiqa": "words/fiqa.toml",
            "outcomes": "outcomes.jsonl",
        },
    )


@pytest.fixture(scope="session")
def inputs(outcomes: list[Outcome]) -> Inputs:
    return plausible_inputs(outcomes)


@pytest.fixture(scope="session")
def html(inputs: Inputs) -> str:
    return render(inputs)
