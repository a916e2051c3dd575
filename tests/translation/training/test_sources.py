"""What is known of the sources: shipped, overridden strictly, chosen by licence; and how weights and caps become copies."""

from pathlib import Path

import pytest

from templates.refusal import Refusal, UnknownName
from translation.training import sources, weights
from translation.training.sources import Source

OPEN = {"Elastic-2.0", "AGPL-3.0-or-later", "LicenseRef-SCPL", "unknown"}


def test_what_is_shipped_may_be_given_on() -> None:
    allowed = sources.allowed(["shippable"])
    assert allowed is not None
    assert not allowed & OPEN
    table = sources.load()
    out = {name for name, source in table.items() if not allowed.issuperset(source.licences)}
    assert out == {"github_finance_apps", "github_community_apps", "github_assistant_apps"}
    assert all(source.attribution for source in table.values())


def test_every_source_that_the_data_describes_is_known(data: Path) -> None:
    names = {path.name.split(".")[0] for path in (data / "parallel").glob("*.gz")}
    names |= {f"back_{path.name.split('.')[0]}" for path in (data / "mono").glob("*.gz")}
    assert names == set(sources.load())


def test_a_corpus_toml_overrides_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "corpus.toml").write_text('[sources.tatoeba]\nweight = 1\n[sources.mine]\nlicence = "MIT"\n[presets]\nours = ["MIT"]\n', encoding="utf-8")
    found = sources.load([tmp_path])
    assert found["tatoeba"].weight == 1
    assert found["tatoeba"].licence == "CC-BY-2.0-FR"
    assert found["mine"] == Source(licence="MIT")
    assert sources.allowed(["ours"], [tmp_path]) == {"MIT"}
    assert sources.allowed([]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sources.a]\nwieght = 2\n", r"corpus.toml, \[sources.a\]: unknown key 'wieght'.* Did you mean weight\?"),
        ("[source.a]\nweight = 2\n", r"corpus.toml: unknown key 'source'.* Did you mean sources\?"),
        ("[sources.a]\nweight = -1\n", "allowed is 0 to 100"),
        ("[sources.a]\ncap = 0\n", "allowed is a share"),
        ('[sources.a]\nlicence = ""\n', "licence is empty"),
        ('[sources.a]\nstyle = "loud"\n', "'written' or 'conversational'"),
        ("sources = 3\n", "sources"),
    ],
)
def test_a_wrong_corpus_toml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "corpus.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        sources.load([tmp_path])


def test_an_unknown_licence_is_no_licence() -> None:
    with pytest.raises(UnknownName, match=r"'shipable' is neither .* Did you mean shippable\?"):
        sources.allowed(["shipable"])


def test_every_part_of_a_source_must_be_allowed() -> None:
    assert Source(licence="MIT AND Elastic-2.0").licences == ("MIT", "Elastic-2.0")


def test_caps_hold_of_the_whole() -> None:
    table = {"a": Source(), "b": Source(cap=0.2), "c": Source(weight=2, cap=0.1)}
    pairs = {"a": 700, "b": 5000, "c": 3000}
    factors = weights.factors(pairs, table)
    written = {name: factors[name] * count for name, count in pairs.items()}
    assert written == pytest.approx({"a": 700, "b": 200, "c": 100})


def test_a_cap_not_reached_changes_nothing() -> None:
    assert weights.factors({"a": 90, "b": 10}, {"a": Source(weight=3), "b": Source(cap=0.5)}) == {"a": 3, "b": 1}


def test_caps_of_everything_are_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    assert weights.factors({"b": 10}, {"b": Source(weight=2, cap=0.2)}) == {"b": 2}
    assert "only the weights count" in caplog.text
