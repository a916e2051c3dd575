"""The command line as a user meets it: exit codes, one sentence for each bad input, nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from templates import records
from tests.flows.conftest import Lingraft, write_study

REPOSITORY = Path(__file__).resolve().parents[2]
GOOD = {"id": "1", "sentence": "Shares rise", "target": "Acme", "score": 0.4}


@pytest.fixture
def in_home(adapted: Path, lingraft: Lingraft, monkeypatch: pytest.MonkeyPatch) -> Lingraft:
    """The same, in the folder with a finished run."""
    monkeypatch.chdir(adapted)
    return lingraft


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("adapt", "svv"), 2, "no language 'svv'; there are ca, en, sv. Did you mean sv?"),
        (("adapt", "../../etc"), 2, "'../../etc' is not a language name"),
        (
            ("adapt", "sv", "--study", "quik"),
            2,
            "no study 'quik'; there are assistant, assistant-published, assistant-source, datasets, demo, fiqa, quick, smoke, source. Did you mean quick?",
        ),
        (("adapt", "sv", "--data", "nowhere"), 1, "nowhere: is no folder"),
        (("predict", "sv", "fiqaa", "--field", "a=b"), 2, "no benchmark 'fiqaa'; there are assistant, fiqa. Did you mean fiqa?"),
        (("predict", "sv", "fiqa", "--field", "sentnce=x"), 1, "write name=value with a field of fiqa (sentence, target). Did you mean sentence?"),
        (("predict", "sv", "fiqa", "--field", "sentence=x"), 1, "field 'target' is missing; add --field target=..."),
        (("predict", "sv", "fiqa", "--field", "sentence= "), 1, "--field sentence: the value is empty"),
        (
            ("predict", "sv", "fiqa", "--field", "sentence=x", "--field", "target=y"),
            1,
            "there is no finished run; make one with: lingraft adapt sv --study demo",
        ),
        (("show", "sv", "fiqa"), 1, "there is no finished run"),
        (("translate-text", "sv", "--in", "absent.txt", "--out", "x"), 1, "absent.txt: cannot be read: No such file or directory"),
    ],
)
def test_bad_input_is_one_sentence_and_the_right_code(lingraft: Lingraft, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    found, _, error = lingraft(*arguments)
    assert message in error
    assert error.startswith("lingraft: ")
    assert len(error.strip().splitlines()) == 1
    assert found == code
    assert not list(tmp_path.iterdir())


def line(**change: object) -> bytes:
    return json.dumps({key: value for key, value in (GOOD | change).items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (b"{broken", "fiqa.en.jsonl, line 2, column 2: not valid JSON"),
        (line(id="2", sentence="caf\u00e9").replace(b"caf\\u00e9", b"caf\xe9"), "fiqa.en.jsonl, line 2: byte 29 is not UTF-8"),
        (line(id="2", target=None), "fiqa.en.jsonl, line 2: field 'target' is missing"),
    ],
)
def test_malformed_data_is_named_by_file_and_line(lingraft: Lingraft, server: str, tmp_path: Path, second: bytes, message: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fiqa.en.jsonl").write_bytes(line() + b"\n" + second + b"\n")
    code, _, error = lingraft("refresh", "sv", "--study", "quick", "--data", "data")
    assert code == 1
    assert message in error


def test_data_is_never_parsed_as_a_prompt(in_home: Lingraft, tmp_path: Path, adapted: Path) -> None:
    odd = "Acme shares {answer} rise [[3]] {target} <|VIRTUAL_PROMPT_0|> again"
    long = "Acme beats the forecast and lifts its outlook. " * 215
    rows = [(f"{number}", f"Acme day {number} is fine", 0.5 if number % 2 else -0.5) for number in range(30)]
    rows += [("odd", odd, 0.4), ("long", long[:10_000], 0.4)]
    folder = tmp_path / "data"
    folder.mkdir()
    text = "".join(json.dumps({"id": name, "sentence": sentence, "target": "Acme", "score": score}) + "\n" for name, sentence, score in rows)
    (folder / "fiqa.en.jsonl").write_text(text)
    tuned = [{"method": "p_tuning", "settings": {"epochs": 1, "least_steps": 1}}]
    write_study(tmp_path, "odd", adapted / "model", rows=0, source="data", english_first=False, trials=tuned)
    shutil.copy(tmp_path / "lingraft" / "studies" / "odd.toml", adapted / "lingraft" / "studies")
    code, _, error = in_home("adapt", "sv", "--study", "odd", "--data", str(folder), "--out", str(tmp_path / "runs"))
    assert (code, error) == (0, "")
    run = tmp_path / "runs" / "sv" / "odd" / "records"
    found = {str(raw["id"]): raw for part in ("", ".quarantine") for _, raw in records.read_lines(run / f"fiqa{part}.jsonl")}
    assert len(found) == 32
    for mark in ("{answer}", "[[3]]", "{target}", "<|VIRTUAL_PROMPT_0|>"):
        assert mark in str(found["odd"]["sentence"])
    assert len(str(found["long"]["sentence"])) > 7_000
    code, out, error = in_home("show", "sv", "fiqa", "--study", "odd", "--data", str(folder), "--out", str(tmp_path / "runs"))
    assert (code, error) == (0, "")
    assert "<v9>" in out


LANGUAGE = """code = "nn"
name = "Norwegian Nynorsk"
[fiqa]
prompt = "{prompt}"
words = {{ negative = "{negative}", positive = " positiv" }}
"""


@pytest.mark.parametrize(
    ("prompt", "negative", "message"),
    [
        ("{sentence} Stemning for {target}[[10]]:", " negativ", "[fiqa] prompt: the prompt has no {answer}; end it with {answer}"),
        (
            "{sentence} Stemning for {targt}[[10]]:{answer}",
            " negativ",
            "column 25: field {targt} is not in the benchmark (sentence, target). Did you mean {target}?",
        ),
        ("{sentence} Stemning for {target}[[10]]:{answer}", " positiv", "' positiv'"),
    ],
)
def test_words_that_cannot_work_are_refused(lingraft: Lingraft, server: str, tmp_path: Path, prompt: str, negative: str, message: str) -> None:
    (tmp_path / "lingraft" / "languages").mkdir(parents=True)
    (tmp_path / "lingraft" / "languages" / "nn.toml").write_text(LANGUAGE.format(prompt=prompt, negative=negative))
    write_study(tmp_path, "mine", tmp_path, translator={"engine": "identity"}, english_first=False)
    code, _, error = lingraft("localise", "nn", "--study", "mine")
    assert code == 1
    assert message in error
    assert "nn.toml" in error
    assert len(error.strip().splitlines()) == 1


def test_an_output_that_cannot_be_written(lingraft: Lingraft, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    code, _, error = lingraft("adapt", "sv", "--study", "smoke", "--out", "file/runs")
    assert (code, error.count("\n")) == (1, 1)
    assert "file/runs: cannot be written (Not a directory); choose another folder (--out for runs," in error
    assert (tmp_path / "file").read_text() == "mine"


def test_a_model_that_cannot_be_had_is_said_before_the_work(lingraft: Lingraft, server: str, tmp_path: Path) -> None:
    write_study(tmp_path, "mine", Path("nobody/nothing"))
    code, _, error = lingraft("adapt", "sv", "--study", "mine")
    assert code == 1
    assert "model 'nobody/nothing': neither a local folder nor reachable on the hub" in error
    assert not (tmp_path / "runs" / ".store").exists()


def test_an_engine_and_words_that_cannot_be_used_are_said_before_english_is_tuned(lingraft: Lingraft, server: str, tmp_path: Path) -> None:
    write_study(tmp_path, "mine", Path("nobody/nothing"), translator={"settings": {"model": "nowhere"}})
    code, _, error = lingraft("adapt", "sv", "--study", "mine")
    assert (code, "no translation model 'nowhere'" in error) == (1, True)
    write_study(tmp_path, "mine", Path("nobody/nothing"))
    (tmp_path / "lingraft" / "languages").mkdir(parents=True)
    words = 'prompt = "{sentence}[[10]]:{answer}"\nwords = { negative = " negativ", positive = " positiv" }'
    (tmp_path / "lingraft" / "languages" / "nb.toml").write_text(f'code = "nb"\nname = "Norwegian"\ntranslator = "identity"\n[fiqa]\n{words}\n')
    code, _, error = lingraft("adapt", "nb", "--study", "mine")
    assert (code, "mend the prompt or the words" in error) == (1, True)
    assert not (tmp_path / "runs" / ".history").exists()


def test_a_model_folder_that_is_not_there(lingraft: Lingraft, server: str, tmp_path: Path) -> None:
    write_study(tmp_path, "mine", tmp_path / "gone")
    assert f"model {str(tmp_path / 'gone')!r}: no such folder" in lingraft("adapt", "sv", "--study", "mine")[2]


def test_a_failed_gate_and_a_held_language_have_their_own_codes(in_home: Lingraft, adapted: Path) -> None:
    from templates.run_folder import Runs

    code, out, error = in_home("adapt", "sv", "--study", "copies")
    assert (code, error) == (3, "")
    assert "gate fiqa: fail,kept=0%" in out
    assert "nothing was tuned" in out
    run = adapted / "runs" / "sv" / "copies"
    assert json.loads((run / "gate" / "fiqa" / "gate.json").read_text(encoding="utf-8"))["verdict"] == "fail"
    assert (run / "gate" / "fiqa" / "index.html").is_file()
    assert "FAILED and nothing was tuned" in (run / "report.html").read_text(encoding="utf-8")
    assert len(list(records.read_lines(run / "records" / "fiqa.quarantine.jsonl"))) > 30
    assert {raw["condition"] for _, raw in records.read_lines(run / "outcomes.jsonl")} <= {"en"}
    assert json.loads((run / "manifest.json").read_text(encoding="utf-8"))["verdict"] == "fail"
    manifest = run / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "stopped": False}), encoding="utf-8")  # as if it had been tuned
    before = run.resolve()
    code, out, error = in_home("adapt", "sv", "--study", "copies")
    assert (code, run.resolve()) == (3, before)
    assert ".history/sv/copies/" in out and len(list(before.parent.iterdir())) == 2
    code, out, error = in_home("adapt", "sv", "--study", "copies", "--if-changed")
    latest = max(before.parent.iterdir()).name
    assert (code, run.resolve()) == (0, before) and out.startswith(f"nothing changed since {latest}: ") and "its gate had FAILED" in out
    with Runs(adapted / "runs").hold("sv"):
        code, out, error = in_home("adapt", "sv", "--study", "tiny")
    assert (code, out) == (4, "")
    assert "another run holds sv" in error


def test_a_method_that_always_fails_ends_the_run_with_1_and_its_page(in_home: Lingraft, adapted: Path, caplog: pytest.LogCaptureFixture) -> None:
    trials = [{"method": "majority"}, {"method": "p_tuning", "settings": {"placement": "200 front, 200 text, 200 end"}}]  # the model knows 512 places
    write_study(adapted, "long", adapted / "model", trials=trials)
    code, out, error = in_home("adapt", "sv", "--study", "long")
    assert (code, error.count("Traceback")) == (1, 0)
    assert "What failed in all its trials is missing above" in out
    assert "  - p_tuning of fiqa in en: " in out and "  - p_tuning of fiqa in sv: " in out and "majority of" not in out
    assert "Always the majority label" in (adapted / "runs" / "sv" / "long" / "report.html").read_text(encoding="utf-8")
    failed = [record.getMessage().split(": ")[0] for record in caplog.records if " failed: " in record.getMessage()]
    assert len(failed) == 2 and failed[0].startswith("trial en fiqa p_tuning") and failed[1].startswith("trial sv fiqa p_tuning")  # each tried once


@pytest.mark.parametrize(
    "command", ["", "adapt", "refresh", "translate", "judge", "localise", "study", "report", "predict", "show", "translate-text", "clean", "languages", "serve"]
)
def test_help_everywhere(lingraft: Lingraft, command: str) -> None:
    code, out, _ = lingraft(*command.split(), "--help")
    assert code == 0
    assert "Usage:" in out


def test_each_stage_alone_and_clean_keeps_what_is_pointed_to(in_home: Lingraft, adapted: Path) -> None:
    code, out, error = in_home("translate", "sv", "--study", "tiny")
    assert (code, error) == (0, "")
    assert all(Path(line).is_file() for line in out.splitlines() if not line.startswith("fiqa: "))
    code, out, error = in_home("judge", "sv", "--study", "tiny")
    assert (code, error) == (0, "")
    page = adapted / out.splitlines()[-1].strip()
    assert page.is_file() and "/.history/sv/tiny/" in str(page)
    assert not (page.parents[2] / "report.html").exists()
    assert (adapted / "runs" / "sv" / "tiny" / "report.html").is_file()
    code, out, _ = in_home("clean", "--keep", "1")
    assert code == 0 and "removed" in out
    assert len(list((adapted / "runs" / ".history" / "sv" / "tiny").iterdir())) <= 2
    assert (adapted / "runs" / "sv" / "tiny" / "report.html").is_file()


def test_predict_show_and_the_plan(in_home: Lingraft, tmp_path: Path) -> None:
    code, out, _ = in_home("predict", "sv", "fiqa", "--study", "tiny", "--field", "sentence=Vinsten steg", "--field", "target=Kestrane")
    label, share = out.split()
    assert code == 0 and label in ("positive", "negative") and 0.5 <= float(share) <= 1
    (tmp_path / "rows.jsonl").write_text('{"id": "a", "sentence": "Vinsten steg", "target": "Kestrane", "label": "positive"}\n')
    code, out, error = in_home("predict", "sv", "fiqa", "--study", "tiny", "--in", str(tmp_path / "rows.jsonl"))
    assert code == 0 and json.loads(out)["label"] == label and json.loads(out)["gold"] == "positive"
    assert "of 1 right" in error
    code, out, _ = in_home("show", "sv", "fiqa", "--study", "tiny")
    assert code == 0
    assert "Känsla för" in out and "<v0><v1>" in out and "answer  positive: ' positiv'" in out
    code, out, error = in_home("adapt", "sv", "--study", "tiny", "--dry-run", "--out", "elsewhere")
    assert (code, error) == (0, "")
    assert "40 records" in out and "6 trials" in out and "minutes" in out
    assert not Path("elsewhere").exists()


def test_translate_text_keeps_count_and_order(lingraft: Lingraft, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("Good morning.\n\nWhere is my bag?\n{answer} <|VIRTUAL_PROMPT_0|>\n", encoding="utf-8")
    code, _, error = lingraft("translate-text", "sv", "--in", "in.txt", "--out", "out.txt")
    assert (code, error) == (0, "")
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").split("\n")
    assert len(lines) == 5
    assert lines[1] == lines[4] == ""
    assert lines[0] == "God morgon."
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9\n")
    code, _, error = lingraft("translate-text", "sv", "--in", "bad.txt", "--out", "out2.txt")
    assert code == 1
    assert "byte 4 is not UTF-8" in error


def test_the_console_script_says_an_error_once(tmp_path: Path, server: str) -> None:
    (tmp_path / "fiqa.en.jsonl").write_bytes(b"{broken\n")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PREFECT_API_URL": server, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "flows", "refresh", "sv", "--study", "quick", "--data", "."]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("lingraft: ")
