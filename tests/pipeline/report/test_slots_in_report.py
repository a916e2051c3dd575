"""Benchmarks with slots in the report: span F1 and exact match stand beside accuracy, and 64 labels leave the page readable."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from pipeline import metrics
from pipeline.outcome import Outcome, Prediction
from pipeline.report import charts
from pipeline.report.headline import headline
from pipeline.report.inputs import Inputs, Model
from pipeline.report.measure import measure
from pipeline.report.page import render
from pipeline.report.summary import Summary, summarise
from pipeline.slot_metrics import nemo_slots, slot_interval, slot_scores
from templates.benchmark import Record
from templates.language import Cell
from templates.slots import Slot

LABELS = tuple(f"scenario_{number % 9}_intent_{number}" for number in range(64))


def predictions(count: int, *, right: float) -> tuple[Prediction, ...]:
    draw = random.Random(count)
    made = []
    for number in range(count):
        label = LABELS[number % 64]
        guess = label if draw.random() < right else LABELS[(number + 1 + number % 3) % 64]
        slot = Slot("time", "five am", 11)
        found = {0: (slot,), 1: (Slot("time", "five", 11),), 2: ()}[number % 3]
        made.append(Prediction(f"u{number}", label, guess, 0.9, "wake me at five am", (slot,), found))
    return tuple(made)


@pytest.fixture
def found(make) -> list[Outcome]:
    made = []
    for method, right in (("p_tuning", 0.7), ("majority", 0.0)):
        for seed in (1, 2):
            rows = predictions(256 + seed, right=right)
            scores = metrics.classification([row.label for row in rows], [row.predicted for row in rows], labels=LABELS)
            slots = slot_scores(rows)
            values = {"benchmark": "toy", "seed": seed, "test_rows": len(rows), "fraction": 1.0}
            made.append(replace(make(method, "sv", [], **values), predictions=rows, **scores, **slots))
    made.append(make("p_tuning", "sv", [], benchmark="toy", seed=3, error="ValueError: no"))
    return made


def page(outcomes: list[Outcome]) -> str:
    summary = summarise(outcomes, labels={"toy": LABELS, "fiqa": ("negative", "positive")}, kept={})
    return render(Inputs(language_code="sv", language_name="Swedish", study="quick", summary=summary, model=Model("tiny", 1000, "f")))


def test_a_cell_measures_slots_as_slot_metrics_does(found: list[Outcome]) -> None:
    table = summarise(found, labels={"toy": LABELS}, kept={}).tables[0]
    cell = next(cell for cell in table.cells if cell.method == "p_tuning")
    assert cell.span_f1 is not None and cell.exact_match is not None
    assert cell.span_f1.mean == pytest.approx(sum(one.span_f1 or 0 for one in found[:2]) / 2)
    assert cell.exact_match.low <= cell.exact_match.mean <= cell.exact_match.high
    one = measure([(0, found[0].predictions)], labels=LABELS, metric="span_f1")
    assert (one.low, one.high) == slot_interval(found[0].predictions, metric="span_f1")


def test_the_page_and_the_terminal_show_them(found: list[Outcome]) -> None:
    html = page(found)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Intent accuracy with its 95" in text
    assert f"span F1 {100 * (found[0].span_f1 + found[1].span_f1) / 2:.1f}" in text  # type: ignore[operator]
    assert text.count(" exact ") >= 2
    heads = re.search(r"<tr><th[^>]*>Method</th><th[^>]*>Text</th>.*?</tr>", html[html.index("All trials on") :])
    assert heads is not None
    width = heads[0].count("<th")
    for row in re.findall(r"<tr title=.*?</tr>", html, flags=re.DOTALL):
        cells = row.count("<td") + row.count("<th")
        spanned = sum(int(number) - 1 for number in re.findall(r'colspan="(\d+)"', row))
        assert cells + spanned == width
    kept = {item.id for item in found[0].predictions}
    english = [replace(one, condition="en", signature={**one.signature, "condition": "en"}) for one in found[:2]]
    summary = summarise([*found, *english], labels={"toy": LABELS}, kept={"toy": kept})
    lines = headline(summary, gates={"toy": {"statistics": {"source": 1000, "kept": 900}}}, source_tokens_left={"toy": 0.02})
    assert lines[1].split("  ")[1] == "accuracy, span F1, exact"
    assert re.search(r"  P-tuning +\d+\.\d % \(\d+\.\d to \d+\.\d\)  \d+\.\d %  \d+\.\d % +\d+\.\d %  \d+\.\d %  \d+\.\d %", lines[2])
    assert max(map(len, lines[:4])) <= 120


@pytest.mark.parametrize("slots", [(Slot("time", "fem", 17), Slot("date", "måndag", 24)), ()])
def test_the_words_section_shows_how_slots_are_said(slots: tuple[Slot, ...]) -> None:
    said = "väck mig klockan fem på måndag"
    words = Cell(
        "{utterance}[[10]]\nAvsikt:{answer}",
        {"alarm_set": " ställ alarm"},
        slots={"time": " tid", "date": " datum"},
        slots_lead="\nUppgifter:",
        slots_none=" inga",
    )
    samples = [Record("0", {"utterance": "hej"}, "alarm_set", "", reasons=("empty",)), Record("1", {"utterance": said}, "alarm_set", "", slots=slots)]
    bare = Inputs(language_code="sv", language_name="Swedish", study="quick", summary=Summary((), ()), model=Model("tiny", 1000, "f"))
    html = render(replace(bare, words={"toy": words}, samples={"toy": samples}))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert f"Avsikt: ställ alarm Uppgifter:{' tid(fem), datum(måndag)' if slots else ' inga'}" in text
    assert "goes on with Uppgifter:" in text and "where there is none it says inga." in text
    assert "Prompt, label words and slot words are a draft." in text
    table = html[html.index("<h3>Slots</h3>") :]
    assert re.findall(r"<th scope=\"row\"><bdi>(\w+)</bdi></th><td lang=\"sv\"><bdi>(\w+)</bdi>", table) == [("time", "tid"), ("date", "datum")]
    assert "<h3>Slots</h3>" not in render(replace(bare, words={"toy": replace(words, slots={})}, samples={"toy": samples}))


def test_without_slots_nothing_is_said_of_them(outcomes: list[Outcome], html: str) -> None:
    cells = summarise(outcomes, labels={"fiqa": ("negative", "positive")}, kept={}).tables[0].cells
    assert all(cell.span_f1 is None and cell.exact_match is None for cell in cells)
    assert "Span F1" not in html
    assert "span F1" not in html


def test_slots_stand_there_in_both_dialects(found: list[Outcome]) -> None:
    said = re.sub(r"<[^>]+>|\s+", " ", page(found).split("Slots in two dialects")[1].split("</details>")[0])
    rows = [row for outcome in found[:2] for row in outcome.predictions]
    nemo = nemo_slots(rows)
    percent = [f"{100 * value:.1f}" for value in (slot_scores(rows)["span_f1"], slot_scores(rows)["exact_match"], *nemo.values())]
    assert re.search(r"P-tuning +Swedish +" + r"\W+% +".join(percent), said)
    assert re.search(r"Never naming a slot +Swedish +0\.0\W+% +0\.0\W+% +0\.0\W+% +0\.0", said)  # every one of these texts has a slot
    plain = [replace(outcome, span_f1=None, exact_match=None) for outcome in found]
    assert "two dialects" not in page(plain)


def test_sixty_four_labels_are_folded_into_twelve(found: list[Outcome]) -> None:
    svg = charts.confusion(found[:2], LABELS, title="t", name="n")
    words = ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    labels = [word for word in words if word.startswith("scenario_")]
    assert len(labels) == 2 * (charts.MOST_LABELS - 1)
    assert words.count("53 others") == 2
    counted = sum(int(word.replace(",", "")) for word in words if word.replace(",", "").isdigit())
    assert counted == sum(len(one.predictions) for one in found[:2])  # folding loses nothing
    assert len(svg) < 60_000


def test_the_most_frequent_mistakes_are_listed(found: list[Outcome]) -> None:
    html = page(found)
    rows = html[html.index("The most frequent mistakes.") :].split("</table>")[0]
    told = re.findall(r'<bdi>([^<]+)</bdi></th><td><bdi>([^<]+)</bdi></td><td class="number">(\d+)</td>', rows)
    assert len(told) == 10
    counts = [int(times) for _, _, times in told]
    assert counts == sorted(counts, reverse=True)
    label, answered, times = told[0]
    assert int(times) == sum((item.label, item.predicted) == (label, answered) for one in found[:2] for item in one.predictions)
    assert "53" in html and "all others together" in html
    assert len(html) < 300_000
