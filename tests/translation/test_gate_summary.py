"""gate_summary: three lines that matter, and markdown in which no text of a row can act."""

import json
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from templates import catalogue, language
from templates.benchmark import Record
from templates.finding import Finding
from translation import gate_summary
from translation.gate_page import write
from translation.gate_report import Comparison, Delta, Metric
from translation.judge import judge

FIQA = catalogue.benchmark("fiqa")
SV = language.load("sv")
NASTY = "<script>alert(1)</script> | [x](javascript:alert(2)) ![](http://a.b/c) https://evil.example www.evil.example # *bold* `code` \x00 \u202e \ud800 a@b.c"


UNREAD = "nobody has reviewed these rows, so how many of the kept ones are right is not known"


def gate_of(tmp_path, **change):
    source = [Record(str(number), {"sentence": f"Shares of company {number} rise again.", "target": "Shell"}, "positive", "g") for number in range(4)]
    made = [replace(one, fields={**one.fields, "sentence": f"Aktierna i bolag {number} stiger igen."}, source=one.fields) for number, one in enumerate(source)]
    report = replace(judge(source, made, benchmark=FIQA, language=SV), **change)
    write(report, tmp_path, provenance={})
    return json.loads((tmp_path / "gate.json").read_text(encoding="utf-8"))


def text_of(markdown):
    """Types of all tokens, and the text shown."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return {token.type for token in every}, " ".join(token.content for token in every if token.type in ("text", "text_special", "code_inline"))


@pytest.mark.parametrize(
    "text", [NASTY, "- list", "# title", "1. first", "1) first", "+ plus", "=====", "a\n\n# b", "| a | b |\n|---|---|", "&lt;b&gt;", "```\nx"]
)
def test_escaped_text_is_shown_letter_by_letter(text):
    types, shown = text_of(gate_summary.escaped(text))
    assert types <= {"paragraph_open", "paragraph_close", "inline", "text"}
    assert shown == gate_summary._line(text)
    assert not {"\x00", "\u202e", "\ud800"} & set(shown)


def test_markdown_holds_all_parts_and_nothing_acts(tmp_path):
    delta = Delta(f"keep rate {NASTY}", 0.9, 0.8, (-0.15, -0.05), True, NASTY)
    still = Delta("flagged by copy", 0.1, 0.1, (-0.1, 0.1), False, "")
    gate = gate_of(
        tmp_path,
        findings=(Finding("keep-rate", "sv/fiqa", NASTY, "error"),),
        words=(Finding("draft", "sv/fiqa", NASTY, "warning"),),
        previous=Comparison(NASTY, (delta, still), NASTY),
        references=(Metric("chrF2", "sentence", 42.0, (40.0, 44.0), "nrefs:1|case:mixed", 100),),
    )
    found = gate_summary.markdown(gate)
    types, shown = text_of(found)
    assert not {"html_block", "html_inline", "link_open", "image", "em_open", "strong_open"} & types - {"strong_open"}
    assert "<script>alert(1)</script>" in shown
    assert "https://evil" not in found and "www.evil" not in found
    titles = ("Why", "Checks", "Since", "Against references", "Prompts and label words")
    for part in (*titles, "90 % → 80 %", "not changed: flagged by copy", "42.0 (40.0 to 44.0, n = 100)"):
        assert part in shown, part
    found.encode("utf-8")


def test_the_three_lines_are_errors_then_warnings_then_what_got_worse_then_checks(tmp_path):
    findings = tuple(Finding("x", "sv/fiqa", what, severity) for what, severity in (("mild", "warning"), ("bad", "error")))
    noted = (Finding("draft", "sv/fiqa", "a draft", "warning"), Finding("english-word", "sv/fiqa", "still English", "warning"))
    moved = Comparison("run-1", (Delta("keep rate", 0.9, 0.8, (-0.2, -0.1), True), Delta("flagged by copy", 0.1, 0.12, (-0.1, 0.1), False)))
    gate = gate_of(tmp_path, findings=findings, words=noted, previous=moved)
    assert gate_summary.important(gate) == ["bad", "mild", "still English", UNREAD]
    assert gate_summary.important(gate, count=9)[3:] == ["keep rate: 90 % → 80 % since run-1", UNREAD]


def test_a_sound_set_is_still_unread_and_a_flagging_check_is_named(tmp_path):
    gate = gate_of(tmp_path)
    assert gate_summary.important(gate) == [UNREAD]
    gate["checks"][0] |= {"n_flagged": 2}
    assert gate_summary.important(gate) == ["structure flags 2 of 4 rows", UNREAD]
    assert gate_summary.important({**gate, "language": "en"}) == ["structure flags 2 of 4 rows"]


def test_what_is_marked_and_what_people_found_is_said_last_and_in_markdown(tmp_path):
    gate = gate_of(tmp_path)
    gate["statistics"] |= {"marked": 3, "retried": 1}
    gate["marked_by"] = {"invented_words": 2, "names": 1, "numbers": 1, "casing": 1}
    gate["review"] = {"rows": 60, "reviewers": {"Anna": 60}, "when": "2026-11-20T10:00", "kept": {"share": 0.8, "interval95": [0.7, 0.875]}}
    lines = ["3 of the 4 kept rows are marked, most by invented_words 2, names 1, numbers 1"]
    lines += ["people find 80 % of the kept rows good (70 % to 87.5 %; Anna, 60 rows, 2026-11-20)"]
    assert gate_summary.important(gate) == lines
    shown = text_of(gate_summary.markdown(gate))[1]
    for part in ("kept 4 (nothing found 0, marked 3, retried 1), quarantined 0", *lines):
        assert part in shown
    gate["review"]["kept"] = None
    assert gate_summary.important(gate)[1] == "people reviewed 60 rows, none of them kept"


def test_the_table_has_a_row_for_every_check(tmp_path):
    gate = gate_of(tmp_path)
    rows = gate_summary.table(gate)
    assert [row["check"] for row in rows] == [check["id"] for check in gate["checks"]]
    assert rows[0]["95 %"] == "0 % to 49 %"


def test_long_markdown_is_cut_at_a_line(tmp_path):
    gate = gate_of(tmp_path, findings=tuple(Finding("x", "y", "ä" * 1000) for _ in range(300)))
    found = gate_summary.markdown(gate)
    assert 190_000 < len(found.encode()) < 200_100
    assert found.endswith("(cut; all of it is in gate.json)\n")


def test_many_warnings_of_one_kind_about_words_are_one_reason(tmp_path):
    words = [Finding("comes-back", "ca/fiqa", f"words.label{number} comes back as something else", "warning") for number in range(20)]
    found = gate_summary.markdown(gate_of(tmp_path, words=(*words, Finding("english-word", "ca/fiqa", "words.x still holds English: x", "warning"))))
    why, _, rest = found.partition("## Checks")
    assert why.count("warns: ") == 2
    assert "warns: words.x still holds English: x" in why
    assert "warns: 20 label words (comes-back), the first: words.label0 comes back as something else" in why
    assert rest.count("comes back as something else") == gate_summary.SHOWN
