"""language: files read strictly, names checked before they touch a path, the user's folder first."""

from pathlib import Path

import pytest

from templates import catalogue, language
from templates.refusal import Refusal, UnknownName
from templates.task import localise

MINIMAL = 'code = "xx"\nname = "Test"\n'


@pytest.mark.parametrize("code", ["../../etc", "/etc/passwd", "sv\x00", "SV", "", "sv/..", "swedish language"])
def test_codes_are_checked_before_they_touch_a_path(code: str) -> None:
    with pytest.raises(UnknownName, match="is not a language name"):
        language.load(code)


def test_unknown_language_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"no language 'svv'; there are .*sv.*\. Did you mean sv\?"):
        language.load("svv")


def test_one_file_adds_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lingraft" / "languages"
    folder.mkdir(parents=True)
    (folder / "xx.toml").write_text(MINIMAL + '[fiqa]\nprompt = "{sentence}|{target}[[4]]:{answer}"\nwords = { negative = " ner", positive = " upp" }\n')
    (folder / "sv.toml").write_text('code = "sv"\nname = "My Swedish"\n')
    monkeypatch.chdir(tmp_path)
    assert "xx" in language.codes()
    task = localise(catalogue.benchmark("fiqa"), language.load("xx"))
    assert (task.name, task.prompt.virtual_tokens, task.reviewed) == ("xx/fiqa", 4, "")
    assert language.load("sv").name == "My Swedish"
    with pytest.raises(UnknownName, match=r"no table \[fiqa\]"):
        localise(catalogue.benchmark("fiqa"), language.load("sv"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('code = "xx"\nnam = "Test"\n', "unknown key 'nam'"),
        ('code = "xx"\n', "key 'name' is missing"),
        ('code = "yy"\nname = "Test"\n', "code is 'yy', the file is called 'xx'; make them equal."),
        (MINIMAL + "length = { short = [2.0, 1.0] }\n", "length [2.0, 1.0] must be [least, most]"),
        (MINIMAL + "length = { shrt = [1.0, 2.0] }\n", "unknown key 'shrt'; allowed are short, long. Did you mean short?"),
        (MINIMAL + "[fiqa]\nprompt = 3\nwords = {}\n", "[fiqa]: prompt: input should be a valid string (found 3)."),
        (MINIMAL + '[fiqa]\nprompt = "x"\nword = {}\n', "unknown key 'word'; allowed are prompt, words"),
        (MINIMAL + '[write]\nhour = { at = ["at {tid}"] }\n', "[write] hour: pattern 'at {tid}' cannot be filled ('tid'); allowed are {time}."),
        (MINIMAL + '[write]\nordinal = { "" = "{n}." }\n', "[write] ordinal: pattern '{n}.' cannot be filled ('n'); allowed are {number}."),
        (MINIMAL + '[write]\nday = [[6, "in the morning"]]\n', "[write] day: no part of the day begins at hour 0; begin with [0, ...]."),
        (MINIMAL + '[write]\nhours = ["nil", "one"]\n', "[write] hours: 2 words, the clock needs those for 0 to 12; list 13"),
        ("code = ", "not valid TOML"),
    ],
)
def test_files_are_read_strictly(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "xx.toml"
    path.write_text(text)
    with pytest.raises(Refusal) as caught:
        language.read(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(MINIMAL, encoding="utf-8-sig")
    assert language.read(tmp_path / "xx.toml").code == "xx"
