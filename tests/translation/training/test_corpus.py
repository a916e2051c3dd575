"""A prepared corpus: the same bytes for the same input, every line accounted for, subsets nested."""

import gzip
import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from templates.refusal import Refusal
from tests.translation.training.sentences import SENTENCES, write_tsv
from translation.training import shards
from translation.training.corpus import Settings, prepare
from translation.training.facts import attributions, summary
from translation.training.pair import Pair

FIRST = ("Anna", "Bo", "Clara", "David", "Eva", "Felix", "Greta", "Hugo")
DONE = (("bought", "köpte"), ("saw", "såg"), ("sold", "sålde"), ("found", "hittade"), ("wanted", "ville ha"))
THINGS = (("a car", "en bil"), ("a house", "ett hus"), ("the boat", "båten"), ("an apple", "ett äpple"), ("the book", "boken"))
MANY = tuple((f"{name} {did} {thing} yesterday.", f"{name} {gjorde} {sak} i går.") for name in FIRST for did, gjorde in DONE for thing, sak in THINGS)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@dataclass(frozen=True, slots=True)
class Shout:
    share: float

    def __call__(self, pair: Pair, chance: random.Random) -> Pair:
        return replace(pair, source=pair.source.upper()) if chance.random() < self.share else pair


def test_every_line_is_kept_or_counted_once(folder: Path, tmp_path: Path) -> None:
    (folder / "mine.tsv").write_bytes(
        b"alone\na\tb\tc\n\xff\tx\n"
        + b"y" * 1_000_000
        + b"\n<b>Bold</b>\tFet\nNul\x00\tNoll\nsame words here\tSame words here\n"
        + "We are going home now!\tVi går hem nu\nThat is something else.\tDet är någonting annat.\n".encode()
    )
    heard: list[tuple[str, int]] = []
    facts = prepare([folder], tmp_path / "out", on_progress=lambda origin, lines: heard.append((origin, lines)))
    mine, tatoeba = facts.origins
    assert mine.reasons == {
        "control characters": 1, "copy": 1, "duplicate": 1, "line too long": 1, "markup": 1, "more than two columns": 1, "not UTF-8": 1, "one column": 1,
    }  # fmt: skip
    assert (mine.read, mine.kept, mine.written, mine.licence) == (9, 1, 1, "unknown")
    assert (tatoeba.read, tatoeba.kept, tatoeba.reasons, tatoeba.factor) == (6, 6, {}, 5)
    assert tatoeba.written == 30 + tatoeba.lowered
    assert sorted(heard) == [("mine", 9), ("tatoeba", 6)]
    pairs = list(shards.read(tmp_path / "out"))
    assert len(pairs) == facts.pairs == 1 + tatoeba.written
    assert {(pair.source, pair.target) for pair in pairs if pair.origin == "tatoeba"} >= set(SENTENCES)
    assert sum(pair.source == pair.source.lower() for pair in pairs) == tatoeba.lowered > 3
    assert shards.facts(tmp_path / "out") == facts
    assert summary(facts).startswith("kept 7 of 15 pairs of 2 sources, wrote")


def test_the_same_input_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "more.tsv", MANY)
    settings = Settings(shard_pairs=60)
    prepare([folder], tmp_path / "one", settings=settings)
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    prepare([moved], tmp_path / "two", settings=settings)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert len(content(tmp_path / "one")) >= 4
    prepare([moved], tmp_path / "three", settings=replace(settings, seed=1))
    assert content(tmp_path / "one") != content(tmp_path / "three")
    first, third = (sorted(map(repr, shards.read(tmp_path / name))) for name in ("one", "three"))
    assert first != third  # the lowered copies are others


def test_what_is_there_is_not_made_again(folder: Path, tmp_path: Path) -> None:
    heard: list[str] = []

    def made(**changes: object) -> bool:
        heard.clear()
        prepare([folder], tmp_path / "out", on_progress=lambda origin, _: heard.append(origin), **changes)  # type: ignore[arg-type]
        return bool(heard)

    assert made()
    assert not made()
    assert made(settings=Settings(lowered=0.2))
    assert made(teach=(Shout(0.5),))
    assert not made(teach=(Shout(0.5),))
    assert made(teach=(Shout(0.6),))
    shard = tmp_path / "out" / "shard-000.tsv.gz"
    shard.write_bytes(shard.read_bytes()[:-1])
    assert made(teach=(Shout(0.6),))
    write_tsv(folder / "more.tsv", MANY)
    assert made(teach=(Shout(0.6),))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"corpus.json", "shard-000.tsv.gz"}


def test_old_shards_go(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "more.tsv", MANY)
    prepare([folder], tmp_path / "out", settings=Settings(shard_pairs=30))
    facts = prepare([folder], tmp_path / "out")
    assert set(facts.files) == {path.name for path in (tmp_path / "out").glob("shard-*")} == {"shard-000.tsv.gz"}


def test_teaching_changes_pairs_and_is_reproducible(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "more.tsv", MANY)
    for name in ("one", "two"):
        prepare([folder], tmp_path / name, teach=(Shout(0.5),))
    shouted = sum(pair.source.isupper() for pair in shards.read(tmp_path / "one"))
    assert 60 < shouted < 180
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_what_teaches_must_have_a_name(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="teach with a function of a module or a frozen dataclass"):
        prepare([folder], tmp_path / "out", teach=(lambda pair, chance: pair,))


def test_fractions_nest_and_keep_copies_together(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "more.tsv", MANY)
    (folder / "corpus.toml").write_text('[sources.more]\nweight = 3\nstyle = "conversational"\n', encoding="utf-8")
    prepare([folder], tmp_path / "out", settings=Settings(shard_pairs=100))
    whole, half, quarter = (list(shards.read(tmp_path / "out", fraction=share)) for share in (1.0, 0.5, 0.25))
    assert 0.15 < len(quarter) / len(whole) < 0.35 < len(half) / len(whole) < 0.65
    assert [pair for pair in whole if pair in set(half)] == half
    assert [pair for pair in half if pair in set(quarter)] == quarter
    names = [{pair.source.casefold().rstrip(".") for pair in part} for part in (half, whole)]
    assert len(names[0]) < 0.65 * len(names[1])  # had copies been split, nearly every sentence would be in the half
    with pytest.raises(Refusal, match="fraction of the corpus is 0;"):
        next(shards.read(tmp_path / "out", fraction=0))


def test_weights_caps_and_duplicates(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "copy.tsv", SENTENCES)
    write_tsv(folder / "more.tsv", MANY)
    (folder / "corpus.toml").write_text("[sources.tatoeba]\nstyle = 'written'\n[sources.more]\ncap = 0.25\n", encoding="utf-8")
    facts = {origin.name: origin for origin in prepare([folder], tmp_path / "out").origins}
    assert facts["copy"].reasons == {"duplicate": 6}  # tatoeba weighs more, so its copy is the one that is kept
    assert facts["tatoeba"].written == 30
    assert facts["more"].factor == pytest.approx(10 / len(MANY))
    assert 3 <= facts["more"].written <= 20


def test_gold_beside_the_folder_is_kept_out(folder: Path, tmp_path: Path) -> None:
    gold = folder.parent / "gold"
    gold.mkdir()
    write_tsv(gold / "test.en-sv.tsv", (("WE ARE GOING HOME NOW", "något annat"), ("something else", "Katten sover på soffan, i dag")))
    facts = prepare([folder], tmp_path / "out")
    assert facts.origins[0].reasons == {"kept out": 2}
    assert facts.settings["keep_out"] == ["test.en-sv.tsv"]
    assert prepare([folder], tmp_path / "all", keep_out=()).origins[0].kept == 6


def test_licences_leave_sources_out(folder: Path, tmp_path: Path) -> None:
    write_tsv(folder / "github_finance_apps.en-sv.tsv", MANY)
    write_tsv(folder / "mine.tsv", MANY)
    facts = prepare([folder], tmp_path / "out", settings=Settings(licences=("shippable",)))
    assert facts.left_out == {"github_finance_apps": "Elastic-2.0 AND AGPL-3.0-or-later AND MIT", "mine": "unknown"}
    assert {pair.origin for pair in shards.read(tmp_path / "out")} == {"tatoeba"}
    text = attributions(facts)
    assert "* tatoeba (6 pairs; CC-BY-2.0-FR). Sentences of Tatoeba (https://tatoeba.org)" in text
    assert "github" not in text and "Elastic" not in text
    with pytest.raises(Refusal, match="--licences leaves out every source"):
        prepare([folder], tmp_path / "none", settings=Settings(licences=("PostgreSQL",)))


def test_the_other_direction(folder: Path, tmp_path: Path) -> None:
    prepare([folder], tmp_path / "out", source="sv", target="en")
    assert {(pair.target, pair.source) for pair in shards.read(tmp_path / "out")} >= set(SENTENCES)


def test_nothing_left_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "tatoeba.en-sv.tsv.gz").write_bytes(gzip.compress(b"only\nlonely\nlines\n"))
    with pytest.raises(Refusal, match=r"no pair of 3 was kept \(one column 3\); check languages and columns"):
        prepare([folder], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_source_named_but_not_there_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "corpus.toml").write_text("[sources.tatoba]\nweight = 1\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"names the source 'tatoba', of which there is no file; there are tatoeba"):
        prepare([folder], tmp_path / "out")


def test_a_damaged_corpus_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="name a folder that a corpus was prepared in"):
        shards.facts(tmp_path)
    prepare([folder], tmp_path / "out")
    shard = tmp_path / "out" / "shard-000.tsv.gz"
    shard.write_bytes(shard.read_bytes()[:-9])
    with pytest.raises(Refusal, match=r"shard-000.tsv.gz: missing or damaged .*; prepare the corpus again"):
        list(shards.read(tmp_path / "out"))
