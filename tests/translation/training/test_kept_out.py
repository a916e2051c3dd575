"""What something is measured on is found in every form it is kept in."""

import json
from pathlib import Path

import pytest

from templates.refusal import Refusal
from tests.translation.training.sentences import SENTENCES, write_tsv
from translation.training import kept_out


def keys(*texts: str) -> frozenset[int]:
    return frozenset(kept_out.key(kept_out.plain(text)) for text in texts)


def test_every_form(tmp_path: Path) -> None:
    table = write_tsv(tmp_path / "gold.en-sv.tsv.gz")
    (tmp_path / "lines.txt").write_text("One line\nAnother line\n", encoding="utf-8")
    records = [
        {"id": "headline-1", "source": "headline", "sentence": "Shares rise", "target": "Acme"},
        {"id": "1", "utterance_sv": "väck mig", "scenario": "alarm"},
        {"id": "2", "question": "Who is that?", "kind": "open"},
    ]
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    sides = [side for pair in SENTENCES for side in pair]
    found = kept_out.load([table, tmp_path / "lines.txt", tmp_path / "some.jsonl"])
    assert found == keys(*sides, "one LINE", "another line.", "shares rise", "Väck mig!", "who is that")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "{]\n", "line 1: no JSON"),
        ("a.docx", "text\n", "cannot be kept out; give files that end in"),
        ("a.txt", "", "holds no text"),
        ("a.txt", "fine\nb\udce9d\n", "line 2: not UTF-8; mend it"),
    ],
)
def test_what_cannot_be_kept_out_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Refusal, match=said):
        kept_out.load([tmp_path / name])


def test_gold_beside_the_entries_is_found(folder: Path) -> None:
    gold = folder.parent / "gold"
    gold.mkdir()
    path = write_tsv(gold / "pud.en-sv.tsv")
    assert kept_out.beside([folder]) == kept_out.beside([folder / "tatoeba.en-sv.tsv.gz"]) == kept_out.beside([folder, "opus:Books"]) == (path,)
    assert kept_out.beside([gold.parent / "nowhere" / "else" / "x.tsv"]) == ()
