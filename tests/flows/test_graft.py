"""The command from parallel text to a GPT that a study finds by its name, and a language whose file names it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows.__main__ import call
from flows.engines import gpt_for, weights_of
from flows.plan import Plan, _check_start, make
from flows.report import _other_reader
from flows.study import trials_of
from flows.trial import Rows, conditions, outcome_in, run_trial, trial_key
from pipeline.load_gpt import load_gpt
from pipeline.report.comparable import differing
from pipeline.study import TrialGroup
from templates import records
from templates.benchmark import Record
from templates.language import path_of
from templates.refusal import Refusal
from tests import grammar
from tests.tiny import byte_bpe, llama
from translation import markers, stand_ins
from translation.training import alignment
from translation.training.make import at_work

NEEDS_EFLOMAL = pytest.mark.skipif(not alignment.possible(), reason="eflomal is not installed")
LABELS = ("positive", "negative")
QUICK = ["--vocabulary", "400", "--rank", "2", "--batch-tokens", "256", "--threads", "1", "--dtype", "float32"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caches: Path) -> Path:
    """A user's folder with a tiny model and parallel text."""
    monkeypatch.chdir(tmp_path)
    tokenizer = byte_bpe()
    llama(len(tokenizer), tied=True).save_pretrained(tmp_path / "tiny")
    tokenizer.save_pretrained(tmp_path / "tiny")
    pairs = [(markers.without(ours), markers.without(theirs)) for ours, theirs in grammar.sentences()]
    (tmp_path / "text.tsv").write_text("".join(f"{ours}\t{theirs}\n" for ours, theirs in pairs), encoding="utf-8")
    return tmp_path


@NEEDS_EFLOMAL
def test_a_graft_is_found_by_its_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["graft", "sv", "--corpus", "text.tsv", "--model", "./tiny", *QUICK]
    assert call([*command, "--steps", "3"]) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert "tiny-sv" in said.out
    assert "step 3" in said.err
    gpt = load_gpt("tiny-sv")
    assert gpt.tokenizer("hunden ser huset.")["input_ids"]
    assert len(gpt.tokenizer("hunden")["input_ids"]) == 1
    assert gpt.vocabulary == len(gpt.tokenizer)
    card = (home / "lingraft" / "models" / "tiny-sv" / "card.md").read_text(encoding="utf-8")
    assert "| text | " in card
    (linked,) = (home / "lingraft" / "training" / "tiny-sv").glob("linked.*.jsonl")
    assert not any(symbol in linked.read_text(encoding="utf-8") for symbol in stand_ins.symbols())

    assert call([*command, "--steps", "5"]) == 0
    assert "step 5" in capsys.readouterr().err
    assert load_gpt("tiny-sv").fingerprint != gpt.fingerprint


@NEEDS_EFLOMAL
def test_a_prepared_corpus_will_do_and_what_it_has_in_places_of_words_is_left_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grammar.write(home / "corpus", grammar.sentences())
    assert call(["graft", "sv", "--corpus", "corpus", "--model", "./tiny", *QUICK, "--steps", "1"]) == 0, capsys.readouterr().err
    assert load_gpt("tiny-sv").name == "tiny-sv"


@NEEDS_EFLOMAL
def test_a_graft_takes_nobodys_place(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["graft", "sv", "--corpus", "text.tsv", *QUICK, "--steps", "1"]
    assert call([*command, "--model", "./tiny", "--out", "tiny"]) == 1
    assert "holds something that is no graft" in capsys.readouterr().err
    assert call([*command, "--model", "./tiny"]) == 0
    assert call([*command, "--model", "tiny-sv"]) == 1
    assert "is a graft itself" in capsys.readouterr().err


@NEEDS_EFLOMAL
def test_a_corpus_the_other_way_round_and_a_folder_at_work_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grammar.write(home / "corpus", grammar.sentences())
    command = ["graft", "sv", "--corpus", "corpus", "--model", "./tiny", *QUICK, "--steps", "1"]
    with at_work(home / "lingraft" / "training" / "tiny-sv"):
        assert call(command) == 1
    assert "another training is at work there; wait for it" in capsys.readouterr().err
    assert call(["graft", "ca", *command[2:]]) == 1
    assert "corpus: is a corpus of en and sv, in that order; a graft of ca needs en and ca." in capsys.readouterr().err
    assert not (home / "lingraft" / "models").exists()


@pytest.fixture
def two_readers(home: Path) -> Plan:
    """A plan for Swedish whose language files name a GPT each."""
    assert call(["graft", "sv", "--corpus", "text.tsv", "--model", "./tiny", *QUICK, "--steps", "1"]) == 0
    languages = home / "lingraft" / "languages"
    languages.mkdir(parents=True)
    shipped = {code: path_of(code).read_text(encoding="utf-8") for code in ("sv", "en")}
    for code, model in (("sv", "tiny-sv"), ("en", "./tiny")):
        (languages / f"{code}.toml").write_text(f'gpt = "{model}"\n{shipped[code]}', encoding="utf-8")
    return make("sv", "smoke", data=None, out=home / "runs")


@NEEDS_EFLOMAL
def test_each_language_is_read_by_its_own_gpt(two_readers: Plan, home: Path) -> None:
    plan = replace(two_readers, study=replace(two_readers.study, trials=(TrialGroup("few_shot", conditions=("target", "english", "control")),)))
    shape = plan.benchmarks[0]
    raw = [
        Record(f"r{n}", {"sentence": f"Acme steg dag {n}", "target": "Acme"}, LABELS[n % 2], f"g{n}", source={"sentence": f"Acme up {n}", "target": "Acme"})
        for n in range(20)
    ]
    records.write(home / "sv.jsonl", raw, benchmark=shape.name, language="sv")
    records.write(home / "en.jsonl", [replace(row, fields=row.source or {}, source=None) for row in raw], benchmark=shape.name, language="en")
    rows = Rows(shape.name, home / "en.jsonl", home / "sv.jsonl", "off")
    found = {}
    for trial, condition in trials_of(plan, conditions(plan, rows)):
        folder = Path(run_trial.fn(plan, trial, rows, trial_key(plan, trial, condition)))
        found[condition.name] = outcome_in(folder)
    swedish, english = (f"{reader.model.name}@{weights_of(reader)[:8]}" for reader in (plan, plan.english))
    assert {name: one.signature["gpt"] for name, one in found.items()} == {"sv": swedish, "en": english, "en>sv": english}
    assert not any(one.error for one in found.values())
    assert differing(found["sv"], found["en"]) == ()
    unlike = replace(found["en>sv"], signature={**found["en>sv"].signature, "gpt": swedish})
    assert "gpt" in differing(unlike, found["en"])
    assert _other_reader(list(found.values()), gpt_for(plan)[0]) == english


@NEEDS_EFLOMAL
def test_a_prompt_begins_at_the_english_one_only_on_what_grew_on_it(two_readers: Plan, home: Path) -> None:
    started = replace(two_readers, study=replace(two_readers.study, trials=(TrialGroup("p_tuning", settings={"start": "english"}),)))
    _check_start(started)
    other = replace(started, language=replace(started.language, gpt="smollm2-135m"))
    with pytest.raises(Refusal, match="not what that grew on"):
        _check_start(other)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--steps", "1", "--minutes", "1"], "either --minutes or --steps"),
        ([], "either --minutes or --steps"),
    ],
)
def test_what_cannot_be_done_is_said(home: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    assert call(["graft", "sv", "--corpus", "text.tsv", "--model", "./tiny", *options]) == 1
    assert said in capsys.readouterr().err


def test_english_needs_no_graft(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["graft", "en", "--corpus", "text.tsv", "--model", "./tiny", "--steps", "1"]) == 1
    assert "reads English already" in capsys.readouterr().err


def test_a_damaged_graft_is_refused(home: Path) -> None:
    folder = home / "lingraft" / "models" / "broken-sv"
    folder.mkdir(parents=True)
    (folder / "graft.json").write_text(json.dumps({"language": "sv"}), encoding="utf-8")
    with pytest.raises(Refusal, match="does not describe a graft"):
        load_gpt("broken-sv")
