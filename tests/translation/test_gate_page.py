"""gate_page: the three files, their counts, and a page on which nothing that a translation holds can act."""

import base64
import hashlib
import html.parser
import json
import os
import re
from dataclasses import asdict, dataclass, field, fields, replace

import jinja2
import pytest

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from translation.gate_page import write
from translation.gate_report import Comparison, GateReport, Share, Statistics
from translation.judge import judge
from translation.page_rows import visible

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


def test_what_is_kept_is_parted_into_clean_marked_and_retried(folder):
    gate = json.loads((folder / "gate.json").read_text(encoding="utf-8"))
    numbers = gate["statistics"]
    assert (numbers["kept"], numbers["marked"], numbers["retried"], gate["marked_by"]) == (2, 1, 0, {"span-copied": 1})
    words = words_of(folder)
    assert "1 of the kept are marked: a check doubts something in them, or the translator had to copy or give up a piece." in words
    assert "They count as kept all the same. Most often by span-copied (1)." in words
    assert "1 kept, nothing found 1 kept, but marked 1 quarantined 2 left out" in words
    tags = Tags((folder / "index.html").read_text(encoding="utf-8")).found
    bar = [(attributes["class"], int(attributes["width"])) for tag, attributes in tags if tag == "rect" and attributes.get("height") == "10"]
    assert bar == [("kept", 1), ("doubt", 1), ("again", 0), ("gone", 1), ("out", 2)]


def words_of(folder):
    page = (folder / "index.html").read_text(encoding="utf-8").partition("<body>")[2]
    return " ".join("".join(Tags(page.partition('<script type="module">')[0]).words).split())


FOUND = {
    "sample": "0a1b2c3d",
    "when": "2026-11-20T10:00:00+00:00",
    "reviewers": {"<b>Anna</b>": 60, "Bo": 20},
    "kept": {"share": 0.8312, "interval95": [0.74, 0.9], "rows": 1046, "unseen": 0},
    "all": {"share": 0.79, "interval95": [0.7, 0.86], "rows": 1159, "unseen": 0},
    "rows": 60,
    "changed": 3,
}


def test_the_page_says_what_people_found_or_that_nobody_looked(tmp_path, folder):
    assert "Nobody has reviewed this. Kept means that no check objects, not that a translation is right" in words_of(folder)
    write(replace(nasty_report(), review=FOUND), tmp_path, provenance={})
    words = words_of(tmp_path)
    assert "People find 83.1 % of the kept translations good (an estimate; 95 % interval 74.0 % to 90.0 %), 79.0 % of all (70.0 % to 86.0 %)." in words
    assert "60 of these rows were reviewed without sight of the gate (<b>Anna</b> 60, Bo 20; 2026-11-20). 3 rows were corrected" in words
    assert "Nobody has reviewed" not in words
    assert json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))["review"] == FOUND
    write(replace(nasty_report(), review={**FOUND, "kept": None, "changed": 0}), tmp_path, provenance={})
    assert "No kept translation was among the reviewed ones, so how many of them are good is not known." in words_of(tmp_path)


@pytest.mark.parametrize("note", ["", "Other <i>checks</i> than here were measured."])
def test_what_the_gate_is_known_to_catch_says_on_what_it_was_measured(tmp_path, note):
    recall = [{"fault": "number_changed", "n": 200, "caught": 1.0, "quarantined": 1.0, "marked": 0.0}]
    alarms = {"n": 1000, "quarantined": 0.007, "marked": 0.05}
    power = {"gold": "pud.tsv", "gold_sha256": "0", "same_limits": True, "false_alarms": alarms, "recall": recall}
    power |= {"note": note, "same_limits": False, "left_out": {"slot_lost": "no slots"}} if note else {}
    write(replace(nasty_report(), power=power), tmp_path, provenance={})
    words = words_of(tmp_path)
    assert "These figures come from faults planted into human translations (pud.tsv)" in words
    assert "what it says wrongly but fluently is mostly not seen here" in words and "(log_probability, addition) mark almost nothing" in words
    assert (note in words) and ("Not planted: slot lost (no slots)." in words) == bool(note) and "with other limits" not in words
    assert "only people know how many of the kept rows are right. Of 1,000" in " ".join(words.replace(note, "").split())


def test_rows_jsonl_holds_every_row(folder):
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["decision"] for row in rows] == ["keep", "quarantine", "keep"]
    assert rows[1]["target"]["sentence"] == NASTY
    assert rows[0]["scores"]["length_ratio(sentence)"]["ratio"] == pytest.approx(28 / 33, abs=1e-3)
    assert rows[2]["flags"] == ["span-copied"]


def rows_of(text):
    """The rows on the page as its script reads them, by column."""
    data = json.loads(re.search('<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1))
    return data, [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]


def test_nothing_in_a_translation_acts_on_the_page(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Tags(text)
    tags = [tag for tag, _ in page.found]
    kinds = [attributes.get("type") for tag, attributes in page.found if tag == "script"]
    assert (tags.count("style"), kinds) == (1, ["application/json", "application/json", "module"])
    assert "img" not in tags
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.found for name in attributes)
    before_script = text.partition('<script type="module">')[0]
    assert "\u202e" not in before_script
    assert "\x00" not in before_script
    assert "<script>alert" not in before_script
    assert "".join(rows_of(text)[1][1]["target"][0]) == visible(NASTY)
    assert "[U+202E]evil [U+0000] & {{ 7*7 }}" in visible(NASTY)
    assert "</code><script>alert(2)</script>" in "".join(page.words)


def test_the_page_asks_for_nothing_and_runs_only_its_own_script(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Tags(text)
    policy = next(attributes["content"] for tag, attributes in page.found if tag == "meta" and attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    inside = {tag: re.search(f"<{tag}{more}>(.*?)</{tag}>", text, re.DOTALL).group(1) for tag, more in (("style", ""), ("script", ' type="module"'))}
    for tag, words in inside.items():
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()}'" in policy
    asked = [value for _, attributes in page.found for name, value in attributes.items() if name in ("src", "href", "action")]
    assert asked
    assert all(value.startswith("#") for value in asked)
    assert "url(" not in inside["style"]
    assert "@import" not in inside["style"]


def test_the_verdict_stands_first_in_words(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    words = " ".join("".join(Tags(text.partition("<body>")[2]).words).split())
    assert words.startswith("Translation gate, fiqa from English into Swedish The set fails: 2 of 3 translations were kept (66.7 %).")
    assert "Misses: " in words


def test_every_row_is_on_the_page_with_what_the_filters_read(folder):
    data, rows = rows_of((folder / "index.html").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == ["good", 'b"><script>', "fast"]
    assert [row["state"] for row in rows] == ["clean", "quarantined", "marked"]
    assert data["labels"][rows[1]["label"]] == "negative"
    assert {"structure", "numbers"} <= {data["checks"][place] for place in rows[1]["failed"]}
    assert rows[2]["flags"] == ["span-copied"]
    assert len(rows[0]["suspicion"]) == len(data["scores"])


def test_examples_and_labels_lead_to_rows(folder):
    links = {attributes["href"] for tag, attributes in Tags((folder / "index.html").read_text(encoding="utf-8")).found if tag == "a"}
    assert {"#row-2", "#label-1", "#label-2", "#rows-title"} <= links


def test_many_labels_fold_and_the_worst_stay_in_sight(tmp_path):
    labels = {f"label {n}": Share(100 - n, 100) for n in range(40)}
    write(replace(nasty_report(), labels=labels), tmp_path, provenance={})
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    sight, _, folded = text.partition('id="label-title"')[2].partition("<details>")
    assert "30 more, which lost as little or less" in folded
    assert "label 39</a>" in sight and "label 30</a>" in sight and "label 29</a>" not in sight


def test_set_numbers_without_a_sentence_of_their_own_are_named(tmp_path):
    @dataclass(frozen=True, slots=True)
    class More(Statistics):
        copied_twice: int = 1204
        chrf: dict = field(default_factory=lambda: {"score": 51.25, "signature": "nrefs:1"})
        empty_one: tuple = ()

    report = nasty_report()
    write(replace(report, statistics=More(**asdict(report.statistics))), tmp_path, provenance={})
    words = " ".join(" ".join(Tags((tmp_path / "index.html").read_text(encoding="utf-8")).words).split())
    assert "Copied twice 1,204 Chrf score: 51.25; signature: nrefs:1" in words
    assert "Empty one" not in words


@dataclass(frozen=True, slots=True)
class Merged:
    target: str
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    sources: int
    groups: int
    leaks: bool = True


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    field: str
    score: float
    interval: tuple[float, float]
    signature: str
    n: int


@dataclass(frozen=True, slots=True)
class Blurred(Comparison):
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fuller(GateReport):
    merged: tuple[Merged, ...] = ()
    references: tuple[Metric, ...] = ()
    slot_rows: dict[str, Share] = field(default_factory=dict)


def test_what_became_the_same_references_and_a_blurred_comparison(tmp_path):
    report = nasty_report()
    plain = {part.name: getattr(report, part.name) for part in fields(report)}
    same = tuple(Merged(f"<b>{n}</b>", ("good", "fast"), ("negative", "positive"), 2, 2) for n in range(30))
    more = {
        "merged": same,
        "references": (Metric("chrF2", "sentence", 51.26, (48.0, 54.5), "nrefs:1|case:mixed", 160),),
        "slot_types": {"date": Share(9, 10)},
        "slot_rows": {"date": Share(7, 8)},
        "previous": Blurred("run-1", (), note="its gate.json is of another age"),
    }
    write(Fuller(**{**plain, **more}), tmp_path, provenance={})
    page = Tags((tmp_path / "index.html").read_text(encoding="utf-8"))
    words = " ".join(" ".join(page.words).split())
    assert "the 20 largest of 30" in words
    assert "<b>19</b>" in words and "<b>20</b>" not in words
    assert "chrF2 sentence 160 51.3 48.0 to 54.5 nrefs:1|case:mixed" in words
    assert "7 of 8" in words
    assert "Its gate.json is of another age." in words


def test_a_page_that_cannot_be_made_leaves_the_old_one(folder):
    before = (folder / "index.html").read_bytes()
    report = nasty_report()
    with pytest.raises((KeyError, jinja2.UndefinedError)):
        write(replace(report, checks=(replace(report.checks[0], samples=("no such row",)),)), folder, provenance={})
    assert (folder / "index.html").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["gate.json", "index.html", "rows.jsonl"]


def test_a_set_without_a_fault_has_a_page_too(tmp_path):
    source = [Record("1", {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g")]
    made = [replace(source[0], fields={"sentence": "Bolagets aktier stiger igen.", "target": "Shell"})]
    write(judge(source, made, benchmark=FIQA, language=language.load("sv")), tmp_path, provenance={}, excluded=3)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1 of 1 translations were kept (100.0 %)" in " ".join("".join(Tags(text).words).split())
    assert "Why this verdict" not in text
    assert len(rows_of(text)[1]) == 1
    assert json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))["statistics"]["source"] == 4


def test_lone_surrogates_reach_the_files_as_escapes(tmp_path):
    source = [Record("1", {"sentence": "Shares of the company rise again.", "target": "Shell"}, "positive", "g")]
    made = [replace(source[0], fields={"sentence": "Bolagets \ud800 aktier", "target": "Shell"})]
    write(judge(source, made, benchmark=FIQA, language=language.load("sv")), tmp_path, provenance={})
    assert json.loads((tmp_path / "rows.jsonl").read_text(encoding="utf-8"))["target"]["sentence"] == "Bolagets \ud800 aktier"
    assert "[U+D800]" in (tmp_path / "index.html").read_text(encoding="utf-8")


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
    marks = next(check for check in gate["checks"] if check["id"] == "numbers")
    assert marks["observed"] == pytest.approx(marks["n_flagged"] / marks["n_evaluated"])
    assert marks["samples"][0]["why"][0].startswith("numbers(sentence): ")


def test_a_report_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    write(nasty_report(), tmp_path, provenance={})
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="no space left on device"):
        write(nasty_report(), tmp_path, provenance={"engine": "other"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old
