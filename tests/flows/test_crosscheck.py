"""crosscheck from the command line: other engines on a sample, nothing sent unasked, keys in no file, and a blind sheet read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.plan import read_study
from templates.refusal import Refusal
from tests.flows.conftest import Lingraft, write_study
from tests.services import KEY, Service


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as made:
        yield made


def everything(*folders: Path) -> bytes:
    return b"".join(path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())


def test_nothing_is_sent_unasked(lingraft: Lingraft, caches: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_API_KEY", KEY)
    code, out, error = lingraft("crosscheck", "sv", "--sample", "5", "--benchmark", "fiqa", "--with", f"deepl:{service.address}", "google", "--out", "runs")
    assert (code, out) == (2, "") and service.asked == [] and not Path("runs").exists()
    assert error.startswith("lingraft: crosscheck would send ") and " characters (5 texts) to deepl at http://127.0.0.1:" in error
    assert error.endswith("and to google at Google Translate (translate.google.com); add --send to allow it, or leave that engine out.\n")


def test_engines_are_compared_and_the_key_is_in_no_file(lingraft: Lingraft, caches: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_API_KEY", KEY)
    asked = ("crosscheck", "sv", "--sample", "6", "--benchmark", "fiqa", "--with", f"deepl:{service.address}", f"google:{service.address}", "--send")
    code, out, error = lingraft(*asked, "--sheet", "sheet.csv")
    assert (code, error) == (0, "") and len(service.asked) == 1 and len(service.texts) == 12
    sent = sum(map(len, service.asked[0]["text"]))
    assert f": sent {sent:,} characters to {service.address}" in out
    (folder,) = Path("runs/.crosschecks/sv").iterdir()
    assert {path.name for path in folder.iterdir()} == {"rows.jsonl", "rows.tsv", "summary.json", "sides.json"}
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 6 and [row["agreement"] for row in rows] == sorted(row["agreement"] for row in rows)
    assert all(text == f"sv {row['source']}" for row in rows for engine, text in row["said"].items() if "ours" not in engine)
    written = everything(Path.cwd(), caches)
    assert rows[0]["source"].encode() in written and KEY.encode() not in written and KEY not in out + error
    lingraft(*asked)
    assert len(service.texts) == 12  # what was said once is remembered, under the service's fingerprint


def test_a_service_that_refuses_says_so_without_the_key(lingraft: Lingraft, caches: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_API_KEY", KEY)
    service.answer = "quota"
    code, out, error = lingraft("crosscheck", "sv", "--sample", "3", "--benchmark", "fiqa", "--with", f"deepl:{service.address}", "--send")
    assert code == 1 and error.startswith("lingraft: deepl: Quota") and KEY not in out + error + everything(Path.cwd(), caches).decode("utf-8", "replace")


def test_the_key_may_lie_in_a_prefect_secret(
    server: str, lingraft: Lingraft, caches: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from prefect.blocks.system import Secret

    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    asked = ("crosscheck", "sv", "--sample", "2", "--benchmark", "fiqa", "--with", f"deepl:{service.address}", "--send")
    code, _, error = lingraft(*asked)
    assert code == 1 and "there is no key; put it into the environment variable DEEPL_API_KEY or into the Prefect Secret deepl-api-key" in error
    Secret(value=KEY).save("deepl-api-key", overwrite=True)  # type: ignore[call-arg]
    code, out, error = lingraft(*asked)
    assert (code, error) == (0, "") and len(service.texts) == 2
    assert KEY.encode() not in everything(Path.cwd(), caches) and KEY not in out


def test_a_sheet_goes_out_blind_and_its_verdicts_come_back(lingraft: Lingraft, caches: Path, service: Service) -> None:
    code, out, _ = lingraft("crosscheck", "sv", "--sample", "8", "--with", f"google:{service.address}", "--send", "--sheet", "sheet.csv")
    assert code == 0 and "Fill in the column better, then: lingraft crosscheck sv --import sheet.csv" in out
    text = Path("sheet.csv").read_text(encoding="utf-8-sig")
    assert "google" not in text and "ctranslate2" not in text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for row in rows[1:]:
        row[5], row[6] = "two" if row[3].lstrip("'").startswith("sv ") else "one", "ann"
    filled = io.StringIO(newline="")
    csv.writer(filled).writerows(rows)
    Path("sheet.csv").write_text(filled.getvalue(), encoding="utf-8")
    code, out, error = lingraft("crosscheck", "sv", "--import", "sheet.csv")
    assert (code, error) == (0, "")
    assert "8 rows reviewed, 8 to 0, 0 ties" in out and "ours in 100 % (68 to 100 %); sign test p = 0.008" in out
    assert "was not exported for sv from elsewhere" in lingraft("crosscheck", "sv", "--import", "sheet.csv", "--out", "elsewhere")[2]


def test_engines_that_stay_here_need_no_leave(lingraft: Lingraft, caches: Path) -> None:
    code, out, error = lingraft("crosscheck", "sv", "--sample", "4", "--with", "ctranslate2:en-sv")
    assert (code, error) == (0, "") and "100.0 to 100.0" in out and "sent" not in out


def test_bad_calls_are_refused_in_a_sentence(lingraft: Lingraft, caches: Path) -> None:
    assert "name one by --with" in lingraft("crosscheck", "sv")[2]
    assert lingraft("crosscheck", "en", "--with", "google")[2].startswith("lingraft: en is the source")
    code, _, error = lingraft("crosscheck", "sv", "--sample", "3", "--with", "apertum:x")
    assert code == 2 and "Did you mean apertium?" in error


@pytest.mark.parametrize("table", ["translator", "second"])
def test_no_study_may_name_an_engine_that_sends_text_away(table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lingraft: Lingraft) -> None:
    write_study(tmp_path, "away", tmp_path, **{table: {"engine": "deepl"}})
    with pytest.raises(Refusal, match=rf"away.toml, \[{table}\]: deepl sends texts to DeepL .*, which no study or schedule may do"):
        read_study("away")
    for command in (("adapt", "sv", "--study", "away"), ("serve", "sv", "--study", "away")):
        code, _, error = lingraft(*command)
        assert code == 1 and "which no study or schedule may do; use lingraft crosscheck --send" in error


def test_no_language_file_may_name_one_either(tmp_path: Path, lingraft: Lingraft) -> None:
    from templates import language

    own = tmp_path / "lingraft" / "languages"
    own.mkdir(parents=True)
    text = language.path_of("sv").read_text(encoding="utf-8")
    (own / "sv.toml").write_text(text.replace('script = "Latn"', 'script = "Latn"\ntranslator = "google"', 1), encoding="utf-8")
    write_study(tmp_path, "tiny", tmp_path)
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("Hello.\n", encoding="utf-8")
    code, _, error = lingraft("translate-text", "sv", "--study", "tiny", "--in", str(source), "--out", str(target))
    assert code == 1 and "translator google: sends texts to Google Translate (translate.google.com), which no run may do" in error and not target.exists()
