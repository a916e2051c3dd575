"""Refusal: bad input, said in one sentence (what was found, where, what is allowed, what to do)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Refusal(Exception):
    """Input that cannot be used. The message is one sentence for the user; the command line prints it and exits with `exit_code`."""

    exit_code = 1


class UnknownName(Refusal):
    """A name typed by the user that nothing answers to (exit code 2, like every usage error)."""

    exit_code = 2


def did_you_mean(word: str, known: Iterable[str], *, shape: str = "{}") -> str:
    """` Did you mean X?` for the nearest known word, or the empty string. `shape` dresses the word, e.g. `{{{}}}`."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {shape.format(near[0])}?" if near else ""
