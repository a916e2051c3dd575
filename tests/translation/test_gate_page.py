"""gate_page: the three files, their counts, and a page on which nothing that a translation holds can act."""

import base64
import hashlib
import html.parser
import json
import os
import re
from dataclasses import replace

import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from translation.gate_page import visible, write
from translation.judge import judge

FIQA = catalogue.benchmark("fiqa")
NASTY = "<script>alert(1)</script> \"quoted\" 'single' </style><img src=x onerror=alert(1)> \u202eevil \x00 & {{ 7*7 }} {% x %}"


def nasty_report():
    source = [
        Record("good", {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g"),
        Record('b"><script>', {"sentence": "Profit falls 12 % at the whole group.", "target": "Shell"}, "negative", "g"),
        Record("fast", {"sentence": "Sales of the company fall again.", "target": "Shell"}, "negative", "g"),
    ]
    texts = ("Bolagets aktier stiger igen.", NASTY, "Bolagets försäljning faller igen.")
    made = [replace(record, fields={"sentence": text, "target": "Shell"}, source=record.fields) for record, text in zip(source, texts, strict=True)]
    made[2] = replace(made[2], flags=("span-copied",))
    return judge(source, made, benchmark=FIQA, language=language.load("sv"))


@pytest.fixture
def folder(tmp_path):
    write(nasty_report(), tmp_path, provenance={"engine": "</code><script>alert(2)</script>"}, excluded={"score 0": 2})
    return tmp_path


class Tags(html.parser.HTMLParser):
    """Every tag with its attributes, and the text shown."""

    def __init__(self, text):
        super().__init__()
        self.found, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def test_gate_json_counts_add_up(folder):
    gate = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    numbers = gate["statistics"]
    assert (gate["schema_version"], gate["verdict"], gate["success"]) == (2, "fail", False)
    assert numbers["source"] == numbers["excluded"] + numbers["kept"] + numbers["quarantined"] == 5
    assert gate["excluded"] == {"score 0": 2}
    assert gate["per_label"]["negative"]["kept"] == 1
    structure = gate["checks"][0]
    assert (structure["id"], structure["n_evaluated"], structure["n_flagged"], structure["sample_ids"]) == ("structure", 3, 1, ['b"><script>'])
    assert gate["provenance"]["engine"].startswith("</code>")
    assert gate["settings"]["lines"]["keep_pass"] == 0.95


def test_rows_jsonl_holds_every_row(folder):
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["decision"] for row in rows] == ["keep", "quarantine", "keep"]
    assert rows[1]["target"]["sentence"] == NASTY
    assert rows[0]["scores"]["length_ratio(sentence)"]["ratio"] == pytest.approx(28 / 33, abs=1e-3)
    assert rows[2]["flags"] == ["span-copied"]


def test_nothing_in_a_translation_acts_on_the_page(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Tags(text)
    tags = [tag for tag, _ in page.found]
    assert tags.count("script") == tags.count("style") == 1
    assert "img" not in tags
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.found for name in attributes)
    assert "\u202e" not in text
    assert "\x00" not in text
    shown = " ".join("".join(page.words).split())
    assert "<script>alert(1)</script> \"quoted\" 'single'" in shown
    assert "[U+202E]evil [U+0000] & {{ 7*7 }}" in shown


def test_the_page_asks_for_nothing_and_runs_only_its_own_script(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Tags(text)
    policy = next(attributes["content"] for tag, attributes in page.found if tag == "meta" and attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL).group(1)
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'" in policy
    assert not any(name in ("src", "href", "action") for _, attributes in page.found for name in attributes)
    assert "url(" not in text
    assert "@import" not in text


def test_the_verdict_stands_first_in_words(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    words = " ".join("".join(Tags(text.partition("<body>")[2]).words).split())
    assert words.startswith("Translation gate, fiqa from English into Swedish The set fails: 2 of 3 translations can be used (66.7 %).")
    assert "Misses: " in words


def test_flagged_rows_carry_what_the_filters_read(folder):
    rows = [attributes for tag, attributes in Tags((folder / "index.html").read_text(encoding="utf-8")).found if tag == "article"]
    assert [row["data-decision"] for row in rows] == ["quarantine", "keep"]
    assert rows[0]["data-label"] == "negative"
    assert {"structure", "numbers"} <= set(rows[0]["data-checks"].split())


def test_a_long_set_shows_the_first_rows_and_says_so(tmp_path):
    write(nasty_report(), tmp_path, provenance={}, shown=1)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert text.count("<article") == 1
    assert "The first 1 of 2" in text


def test_a_set_without_a_fault_has_a_page_too(tmp_path):
    source = [Record("1", {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g")]
    made = [replace(source[0], fields={"sentence": "Bolagets aktier stiger igen.", "target": "Shell"})]
    write(judge(source, made, benchmark=FIQA, language=language.load("sv")), tmp_path, provenance={}, excluded=3)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1 of 1 translations can be used (100.0 %)" in " ".join("".join(Tags(text).words).split())
    assert "There are none." in text
    assert json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))["statistics"]["source"] == 4


def test_lone_surrogates_reach_the_files_as_escapes(tmp_path):
    source = [Record("1", {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g")]
    made = [replace(source[0], fields={"sentence": "Bolagets \ud800 aktier", "target": "Shell"})]
    write(judge(source, made, benchmark=FIQA, language=language.load("sv")), tmp_path, provenance={})
    assert json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))["target"]["sentence"] == "Bolagets \ud800 aktier"
    assert "[U+D800]" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_visible_leaves_plain_text_alone():
    assert visible("åäö\n\t– €") == "åäö\n\t– €"
    assert visible("a\u200bb\x85") == "a[U+200B]b[U+0085]"


@pytest.mark.parametrize("text", ["Bolagets \ud800 aktier", "\x00\x01\x1b[2J", "\u2028\u2029\x85", "</script><!--", '"}\n{"id": "forged"}'])
def test_any_text_survives_in_gate_json_and_rows(tmp_path, text):
    source = [Record(text, {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g")]
    made = [replace(source[0], fields={"sentence": text, "target": "Shell"})]
    write(judge(source, made, benchmark=FIQA, language=language.load("sv")), tmp_path, provenance={"origin": text})
    gate = json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))
    sample = next(check["samples"][0] for check in gate["checks"] if check["samples"])
    assert (sample["id"], sample["target"]["sentence"], sample["source"]["target"]) == (text, text, "Shell")
    assert gate["provenance"]["origin"] == text
    (line,) = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert json.loads(line)["target"]["sentence"] == text


def test_a_sample_says_why_and_a_check_what_was_observed(folder):
    gate = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    marks = next(check for check in gate["checks"] if check["id"] == "kept_marks")
    assert marks["observed"] == pytest.approx(marks["n_flagged"] / marks["n_evaluated"])
    assert marks["samples"][0]["why"][0].startswith("kept_marks(sentence): ")


def test_a_report_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    write(nasty_report(), tmp_path, provenance={})
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="no space left on device"):
        write(nasty_report(), tmp_path, provenance={"engine": "other"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old
