"""Each of the four tiny models as a fixture, and a toy task."""

from collections.abc import Callable

import pytest

from pipeline.frozen_gpt import FrozenGPT
from templates import catalogue, language
from templates.benchmark import Record
from templates.task import LocalisedTask, localise
from tests import tiny as tiny_worlds


@pytest.fixture(scope="session")
def make_gpt(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], FrozenGPT]:
    made: dict[str, FrozenGPT] = {}

    def make(kind: str) -> FrozenGPT:
        if kind not in made:
            made[kind] = tiny_worlds.make(kind, tmp_path_factory.mktemp(kind))
        return made[kind]

    return make


@pytest.fixture(params=tiny_worlds.KINDS)
def gpt(request: pytest.FixtureRequest, make_gpt: Callable[[str], FrozenGPT]) -> FrozenGPT:
    """Each of the four in turn."""
    return make_gpt(request.param)


@pytest.fixture
def tiny(make_gpt: Callable[[str], FrozenGPT]) -> FrozenGPT:
    """The Llama-like one."""
    return make_gpt("llama-bpe")


@pytest.fixture
def task() -> LocalisedTask:
    """FIQA in English."""
    return localise(catalogue.benchmark("fiqa"), language.load("en"))


@pytest.fixture
def records() -> list[Record]:
    return tiny_worlds.toy_records()
