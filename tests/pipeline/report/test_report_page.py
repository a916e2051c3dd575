"""The page: self-contained, escaped, complete, and still a page when there is nothing to show."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from pipeline.inspection import VirtualToken
from pipeline.outcome import Epoch
from pipeline.report.inputs import Cost
from pipeline.report.page import Facts, Inputs, Model, render, write
from pipeline.report.summary import Summary, summarise
from pipeline.report.view import columns
from templates.benchmark import Record
from templates.finding import Finding
from templates.language import Cell

NASTY = "<script>alert('x')</script>\"'&\u202e\u05d0"
LABELS = {"fiqa": ("negative", "positive")}
VOID = {"meta", "br", "link", "path", "use", "rect"}


class Page(HTMLParser):
    """Collects elements, attributes and text, and checks that tags nest."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.said = [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.said))


def test_one_file_and_no_request_to_anywhere(html):
    page = Page(html)
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(page.tags)
    assert [value for name, value in page.attributes if name in ("src", "srcset", "xlink:href", "action") and not value.startswith("#")] == []
    assert any("default-src 'none'" in (value or "") for _, value in page.attributes)
    assert not re.search(r"@import|url\((?!#)", html)
    assert len(html) < 400_000


def test_the_order_of_the_page(html):
    text = Page(html).text
    wanted = [
        "the gate FAILED",
        "This run took fiqa",
        "Results on fiqa",
        "P-tuning in Swedish is right on",
        "going to Swedish costs",
        "Method",
        "How little data is enough?",
    ]
    wanted += ["What was quarantined in fiqa", "The words used for fiqa", "All trials on fiqa", "How to read these numbers", "Signatures"]
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)


def test_beside_every_target_number_stand_rows_kept_and_english_left(html):
    first, second = html.split('<table class="headline draws">')
    for table, numbers in ((first, 5), (second, 6)):  # five methods; two of them at three fractions each
        cells = re.findall(r'<td data-column="Swedish".*?</td>', table, flags=re.DOTALL)
        assert len(cells) == numbers
        for cell in cells:
            assert "826 of 1,159 rows kept" in cell
            assert "English tokens left" in cell
        beside = re.findall(r'<td data-column="English, same rows".*?</td>', table, flags=re.DOTALL)
        assert len(beside) == numbers and all("macro-F1" in cell for cell in beside)


def test_at_every_fraction_english_on_the_same_rows_and_the_control_stand_beside(html, inputs):
    table = inputs.summary.tables[0]
    rows = re.findall(r"<tr>(.*?)</tr>", html.split('<table class="headline draws">')[1].split("</table>")[0], flags=re.DOTALL)[1:]
    wanted = [(method, fraction) for method in ("P-tuning", "TF-IDF + logistic regression") for fraction in (1.0, 0.1, 0.01)]
    assert len(rows) == len(wanted)
    for row, (method, fraction) in zip(rows, wanted, strict=True):
        assert f"<bdi>{method}</bdi><small>{100 * fraction:g}&#8239;% of the training rows" in row
        swedish = next(cell for cell in table.cells if (cell.condition, cell.name, cell.fraction) == ("sv", method, fraction))
        beside = {"Swedish": swedish, "English, same rows": table.beside(swedish, "en", kept=True), "Control": table.beside(swedish, "en>sv", kept=True)}
        for column, cell in beside.items():
            text = re.search(rf'<td data-column="{column}".*?</td>', row, flags=re.DOTALL)[0]
            if cell is None:
                assert column == "Control" and "not part of this study" in text
            else:
                assert f'<span class="big">{100 * cell.accuracy.mean:.1f}\u202f%</span>' in text
                assert f"{swedish.test_rows:,} test rows" in text
    assert "beside each Swedish number English on exactly its test rows and the control" in Page(html).text


def test_the_benchmarks_own_metric_stands_first(make):
    rows = [("a", "positive", "positive"), ("b", "negative", "positive"), ("c", "positive", "positive")]
    trials = [make(method, "sv", rows[: 3 - lost], fraction=fraction) for lost, method in enumerate(("p_tuning", "tfidf")) for fraction in (1.0, 0.1)]
    summary = summarise(trials, labels=LABELS, kept={}, metric={"fiqa": "macro_f1"})
    html = render(Inputs(language_code="sv", language_name="Swedish", study="demo", summary=summary, model=Model("m", 1, "f")))
    text = Page(html).text
    assert "Macro-F1 with its 95" in text and "then accuracy, on rows not trained on" in text
    assert html.count('<span class="big">0.40</span>') == 3  # P-tuning twice, and all positive: F1 0.8 and 0
    assert "Macro-F1 on fiqa against" in text
    assert "No control (English text, Swedish prompt) is part of this study" in text


def test_what_is_not_frozen_is_not_called_so(make):
    rows = [("a", "positive", "positive"), ("b", "negative", "positive")]
    for methods, said in (
        (("p_tuning", "tfidf"), "parameters stay frozen, always"),
        (("p_tuning", "fine_tuning"), "stay frozen but where it is fine-tuned, always"),
    ):
        summary = summarise([make(method, "sv", rows) for method in methods], labels=LABELS, kept={})
        page = render(Inputs(language_code="sv", language_name="Swedish", study="demo", summary=summary, model=Model("m", 1, "f")))
        assert said in Page(page).text


def test_best_of_each_column_is_marked_in_words(html):
    best = re.findall(r'<td data-column="([^"]+)" class="best">.*?</td>', html, flags=re.DOTALL)
    assert best == ["Swedish", "English, same rows", "English, all rows", "Control"]
    assert html.count('<span class="tag best">best</span>') == 4


def test_virtual_tokens_words_draft_and_examples_are_visible(html, inputs):
    text = Page(html).text
    assert "Känsla för Intertek10 virtual tokens: negativ" in text
    assert "DRAFT: reviewed by nobody" in text
    assert "positiva, positivt" in text
    assert "English, sentence$TSLA up 4.5% after hours, calls paid 3x" in text.replace(" $TSLA", "$TSLA")
    reviewed = replace(inputs, words={"fiqa": replace(inputs.words["fiqa"], reviewed="Åsa Ek")})
    assert "DRAFT" not in Page(render(reviewed)).text
    assert "reviewed: Åsa Ek" in Page(render(reviewed)).text


def test_the_gate_in_counts_checks_and_labels(html):
    text = Page(html).text
    assert "14 were left out beforehand (score 0: 14), 826 kept and 333 quarantined" in text
    assert "Why: 71 % of the rows could be kept; a pass needs 95 %, below 90 % it fails." in text
    assert "Are all numbers there?" in text
    assert "281 of 399 kept, 70" in text


def test_failed_trials_and_signatures_are_shown(html):
    text = Page(html).text
    assert "1 of 73 trials failed" in text
    assert "OutOfMemoryError: 512 MiB asked, 200 MiB left" in text
    assert "model=smol|gate=fail,kept=71%" in text
    assert "t-interval over 3 folds" in text


def test_links_lead_inside_the_run_folder_only(inputs):
    links = {**inputs.links, "evil": "javascript:alert(1)", "far": "https://example.org/", "root": "/etc/passwd", "blank": " javascript:alert(1)"}
    targets = [value for name, value in Page(render(replace(inputs, links=links))).attributes if name == "href" and not value.startswith("#")]
    assert set(targets) == set(inputs.links.values())


def test_everything_from_data_is_escaped(make):
    rows = [("a", "positive", "positive"), (NASTY, "negative", "positive")]
    trials = [
        make(method, "sv", rows, benchmark=NASTY, settings={NASTY: NASTY}, trial=NASTY, notes=(NASTY,), signature={NASTY: NASTY})
        for method in (NASTY, "majority")
    ]
    trials.append(make("p_tuning", "sv", [], benchmark=NASTY, error=NASTY, trial=NASTY, signature={NASTY: "other"}))
    record = Record(NASTY, {"sentence": NASTY}, NASTY, NASTY, {"sentence": NASTY}, NASTY, (NASTY,), (NASTY,))
    page = Inputs(
        language_code="sv",
        language_name=NASTY,
        study=NASTY,
        summary=summarise(trials, labels={NASTY: ("negative", "positive")}, kept={}),
        model=Model(NASTY, 1, NASTY),
        gates={
            NASTY: {
                "verdict": "fail",
                "statistics": {"source": 2, "kept": 1},
                "checks": [{"id": NASTY, "question": NASTY, "threshold": NASTY}],
                "findings": [{"what": NASTY, "severity": "error"}],
                "per_label": {NASTY: {NASTY: NASTY}},
            }
        },
        quarantine={NASTY: {NASTY: 1}},
        words={NASTY: Cell("{sentence}" + NASTY + "[[3]]{answer}", {NASTY: NASTY}, {NASTY: (NASTY,)}, reviewed=NASTY)},
        samples={NASTY: [record, replace(record, reasons=())]},
        facts=Facts({NASTY: NASTY}, {NASTY: 1.0}, {NASTY: NASTY}, NASTY),
        source_tokens_left={NASTY: 0.5},
        findings=[Finding(NASTY, NASTY, NASTY), Finding(NASTY, NASTY, NASTY, "warning")],
        links={NASTY: NASTY, f"gate/{NASTY}": NASTY},
    )
    html = render(page)
    assert "<script" not in html
    assert "alert('x')</" not in html
    parsed = Page(html)
    assert "script" not in parsed.tags
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert parsed.text.count("<script>alert('x')</script>\"'&") > 30


def test_a_run_the_gate_stopped_says_what_to_do(inputs, outcomes):
    english = summarise([one for one in outcomes if one.condition == "en"], labels=LABELS, kept={})
    text = Page(render(replace(inputs, summary=english))).text
    assert "the gate FAILED and nothing was tuned in Swedish" in text
    assert 'set on_fail = "continue"' in text
    assert "P-tuning in English is right on" in text
    nothing = Page(render(replace(inputs, summary=Summary((), ())))).text
    assert "No model was tuned or measured." in nothing
    assert "lingraft study sv --study quick" in nothing


def test_an_empty_run_and_an_all_failed_run_still_render(make):
    bare = Inputs(language_code="sv", language_name="Swedish", study="demo", summary=Summary((), ()), model=Model("m", 1, "f"))
    assert "No trial was run" in Page(render(bare)).text
    failed = summarise([make("p_tuning", "sv", [], error="boom")], labels=LABELS, kept={})
    assert "Every trial failed" in Page(render(replace(bare, summary=failed))).text


def test_english_is_a_language_like_any_other(make):
    trials = [
        make(method, "en", [("a", "positive", "positive"), ("b", "negative", guess)]) for method, guess in (("p_tuning", "negative"), ("majority", "positive"))
    ]
    bare = Inputs(
        language_code="en", language_name="English", study="demo", summary=summarise(trials, labels=LABELS, kept={"fiqa": {"a", "b"}}), model=Model("m", 1, "f")
    )
    text = Page(render(bare)).text
    assert "P-tuning in English is right on 100.0" in text
    assert "machine translation" not in text
    assert "same rows" not in text


def test_unlike_outcomes_stand_in_two_tables_under_a_warning(make):
    rows = [("a", "positive", "positive"), ("b", "negative", "positive")]
    trials = [make("p_tuning", "sv", rows, signature={"model": "smol"}), make("tfidf", "sv", rows, signature={"model": "other"})]
    bare = Inputs(language_code="sv", language_name="Swedish", study="demo", summary=summarise(trials, labels=LABELS, kept={}), model=Model("m", 1, "f"))
    html = render(bare)
    assert html.count('<table class="headline">') == 2
    assert "draws" not in re.findall(r'<table class="([^"]*)"', html)
    assert "differ in model (smol / other)" in Page(html).text
    assert "not comparable with the other parts" in Page(html).text


def test_same_inputs_same_bytes_on_disk(inputs, html, tmp_path):
    write(inputs, tmp_path / "run" / "report.html")
    assert (tmp_path / "run" / "report.html").read_bytes() == html.encode("utf-8")
    assert list(tmp_path.glob("**/*.tmp")) == []


def test_tests_searches_prompts_and_cost_are_shown(make, inputs):
    def probe(condition, fold, placement, loss):
        history = (Epoch(1, 1.0, loss, 0.5),)
        return replace(make("p_tuning", condition, []), settings={"epochs": 1, "placement": placement}, fold=fold, history=history, best_epoch=1)

    searches = [
        probe("sv", fold, placement, loss)
        for fold, pair in enumerate(((0.5, 0.6), (0.7, 0.4), (0.3, 0.3)))
        for placement, loss in zip(("10 front", "<b>10 end"), pair, strict=True)
    ]
    token = VirtualToken(((NASTY, 0.41), (" upp", 0.3), ("x", 0.2)), 1.25, 0.5, 2.0)
    text = Page(render(replace(inputs, searches=searches, prompts={"sv/fiqa": [token]}, cost=Cost(7, 120.0, 180.0, 3 * 2**30)))).text
    assert "10 front" in text and re.search(r"10 frontSwedish20\.5000\.300 ?<b>10 endSwedish10\.4330\.300", text.replace(" ", "")) is None
    assert re.search(r"10 end ?Swedish ?1 ?0\.433 ?0\.300 ?10 front ?Swedish ?2 ?0\.500 ?0\.300", text)
    assert NASTY in text and "0.41" in text and "1.25" in text
    assert "7 trials: 2.0 minutes by a probe of twenty seconds, 3.0 in fact; at most 3.0 GiB of memory" in text
    assert "Does the model know when it is right?" in text and "corrected t-test" in text


def test_english_stands_beside_a_prompt_that_began_at_it(make, inputs):
    rows = [(f"r{number}", "positive", "positive" if number < 8 else "negative") for number in range(10)]
    found = [make("p_tuning", "en", rows), make("p_tuning", "sv", rows[:9], settings={"start": "english"}), make("tfidf", "en", rows)]
    table = summarise(found, labels=LABELS, kept={"fiqa": {row[0] for row in rows}}).tables[0]
    same = next(column for column in columns(inputs, table) if column.title == "English, same rows")
    assert {name: cell.test_rows for name, cell in same.cells.items()} == {"P-tuning (start english)": 9, "TF-IDF + logistic regression": 10}
    assert same.draws["P-tuning (start english)", 1.0] is same.cells["P-tuning (start english)"]
