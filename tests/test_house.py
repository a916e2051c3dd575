"""README's tree, commands and example equal reality; the two set-up commands are what CI calls (house test 15)."""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from flows import plan
from flows.__main__ import app
from flows.engines import engine_of
from templates.benchmark import Record
from templates.store import PACKAGES

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LISTED = {"benchmarks": ".py", "formats": ".py", "languages": ".toml", "translators": ".py", "gates": ".py", "methods": ".py", "studies": ".toml"}


def tree() -> dict[str, str]:
    """Folder -> what README says of it, from the block below its heading."""
    block = README.split("## The tree")[1].split("```")[1]
    found: dict[str, str] = {}
    top = ""
    for line in block.strip("\n").splitlines():
        folder, _, said = line.strip().partition("/ ")
        top = top if line.startswith(" ") else folder
        found[folder if folder == top else f"{top}/{folder}"] = said.strip()
    return found


def test_the_tree_is_real() -> None:
    found = tree()
    assert {"templates", "translation", "pipeline", "flows", "tests"} <= set(found)
    for folder, said in found.items():
        assert (REPOSITORY / folder).is_dir(), folder
        suffix = LISTED.get(folder.split("/")[-1])
        if suffix and "/" in folder:
            there = {path.stem for path in (REPOSITORY / folder).glob(f"*{suffix}") if not path.name.startswith("_")}
            assert {name.removesuffix(".py").removesuffix(".toml") for name in said.split()} == there, folder
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} | {"tests"}
    assert packages == {folder for folder in found if "/" not in folder}


def commands() -> list[list[str]]:
    lines = [line.split("  #")[0].strip() for _, block in BLOCKS for line in block.splitlines() if line.startswith("lingraft ")]
    return [line.split()[1:] for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_exists_with_its_options(words: list[str]) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    names = [word for word in words if not word.startswith("-")]
    wanted = [word for word in names[: names.index("sv") if "|" in names else 1] if word != "|"]
    for name in wanted:
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, name


def test_the_two_commands_and_what_ci_calls() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo: .*\n\t.*lingraft adapt sv --study demo$", makefile, re.MULTILINE)
    assert re.search(r"^test: .*\n\t.*pytest -n 2 --dist loadscope --no-loadscope-reorder$", makefile, re.MULTILINE)
    steps = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line.removeprefix("time ") for line in steps if "make" in line] == ["make test", "make check", "make smoke", "make slow"]
    first = README.split("## Two commands")[1].split("```")[1]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["demo", "test"]


def test_the_example_language_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, study = [block for kind, block in BLOCKS if kind == "toml"][:2]
    code = tomllib.loads(text)["code"]
    for place, written in ((f"languages/{code}.toml", text), ("studies/mine.toml", study)):
        path = tmp_path / "lingraft" / place
        path.parent.mkdir(parents=True)
        path.write_text(written, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = plan.make(code, "mine", data=None, out=tmp_path / "runs")
    assert (engine_of(made), made.study.on_fail) == ("transformers", "continue")
    task = made.task_of(made.benchmarks[0])
    example = task.example(Record("1", {"sentence": "Aksjen stiger", "target": "Acme"}, "positive", "g"))
    assert task.language.name == tomllib.loads(text)["name"]
    assert task.prompt.virtual_tokens == 10
    assert example is not None


def test_files_are_short() -> None:
    """No file over 300 lines, half of them under 150."""
    sizes = sorted(len(path.read_text(encoding="utf-8").splitlines()) for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py"))
    assert sizes[-1] <= 300
    assert sizes[len(sizes) // 2] < 150
