"""evaluate-translator from the command line: tables, JSON with stable keys, a data-size table, and bad input in one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.flows.conftest import Lingraft
from tests.forty_rows import PAIRS
from translation.translators import ctranslate2

SHIPPED = ctranslate2.MODELS / "en-sv"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "news.en-sv.tsv"
    path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in PAIRS[:12]), encoding="utf-8")
    return path


def with_share(folder: Path, share: float) -> Path:
    """The shipped model with its share of the corpus in the manifest, as a model trained on a part of it has."""
    shutil.copytree(SHIPPED, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"share": share}), encoding="utf-8")
    return folder


def test_a_model_against_itself_with_the_behaviour_suite(lingraft: Lingraft, gold: Path) -> None:
    code, out, error = lingraft("evaluate-translator", "en-sv", "--gold", str(gold), "--half", "second", "--against", "en-sv", "--json", "made/found.json")
    assert (code, error) == (0, "")
    assert max(map(len, (line for line in out.splitlines() if " set " in line or " news " in line))) <= 80
    assert "half second" in out and "nrefs:1|case:mixed" in out and "half past" in out
    made = json.loads(Path("made/found.json").read_text(encoding="utf-8"))
    assert set(made) == {"schema_version", "half", "plain", "against", "models", "data_size"} and made["half"] == "second"
    (model,) = made["models"]
    assert set(model) == {"model", "engine", "fingerprint", "share", "source", "target", "gold", "behaviour"}
    assert (model["source"], model["target"], model["engine"], made["data_size"]) == ("en", "sv", "ctranslate2", [])
    (news,) = model["gold"]
    assert news["pairs"] == 6 and 20 < news["scores"]["chrf2"]["score"] < 100 and news["against"]["chrf2"]["p_value"] == 1.0
    assert model["fingerprint"] == made["against"]["fingerprint"]
    kept = model["behaviour"]
    assert kept["sentences"] >= 300 and kept["share"] >= 0.99 and kept["by_kind"]["ticker"]["share"] == 1.0
    assert len(kept["failures"]) == kept["pieces"] - kept["kept"]


def test_models_of_several_sizes_make_a_table(lingraft: Lingraft, gold: Path, tmp_path: Path) -> None:
    full, half = with_share(tmp_path / "full", 1.0), with_share(tmp_path / "half", 0.5)
    second = tmp_path / "more.en-sv.tsv"
    second.write_text(f"{PAIRS[0].source}\t{PAIRS[0].target}\n{PAIRS[1].source}\t{PAIRS[1].target}\n", encoding="utf-8")
    code, out, error = lingraft("evaluate-translator", str(full), str(half), "--no-behaviour", "--json", "found.json", "--gold", str(gold), str(second))
    assert (code, error) == (0, "") and "50 %" in out and "100 %" in out
    sizes = json.loads(Path("found.json").read_text(encoding="utf-8"))["data_size"]
    assert [(one["share"], one["model"], set(one["chrf2"])) for one in sizes] == [(0.5, "half", {"news", "more"}), (1.0, "full", {"news", "more"})]
    code, _, error = lingraft("evaluate-translator", str(full), "--no-behaviour", "--gold", str(gold), "--shares", "25,50")
    assert (code, error) == (1, "lingraft: --shares 25,50: 2 shares for 1 models; give each model one above 0 and at most 100.\n")


def test_what_cannot_be_measured_is_refused(lingraft: Lingraft, gold: Path) -> None:
    assert "no translation model 'none'" in lingraft("evaluate-translator", "none", "--gold", str(gold))[2]
    assert lingraft("evaluate-translator", "en-sv", "--gold", str(gold), "--half", "third")[0] == 2
    code, _, error = lingraft("evaluate-translator", "deepl", "--gold", str(gold))
    assert code == 1 and "deepl sends texts to DeepL (api.deepl.com), which evaluate-translator never does" in error
    assert "needs a model beside the gold files" in lingraft("evaluate-translator", str(gold), "--gold", str(gold))[2]
