"""Every form of parallel text is read the same; bad lines are counted under a reason and never stop the reading."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from templates.refusal import Refusal
from tests.translation.training.sentences import SENTENCES, write_tsv
from translation.training import inputs, lines, moses, opus, tmx, tsv
from translation.training.reason import Reason

TMX = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="t" creationtoolversion="1" segtype="sentence" o-tmf="t" adminlang="en" srclang="en" datatype="plaintext"/><body>
{}
</body></tmx>
"""


def unit(*texts: tuple[str, str]) -> str:
    return "<tu>" + "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in texts) + "</tu>"


def read(entries: list[Path], source: str = "en", target: str = "sv") -> list[tuple[str, str] | Reason]:
    found = inputs.find(entries, source=source, target=target, downloads=Path("nowhere"))
    return [pair for one in found for pair in one.read(source=source, target=target)]


@pytest.mark.parametrize("name", ["mine.tsv", "mine.tsv.gz", "mine.en-sv.tsv", "mine.v2.en-sv.tsv.gz", "mine.new-set.tsv"])
def test_tsv(tmp_path: Path, name: str) -> None:
    assert read([write_tsv(tmp_path / name)]) == list(SENTENCES)


def test_an_origin_has_no_blanks(tmp_path: Path) -> None:
    path = write_tsv(tmp_path / "my own\tfile.en-sv.tsv")
    assert [one.origin for one in inputs.find([path], source="en", target="sv", downloads=tmp_path)] == ["my_own_file"]


def test_the_name_says_which_column_is_which(tmp_path: Path) -> None:
    path = write_tsv(tmp_path / "mine.en-sv.tsv")
    assert read([path], "sv", "en") == [(target, source) for source, target in SENTENCES]


@pytest.mark.parametrize("packed", [(), (0,), (0, 1)])
@pytest.mark.parametrize("stem", ["news", "news.en-sv"])
def test_moses(tmp_path: Path, packed: tuple[int, ...], stem: str) -> None:
    for side, code in enumerate(("en", "sv")):
        blob = "".join(f"{pair[side]}\n" for pair in SENTENCES).encode()
        (tmp_path / f"{stem}.{code}{'.gz' * (side in packed)}").write_bytes(gzip.compress(blob) if side in packed else blob)
    assert read([tmp_path]) == list(SENTENCES)
    assert read([tmp_path], "sv", "en") == [(target, source) for source, target in SENTENCES]
    files = sorted(tmp_path.iterdir())
    assert read([files[0]]) == read(files) == list(SENTENCES)


def test_moses_lines_stay_beside_each_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.en").write_bytes(b"one\n\xff\xfe broken\nthree\nfour\n")
    (tmp_path / "a.sv").write_bytes("ett\ntvå\ntre\n".encode())
    assert list(moses.read(tmp_path / "a.en", tmp_path / "a.sv")) == [("one", "ett"), Reason.ENCODING, ("three", "tre"), Reason.UNPAIRED]
    assert "1 more in one" in caplog.text


def test_tmx(tmp_path: Path) -> None:
    units = [
        unit(("EN-us", "Hello &amp; welcome"), ("de", "Hallo"), ("sv_SE", "Hej och välkommen")),
        unit(("en", "Only English")),
        unit(("en", "Press <ph x='1'/> now"), ("sv", "Tryck nu")),
    ]
    path = tmp_path / "memory.tmx"
    path.write_text(TMX.format("\n".join(units)), encoding="utf-8")
    expected = [("Hello & welcome", "Hej och välkommen"), Reason.OTHER_LANGUAGE, Reason.MARKUP]
    assert read([path]) == expected
    packed = tmp_path / "packed.tmx.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read([packed]) == expected
    assert read([path], "sv", "en")[0] == ("Hej och välkommen", "Hello & welcome")


def test_a_tmx_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(TMX.format("\n".join(unit(("en", f"Sentence {number}"), ("sv", f"Mening {number}")) for number in range(2000)))[:-30], encoding="utf-8")
    found = list(tmx.read(path, source="en", target="sv"))
    assert found[0] == ("Sentence 0", "Mening 0")
    assert 1000 < found.index(Reason.DAMAGED) == len(found) - 1


def test_a_file_that_is_no_tmx_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_bytes(b"Hello\tHej\n")
    assert list(tmx.read(path, source="en", target="sv")) == [Reason.DAMAGED]


def test_an_entity_of_a_tmx_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read me", encoding="utf-8")
    path = tmp_path / "memory.tmx"
    text = TMX.format(unit(("en", "Hello &x;"), ("sv", "Hej"))).replace('"tmx14.dtd">', f'"tmx14.dtd" [<!ENTITY x SYSTEM "{secret}">]>')
    path.write_text(text, encoding="utf-8")
    assert "do not read me" not in repr(list(tmx.read(path, source="en", target="sv")))


def test_memory_of_a_tmx_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(TMX.format("\n".join(unit(("en", f"Sentence {number}"), ("sv", f"Mening {number}")) for number in range(4000))), encoding="utf-8")
    tracemalloc.start()
    assert sum(1 for _ in tmx.read(path, source="en", target="sv")) == 4000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400_000


def test_bad_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "bad.tsv"
    path.write_bytes(
        b"\xef\xbb\xbffirst\tett\r\nalone\none\ttwo\tthree\ncaf\xe9\tkaf\xe9\n\n" + b"x" * 1_000_000 + b"\ty\n" + "a\u2028b\tc\n".encode() + b"last\tsist"
    )
    expected = [("first", "ett"), Reason.ONE_COLUMN, Reason.COLUMNS, Reason.ENCODING, Reason.LONG_LINE, ("a\u2028b", "c"), ("last", "sist")]
    assert list(tsv.read(path)) == expected


def test_a_long_line_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv.gz"
    path.write_bytes(gzip.compress(b"x" * 20_000_000 + b"\nafter\tefter\n"))
    tracemalloc.start()
    assert list(lines.read(path)) == [Reason.LONG_LINE, "after\tefter"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("cut", [1, -20])
def test_a_damaged_gzip_is_counted(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.tsv.gz"
    whole = gzip.compress(b"".join(b"number %d\tnummer %d\n" % (one, one * one) for one in range(20_000)))
    path.write_bytes(whole[:cut] if cut < 0 else whole[cut:])
    found = list(tsv.read(path))
    assert found[-1] is Reason.DAMAGED
    assert (("number 1", "nummer 1") in found) == (cut < 0)


def test_what_holds_no_parallel_text_is_refused(tmp_path: Path) -> None:
    write_tsv(tmp_path / "a.de-fr.tsv")
    (tmp_path / "README.md").write_text("hello", encoding="utf-8")
    (tmp_path / "lonely.en").write_text("hello\n", encoding="utf-8")
    for entry in (tmp_path, tmp_path / "README.md", tmp_path / "lonely.en", tmp_path / "a.de-fr.tsv"):
        with pytest.raises(Refusal, match="holds no parallel text of en and sv; needed is"):
            read([entry])
    with pytest.raises(Refusal, match="not found; name a folder or files"):
        read([tmp_path / "absent.tsv"])


@pytest.mark.parametrize("name", ["", "../etc", "a b", "A/B/C"])
def test_a_name_that_opus_cannot_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal, match="is no corpus of OPUS"):
        opus.fetch(name, tmp_path, source="en", target="sv")


def test_opus_without_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opus, "ADDRESS", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(Refusal, match=r"opus:Tatoeba: http://127.0.0.1:9 cannot be reached .*; go on with files"):
        inputs.find(["opus:Tatoeba"], source="en", target="sv", downloads=tmp_path)


def test_what_was_fetched_from_opus_before_is_read(tmp_path: Path) -> None:
    place = tmp_path / "opus" / "Books-v1" / "en-sv"
    place.mkdir(parents=True)
    (place / "books.en-sv.en").write_text("Hello\n", encoding="utf-8")
    (place / "books.en-sv.sv").write_text("Hej\n", encoding="utf-8")
    found = inputs.find(["opus:Books/v1"], source="sv", target="en", downloads=tmp_path)
    assert [one.origin for one in found] == ["books"]
    assert list(found[0].read(source="sv", target="en")) == [("Hej", "Hello")]
