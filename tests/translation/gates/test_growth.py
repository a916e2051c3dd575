"""Every check's work grows about as its text does, whatever stands there: ten times the text costs at most about twelve times the time."""

import time

import pytest

from templates import language
from templates.benchmark import Record
from translation.limits import gates
from translation.shield.english import units

SV = language.load("sv")
SMALL, LARGE, TIMES = 2_000, 20_000, 12
FLOOR_SECONDS = 3.0  # on a busy machine; what grew with the square took 5 to 200 s
ENGLISH, SWEDISH = (
    "Tom Foster bought 3 shares of Shell for $5 in March, at half past seven.",
    "Tom Foster köpte 3 aktier i Shell för 5 dollar i mars, halv åtta.",
)
PIECES = ("a", "abcdefghij", "aB", "1", "1,", " ", "\n", "?", "@", "a@", "a.", "{", "<a ", "a-", "the ", "Tom ", "10:30 ", "5 % ", "日", "\x00")


def _work():
    for name, gate in gates().items():
        if gate.SCOPE in ("field", "text"):
            yield name, lambda source, target, gate=gate: gate.score(source, target, SV)
        elif gate.SCOPE == "record":
            yield name, lambda source, target, gate=gate: gate.score(*(Record("1", {"text": text}, "a", "1") for text in (source, target)), ("text",))
    yield "shield", lambda source, target: units(source)


WORK = dict(_work())


def _seconds(work, source, target):
    start = time.process_time()
    work(source, target)
    return time.process_time() - start


@pytest.mark.parametrize("name", WORK)
def test_ten_times_the_text_is_no_hundred_times_the_work(name):
    WORK[name](ENGLISH, SWEDISH)  # dictionaries and patterns are loaded
    for piece in PIECES:
        small, large = ((piece * size)[:size] for size in (SMALL, LARGE))
        for shape in ("both", "target"):
            (before, now) = (_seconds(WORK[name], text if shape == "both" else ENGLISH, f"{text} y") for text in (small, large))
            assert now < max(TIMES * before, FLOOR_SECONDS), (piece, shape)
