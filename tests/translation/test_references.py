"""references: the user's file is found and read strictly; scores are sacrebleu's, with intervals, signatures and a score for each row."""

import json
from dataclasses import replace

import pytest
import sacrebleu
from sacrebleu.metrics.chrf import CHRF

from templates import catalogue, language
from templates.benchmark import Record
from templates.refusal import Refusal
from translation import references
from translation.judge import judge

FIQA = catalogue.benchmark("fiqa")
OURS = ["Bolagets aktier stiger 12 % på stark efterfrågan i dag igen.", "Banken sänker nu sin prognos för hela året och nästa år också."]
THEIRS = ["Bolagets aktie stiger med 12 % på stark efterfrågan i dag.", "Banken skruvar ned sin prognos för hela året och även nästa år."]


def report_of(texts):
    source = [Record(str(n), {"sentence": f"Sentence number {n} of this set.", "target": "T"}, "positive", str(n)) for n in range(len(texts))]
    made = [replace(record, fields={"sentence": text, "target": "T"}, source=record.fields) for record, text in zip(source, texts, strict=True)]
    return judge(source, made, benchmark=FIQA, language=language.load("sv"))


def test_the_file_lies_in_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert references.file_of("sv", "fiqa") is None
    place = tmp_path / "lingraft" / "references" / "sv" / "fiqa.jsonl"
    place.parent.mkdir(parents=True)
    place.write_text('{"id": "a", "sentence_sv": "En mening.", "target_sv": "T", "note": 1}\n{"id": "b", "sentence": "Två."}\n', encoding="utf-8")
    assert references.file_of("sv", "fiqa") == place
    assert references.read(place, FIQA, language="sv") == {"a": {"sentence": "En mening.", "target": "T"}, "b": {"sentence": "Två."}}
    with pytest.raises(Refusal):
        references.file_of("../sv", "fiqa")


def test_references_are_also_found_with_the_data_and_the_users_own_come_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "shared" / "benchmarks"
    data.mkdir(parents=True)
    assert references.file_of("sv", "fiqa", data) is None
    for folder in (data.parent / "gold", data / "gold", data):
        place = folder / "fiqa_ref.sv.jsonl"
        folder.mkdir(exist_ok=True)
        place.write_text('{"id": "a", "sentence_sv": "En mening."}\n', encoding="utf-8")
        assert references.file_of("sv", "fiqa", data) == place
        assert references.file_of("nb", "fiqa", data) is None is references.file_of("sv", "fiqa")
    own = tmp_path / "lingraft" / "references" / "sv" / "fiqa.jsonl"
    own.parent.mkdir(parents=True)
    own.write_bytes(place.read_bytes())
    assert references.file_of("sv", "fiqa", data) == own


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"id": "a", "sentence_nb": "x"}', r"fiqa.jsonl, line 1: a reference needs id and sentence_sv or target_sv as texts, found id, sentence_nb; "),
        ('{"id": 3, "sentence_sv": "x"}', r"line 1: a reference needs id"),
        ('{"id": "a", "sentence_sv": "x"}\n{"id": "a", "sentence_sv": "y"}', r"line 2: id 'a' stands there a second time"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, lines, said):
    path = tmp_path / "fiqa.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        references.read(path, FIQA, language="sv")


def test_scores_are_those_of_sacrebleu_over_all_rows():
    (chrf, bleu), rows = references.against(OURS, THEIRS, field="sentence")
    assert chrf.score == pytest.approx(sacrebleu.corpus_chrf(OURS, [THEIRS]).score)
    assert bleu.score == pytest.approx(sacrebleu.corpus_bleu(OURS, [THEIRS]).score)
    assert rows == pytest.approx([CHRF().sentence_score(one, [other]).score for one, other in zip(OURS, THEIRS, strict=True)])
    first_alone = sacrebleu.corpus_chrf(OURS[:1], [THEIRS[:1]]).score
    assert chrf.score != pytest.approx(first_alone)  # what a list for every row instead of one stream would give
    assert chrf.signature.startswith("nrefs:1|") and chrf.signature.endswith("|bs:1000|seed:12345")
    assert bleu.signature.split("|")[3:5] == ["tok:13a", "smooth:exp"]
    assert (chrf.name, bleu.name, chrf.field, chrf.n) == ("chrF2", "BLEU", "sentence", 2)


def test_the_interval_is_near_sacrebleus_own_bootstrap():
    ours = [f"{OURS[n % 2]} {n * 7919 % 101} {'extra ord ' * (n % 5)}" for n in range(60)]
    theirs = [f"{THEIRS[n % 2]} {n * 7919 % 101}" for n in range(60)]
    found = references.against(ours, theirs, field="sentence")[0][0]
    other = CHRF().corpus_score(ours, [theirs], n_bootstrap=1000)
    assert found.interval[0] < found.score < found.interval[1]
    assert (found.interval[1] - found.interval[0]) / 2 == pytest.approx(float(other._ci), rel=0.1)


def test_short_texts_have_no_bleu():
    assert [one.name for one in references.against(["släck lampan"], ["släck lampan"], field="utterance")[0]] == ["chrF2"]


def test_systems_are_drawn_alike_so_that_differences_are_paired():
    one, other = references.measure(CHRF(), THEIRS * 5, OURS * 5, OURS * 5)
    assert (one.drawn == other.drawn).all() and one.drawn.std() > 0


def test_a_report_holds_the_metrics_and_its_rows_their_own():
    report = report_of([*OURS, "En rad utan facit."])
    found = references.measured(report, {"0": {"sentence": THEIRS[0]}, "1": {"sentence": THEIRS[1]}, "gone": {"sentence": "x"}}, FIQA)
    assert [metric.n for metric in found.references] == [2, 2]
    assert found.rows[0].scores["reference(sentence)"]["chrf2"] == pytest.approx(CHRF().sentence_score(OURS[0], [THEIRS[0]]).score, abs=0.01)
    assert "reference(sentence)" not in found.rows[2].scores
    assert (found.verdict, found.kept, [row.id for row in found.rows]) == (report.verdict, report.kept, ["0", "1", "2"])
    assert json.loads(json.dumps(found.to_json(excluded={}, provenance={})))["references"][0]["name"] == "chrF2"
    assert references.measured(report, {}, FIQA) == report


def test_any_text_can_be_measured():
    (found,), _ = references.against(["\ud800\x00", ""], ["a", "\u202e b"], field="x")
    assert found.score == 0
