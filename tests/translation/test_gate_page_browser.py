"""gate_page in a real browser: everything a person can do on the page. Chromium by Playwright, or skipped."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from templates.finding import Finding
from tests.speed.gate_page import large
from translation import gate_page
from translation.gate_report import Comparison, Delta, GateReport, Share

ROWS = 240  # ten pages of 25, the last not full


@pytest.fixture(scope="module")
def report() -> GateReport:
    return large(ROWS)


@pytest.fixture(scope="module")
def address(report: GateReport, tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(report, tmp_path_factory.mktemp("gate"))


def written(report: GateReport, folder: Path) -> str:
    gate_page.write(report, folder, provenance={"engine": "none"})
    return (folder / "index.html").as_uri()


def ids(page: Any) -> list[str]:
    return page.locator("#rows tbody tr[data-at] th code").all_inner_texts()


def expected(report: GateReport, fits: Any) -> int:
    return sum(map(fits, report.rows))


def shown(page: Any) -> int:
    """How many rows fit, as the page says it."""
    words = page.inner_text("#shown")
    return int(re.search(r"[\d,]+", words).group().replace(",", ""))


def current(page: Any) -> str:
    return page.locator("#rows tr:focus th code").inner_text()


def test_all_rows_are_there_in_pages(visit, address, report):
    page = visit(address)
    assert page.inner_text("#shown") == f"All {ROWS} rows"
    assert ids(page) == [row.id for row in report.rows[:25]]
    page.locator(".dt-paging-button.last").click()
    assert ids(page) == [row.id for row in report.rows[225:]]
    assert page.locator(".dt-info").inner_text() == "226 to 240 of 240 rows"


def test_search_looks_into_texts_ids_and_reasons_word_by_word(visit, address, report):
    page = visit(address)
    page.fill("#text", "  DIVIDEND  Styrelsen ")
    assert shown(page) == expected(report, lambda row: "dividend" in row.source["sentence"])
    page.fill("#text", "row-7-7")
    assert ids(page)[0] == "row-7-7"
    page.fill("#text", "untranslated")
    assert shown(page) == expected(report, lambda row: "copy" in row.failed)
    page.fill("#text", "no such thing")
    assert "No row fits these filters." in page.inner_text("#rows tbody")
    assert shown(page) == 0


FILTERS = (
    ("#decision", "Quarantined", lambda row: row.decision == "quarantine"),
    ("#decision", "Kept after a retry", lambda row: row.decision == "retry"),
    ("#decision", "Kept, all", lambda row: row.decision != "quarantine"),
    ("#decision", "Kept, nothing found", lambda row: row.decision == "keep" and not row.flags),
    ("#decision", "Kept, but marked", lambda row: row.decision == "keep" and bool(row.flags)),
    ("#check", "empty", lambda row: "empty" in row.failed),
    ("#label", "positive", lambda row: row.label == "positive"),
    ("#method", "aligned", lambda row: "aligned" in row.methods),
)


def test_each_filter(visit, address, report):
    page = visit(address)
    for tool, chosen, fits in FILTERS:
        option = page.locator(f"{tool} option").filter(has_text=re.compile(rf"^{chosen}( \(|$)"))
        page.select_option(tool, value=option.get_attribute("value"))
        wanted = expected(report, fits)
        assert 0 < wanted < ROWS, chosen
        assert shown(page) == wanted, chosen
        assert option.inner_text() == f"{chosen} ({wanted})"
        page.click("#clear")
        assert page.inner_text("#shown") == f"All {ROWS} rows"
        assert page.locator("#clear").is_hidden()


def test_filters_narrow_each_other(visit, address, report):
    page = visit(address)
    page.select_option("#label", label=next(text for text in page.locator("#label option").all_inner_texts() if text.startswith("negative")))
    page.select_option("#decision", "quarantined")
    page.fill("#text", "sjönk")
    wanted = expected(report, lambda row: row.label == "negative" and row.decision == "quarantine" and "sjönk" in row.target["sentence"])
    assert shown(page) == wanted > 0


def test_a_score_is_shown_bounded_and_sorted(visit, address, report):
    page = visit(address)
    key = "length_ratio(sentence)"
    page.select_option("#score", label=key)
    values = [float(f"{row.suspicion[key]:.4g}") for row in report.rows if key in row.suspicion]
    worst = sorted(values, reverse=True)

    def column() -> list[str]:
        return page.locator("#rows tbody td.number").all_inner_texts()

    assert [float(text) for text in column()] == worst[:25]
    page.select_option("#order", "score-asc")
    assert [float(text) for text in column()] == worst[::-1][:25]
    page.fill("#least", str(worst[0]))
    assert shown(page) == values.count(worst[0])
    page.fill("#least", "")
    page.fill("#most", f"{worst[-1]}".replace(".", ","))
    assert shown(page) == values.count(worst[-1])
    page.fill("#most", "rather low")
    assert page.get_attribute("#most", "aria-invalid") == "true"
    assert shown(page) == ROWS
    page.select_option("#score", "")
    assert page.locator("#least").is_disabled()
    assert column() == []


def test_rows_without_an_opinion_stand_last_either_way(visit, report, tmp_path):
    bare = replace(report, rows=tuple(replace(row, suspicion={}) if n < 3 else row for n, row in enumerate(report.rows)))
    page = visit(written(bare, tmp_path))
    for way in ("score-desc", "score-asc"):
        page.select_option("#score", label="copy(sentence)")
        page.select_option("#order", way)
        page.locator(".dt-paging-button.last").click()
        assert page.locator("#rows tbody td.number").all_inner_texts()[-3:] == ["–"] * 3
    page.fill("#least", "0")
    assert shown(page) < ROWS


def test_order_by_list_and_by_heading(visit, address, report):
    page = visit(address)
    page.select_option("#order", "decision-desc")
    assert page.locator("#rows tbody th b").first.inner_text() == "Quarantined"
    page.select_option("#order", "failed-desc")
    assert len(page.locator("#rows tbody tr").first.locator("li").all()) == max(len(row.reasons) + len(row.flags) for row in report.rows if row.reasons)
    page.get_by_role("button", name="English").click()
    page.wait_for_function(
        "text => document.querySelector('#rows td:nth-child(2) bdi').textContent === text", arg=min(row.source["sentence"] for row in report.rows)
    )
    assert page.locator("#rows th[aria-sort=ascending]").inner_text().startswith("English")
    assert page.input_value("#order") == ""


def test_keys(visit, address):
    page = visit(address)
    page.keyboard.press("j")
    assert current(page) == "row-0-0"
    for _ in range(50):
        page.keyboard.press("j")
    assert current(page) == "row-2-50"
    page.keyboard.press("k")
    assert current(page) == "row-1-49"
    assert page.locator("#rows tr[tabindex='0']").count() == 1
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("jk?/")
    assert page.input_value("#text") == "jk?/"
    page.fill("#text", "banken")
    page.keyboard.press("Escape")
    assert page.input_value("#text") == "banken"
    assert current(page).startswith("row-9-")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


def test_enter_opens_the_scores_of_a_row_and_escape_closes_them(visit, address):
    page = visit(address)
    page.keyboard.press("j")
    button = page.get_by_role("button", name="Scores of row row-0-0", exact=True)
    assert button.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    details = " ".join(page.locator("#rows td.child").inner_text().split())
    assert "length_ratio(sentence)" in details and "ratio 0." in details and "Place in the source 1 of 240" in details
    page.keyboard.press("Escape")
    assert page.locator("#rows td.child").count() == 0
    button.click()
    assert page.locator("#rows td.child").count() == 1


def test_an_example_leads_to_its_row_even_through_a_filter(visit, address, report):
    page = visit(address)
    sample = next(check for check in report.checks if check.id == "empty").samples[3]
    page.fill("#text", "banken")
    page.locator(".examples").get_by_role("link", name=sample, exact=True).first.click()
    assert current(page) == sample
    assert page.inner_text("#shown") == f"All {ROWS} rows"
    page.keyboard.press("j")
    page.locator(".examples").get_by_role("link", name=sample, exact=True).first.click()
    page.wait_for_function("id => document.querySelector('#rows tr:focus code').textContent === id", arg=sample)


def test_links_to_a_row_a_check_and_a_label(visit, address, report):
    page = visit(f"{address}#row-240")
    assert current(page) == report.rows[239].id
    page.locator(".examples .all").first.click()
    page.wait_for_function("() => document.getElementById('check').value !== ''")
    assert shown(page) == next(check.flagged.hits for check in report.checks if check.flagged.hits > 5)
    page.locator(".shares").get_by_role("link", name="positive").click()
    page.wait_for_function("() => document.getElementById('label').value !== ''")
    assert shown(page) == report.labels["positive"].of
    assert page.input_value("#check") == ""


def test_the_header_leads_to_the_marked_rows_and_every_row_is_in_one_part_of_the_bar(visit, address, report):
    page = visit(address)
    wanted = expected(report, lambda row: row.decision == "keep" and bool(row.flags))
    assert f"{wanted} of the kept are marked" in page.inner_text("header") and f"{wanted} kept, but marked" in page.inner_text(".legend")
    page.get_by_role("link", name=f"{wanted} of the kept are marked").click()
    page.wait_for_function("() => document.getElementById('decision').value === 'marked'")
    assert shown(page) == wanted
    assert page.inner_text("#shown") == f"{wanted} of {ROWS} rows: kept, but marked"
    assert set(page.locator("#rows tbody th b").all_inner_texts()) == {"Kept, but marked"}
    widths = [float(one.get_attribute("width")) for one in page.locator(".bar rect").all()]
    assert sum(widths) == ROWS and widths[1] == wanted
    colours = {page.locator(f".bar .{part}").evaluate("node => getComputedStyle(node).fill") for part in ("kept", "doubt", "again", "gone")}
    assert len(colours) == 4
    assert "Nobody has reviewed this." in page.inner_text(".people")
    page.click("#clear")
    page.get_by_role("link", name=f"{wanted} of the kept are marked").click()  # again, though the address is that already
    page.wait_for_function("() => document.getElementById('decision').value === 'marked'")


def test_findings_words_slot_types_and_the_run_before(visit, report, tmp_path):
    deltas = (Delta("keep rate", 0.91, 0.87, (-0.06, -0.02), True, "beyond chance"), Delta("penalty", 38.0, 63.5, (-2.1, 53.0), False))
    full = replace(
        report,
        slot_types={"date": Share(310, 330)},
        words=(Finding("words", "sv.toml, [fiqa]", "the prompt is a draft", "warning"),),
        previous=Comparison("run-1", deltas),
    )
    page = visit(written(full, tmp_path))
    before = page.locator("section", has=page.locator("#before-title")).inner_text()
    assert "91.0 %" in before and "-4.0 points" in before and "beyond chance" in before and "+25.5" in before
    assert "93.9 %" in page.locator("section", has=page.locator("#slot-type-title")).inner_text()
    assert "The prompt is a draft." in page.locator("section", has=page.locator("#words-title")).inner_text()
    bare = visit(written(report, tmp_path / "bare"))
    assert bare.locator("#before-title, #slot-type-title, #words-title").count() == 0


def test_paper_holds_every_row_that_fits_and_no_tools(visit, address, report):
    page = visit(address)
    page.select_option("#decision", "quarantined")
    page.evaluate("window.addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#rows tbody tr').length; })")
    assert page.pdf()[:5] == b"%PDF-"
    wanted = expected(report, lambda row: row.decision == "quarantine")
    assert wanted > 25
    assert page.evaluate("window.printed") == wanted
    assert page.locator("#rows tbody tr").count() == 25
    page.emulate_media(media="print")
    assert page.locator(".tools").is_hidden() and page.locator(".dt-paging").is_hidden()
    assert page.inner_text("#printed") == f"{wanted} of {ROWS} rows: quarantined"


def test_dark_and_light_and_a_phone(visit, address):
    light, dark = (visit(address, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark"))
    assert light == "rgb(251, 250, 248)" and dark == "rgb(22, 22, 21)"
    phone = visit(address, viewport={"width": 390, "height": 844})
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    english, translation = (phone.locator("#rows tbody tr").first.locator("td").nth(n).bounding_box() for n in (0, 1))
    assert english["x"] == translation["x"] and english["y"] < translation["y"]


def test_without_javascript_the_summary_stands_and_says_where_the_rows_are(browser, address):
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert "The table needs JavaScript" in page.locator("noscript").inner_text()
    assert page.locator(".tools").is_hidden()
    page.close()
