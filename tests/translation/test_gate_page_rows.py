"""gate_page in a real browser: rows that hold anything, what is marked in them, and 12,000 of them. Chromium by Playwright, or skipped."""

from dataclasses import replace
from pathlib import Path

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.finding import Finding
from tests.speed.gate_page import large, timings
from translation import gate_page
from translation.gate_report import GateReport
from translation.judge import judge

HOSTILE = {
    "script": ("</script><script>window.acted = 1</script><!--<script>", "</script><script>window.acted = 1</script><!--<script>"),
    "image": ("<img src=x onerror='window.acted = 1'>", "<img src=x onerror='window.acted = 1'>"),
    "direction": ("\u202eabc\u2066 \u200f", "[U+202E]abc[U+2066] [U+200F]"),
    "nul": ("a\x00b\x1bc", "a[U+0000]b[U+001B]c"),
    "surrogate": ("half \ud83d pair", "half [U+D83D] pair"),
    "separator": ("one\u2028two\u2029three", "one[U+2028]two[U+2029]three"),
    "formula": ('=HYPERLINK("http://example.com","x")', '=HYPERLINK("http://example.com","x")'),
    "template": ("{{ 7*7 }} ${7*7} {% x %} &lt;b&gt;", "{{ 7*7 }} ${7*7} {% x %} &lt;b&gt;"),
    "emoji": ("\U0001f600\U0001f469\u200d\U0001f4bb ok", "\U0001f600\U0001f469\u200d\U0001f4bb ok"),
}


def written(report: GateReport, folder: Path) -> str:
    gate_page.write(report, folder, provenance={"engine": "none"})
    return (folder / "index.html").as_uri()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rows_are_only_text(visit, tmp_path, name):
    """Everywhere a row's text can stand: id, source, target, label, flag, reason, scores, method; and in a search for it."""
    raw, seen = HOSTILE[name]
    fields = {"sentence": f"Profit falls {raw} again.", "target": "Shell"}
    source = Record(f"id {raw}", fields, "negative", "g")
    made = replace(source, fields=fields, source=fields, flags=(f"flag {raw}",))
    found = judge([source], [made], benchmark=catalogue.benchmark("fiqa"), language=language.load("sv"))
    row = replace(found.rows[0], label=f"label {raw}", methods=(f"method {raw}",), scores={f"check {raw}": {f"part {raw}": raw, "list": [raw]}})
    page = visit(written(replace(found, rows=(row,), words=(Finding("words", raw, raw),)), tmp_path))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    table = page.locator("#rows").inner_text()
    for words in (f"id {seen}", f"Profit falls {seen} again.", f"label {seen}", f"flag {seen}", f"method {seen}", f"part {seen}"):
        assert words in table
    page.fill("#text", seen)
    assert page.inner_text("#shown").startswith("1 of 1 rows: with ")
    assert page.evaluate("window.acted") is None
    assert page.locator("main img, main script, #rows a:not([href^='#'])").count() == 0


def test_what_a_check_points_at_is_marked(visit, tmp_path):
    report = large(12)
    text = "\U0001f600\U0001f469 Bolaget é\u0301 12 %\u202e"
    spans = {"sentence": {"source": ((0, 6), (3, 9)), "target": ((3, 10), (15, 99))}}
    row = replace(report.rows[0], target={**report.rows[0].target, "sentence": text}, spans=spans)
    page = visit(written(replace(report, rows=(row, *report.rows[1:])), tmp_path))
    cells = page.locator("#rows tbody tr").first.locator("td")
    assert cells.nth(0).locator("mark").all_text_contents() == ["Shares of"]
    assert cells.nth(1).locator("mark").all_text_contents() == ["Bolaget", "2 %[U+202E]"]
    assert cells.nth(1).locator("bdi").first.text_content() == text.replace("\u202e", "[U+202E]")


@pytest.mark.slow
def test_twelve_thousand_rows_stay_fluid(visit, tmp_path):
    """Loose bounds, for machines that do other work; `tests.speed.gate_page` prints the figures."""
    file = written(large(12_000), tmp_path)
    assert (tmp_path / "index.html").stat().st_size < 25e6
    page = visit(file)
    took = timings(page, file, times=1)
    assert took["open"] < 10_000
    assert took["filter"] < 1_000
    assert page.inner_text("#shown") == "All 12,000 rows"
